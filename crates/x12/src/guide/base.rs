//! The base standard: data elements, composites, segments and sets, as its text has them.

use std::collections::HashMap;

use super::notes::{Note, parse_notes};
use super::text::{GuideError, fault, halves, number, statements};
use super::words::Type;

/// A data element.
#[derive(Debug)]
pub(super) struct DataElement<'a> {
    /// Its number for acknowledgments; 0 for those of the envelope.
    pub number: u16,
    pub kind: Type,
    pub length: (u32, u32),
    pub codes: Vec<&'a str>,
}

/// What a member of a segment or composite is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of<'a> {
    Element(&'a str),
    Composite(&'a str),
}

/// A member of a segment or composite.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member<'a> {
    pub mandatory: bool,
    pub repetitions: u16,
    pub of: Of<'a>,
}

/// A segment or a composite: its members in order and their syntax notes.
#[derive(Debug)]
pub(super) struct Structure<'a> {
    line: u32,
    pub notes: Vec<Note>,
    pub members: Vec<Member<'a>>,
}

/// The base standard.
#[derive(Debug, Default)]
pub(super) struct Base<'a> {
    pub elements: HashMap<&'a str, DataElement<'a>>,
    pub composites: HashMap<&'a str, Structure<'a>>,
    pub segments: HashMap<&'a str, Structure<'a>>,
    /// Segment ids of each set and whether the root of the set must hold them.
    pub sets: HashMap<&'a str, Vec<(&'a str, bool)>>,
}

impl<'a> Base<'a> {
    /// Reads the text of a base.
    pub(super) fn parse(text: &'a str) -> Result<Self, GuideError> {
        let mut base = Self::default();
        for (line, statement) in statements(text) {
            base.statement(statement, line)?;
        }
        base.check()?;
        Ok(base)
    }

    fn statement(&mut self, statement: &'a str, line: u32) -> Result<(), GuideError> {
        let (keyword, rest) = statement.split_once(char::is_whitespace).unwrap_or((statement, ""));
        let fresh = match keyword {
            "de" => self.data_element(rest, line)?,
            "composite" => {
                let (name, structure) = structure(rest, line)?;
                self.composites.insert(name, structure).is_none()
            }
            "segment" => {
                let (name, structure) = structure(rest, line)?;
                self.segments.insert(name, structure).is_none()
            }
            "set" => self.set(rest, line)?,
            _ => return fault(line, format!("no such statement in a base: {keyword}")),
        };
        if fresh { Ok(()) } else { fault(line, format!("stated before: {statement}")) }
    }

    fn data_element(&mut self, rest: &'a str, line: u32) -> Result<bool, GuideError> {
        let (head, codes) = rest.split_once(" :").map_or((rest, ""), |(head, codes)| (head, codes));
        let mut words = head.split_ascii_whitespace();
        let (Some(id), Some(kind), Some(min), Some(max), None) =
            (words.next(), words.next(), words.next(), words.next(), words.next())
        else {
            return fault(line, "a data element has a number, a type, a shortest and a longest length");
        };
        let length = (number(min, line, "the shortest length")?, number(max, line, "the longest length")?);
        let codes = codes.split_ascii_whitespace().collect();
        let element = DataElement { number: id.parse().unwrap_or(0), kind: data_type(kind, line)?, length, codes };
        Ok(self.elements.insert(id, element).is_none())
    }

    fn set(&mut self, rest: &'a str, line: u32) -> Result<bool, GuideError> {
        let Some((id, list)) = rest.split_once(':') else {
            return fault(line, "a set lists its segments behind a colon");
        };
        let mut segments = Vec::new();
        for entry in list.split(',') {
            let mut words = entry.split_ascii_whitespace();
            match (words.next(), words.next(), words.next()) {
                (Some(segment), Some(requirement @ ("M" | "O")), None) => segments.push((segment, requirement == "M")),
                _ => return fault(line, format!("a segment of a set is M or O: {}", entry.trim())),
            }
        }
        Ok(self.sets.insert(id.trim(), segments).is_none())
    }

