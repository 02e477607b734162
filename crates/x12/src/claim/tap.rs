//! What is taken from the segments of a slot, as a map has it.

use super::map::Part;
use super::packed::pack_at;
use super::schema::FieldKind;
use crate::position::Span;
use crate::wire::Segment;

/// What the builder must know of a table.
#[derive(Debug)]
pub(super) struct TableTaps {
    /// Row 0 is what an earlier piece left in force.
    pub(super) context: bool,
    /// Its loop is not one that claims stand in: it closes, but its row stays in force as long as its parent's.
    pub(super) aside: bool,
    /// As in the schema.
    pub(super) parents: Vec<usize>,
    /// The tables whose current row ends when one of this table begins.
    pub(super) below: Vec<u16>,
}

/// Begins a row.
#[derive(Clone, Debug)]
pub(super) struct RowTap {
    pub(super) table: u16,
    /// The one parent the row belongs to; all when `None`.
    pub(super) parent: Option<u8>,
    /// Elements taken for the row wherever they stand: those that no row of the segment has for itself.
    pub(super) shared: Vec<Tap>,
}

/// What is taken from the segments of a slot.
#[derive(Debug, Default)]
pub(super) struct SlotTaps {
    /// Rows that the segment itself begins.
    pub(super) rows: Vec<RowTap>,
    /// Rows that groups of its elements begin; `Tap::group` counts into them from 1.
    pub(super) groups: Vec<RowTap>,
    /// What is taken, by element and component.
    pub(super) taps: Vec<Tap>,
}

/// Takes one value.
#[derive(Clone, Debug)]
pub(super) struct Tap {
    pub(super) element: u8,
    pub(super) component: u8,
    pub(super) table: u16,
    pub(super) column: u16,
    pub(super) kind: FieldKind,
    pub(super) part: Part,
    pub(super) test: Option<Test>,
    /// The group of elements that begins its row, and which one; 0 for none.
    pub(super) group: u8,
    pub(super) ordinal: u8,
}

/// A condition: the element must be one of the codes, or just be there when there are none.
#[derive(Clone, Debug)]
pub(super) struct Test {
    pub(super) element: u8,
    /// From 1; 0 for the element itself.
    pub(super) component: u8,
    pub(super) codes: Vec<u64>,
    /// It must be none of the codes instead, or not there.
    pub(super) except: bool,
}

/// The value of an element of `segment`, or of a component of it, from 1.
pub(super) fn value_at(segment: &Segment<'_>, element: usize, component: u8) -> Span {
    if component == 0 { segment.span(element) } else { segment.component_span(element, usize::from(component)) }
}

impl Test {
    /// True when `segment` says what is asked for.
    pub(super) fn passes(&self, segment: &Segment<'_>) -> bool {
        let value = value_at(segment, usize::from(self.element), self.component);
        if self.codes.is_empty() {
            !value.is_empty()
        } else {
            pack_at(segment.buffer(), value).is_some_and(|code| self.codes.contains(&code)) != self.except
        }
    }
}
