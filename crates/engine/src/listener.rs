//! What listens to the walk of a piece, and makes items and columns of it.

use x12::claim::{Builder, NONE};
use x12::guide::{Plan, Role};
use x12::validate::Visitor;
use x12::wire::Segment;

use crate::item::{Item, Kind};
use crate::standing::Inside;

/// What a segment began.
pub(crate) enum Opened {
    Level,
    Claim,
    Record,
    /// What stands behind the last record.
    Header,
    Lost,
}

/// Turns what the walk passes into columns.
pub(crate) struct Columns<'p, 'b>(pub(crate) Option<&'p mut Builder<'b>>);

impl Visitor for Columns<'_, '_> {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "asked for every segment, mostly for nothing")]
    fn segment(&mut self, loop_index: u16, slot: u32, segment: &Segment<'_>) {
        if let Some(builder) = &mut self.0 {
            builder.segment(loop_index, slot, segment);
        }
    }
}

/// Turns the walk into items and columns.
pub(crate) struct Listener<'p, 'b> {
    pub(crate) plan: &'p Plan,
    pub(crate) builder: Option<&'p mut Builder<'b>>,
    pub(crate) rows: &'p mut u32,
    pub(crate) items: &'p mut Vec<Item>,
    pub(crate) map: u8,
    pub(crate) opened: Option<Opened>,
    /// Where records are wanted, whether one closed without that another opened.
    pub(crate) record: Option<bool>,
    pub(crate) length: u32,
}

impl Listener<'_, '_> {
    fn item(&mut self, kind: Kind, segment: &Segment<'_>) {
        let head_end = (segment.end() + 1).min(self.length);
        self.items.push(Item { kind, start: segment.start(), head_end, segments: 0, map: self.map });
    }

    /// `segment` is not of the record that it ended.
    fn leave_record(&mut self, segment: &Segment<'_>) {
        if self.record == Some(true) {
            self.record = Some(false);
            self.opened = Some(Opened::Header);
            self.item(Kind::More(Inside::Header), segment);
        }
    }
}

impl Visitor for Listener<'_, '_> {
    fn open(&mut self, index: u16, segment: &Segment<'_>) {
        if let Some(builder) = &mut self.builder {
            builder.open(index, segment);
        }
        let kind = match self.plan.role_of(index) {
            Some(Role::Claim) => {
                self.opened = Some(Opened::Claim);
                let row = if self.builder.is_some() { *self.rows } else { NONE };
                *self.rows += u32::from(row != NONE);
                Kind::Claim(row)
            }
            Some(role @ (Role::Provider | Role::Subscriber | Role::Patient)) => {
                self.opened = Some(Opened::Level);
                Kind::Level(role)
            }
            Some(Role::Record) => {
                self.opened = Some(Opened::Record);
                self.record = self.record.map(|_| false);
                Kind::Record
            }
            _ => return self.leave_record(segment),
        };
        self.item(kind, segment);
    }

    fn segment(&mut self, loop_index: u16, slot: u32, segment: &Segment<'_>) {
        if let Some(builder) = &mut self.builder {
            builder.segment(loop_index, slot, segment);
        }
        self.leave_record(segment);
    }

    fn unplaced(&mut self, segment: &Segment<'_>) {
        if let Some(builder) = &mut self.builder {
            builder.unplaced(segment);
        }
        if self.plan.claim_opener() == Some(segment.id()) {
            self.opened = Some(Opened::Lost);
        }
    }

    fn close(&mut self, index: u16) {
        if let Some(builder) = &mut self.builder {
            builder.close(index);
        }
        if self.record.is_some() && self.plan.role_of(index) == Some(Role::Record) {
            self.record = Some(true);
        }
    }
}
