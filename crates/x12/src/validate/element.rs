//! The elements of one segment against the rules of its slot.

use super::report::{Place, Report};
use super::syntax::broken;
use super::value::{Formatted, decimal_digits, formatted, integer_digits, is_date, is_time};
use super::words::has_odd_bytes;
use crate::finding::Code;
use crate::guide::{Index, NO_CODES, Note, Rule, SlotFacts, Type, Usage, pack, pack_at};
use crate::position::Span;
use crate::wire::{Element, Segment};

/// Judges all elements of `segment`, which stands in the slot of `facts`.
#[cold]
#[inline(never)]
pub(super) fn check_elements(index: &Index, facts: &SlotFacts, segment: &Segment<'_>, report: &mut Report<'_>) {
    if segment.marks().len() < 2 {
        report.segment(Code::SEGMENT_EMPTY);
        return;
    }
    let rules = index.rules_of(facts.elements);
    let mut check = Check { index, segment, report, odd: has_odd_bytes(segment.raw()) };
    let present = check.elements(rules);
    let missing = facts.shape.required & !present;
    if missing != 0 {
        check.missing(rules, missing);
    }
    for &note in index.notes_of(facts.notes) {
        if let Some((member, code)) = broken_by_itself(note, present, missing) {
            check.note(rules, member, code);
        }
    }
}

struct Check<'c, 'a, 'f> {
    index: &'c Index,
    segment: &'c Segment<'a>,
    report: &'c mut Report<'f>,
    /// The segment has bytes that values should not have.
    odd: bool,
}

