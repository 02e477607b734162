//! One segment of a guide bound to its base: the rules of its elements, and what tells it from its siblings.

use super::base::{DataElement, Member, Of, Structure};
use super::codes::NO_CODES;
use super::compile::{Compiler, blank, len, short};
use super::grammar::{CodesText, ElementText, SegmentText};
use super::notes::Note;
use super::plan::{ElementRule, Key, Slot};
use super::quick::Rule;
use super::text::{GuideError, fault};
use super::words::{Type, Usage};
use crate::wire::SegmentId;

impl<'t> Compiler<'t> {
    pub(super) fn segment(&mut self, text: &'t SegmentText<'t>, line: u32) -> Result<Slot, GuideError> {
        let Some(structure) = self.base.segments.get(text.id) else {
            return fault(line, format!("the base has no segment {}", text.id));
        };
        if text.elements.len() > structure.members.len() {
            return fault(line, format!("segment {} has only {} elements", text.id, structure.members.len()));
        }
        let elements = self.members(structure, &text.elements, 0, line)?;
        self.admit_aliases(text, elements)?;
        let notes = self.add_notes(text.notes.as_ref().unwrap_or(&structure.notes));
        Ok(Slot {
            name: text.name.to_owned(),
            key: self.key(text, line)?,
            elements: elements.0..elements.1,
            notes: notes.0..notes.1,
            base_len: u8::try_from(structure.members.len()).unwrap_or(u8::MAX),
            ..blank(SegmentId::new(text.id.as_bytes()))
        })
    }

    fn add_notes(&mut self, notes: &[Note]) -> (u32, u32) {
        let from = len(&self.notes);
        self.notes.extend_from_slice(notes);
        (from, len(&self.notes))
    }

    /// Rules of all members of a segment (`of` 0) or of the composite that is element `of`; their range.
    fn members(
        &mut self,
        structure: &'t Structure<'t>,
        texts: &'t [ElementText<'t>],
        of: u8,
        line: u32,
    ) -> Result<(u32, u32), GuideError> {
        let from = self.rules.len();
        for (number, member) in (1u8..).zip(&structure.members) {
            let text = texts.get(usize::from(number) - 1);
            let (mut rule, external) = self.member(member, text, line)?;
            if let Some(parts) = text.and_then(|text| text.components.as_ref()) {
                let Of::Composite(name) = member.of else {
                    return fault(line, format!("element {number:02} is no composite"));
                };
                rule.notes = self.notes_of_composite(name);
                rule.required_components = required(parts);
            } else if matches!(member.of, Of::Composite(_)) && rule.usage != Usage::NotUsed {
                return fault(line, format!("element {number:02} is a composite: say what is in it"));
            }
            let place = if of == 0 { (number, 0) } else { (of, number) };
            let composite = if let Of::Composite(name) = member.of { Some(name.to_owned()) } else { None };
            self.elements.push(ElementRule { external, composite, ..shown(&rule, place) });
            self.rules.push(rule);
        }
        let to = self.rules.len();
        for (at, (number, member)) in (from..to).zip((1u8..).zip(&structure.members)) {
            let parts = texts.get(usize::from(number) - 1).and_then(|text| text.components.as_ref());
            if let (Some(parts), Of::Composite(name)) = (parts, member.of) {
                self.components(at, number, name, parts, line)?;
            }
        }
        Ok((short(from), short(to)))
    }

    fn components(
        &mut self,
        at: usize,
        number: u8,
        name: &str,
        parts: &'t [ElementText<'t>],
        line: u32,
    ) -> Result<(), GuideError> {
        let composite = &self.base.composites[name];
        if parts.len() > composite.members.len() {
            return fault(line, format!("composite {name} has only {} components", composite.members.len()));
        }
        let range = self.members(composite, parts, number, line)?;
        self.rules[at].components = range;
        self.elements[at].components = range.0..range.1;
        Ok(())
    }

    fn notes_of_composite(&mut self, name: &'t str) -> (u32, u32) {
        if let Some(&range) = self.composite_notes.get(name) {
            return range;
        }
        let base = self.base;
        let range = self.add_notes(&base.composites[name].notes);
        self.composite_notes.insert(name, range);
        range
    }

    fn member(
        &mut self,
        member: &Member<'t>,
        text: Option<&ElementText<'t>>,
        line: u32,
    ) -> Result<(Rule, Option<String>), GuideError> {
        let usage = text.map_or(Usage::NotUsed, |text| text.usage);
        let mut rule = Rule {
            min: 0,
            max: u32::MAX,
            components: (0, 0),
            notes: (0, 0),
            required_components: 0,
            codes: NO_CODES,
            base_codes: NO_CODES,
            data_element: 0,
            repetitions: text.and_then(|text| text.repetitions).unwrap_or(member.repetitions),
            kind: Type::Composite,
            usage,
            mandatory: member.mandatory,
            format_by: text.map_or(0, |text| text.format_by),
        };
        if let Of::Element(id) = member.of {
            let element = &self.base.elements[id];
            rule.data_element = element.number;
            rule.kind = element.kind;
            (rule.min, rule.max) = element.length;
            if usage != Usage::NotUsed {
                rule.base_codes = self.codes_of_base(id, element, line)?;
            }
        }
        if let Some(text) = text {
            rule.min = rule.min.max(text.min.unwrap_or(0));
            rule.max = rule.max.min(text.max.unwrap_or(u32::MAX));
            if rule.min > rule.max {
                return fault(line, "the shortest length is above the longest");
            }
            if let Some(codes) = &text.codes {
                rule.codes = self.code_set(codes, line)?;
            }
        }
        Ok((rule, text.and_then(|text| text.external).map(str::to_owned)))
    }

    fn codes_of_base(&mut self, id: &'t str, element: &DataElement<'t>, line: u32) -> Result<u16, GuideError> {
        if element.codes.is_empty() {
            return Ok(NO_CODES);
        }
        if let Some(&known) = self.base_codes.get(id) {
            return Ok(known);
        }
        let set = self.intern(element.codes.iter().map(|&code| code.to_owned()).collect(), line)?;
        self.base_codes.insert(id, set);
        Ok(set)
    }

    fn code_set(&mut self, text: &CodesText<'_>, line: u32) -> Result<u16, GuideError> {
        let codes = self.code_list(text, line)?;
        self.intern(codes, line)
    }

    fn intern(&mut self, codes: Vec<String>, line: u32) -> Result<u16, GuideError> {
        match self.codes.intern(codes) {
            Some(id) => Ok(id),
            None => fault(line, "there are too many code sets"),
        }
    }

    fn code_list(&self, text: &CodesText<'_>, line: u32) -> Result<Vec<String>, GuideError> {
        let codes: Vec<String> = match text {
            CodesText::Inline(codes) => codes.split('|').map(|code| code.replace('_', " ")).collect(),
            CodesText::Listed(codes) => spaced(codes),
            CodesText::Named(name) => match self.text.codes.get(name) {
                Some(codes) => spaced(codes),
                None => return fault(line, format!("there is no code set {name}")),
            },
        };
        if codes.iter().any(String::is_empty) { fault(line, "a code is empty") } else { Ok(codes) }
    }

    /// The element that tells the segment from others of its id: stated, or else the first one where it is coded and
    /// required: what may be empty tells nothing apart.
    fn key(&self, text: &SegmentText<'_>, line: u32) -> Result<Key, GuideError> {
        let (place, codes) = match &text.key {
            Some(key) => {
                let codes = key.codes.map(CodesText::Inline).or_else(|| codes_at(text, (key.element, key.component)));
                if codes.is_none() {
                    return fault(line, "the element of the key has no codes");
                }
                ((key.element, key.component), codes)
            }
            None if self.uses.get(text.id).is_none_or(|&uses| uses < 2) => return Ok(Key::default()),
            None => {
                let composite = text.elements.first().is_some_and(|first| first.components.is_some());
                let place = (1, u8::from(composite));
                (place, codes_at(text, place).filter(|_| is_required_at(text, place)))
            }
        };
        let Some(codes) = codes else { return Ok(Key::default()) };
        Ok(Key { element: place.0, component: place.1, values: self.code_list(&codes, line)? })
    }

    /// Where the set names its guide, the other releases that the guide takes are as good.
    fn admit_aliases(&mut self, text: &SegmentText<'t>, elements: (u32, u32)) -> Result<(), GuideError> {
        if text.id != "ST" || self.text.aliases.is_empty() {
            return Ok(());
        }
        for (at, element) in (elements.0 as usize..).zip(&text.elements) {
            if element.codes == Some(CodesText::Inline(self.text.version)) {
                let versions = self.text.aliases.iter().chain([&self.text.version]);
                let set = self.intern(versions.map(|&version| version.to_owned()).collect(), 0)?;
                self.rules[at].codes = set;
                self.elements[at].codes = Some(set);
            }
        }
        Ok(())
    }
}

