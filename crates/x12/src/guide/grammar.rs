//! The text of a guide, read but not yet bound to its base.

use std::collections::HashMap;

use super::notes::{Note, parse_notes};
use super::text::{GuideError, fault, halves, number, statements, words};
use super::words::{Role, TABLE, Usage};

/// A guide as its text says.
#[derive(Clone, Debug, Default)]
pub(super) struct GuideText<'a> {
    pub kind: &'a str,
    pub version: &'a str,
    pub title: &'a str,
    pub base: &'a str,
    pub set_id: &'a str,
    pub group: &'a str,
    /// What it describes stands in the envelope, in no set and in no group.
    pub in_envelope: bool,
    pub aliases: Vec<&'a str>,
    pub hierarchy: Option<(u32, &'a str, [u8; 4], bool)>,
    pub cuts: Vec<(&'a str, Vec<&'a str>)>,
    pub roles: Vec<(u32, Role, &'a str)>,
    pub sequences: Vec<(u32, &'a str, &'a str, u8)>,
    pub balances: Vec<(u32, Vec<&'a str>)>,
    pub codes: HashMap<&'a str, Vec<&'a str>>,
    pub loops: Vec<LoopText<'a>>,
}

/// A loop: its head and its lines.
#[derive(Clone, Debug)]
pub(super) struct LoopText<'a> {
    pub line: u32,
    pub id: &'a str,
    pub title: &'a str,
    pub lines: Vec<LineText<'a>>,
    table: u32,
}

/// A line of a loop: what all lines have, and what comes there.
#[derive(Clone, Debug)]
pub(super) struct LineText<'a> {
    pub line: u32,
    /// Its number among all lines of loops; none of what an overlay adds.
    pub origin: Option<u32>,
    pub required: bool,
    pub max: u32,
    pub position: u32,
    pub of: Content<'a>,
}

/// What a line of a loop places there.
#[derive(Clone, Debug)]
pub(super) enum Content<'a> {
    Use(&'a str),
    Segment(SegmentText<'a>),
}

/// A segment.
#[derive(Clone, Debug)]
pub(super) struct SegmentText<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub key: Option<KeyText<'a>>,
    pub notes: Option<Vec<Note>>,
    pub elements: Vec<ElementText<'a>>,
}

/// `key 01-1=A|B`.
#[derive(Clone, Debug)]
pub(super) struct KeyText<'a> {
    pub element: u8,
    pub component: u8,
    pub codes: Option<&'a str>,
}

/// An element or a component.
#[derive(Clone, Debug)]
pub(super) struct ElementText<'a> {
    pub usage: Usage,
    pub codes: Option<CodesText<'a>>,
    pub external: Option<&'a str>,
    pub min: Option<u32>,
    pub max: Option<u32>,
    pub format_by: u8,
    pub repetitions: Option<u16>,
    pub components: Option<Vec<ElementText<'a>>>,
}

impl ElementText<'_> {
    /// What a guide does not mention.
    pub(super) fn not_used() -> Self {
        Self {
            usage: Usage::NotUsed,
            codes: None,
            external: None,
            min: None,
            max: None,
            format_by: 0,
            repetitions: None,
            components: None,
        }
    }
}