impl Check<'_, '_, '_> {
    /// Judges each element; bit n of the answer says that element n is there.
    fn elements(&mut self, rules: &[Rule]) -> u64 {
        let (mut present, mut number, mut open_end) = (0u64, 0u8, false);
        let segment = *self.segment;
        let mut elements = segment.elements();
        for (rule, element) in rules.iter().zip(&mut elements) {
            number = number.saturating_add(1);
            open_end = element.is_empty();
            if !open_end {
                present |= 1 << number;
                self.element(rule, number, &element);
            }
        }
        if elements.next().is_some() {
            self.surplus(rules);
        } else if open_end {
            self.trailing(rules, number);
        }
        present
    }

    /// More elements than there are rules: the first that is there is one too many.
    #[cold]
    fn surplus(&mut self, rules: &[Rule]) {
        let mut number = u8::try_from(rules.len()).unwrap_or(u8::MAX);
        for element in self.segment.elements().skip(rules.len()) {
            number = number.saturating_add(1);
            if !element.is_empty() {
                let place = Place { element: number, ..Place::default() };
                self.report.element(Code::TOO_MANY_ELEMENTS, place, element.span());
                return;
            }
        }
        self.trailing(rules, number);
    }

    fn element(&mut self, rule: &Rule, number: u8, element: &Element<'_>) {
        let place = Place { element: number, component: 0, repetition: 0, data_element: rule.data_element };
        if rule.usage == Usage::NotUsed {
            self.report.element(Code::ELEMENT_NOT_USED, place, element.span());
        } else if rule.kind == Type::Composite || !element.is_simple() {
            self.repetitions(rule, place, element);
        } else {
            let by = usize::from(rule.format_by);
            let format = if by == 0 { None } else { Some(self.segment.element(by)) };
            self.value(rule, place, element.span(), element.value(), format);
        }
    }

    fn repetitions(&mut self, rule: &Rule, place: Place, element: &Element<'_>) {
        let may_repeat = rule.repetitions > 1;
        for (number, repetition) in (1u16..).zip(element.repetitions()) {
            let place = Place { repetition: if may_repeat { number } else { 0 }, ..place };
            if number > rule.repetitions {
                self.report.element(Code::TOO_MANY_REPETITIONS, place, repetition.span());
                break;
            }
            if rule.kind == Type::Composite {
                self.components(rule, place, &repetition);
            } else if repetition.is_simple() {
                self.value(rule, place, repetition.span(), repetition.value(), None);
            } else {
                // a separator of components has no business in a simple element
                self.report.element(Code::INVALID_CHARACTER, place, repetition.span());
            }
        }
    }

    fn components(&mut self, rule: &Rule, place: Place, composite: &Element<'_>) {
        let rules = self.index.rules_of(rule.components);
        let (mut present, mut number, mut open_end) = (0u64, 0u8, false);
        for span in composite.components() {
            number = number.saturating_add(1);
            open_end = span.is_empty();
            if open_end {
                continue;
            }
            let Some(part) = rules.get(usize::from(number) - 1) else {
                let place = Place { component: number, ..place };
                self.report.element(Code::TOO_MANY_COMPONENTS, place, span);
                break;
            };
            present |= 1 << number;
            let place = Place { component: number, data_element: part.data_element, ..place };
            if part.usage == Usage::NotUsed {
                self.report.element(Code::ELEMENT_NOT_USED, place, span);
                continue;
            }
            let buffer = self.segment.buffer();
            let by = usize::from(part.format_by);
            let format = if by == 0 { None } else { composite.components().nth(by - 1).map(|span| span.of(buffer)) };
            self.value(part, place, span, span.of(buffer), format);
        }
        if open_end && number > 1 {
            self.report.element(Code::TRAILING_SEPARATOR, place, composite.span());
        }
        self.composite_ends(rule, rules, place, present, composite.span());
    }

    #[inline]
    fn composite_ends(&mut self, rule: &Rule, rules: &[Rule], place: Place, present: u64, span: Span) {
        let missing = rule.required_components & !present;
        if missing != 0 {
            for (number, part) in (1u8..).zip(rules).filter(|(number, _)| missing >> number & 1 != 0) {
                let place = Place { component: number, data_element: part.data_element, ..place };
                self.report.element(self.missing_code(part), place, Span::new(span.start, span.start));
            }
        }
        for &note in self.index.notes_of(rule.notes) {
            if let Some((member, code)) = broken_by_itself(note, present, missing)
                && let Some(part) = rules.get(usize::from(member).wrapping_sub(1))
                && answers(part, code)
            {
                let place = Place { component: member, data_element: part.data_element, ..place };
                self.report.element(code, place, Span::new(span.start, span.start));
            }
        }
    }

    #[inline(never)]
    fn value(&mut self, rule: &Rule, place: Place, span: Span, value: &[u8], format: Option<&[u8]>) {
        if self.odd && !self.plain(place, span, value) {
            return;
        }
        if rule.codes != NO_CODES {
            let packed = pack_at(self.segment.buffer(), span);
            if !self.index.codes.contains(rule.codes, value, packed) {
                self.report.element(self.wrong_code(rule, value), place, span);
            }
            return;
        }
        if let Some(code) = self.judge(rule, value, format) {
            self.report.element(code, place, span);
        }
    }

    /// False when the value has control characters, which says all there is to say of it.
    #[cold]
    fn plain(&mut self, place: Place, span: Span, value: &[u8]) -> bool {
        if value.iter().any(|&byte| byte < 0x20 || byte == 0x7f) {
            self.report.element(Code::INVALID_CHARACTER, place, span);
            return false;
        }
        if !value.is_ascii() {
            self.report.element(Code::CHARACTER_NOT_ASCII, place, span);
        }
        true
    }

    /// What is wrong with a value, if anything: one fault, the plainest.
    #[inline]
    fn judge(&self, rule: &Rule, value: &[u8], format: Option<&[u8]>) -> Option<Code> {
        let length = match rule.kind {
            Type::An | Type::Id => {
                if value.first() == Some(&b' ') && value.iter().all(|&byte| byte == b' ') {
                    return Some(if rule.usage == Usage::Required {
                        self.missing_code(rule)
                    } else {
                        Code::ELEMENT_TOO_SHORT
                    });
                }
                value.len()
            }
            Type::N(_) => match integer_digits(value) {
                Some(digits) => digits,
                None => return Some(Code::INVALID_CHARACTER),
            },
            Type::R => match decimal_digits(value) {
                Some(digits) => digits,
                None => return Some(Code::INVALID_CHARACTER),
            },
            Type::Dt | Type::Tm | Type::B | Type::Composite => value.len(),
        };
        if let Some(code) = self.length(rule, length, value) {
            return Some(code);
        }
        match rule.kind {
            Type::Dt if !is_date(value) => Some(Code::INVALID_DATE),
            Type::Tm if !is_time(value) => Some(Code::INVALID_TIME),
            _ if rule.base_codes != NO_CODES && !self.index.codes.contains(rule.base_codes, value, pack(value)) => {
                Some(Code::INVALID_CODE)
            }
            _ => match formatted(format?, value) {
                Formatted::Good => None,
                Formatted::NoDate => Some(Code::INVALID_DATE),
                Formatted::NoTime => Some(Code::INVALID_TIME),
            },
        }
    }

    #[inline]
    fn length(&self, rule: &Rule, length: usize, value: &[u8]) -> Option<Code> {
        if length < rule.min as usize {
            return Some(Code::ELEMENT_TOO_SHORT);
        }
        if length > rule.max as usize && !(self.odd && characters(value) <= rule.max as usize) {
            return Some(Code::ELEMENT_TOO_LONG);
        }
        None
    }

    #[cold]
    fn wrong_code(&self, rule: &Rule, value: &[u8]) -> Code {
        if value.iter().all(|&byte| byte == b' ') && rule.usage == Usage::Required {
            return self.missing_code(rule);
        }
        if let Some(code) = self.length(rule, value.len(), value) {
            return code;
        }
        let known = match rule.base_codes {
            // where the standard's list is not written down, what can be in none of its lists is in that neither
            NO_CODES => rule.kind != Type::Id || value.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()),
            base => self.index.codes.contains(base, value, pack(value)),
        };
        if known { Code::CODE_NOT_IN_GUIDE } else { Code::INVALID_CODE }
    }

    fn missing_code(&self, rule: &Rule) -> Code {
        if rule.mandatory || self.report.options.strict_dependent {
            Code::ELEMENT_MISSING
        } else {
            Code::ELEMENT_REQUIRED
        }
    }

    #[cold]
    fn missing(&mut self, rules: &[Rule], missing: u64) {
        for (number, rule) in (1u8..).zip(rules).filter(|(number, _)| missing >> number & 1 != 0) {
            self.blame(self.missing_code(rule), rule, number);
        }
    }

    #[cold]
    fn note(&mut self, rules: &[Rule], member: u8, code: Code) {
        if let Some(rule) = rules.get(usize::from(member).wrapping_sub(1))
            && answers(rule, code)
        {
            self.blame(code, rule, member);
        }
    }

    #[cold]
    fn trailing(&mut self, rules: &[Rule], number: u8) {
        let rule = rules.get(usize::from(number) - 1);
        let place =
            Place { element: number, data_element: rule.map_or(0, |rule| rule.data_element), ..Place::default() };
        let end = self.segment.end();
        self.report.element(Code::TRAILING_SEPARATOR, place, Span::new(end, end));
    }

    /// A finding of an element that is perhaps not there: its place, else the end of the segment.
    fn blame(&mut self, code: Code, rule: &Rule, number: u8) {
        let found = self.segment.elements().nth(usize::from(number) - 1);
        let end = self.segment.end();
        let span = found.map_or(Span::new(end, end), |element| element.span());
        let place = Place { element: number, data_element: rule.data_element, ..Place::default() };
        self.report.element(code, place, span);
    }
}

/// What of the note is broken, unless it would hold if the required elements that are `missing` were there: those have
/// had their finding.
fn broken_by_itself(note: Note, present: u64, missing: u64) -> Option<(u8, Code)> {
    let fault = broken(note, present)?;
    broken(note, present | missing).map(|_| fault)
}

/// False when the element is required or not used: then it has had its finding already, or can have no value.
fn answers(rule: &Rule, code: Code) -> bool {
    match rule.usage {
        Usage::Situational => true,
        Usage::Required => code == Code::ELEMENT_EXCLUDED,
        Usage::NotUsed => false,
    }
}

/// The characters of UTF-8 text.
fn characters(value: &[u8]) -> usize {
    value.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
}
