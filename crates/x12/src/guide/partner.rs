//! For whom an overlay is, and when.

use super::overlay::{OverlayText, Party, is_day};
use super::text::GuideError;
use crate::wire::Segment;

/// What is known of an overlay before it is compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverlayInfo {
    /// Its name: `example-health-plan/professional`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it is called.
    pub title: String,
    /// Kind of the guide that it is over.
    pub kind: String,
    /// Version of that guide.
    pub guide_version: String,
    /// The first day that it is in force, CCYYMMDD.
    pub from: u32,
    /// The last day, where there is one.
    pub until: Option<u32>,
    pub(super) over_line: u32,
    conditions: Vec<(Party, Vec<String>)>,
}

/// Who sends and who receives a group, and when its interchange was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parties {
    /// ISA05 to ISA08.
    interchange: [Vec<u8>; 4],
    /// GS02 and GS03.
    group: [Vec<u8>; 2],
    /// ISA09 as CCYYMMDD; where that is no day, the day of the run.
    day: u32,
}

impl Parties {
    /// Those of the interchange that `isa` opens; `today` (CCYYMMDD) stands for a date that is none.
    #[must_use]
    pub fn of_interchange(isa: &Segment<'_>, today: u32) -> Self {
        let id = |element| isa.element(element).trim_ascii_end().to_vec();
        let interchange = [id(5), id(6), id(7), id(8)];
        Self { interchange, group: Default::default(), day: day_of(isa.element(9)).unwrap_or(today) }
    }

    /// The same with those of the group that `gs` opens.
    #[must_use]
    pub fn in_group(&self, gs: &Segment<'_>) -> Self {
        let id = |element| gs.element(element).trim_ascii_end().to_vec();
        Self { group: [id(2), id(3)], ..self.clone() }
    }

    fn id(&self, party: Party) -> &[u8] {
        match party {
            Party::SenderQualifier => &self.interchange[0],
            Party::Sender => &self.interchange[1],
            Party::ReceiverQualifier => &self.interchange[2],
            Party::Receiver => &self.interchange[3],
            Party::GroupSender => &self.group[0],
            Party::GroupReceiver => &self.group[1],
        }
    }
}

/// YYMMDD as CCYYMMDD: version 5010 is of this century.
fn day_of(date: &[u8]) -> Option<u32> {
    let digits = std::str::from_utf8(date).ok().filter(|text| text.len() == 6)?;
    let day = 20_000_000 + digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u32>().ok())??;
    is_day(day / 10_000, day / 100 % 100, day % 100).then_some(day)
}

impl OverlayInfo {
    /// Reads the text of an overlay as far as it says for whom it is.
    ///
    /// # Errors
    ///
    /// The first fault of the text by itself.
    pub(super) fn read(text: &str) -> Result<Self, GuideError> {
        let mut faults = Vec::new();
        let text = OverlayText::read(text, &mut faults);
        if let Some(first) = faults.into_iter().next() {
            return Err(first);
        }
        let values = |list: &[&str]| list.iter().map(|value| value.replace('_', " ")).collect();
        Ok(Self {
            name: text.name.to_owned(),
            version: text.version.to_owned(),
            title: text.title.to_owned(),
            kind: text.over.0.to_owned(),
            guide_version: text.over.1.to_owned(),
            from: text.from.unwrap_or(0),
            until: text.until,
            over_line: text.over_line,
            conditions: text.conditions.iter().map(|(party, list)| (*party, values(list))).collect(),
        })
    }

    /// Name and version, as findings and reports have them.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{} {}", self.name, self.version)
    }

    /// True when it is for these parties on their day.
    pub(super) fn is_for(&self, parties: &Parties) -> bool {
        let named =
            |(party, values): &(Party, Vec<String>)| values.iter().any(|value| value.as_bytes() == parties.id(*party));
        self.from <= parties.day
            && self.until.is_none_or(|until| parties.day <= until)
            && self.conditions.iter().all(named)
    }

    /// Of several that are for somebody, the highest counts: it says most closely for whom, or began last.
    pub(super) fn rank(&self) -> (usize, u32) {
        (self.conditions.len(), self.from)
    }

    /// True when nothing tells which of the two is meant: same guide, same conditions, and a day in both.
    pub(super) fn clashes(&self, other: &Self) -> bool {
        let ends = |info: &Self| info.until.unwrap_or(u32::MAX);
        let same = |(party, values): &(Party, Vec<String>)| {
            other
                .conditions
                .iter()
                .any(|(other, theirs)| other == party && values.iter().any(|value| theirs.contains(value)))
        };
        (&self.kind, &self.guide_version) == (&other.kind, &other.guide_version)
            && self.from <= ends(other)
            && other.from <= ends(self)
            && self.conditions.len() == other.conditions.len()
            && self.conditions.iter().all(same)
    }
}
