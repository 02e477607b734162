//! The text of an overlay: a partner's deviations from a guide, for whom, and from when to when.

use super::grammar::{ElementText, LineText, element_text, line_text, usage_and_max};
use super::statuses;
use super::text::{GuideError, fault, statements, words};

/// An overlay as its text says.
#[derive(Debug, Default)]
pub(super) struct OverlayText<'a> {
    pub name: &'a str,
    pub version: &'a str,
    pub title: &'a str,
    /// Kind and version of the guide that it changes, and the line that says so.
    pub over: (&'a str, &'a str),
    pub over_line: u32,
    pub conditions: Vec<(Party, Vec<&'a str>)>,
    pub from: Option<u32>,
    pub until: Option<u32>,
    pub changes: Vec<(u32, Change<'a>)>,
    /// The statuses that the lines of changes state.
    pub statuses: Vec<(u32, &'a str)>,
}

/// An element of the envelope that says who sends, or who receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Party {
    SenderQualifier,
    Sender,
    ReceiverQualifier,
    Receiver,
    GroupSender,
    GroupReceiver,
}

/// One thing that a partner has differently.
#[derive(Debug)]
pub(super) enum Change<'a> {
    /// Usage and repeats of a segment; at most 0 times: not used.
    Segment { at: SegmentAt<'a>, often: Often },
    /// Usage and repeats of a loop, in one loop around it or in all.
    Loop { id: &'a str, within: Option<&'a str>, often: Often },
    /// What is said of an element or a component; what is not said stays.
    Element { at: SegmentAt<'a>, place: (u8, u8), says: ElementText<'a> },
    /// A code more, a code less, or another code for one.
    Codes { at: SegmentAt<'a>, place: (u8, u8), edit: CodeEdit<'a> },
    /// One more segment.
    Add { loop_id: &'a str, line: LineText<'a> },
    /// A loop stands somewhere else.
    Move { id: &'a str, from: &'a str, to: &'a str, often: Often, position: u32 },
}

/// A segment in a loop, with its name where siblings have the same id.
#[derive(Clone, Copy, Debug)]
pub(super) struct SegmentAt<'a> {
    pub loop_id: &'a str,
    pub id: &'a str,
    pub name: &'a str,
}

/// Whether something must come, and how often it may.
pub(super) type Often = (bool, u32);

/// How a list of codes changes.
#[derive(Debug)]
pub(super) enum CodeEdit<'a> {
    Add(Vec<&'a str>),
    Drop(Vec<&'a str>),
    Rename(&'a str, &'a str),
}

/// The statements that change something.
const CHANGES: &[&str] = &["segment", "loop", "element", "codes", "add", "move"];

impl<'a> OverlayText<'a> {
    /// Reads the text of an overlay; what is wrong goes to `faults`, and the rest is read all the same.
    pub(super) fn read(text: &'a str, faults: &mut Vec<GuideError>) -> Self {
        let mut overlay = Self::default();
        let mut seen = Vec::new();
        for (line, statement) in statements(text) {
            let (keyword, rest) = statement.split_once(char::is_whitespace).unwrap_or((statement, ""));
            let once = matches!(keyword, "overlay" | "title" | "over" | "when" | "from" | "until");
            if once && seen.contains(&keyword) {
                faults.push(GuideError { line, message: format!("{keyword} was stated before") });
                continue;
            }
            seen.push(keyword);
            if let Err(error) = overlay.statement(keyword, rest.trim(), line) {
                faults.push(error);
            }
        }
        for needed in ["overlay", "title", "over", "when", "from"] {
            if !seen.contains(&needed) {
                faults.push(GuideError { line: 0, message: format!("there is no {needed} statement") });
            }
        }
        if faults.is_empty() && overlay.changes.is_empty() {
            faults.push(GuideError { line: 0, message: "nothing is changed".to_owned() });
        }
        overlay
    }

    fn statement(&mut self, keyword: &'a str, rest: &'a str, line: u32) -> Result<(), GuideError> {
        let (rest, status) = match rest.rsplit_once(" status ") {
            Some((rest, status)) if CHANGES.contains(&keyword) => (rest.trim_end(), Some(status.trim())),
            _ => (rest, None),
        };
        let change = match keyword {
            "overlay" => {
                (self.name, self.version) = two(rest, line, "an overlay has a name and a version")?;
                return Ok(());
            }
            "over" => {
                self.over = two(rest, line, "what it is over is a guide's kind and version")?;
                self.over_line = line;
                return Ok(());
            }
            "title" => {
                self.title = rest;
                return if rest.is_empty() { fault(line, "the title is empty") } else { Ok(()) };
            }
            "when" => {
                self.conditions = conditions(rest, line)?;
                return Ok(());
            }
            "from" => {
                self.from = Some(day(rest, line)?);
                return Ok(());
            }
            "until" => return self.end(rest, line),
            "segment" => segment(rest, line)?,
            "loop" => loop_change(rest, line)?,
            "element" => element(rest, line)?,
            "codes" => codes(rest, line)?,
            "add" => add(rest, line)?,
            "move" => moved(rest, line)?,
            _ => return fault(line, format!("no such statement in an overlay: {keyword}")),
        };
        self.changes.push((line, change));
        if let Some(status) = status {
            if let Some(wrong) = statuses::wrong(status) {
                return fault(line, wrong);
            }
            self.statuses.push((line, status));
        }
        Ok(())
    }

    fn end(&mut self, rest: &str, line: u32) -> Result<(), GuideError> {
        let until = day(rest, line)?;
        self.until = Some(until);
        match self.from {
            Some(from) if until < from => fault(line, "it ends before it begins"),
            Some(_) => Ok(()),
            None => fault(line, "from stands before until"),
        }
    }
}

/// What is wrong with the text of an overlay by itself.
pub(super) fn faults(text: &str) -> Vec<GuideError> {
    let mut faults = Vec::new();
    OverlayText::read(text, &mut faults);
    faults.sort_by_key(|error| error.line);
    faults
}

fn two<'a>(rest: &'a str, line: u32, what: &str) -> Result<(&'a str, &'a str), GuideError> {
    match rest.split_ascii_whitespace().collect::<Vec<_>>()[..] {
        [first, second] => Ok((first, second)),
        _ => fault(line, what),
    }
}

/// `ISA08=EXHEALTH GS03=EXHP|EXHP2`.
fn conditions<'a>(rest: &'a str, line: u32) -> Result<Vec<(Party, Vec<&'a str>)>, GuideError> {
    let mut found: Vec<(Party, Vec<&'a str>)> = Vec::new();
    for word in rest.split_ascii_whitespace() {
        let (name, values) = word.split_once('=').unwrap_or((word, ""));
        let party = match name {
            "ISA05" => Party::SenderQualifier,
            "ISA06" => Party::Sender,
            "ISA07" => Party::ReceiverQualifier,
            "ISA08" => Party::Receiver,
            "GS02" => Party::GroupSender,
            "GS03" => Party::GroupReceiver,
            _ => return fault(line, format!("a party is named by ISA05 to ISA08, GS02 or GS03: {word}")),
        };
        let values: Vec<&str> = values.split('|').collect();
        if values.iter().any(|value| value.is_empty()) {
            return fault(line, format!("{name} has no value"));
        }
        if found.iter().any(|(known, _)| *known == party) {
            return fault(line, format!("{name} is named twice"));
        }
        found.push((party, values));
    }
    if found.is_empty() { fault(line, "no party is named") } else { Ok(found) }
}

/// `2026-01-31` as 20260131.
fn day(rest: &str, line: u32) -> Result<u32, GuideError> {
    let shaped = rest.len() == 10 && rest.bytes().enumerate().all(|(at, byte)| (byte == b'-') == (at == 4 || at == 7));
    let mut parts = rest.split('-').map(|part| part.parse::<u32>().ok());
    match (parts.next().flatten(), parts.next().flatten(), parts.next().flatten()) {
        (Some(year), Some(month), Some(day)) if shaped && is_day(year, month, day) => {
            Ok(year * 10_000 + month * 100 + day)
        }
        _ => fault(line, format!("a day is written 2026-01-31: {rest}")),
    }
}

/// True for a day of the calendar.
pub(super) fn is_day(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    year > 0 && (1..=12).contains(&month) && (1..=last).contains(&day)
}

/// Usage and repeats as a guide has them, or `-`.
fn often(word: &str, line: u32) -> Result<Often, GuideError> {
    if word == "-" { Ok((false, 0)) } else { usage_and_max(word, line) }
}

fn at<'a>(loop_id: &'a str, segment: &'a str) -> SegmentAt<'a> {
    let (id, name) = segment.split_once('/').unwrap_or((segment, ""));
    SegmentAt { loop_id, id, name }
}

/// `05` or `05-3`.
fn place(word: &str, line: u32) -> Result<(u8, u8), GuideError> {
    let (element, component) = word.split_once('-').unwrap_or((word, "0"));
    match (element.parse(), component.parse()) {
        (Ok(element @ 1..=63), Ok(component @ 0..=63)) if word.len() >= 2 => Ok((element, component)),
        _ => fault(line, format!("an element is written 05, a component 05-3: {word}")),
    }
}

fn segment(rest: &str, line: u32) -> Result<Change<'_>, GuideError> {
    match rest.split_ascii_whitespace().collect::<Vec<_>>()[..] {
        [loop_id, segment, usage] => Ok(Change::Segment { at: at(loop_id, segment), often: often(usage, line)? }),
        _ => {
            fault(line, "a segment has a loop, an id, and a usage with the most it may come: segment 2300 REF/auth R1")
        }
    }
}

