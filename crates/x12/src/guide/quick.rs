//! What makes a segment good at first sight. Most are, so the rules are asked only for the others.

use std::collections::HashMap;

use super::codes::{CodeSets, NO_CODES, NO_VALUE};
use super::notes::Note;
use super::words::{Type, Usage};

/// What an element (or a component) must be, as the element check wants it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub min: u32,
    pub max: u32,
    pub components: (u32, u32),
    /// Syntax notes of the composite.
    pub notes: (u32, u32),
    pub required_components: u64,
    pub codes: u16,
    pub base_codes: u16,
    pub data_element: u16,
    pub repetitions: u16,
    pub kind: Type,
    pub usage: Usage,
    pub mandatory: bool,
    pub format_by: u8,
}

/// The elements of a segment, or the components of a composite.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shape {
    /// Element (or component) 1 first.
    pub quick: Box<[Quick]>,
    /// Bit n: element n is required.
    pub required: u64,
    pub notes: Box<[Note]>,
}

impl Shape {
    /// True when the first value is one of some codes.
    pub(crate) fn begins_with_code(&self) -> bool {
        self.quick.first().is_some_and(|quick| matches!(quick.how, How::Code(_) | How::Codes(_)))
    }
}

/// One element, or one component.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quick {
    /// The code that it is, the first place of its code set, or the number of its composite.
    pub code: u64,
    /// The shortest length, and how many more the longest has.
    pub min: u16,
    pub more: u16,
    pub how: How,
}

/// What is asked of a value at first sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// Eight bytes, highest first, shifted right by this, are the code.
    Code(u8),
    /// One of the codes of the set whose places begin at `code`; hashes are shifted by this.
    Codes(u8),
    /// It does not begin with a blank.
    Text,
    /// A decimal number, its digits counted.
    Decimal,
    /// An integer, likewise.
    Integer,
    /// A day, CCYYMMDD.
    Date,
    /// A day, a range of days, or a time, as the element of this number says; of a component, as the component.
    Dated(u8),
    /// Likewise, as the value of this number says, in an outline.
    Beside(u8),
    /// Its components are looked at: it is composite number `code`.
    Composite,
    /// No value is good at first sight.
    Closer,
}

/// The shapes of all slots and composites of a guide, in the making.
#[derive(Debug)]
pub(super) struct Shapes<'g> {
    rules: &'g [Rule],
    notes: &'g [Note],
    codes: &'g CodeSets,
    known: HashMap<(u32, u32, u32), usize>,
    composites: Vec<Shape>,
}

impl<'g> Shapes<'g> {
    pub(super) fn new(rules: &'g [Rule], notes: &'g [Note], codes: &'g CodeSets) -> Self {
        Self { rules, notes, codes, known: HashMap::new(), composites: Vec::new() }
    }

    /// What has these rules and notes.
    pub(super) fn shape(&mut self, rules: (u32, u32), notes: (u32, u32)) -> Shape {
        let rules = self.rules.get(rules.0 as usize..rules.1 as usize).unwrap_or_default();
        let notes = self.notes.get(notes.0 as usize..notes.1 as usize).unwrap_or_default();
        let required = (1u32..).zip(rules).filter(|(_, rule)| rule.usage == Usage::Required);
        Shape {
            required: required.fold(0, |mask, (number, _)| mask | 1 << number),
            quick: rules.iter().map(|rule| self.quick(rule)).collect(),
            notes: notes.into(),
        }
    }

    fn quick(&mut self, rule: &Rule) -> Quick {
        let quick = Quick::new(rule, self.codes);
        if quick.how != How::Composite {
            return quick;
        }
        let key = (rule.components.0, rule.components.1, rule.notes.0);
        let number = if let Some(&number) = self.known.get(&key) {
            number
        } else {
            let mut shape = self.shape(rule.components, rule.notes);
            for part in shape.quick.iter_mut().filter(|part| part.how == How::Composite) {
                part.how = How::Closer;
            }
            self.composites.push(shape);
            self.known.insert(key, self.composites.len() - 1);
            self.composites.len() - 1
        };
        Quick { code: number as u64, ..quick }
    }

    /// The composites, by number.
    pub(super) fn composites(self) -> Vec<Shape> {
        self.composites
    }
}

impl Quick {
    fn new(rule: &Rule, codes: &CodeSets) -> Self {
        if rule.usage == Usage::NotUsed {
            return Self::of(How::Closer, rule);
        }
        if rule.codes != NO_CODES {
            return Self::code(rule, codes);
        }
        let how = match (rule.kind, rule.base_codes, rule.format_by) {
            (Type::Composite, ..) => How::Composite,
            (Type::An | Type::Id, NO_CODES, 0) => How::Text,
            (Type::An | Type::Id, NO_CODES, by) => How::Dated(by),
            (Type::An | Type::Id, set, 0) => return Self::one_of(set, codes, Self::of(How::Closer, rule)),
            (Type::R, NO_CODES, 0) => How::Decimal,
            (Type::N(_), NO_CODES, 0) => How::Integer,
            (Type::Dt, NO_CODES, 0) => How::Date,
            _ => How::Closer,
        };
        Self::of(how, rule)
    }

    /// Of a rule with codes of the guide: only that it is one of them is asked.
    fn code(rule: &Rule, codes: &CodeSets) -> Self {
        let (code, alone) = codes.first_of(rule.codes);
        let len = 8 - code.leading_zeros() / 8;
        let any = Self { code: 0, min: 1, more: 7, how: How::Closer };
        match alone {
            true if len > 0 && code != NO_VALUE => {
                Self { code, min: len as u16, more: 0, how: How::Code((64 - 8 * len) as u8) }
            }
            true => any,
            false => Self::one_of(rule.codes, codes, any),
        }
    }

    fn one_of(set: u16, codes: &CodeSets, quick: Self) -> Self {
        match codes.places_of(set) {
            Some((from, shift)) => Self { code: u64::from(from), how: How::Codes(shift), ..quick },
            None => quick,
        }
    }

    fn of(how: How, rule: &Rule) -> Self {
        let more = u16::try_from(rule.max.saturating_sub(rule.min)).unwrap_or(u16::MAX);
        match u16::try_from(rule.min) {
            Ok(min) => Self { code: 0, min, more, how },
            Err(_) => Self { code: 0, min: 0, more: 0, how: How::Closer },
        }
    }

    /// True for a length that the value may have.
    #[inline]
    pub(crate) fn fits(&self, length: u32) -> bool {
        length.wrapping_sub(u32::from(self.min)) <= u32::from(self.more)
    }
}