/// Codes as they stand in a document.
fn spaced(codes: &[&str]) -> Vec<String> {
    codes.iter().map(|code| code.replace('_', " ")).collect()
}

fn codes_at<'t>(text: &SegmentText<'t>, place: (u8, u8)) -> Option<CodesText<'t>> {
    let (element, component) = texts_at(text, place)?;
    component.unwrap_or(element).codes.clone()
}

fn is_required_at(text: &SegmentText<'_>, place: (u8, u8)) -> bool {
    texts_at(text, place).is_some_and(|(element, component)| {
        [Some(element), component].into_iter().flatten().all(|text| text.usage == Usage::Required)
    })
}

/// What stands of an element, and of its component where that is not 0.
fn texts_at<'s, 't>(
    text: &'s SegmentText<'t>,
    (element, component): (u8, u8),
) -> Option<(&'s ElementText<'t>, Option<&'s ElementText<'t>>)> {
    let element = text.elements.get(usize::from(element).checked_sub(1)?)?;
    match usize::from(component).checked_sub(1) {
        None => Some((element, None)),
        Some(at) => Some((element, Some(element.components.as_ref()?.get(at)?))),
    }
}

fn required(elements: &[ElementText<'_>]) -> u64 {
    let bits = (1u32..).zip(elements).filter(|(_, text)| text.usage == Usage::Required);
    bits.fold(0, |mask, (number, _)| mask | 1 << number)
}

fn shown(rule: &Rule, (element, component): (u8, u8)) -> ElementRule {
    ElementRule {
        element,
        component,
        data_element: rule.data_element,
        usage: rule.usage,
        mandatory: rule.mandatory,
        kind: rule.kind,
        length: (rule.min, rule.max),
        codes: (rule.codes != NO_CODES).then_some(rule.codes),
        base_codes: (rule.base_codes != NO_CODES).then_some(rule.base_codes),
        format_by: rule.format_by,
        repetitions: rule.repetitions,
        components: 0..0,
        external: None,
        composite: None,
    }
}