/// Codes, written out or by the name of their set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CodesText<'a> {
    Inline(&'a str),
    Named(&'a str),
    /// As an overlay leaves them.
    Listed(Vec<&'a str>),
}

impl<'a> GuideText<'a> {
    /// Reads the text of a guide.
    pub(super) fn parse(text: &'a str) -> Result<Self, GuideError> {
        let mut guide = Self::default();
        for (line, statement) in statements(text) {
            guide.statement(statement, line)?;
        }
        guide.check()?;
        for (number, line) in (0..).zip(guide.loops.iter_mut().flat_map(|known| &mut known.lines)) {
            line.origin = Some(number);
        }
        Ok(guide)
    }

    /// Reads the statements before the first loop: what routing needs to know.
    pub(super) fn parse_head(text: &'a str) -> Result<Self, GuideError> {
        let mut guide = Self::default();
        for (line, statement) in statements(text) {
            if statement.starts_with("loop ") {
                break;
            }
            guide.statement(statement, line)?;
        }
        Ok(guide)
    }

    fn statement(&mut self, statement: &'a str, line: u32) -> Result<(), GuideError> {
        let (keyword, rest) = statement.split_once(char::is_whitespace).unwrap_or((statement, ""));
        let rest = rest.trim();
        match keyword {
            "title" => self.title = rest,
            "group" => self.group = rest,
            "envelope" if rest.is_empty() => self.in_envelope = true,
            "alias" => self.aliases.extend(rest.split_ascii_whitespace()),
            "guide" => (self.kind, self.version) = pair(rest, line, "a guide has a kind and a version")?,
            "base" => (self.base, self.set_id) = pair(rest, line, "a base has a name and a set")?,
            "hierarchy" => self.hierarchy = Some(hierarchy(rest, line)?),
            "cut" => self.cuts.push(cut(rest, line)?),
            "role" => self.roles.push(role(rest, line)?),
            "sequence" => self.sequences.push(sequence(rest, line)?),
            "balance" => self.balances.push((line, words(rest, line)?)),
            "codes" => self.code_set(rest, line)?,
            "loop" => self.open(rest, line)?,
            _ => return self.line(statement, line),
        }
        Ok(())
    }

    fn code_set(&mut self, rest: &'a str, line: u32) -> Result<(), GuideError> {
        let mut words = rest.split_ascii_whitespace();
        let Some(name) = words.next() else { return fault(line, "a code set has a name") };
        let codes: Vec<_> = words.collect();
        if codes.is_empty() || self.codes.insert(name, codes).is_some() {
            return fault(line, format!("code set {name} has no codes or was stated before"));
        }
        Ok(())
    }

    fn open(&mut self, rest: &'a str, line: u32) -> Result<(), GuideError> {
        let (id, title) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        if id.is_empty() || self.loops.iter().any(|known| known.id == id) {
            return fault(line, format!("loop {id} has no name or was stated before"));
        }
        self.loops.push(LoopText { line, id, title: title.trim(), lines: Vec::new(), table: 0 });
        Ok(())
    }

    fn line(&mut self, statement: &'a str, line: u32) -> Result<(), GuideError> {
        let Some(current) = self.loops.last_mut() else {
            return fault(line, format!("no such statement: {statement}"));
        };
        if let Some(table) = statement.strip_prefix("table ") {
            let table: u32 = number(table.trim(), line, "the table")?;
            if table <= current.table || table > 9 {
                return fault(line, "tables are numbered upwards to 9");
            }
            current.table = table;
            return Ok(());
        }
        let parsed = line_text(statement, line, current.table)?;
        if current.lines.last().is_some_and(|last| last.position > parsed.position) {
            return fault(line, "the position is before that of the line above");
        }
        if current.lines.is_empty() && matches!(parsed.of, Content::Use(_)) {
            return fault(line, "a segment must open the loop");
        }
        current.lines.push(parsed);
        Ok(())
    }

    fn check(&self) -> Result<(), GuideError> {
        let home = if self.in_envelope { "envelope" } else { self.group };
        for (value, statement) in
            [(self.version, "guide"), (self.set_id, "base"), (home, "group"), (self.title, "title")]
        {
            if value.is_empty() {
                return fault(0, format!("there is no {statement} statement"));
            }
        }
        if self.in_envelope && !self.group.is_empty() {
            return fault(0, "what stands in the envelope is in no group");
        }
        if self.loops.is_empty() {
            return fault(0, "there are no loops");
        }
        match self.loops.iter().find(|known| known.lines.is_empty()) {
            Some(empty) => fault(empty.line, "the loop has no segments"),
            None => Ok(()),
        }
    }
}

fn pair<'a>(rest: &'a str, line: u32, what: &str) -> Result<(&'a str, &'a str), GuideError> {
    let mut words = rest.split_ascii_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some(first), Some(second), None) => Ok((first, second)),
        _ => fault(line, what),
    }
}

fn hierarchy(rest: &str, line: u32) -> Result<(u32, &str, [u8; 4], bool), GuideError> {
    let mut words = rest.split_ascii_whitespace();
    let (Some(segment), Some(id), Some(parent), Some(level), Some(child), None) =
        (words.next(), words.next(), words.next(), words.next(), words.next(), words.next())
    else {
        return fault(line, "a hierarchy names a segment and four elements");
    };
    let at = |word| number(word, line, "the element");
    let (child, may_stay_alone) = child.strip_suffix('?').map_or((child, false), |child| (child, true));
    Ok((line, segment, [at(id)?, at(parent)?, at(level)?, at(child)?], may_stay_alone))
}

fn cut(rest: &str, line: u32) -> Result<(&str, Vec<&str>), GuideError> {
    let mut words = rest.split_ascii_whitespace();
    let Some(segment) = words.next() else { return fault(line, "a cut names a segment") };
    Ok((segment, words.collect()))
}