fn loop_change(rest: &str, line: u32) -> Result<Change<'_>, GuideError> {
    match rest.split_ascii_whitespace().collect::<Vec<_>>()[..] {
        [id, usage] => Ok(Change::Loop { id, within: None, often: often(usage, line)? }),
        [id, "in", within, usage] => Ok(Change::Loop { id, within: Some(within), often: often(usage, line)? }),
        _ => fault(line, "a loop has an id and a usage with the most it may come: loop 2310A in 2300 R2"),
    }
}

fn element(rest: &str, line: u32) -> Result<Change<'_>, GuideError> {
    match words(rest, line)?[..] {
        [loop_id, segment, number, says] => {
            let (says, times) = element_text(says, line)?;
            if times != 1 {
                return fault(line, "one element is changed at a time");
            }
            Ok(Change::Element { at: at(loop_id, segment), place: place(number, line)?, says })
        }
        _ => fault(line, "an element has a loop, a segment, a number, and what is said of it: element 2300 CLM 10 R=P"),
    }
}

fn codes(rest: &str, line: u32) -> Result<Change<'_>, GuideError> {
    let words: Vec<&str> = rest.split_ascii_whitespace().collect();
    let (loop_id, segment, number, edit) = match words[..] {
        [loop_id, segment, number, "add", list] => (loop_id, segment, number, CodeEdit::Add(listed(list, line)?)),
        [loop_id, segment, number, "drop", list] => (loop_id, segment, number, CodeEdit::Drop(listed(list, line)?)),
        [loop_id, segment, number, "rename", old, new] => (loop_id, segment, number, CodeEdit::Rename(old, new)),
        _ => return fault(line, "codes are added, dropped or renamed: codes 2300 CLM 05-3 drop 6|9"),
    };
    Ok(Change::Codes { at: at(loop_id, segment), place: place(number, line)?, edit })
}

