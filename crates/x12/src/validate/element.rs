//! The elements of one segment against the rules of its slot.

use super::report::{Place, Report};
use super::syntax::broken;
use super::value::{Formatted, decimal_digits, formatted, integer_digits, is_date, is_time};
use crate::finding::Code;
use crate::guide::{How, Index, NO_CODES, Quick, Rule, SlotFacts, Type, Usage, pack, pack_at};
use crate::position::Span;
use crate::wire::{Element, Segment};

/// Judges all elements of `segment`, which stands in the slot of `facts`.
pub(super) fn check_elements(index: &Index, facts: &SlotFacts, segment: &Segment<'_>, report: &mut Report<'_>) {
    let Some((&first, marks)) = segment.marks().split_first().filter(|(_, marks)| !marks.is_empty()) else {
        report.segment(Code::SEGMENT_EMPTY);
        return;
    };
    let (rules, quick) = index.rules_of(facts.elements);
    let mut check = Check { index, segment, report, odd: has_odd_bytes(segment.raw()) };
    let present = if segment.is_plain() {
        check.plain_elements((rules, quick), first, marks)
    } else {
        check.all_elements((rules, quick), first, marks)
    };
    let missing = facts.required_elements & !present;
    if missing != 0 {
        check.missing(rules, missing);
    }
    for &note in index.notes_of(facts.notes) {
        if let Some((member, code)) = broken(note, present) {
            check.note(rules, member, code);
        }
    }
}

/// The separators within the element that begins before `marks`, its end, and the marks behind that.
#[inline]
fn compound<'m>(bytes: &[u8], marks: &'m [u32], separator: u8) -> (&'m [u32], u32, &'m [u32]) {
    let is_end = |&mark: &u32| bytes.get(mark as usize) == Some(&separator);
    let at = marks.iter().position(is_end).unwrap_or(marks.len().saturating_sub(1));
    let (inner, rest) = marks.split_at(at);
    match rest.split_first() {
        Some((&end, rest)) => (inner, end, rest),
        None => (inner, 0, rest),
    }
}

/// True when a byte is a control character or outside ASCII (a separator may be one). Eight bytes at a time.
#[inline]
fn has_odd_bytes(bytes: &[u8]) -> bool {
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    // high bit: outside ASCII; high bit after adding one: DEL; high bit after subtracting a blank: a control character.
    // Carries reach a neighbour only from a byte that is odd itself.
    let odd = |word: u64| {
        word | word.wrapping_add(u64::from_ne_bytes([1; 8])) | word.wrapping_sub(u64::from_ne_bytes([0x20; 8]))
    };
    let (words, rest) = bytes.as_chunks::<8>();
    let mut found = words.iter().fold(0, |found, word| found | odd(u64::from_ne_bytes(*word)));
    match bytes.last_chunk::<8>() {
        Some(word) => found |= odd(u64::from_ne_bytes(*word)),
        None => found |= rest.iter().fold(0, |found, &byte| found | odd(u64::from_ne_bytes([byte; 8]))),
    }
    found & HIGH != 0
}

struct Check<'c, 'a, 'f> {
    index: &'c Index,
    segment: &'c Segment<'a>,
    report: &'c mut Report<'f>,
    /// The segment has bytes that values should not have.
    odd: bool,
}