fn role(rest: &str, line: u32) -> Result<(u32, Role, &str), GuideError> {
    let (role, id) = pair(rest, line, "a role names a role and a loop")?;
    let role = match role {
        "provider" => Role::Provider,
        "subscriber" => Role::Subscriber,
        "patient" => Role::Patient,
        "claim" => Role::Claim,
        "line" => Role::Line,
        "record" => Role::Record,
        _ => return fault(line, format!("no such role: {role}")),
    };
    Ok((line, role, id))
}

fn sequence(rest: &str, line: u32) -> Result<(u32, &str, &str, u8), GuideError> {
    let words: Vec<_> = rest.split_ascii_whitespace().collect();
    match words[..] {
        [id, segment, element] => Ok((line, id, segment, number(element, line, "the element")?)),
        _ => fault(line, "a sequence names a loop, a segment and an element"),
    }
}

/// A line of a loop, in `table`.
pub(super) fn line_text(statement: &str, line: u32, table: u32) -> Result<LineText<'_>, GuideError> {
    let (head, tail) = halves(statement, line)?;
    let mut head = head.into_iter();
    let first = head.next().unwrap_or_default();
    let used = if first == "use" { head.next() } else { None };
    let (Some(usage), Some(at)) = (head.next(), head.next()) else {
        return fault(line, format!("no such statement: {statement}"));
    };
    let (required, max) = usage_and_max(usage, line)?;
    let Some(position) = at.strip_prefix('@') else { return fault(line, format!("a position begins with @: {at}")) };
    let position: u32 = number(position, line, "the position")?;
    if position >= TABLE {
        return fault(line, "the position is too high");
    }
    let of = match (used, tail) {
        (Some(id), None) => match head.next() {
            None => Content::Use(id),
            Some(word) => return fault(line, format!("not understood: {word}")),
        },
        (None, Some(tail)) => Content::Segment(segment_text(first, head, &tail, line)?),
        (Some(_), Some(_)) => return fault(line, "a loop that is used has no elements here"),
        (None, None) => return fault(line, "elements stand behind a colon"),
    };
    Ok(LineText { line, origin: None, required, max, position: table * TABLE + position, of })
}

/// `R1`, `S>`: whether it must come, and how often it may.
pub(super) fn usage_and_max(word: &str, line: u32) -> Result<(bool, u32), GuideError> {
    let (required, max) = match word.split_at_checked(1) {
        Some(("R", max)) => (true, max),
        Some(("S", max)) => (false, max),
        _ => return fault(line, format!("a usage is R or S and a number or >: {word}")),
    };
    let max = if max == ">" { u32::MAX } else { number(max, line, "the maximum")? };
    if max == 0 { fault(line, "the maximum is at least 1") } else { Ok((required, max)) }
}

fn segment_text<'a>(
    first: &'a str,
    mut head: impl Iterator<Item = &'a str>,
    tail: &[&'a str],
    line: u32,
) -> Result<SegmentText<'a>, GuideError> {
    let (id, name) = first.split_once('/').unwrap_or((first, ""));
    if id.is_empty() || id.len() > 3 || !id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
        return fault(line, format!("no segment identifier: {id}"));
    }
    let (mut key, mut notes) = (None, None);
    while let Some(word) = head.next() {
        match word {
            "key" => key = Some(key_text(head.next().unwrap_or_default(), line)?),
            _ if word.starts_with('{') => notes = Some(parse_notes(word, line)?),
            _ => return fault(line, format!("not understood: {word}")),
        }
    }
    Ok(SegmentText { id, name, key, notes, elements: element_texts(tail, line)? })
}

fn key_text(word: &str, line: u32) -> Result<KeyText<'_>, GuideError> {
    let (place, codes) = word.split_once('=').map_or((word, None), |(place, codes)| (place, Some(codes)));
    let (element, component) = match place.split_once('-') {
        Some((element, component)) => (element, number(component, line, "the component of the key")?),
        None => (place, 0),
    };
    let element = number(element, line, "the element of the key")?;
    if element == 0 { fault(line, "a key names an element from 01") } else { Ok(KeyText { element, component, codes }) }
}

fn element_texts<'a>(words: &[&'a str], line: u32) -> Result<Vec<ElementText<'a>>, GuideError> {
    let mut elements = Vec::new();
    for word in words {
        let (element, times) = element_text(word, line)?;
        elements.extend(std::iter::repeat_n(element, times));
        if elements.len() > 63 {
            return fault(line, "a segment has at most 63 elements");
        }
    }
    Ok(elements)
}