fn listed(list: &str, line: u32) -> Result<Vec<&str>, GuideError> {
    let codes: Vec<&str> = list.split('|').collect();
    if codes.iter().any(|code| code.is_empty()) { fault(line, "a code is empty") } else { Ok(codes) }
}

fn add(rest: &str, line: u32) -> Result<Change<'_>, GuideError> {
    let Some((loop_id, statement)) = rest.split_once(char::is_whitespace) else {
        return fault(
            line,
            "what is added has a loop, and is written as in a guide: add 2010BA REF/group S1 @0350 : R=1L R",
        );
    };
    Ok(Change::Add { loop_id, line: line_text(statement.trim(), line, 0)? })
}

fn moved(rest: &str, line: u32) -> Result<Change<'_>, GuideError> {
    match rest.split_ascii_whitespace().collect::<Vec<_>>()[..] {
        [id, "from", from, "to", to, usage, position] => {
            let often = usage_and_max(usage, line)?;
            match position.strip_prefix('@').and_then(|position| position.parse().ok()) {
                Some(position) => Ok(Change::Move { id, from, to, often, position }),
                None => fault(line, format!("a position begins with @: {position}")),
            }
        }
        _ => fault(line, "a loop is moved from one loop to another: move 2310C from 2300 to 2400 S1 @5000"),
    }
}