    /// Everything that is named must be there.
    fn check(&self) -> Result<(), GuideError> {
        for structure in self.composites.values().chain(self.segments.values()) {
            for member in &structure.members {
                match member.of {
                    Of::Element(id) if !self.elements.contains_key(id) => {
                        return fault(structure.line, format!("no such data element: {id}"));
                    }
                    Of::Composite(id) if !self.composites.contains_key(id) => {
                        return fault(structure.line, format!("no such composite: {id}"));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

fn data_type(word: &str, line: u32) -> Result<Type, GuideError> {
    Ok(match word {
        "AN" => Type::An,
        "ID" => Type::Id,
        "DT" => Type::Dt,
        "TM" => Type::Tm,
        "R" => Type::R,
        "B" => Type::B,
        _ => match word.as_bytes() {
            [b'N', digit @ b'0'..=b'9'] => Type::N(digit - b'0'),
            _ => return fault(line, format!("no such type: {word}")),
        },
    })
}

fn structure(rest: &str, line: u32) -> Result<(&str, Structure<'_>), GuideError> {
    let (head, tail) = halves(rest, line)?;
    let (name, notes) = match head[..] {
        [name] => (name, Vec::new()),
        [name, notes] => (name, parse_notes(notes, line)?),
        _ => return fault(line, "a name and syntax notes stand before the colon"),
    };
    let Some(tail) = tail else { return fault(line, "members stand behind a colon") };
    let members = tail.into_iter().map(|word| member(word, line)).collect::<Result<Vec<_>, _>>()?;
    if members.is_empty() || members.len() > 63 {
        return fault(line, "there are 1 to 63 members");
    }
    Ok((name, Structure { line, notes, members }))
}

/// `M1028`, `O=C023`, and for what may repeat `O^10=C056`, `X^99=1365`.
fn member(word: &str, line: u32) -> Result<Member<'_>, GuideError> {
    let wrong = || fault(line, format!("no member of a segment: {word}"));
    let Some((requirement, rest)) = word.split_at_checked(1) else { return wrong() };
    if !matches!(requirement, "M" | "O" | "X") {
        return wrong();
    }
    let (repetitions, id) = match rest.strip_prefix('^') {
        None => (1, rest.strip_prefix('=').unwrap_or(rest)),
        Some(rest) => {
            let Some((count, id)) = rest.split_once('=') else { return wrong() };
            (number(count, line, "the number of repetitions")?, id)
        }
    };
    let of = match id.bytes().next() {
        Some(b'C' | b'S') => Of::Composite(id),
        Some(_) => Of::Element(id),
        None => return wrong(),
    };
    Ok(Member { mandatory: requirement == "M", repetitions, of })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_read() {
        let base = Base::parse(
            "de 1 ID 1 2 : A B # codes\nde 2 R 1 18\ncomposite C1 {P0102} : M1 O2\nsegment XX {} : M1 O^3=C1 X2\nset 837 : ST M, XX O\n",
        )
        .unwrap();
        assert_eq!(base.elements["1"].codes, ["A", "B"]);
        assert_eq!(base.segments["XX"].members[1].repetitions, 3);
        assert!(base.segments["XX"].members[0].mandatory);
        assert_eq!(base.sets["837"], [("ST", true), ("XX", false)]);
    }

    #[test]
    fn faults_name_their_line() {
        for (text, line) in [
            ("nonsense", 1),
            ("\nde 1 QQ 1 2", 2),
            ("de 1 ID 1", 1),
            ("de 1 ID 1 2\nde 1 ID 1 2", 2),
            ("segment XX {} : M9", 1),
            ("segment XX {} : M=C9", 1),
            ("segment XX {} : Q1", 1),
            ("segment XX", 1),
            ("set 837 : ST Z", 1),
        ] {
            assert_eq!(Base::parse(text).unwrap_err().line, line, "{text}");
        }
    }
}