/// One element and how many of it stand on end.
pub(super) fn element_text(word: &str, line: u32) -> Result<(ElementText<'_>, usize), GuideError> {
    let mut element = ElementText::not_used();
    let mut rest = match word.split_at_checked(1) {
        Some(("R", rest)) => (element.usage = Usage::Required, rest).1,
        Some(("S", rest)) => (element.usage = Usage::Situational, rest).1,
        Some(("-", rest)) => rest,
        _ => return fault(line, format!("an element begins with R, S or -: {word}")),
    };
    if rest.starts_with('(') {
        let end = closing(rest);
        element.components = Some(element_texts(&words(&rest[1..end], line)?, line)?);
        rest = &rest[end + 1..];
    }
    let mut times = 1;
    while !rest.is_empty() {
        let end = modifier_end(rest);
        let (modifier, after) = rest.split_at(end);
        modify(&mut element, &mut times, modifier, line)?;
        rest = after;
    }
    Ok((element, times))
}

/// Where the bracket that opens `text` closes; `words` has seen to it that it does.
fn closing(text: &str) -> usize {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    text.len().saturating_sub(1)
}

/// Where the first modifier of `text` ends: before the sign that begins the next one.
fn modifier_end(text: &str) -> usize {
    let sign = if text.starts_with("<=") || text.starts_with(">=") { 2 } else { 1 };
    let body = text.get(sign..).unwrap_or_default();
    body.find(['=', '#', '@', '<', '>', '%', '^', '*']).map_or(text.len(), |at| sign + at)
}

fn modify<'a>(
    element: &mut ElementText<'a>,
    times: &mut usize,
    modifier: &'a str,
    line: u32,
) -> Result<(), GuideError> {
    if let Some(most) = modifier.strip_prefix("<=") {
        element.max = Some(number(most, line, "the longest length")?);
        return Ok(());
    }
    if let Some(least) = modifier.strip_prefix(">=") {
        element.min = Some(number(least, line, "the shortest length")?);
        return Ok(());
    }
    let Some((sign, body)) = modifier.split_at_checked(1) else { return fault(line, "not plain ASCII") };
    match sign {
        "=" | "#" if element.codes.is_some() => return fault(line, format!("codes are given twice: {modifier}")),
        "=" if !body.is_empty() => element.codes = Some(CodesText::Inline(body)),
        "#" if !body.is_empty() => element.codes = Some(CodesText::Named(body)),
        "@" if !body.is_empty() => element.external = Some(body),
        "%" => match body.strip_prefix("by") {
            Some(by) => element.format_by = number(by, line, "the element that names the format")?,
            None => return fault(line, format!("no such format: {modifier}")),
        },
        "^" => element.repetitions = Some(number(body, line, "the number of repetitions")?),
        "*" => {
            *times = number(body, line, "the number of elements")?;
            if *times == 0 || *times > 63 {
                return fault(line, "1 to 63 elements can stand on end");
            }
        }
        _ => return fault(line, format!("not understood: {modifier}")),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(word: &str) -> (ElementText<'_>, usize) {
        element_text(word, 1).unwrap()
    }

    #[test]
    fn an_element_is_a_usage_and_modifiers() {
        let (plain, times) = element("R=A|B<=5>=2@npi*3");
        assert_eq!((plain.usage, plain.codes, times), (Usage::Required, Some(CodesText::Inline("A|B")), 3));
        assert_eq!((plain.min, plain.max, plain.external), (Some(2), Some(5), Some("npi")));
        assert_eq!(element("S#set*4").0.codes, Some(CodesText::Named("set")));
        assert_eq!(element("-*7").1, 7);
        assert_eq!(element("R%by02").0.format_by, 2);
        assert_eq!(element("S^10").0.repetitions, Some(10));
    }

    #[test]
    fn a_composite_holds_its_components() {
        let (composite, times) = element("S(R=HC R@proc S*4 -)*11");
        assert_eq!((composite.components.unwrap().len(), times), (7, 11));
    }

    #[test]
    fn faults_name_their_line() {
        for (text, line) in [
            ("guide A", 1),
            ("loop A\nloop A", 2),
            ("loop A\n use B R1 @10", 2),
            ("loop A\n X1 R1 @20 : R\n X2 R1 @10 : R", 3),
            ("loop A\n X1 R1 20 : R", 2),
            ("loop A\n X1 Q1 @20 : R", 2),
            ("loop A\n X1 R0 @20 : R", 2),
            ("loop A\n X1 R1 @20", 2),
            ("loop A\n X1 R1 @20 : Q", 2),
            ("loop A\n X1 R1 @20 : R=A#b", 2),
            ("loop A\n X1 R1 @20 : R%npi", 2),
            ("loop A\n X1 R1 @20 nonsense : R", 2),
            ("role king 2000A", 1),
            ("nonsense", 1),
        ] {
            assert_eq!(GuideText::parse(text).unwrap_err().line, line, "{text}");
        }
    }
}