impl Check<'_, '_, '_> {
    /// The elements of a segment that has no separators but theirs; bit n of the answer is element n.
    #[inline]
    fn plain_elements(&mut self, (rules, quick): (&[Rule], &[Quick]), first: u32, marks: &[u32]) -> u64 {
        let (mut present, mut start, mut last) = (0u64, first + 1, 0);
        for ((at, &end), quick) in marks.iter().enumerate().zip(quick) {
            last = end.wrapping_sub(start);
            if last != 0 {
                present |= 2 << at;
                if !self.is_plainly_good(quick, start, last) {
                    self.closer(rules, at, &[], start, end);
                }
            }
            start = end + 1;
        }
        if marks.len() > quick.len() {
            self.surplus(rules);
        } else if last == 0 {
            self.trailing(rules, u8::try_from(marks.len()).unwrap_or(u8::MAX));
        }
        present
    }

    /// The elements of any segment.
    fn all_elements(&mut self, (rules, quick): (&[Rule], &[Quick]), first: u32, mut marks: &[u32]) -> u64 {
        let (bytes, separator) = (self.segment.buffer(), self.segment.delimiters().element);
        let (mut present, mut start, mut last, mut number) = (0u64, first + 1, 0, 0u8);
        for (at, quick) in quick.iter().enumerate() {
            let Some((&mark, mut tail)) = marks.split_first() else { break };
            let (mut inner, mut end): (&[u32], u32) = (&[], mark);
            if !tail.is_empty() && bytes.get(mark as usize) != Some(&separator) {
                (inner, end, tail) = compound(bytes, marks, separator);
            }
            number = number.saturating_add(1);
            last = end.wrapping_sub(start);
            if last != 0 {
                present |= 2 << at;
                if !inner.is_empty() || !self.is_plainly_good(quick, start, last) {
                    self.closer(rules, at, inner, start, end);
                }
            }
            start = end + 1;
            marks = tail;
        }
        if !marks.is_empty() {
            self.surplus(rules);
        } else if last == 0 {
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

    /// True for the most usual of values: the code that comes first to mind, and text of the right length.
    #[inline]
    fn is_plainly_good(&self, quick: &Quick, start: u32, len: u32) -> bool {
        let Some(word) = self.segment.buffer().get(start as usize..).and_then(<[u8]>::first_chunk::<8>) else {
            return false;
        };
        let fits = |length: u32| length.wrapping_sub(u32::from(quick.min)) <= u32::from(quick.more);
        match quick.how {
            How::Code(shift) => fits(len) && u64::from_be_bytes(*word) >> shift == quick.code,
            How::Text => fits(len) && !self.odd && word[0] != b' ',
            How::Codes(set) => {
                matches!(len, 1..=8)
                    && word[0] != 0
                    && self.index.codes.has(set, u64::from_be_bytes(*word) >> (64 - 8 * len))
            }
            How::Decimal => decimal_digits(self.value_at(start, len)).is_some_and(|digits| fits(digits as u32)),
            How::Integer => integer_digits(self.value_at(start, len)).is_some_and(|digits| fits(digits as u32)),
            How::Closer => false,
        }
    }

    #[inline]
    fn value_at(&self, start: u32, len: u32) -> &[u8] {
        Span { start, len }.of(self.segment.buffer())
    }

    /// Element number `at` from 0, which needs a closer look.
    #[inline(never)]
    fn closer(&mut self, rules: &[Rule], at: usize, inner: &[u32], start: u32, end: u32) {
        let Some(rule) = rules.get(at) else { return };
        let number = u8::try_from(at + 1).unwrap_or(u8::MAX);
        let (bytes, span) = (self.segment.buffer(), Span::new(start, end));
        if !inner.is_empty() || rule.usage == Usage::NotUsed || rule.kind == Type::Composite {
            let element = Element::new(bytes, inner, start, end, self.segment.delimiters());
            self.element(rule, number, &element);
            return;
        }
        let format = if rule.format_by == 0 { None } else { Some(self.segment.element(usize::from(rule.format_by))) };
        let place = Place { element: number, component: 0, repetition: 0, data_element: rule.data_element };
        self.value(rule, place, span, span.of(bytes), format);
    }

    fn element(&mut self, rule: &Rule, number: u8, element: &Element<'_>) {
        let place = Place { element: number, component: 0, repetition: 0, data_element: rule.data_element };
        if rule.usage == Usage::NotUsed {
            self.report.element(Code::ELEMENT_NOT_USED, place, element.span());
        } else {
            self.repetitions(rule, place, element);
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
        let (rules, quick) = self.index.rules_of(rule.components);
        let (mut present, mut number, mut open_end) = (0u64, 0u8, false);
        for span in composite.components() {
            number = number.saturating_add(1);
            open_end = span.is_empty();
            if open_end {
                continue;
            }
            let (Some(part), Some(quick)) = (rules.get(usize::from(number) - 1), quick.get(usize::from(number) - 1))
            else {
                let place = Place { component: number, ..place };
                self.report.element(Code::TOO_MANY_COMPONENTS, place, span);
                break;
            };
            present |= 1 << number;
            if self.is_plainly_good(quick, span.start, span.len) {
                continue;
            }
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
            if let Some((member, code)) = broken(note, present)
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
        let known = rule.base_codes == NO_CODES || self.index.codes.contains(rule.base_codes, value, pack(value));
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

#[cfg(test)]
mod tests {
    use super::has_odd_bytes;

    #[test]
    fn odd_bytes_are_found_wherever_they_stand() {
        for length in 0..20 {
            let plain = vec![b'A'; length];
            assert!(!has_odd_bytes(&plain));
            for place in 0..length {
                for byte in 0..=255u8 {
                    let mut bytes = plain.clone();
                    bytes[place] = byte;
                    assert_eq!(has_odd_bytes(&bytes), !(0x20..0x7f).contains(&byte), "{byte} at {place} of {length}");
                }
            }
        }
    }
}
