//! What the records of a piece say, but for what is only known in the order of the file.

use x12::position::Span;
use x12::record::{Link, Pen, Tape};

use super::amounts::Adjusted;

/// What the records of a piece say.
#[derive(Debug, Default)]
pub(crate) struct Pressed {
    /// The insides of objects, without their last comma.
    pub(crate) text: Pen,
    /// What records themselves say, where they are wanted as cells: their lines have no text then.
    pub(crate) tape: Tape,
    /// What is told with the lines below it, in the order of the piece.
    pub(crate) fragments: Vec<Fragment>,
    /// In the order of the piece.
    pub(crate) lines: Vec<Line>,
    /// The adjustments of claims, in the order of these.
    pub(crate) adjusted: Vec<Adjusted>,
}

/// What is told with every line below it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fragment {
    /// Which of the form's contexts.
    pub(crate) context: usize,
    /// Offset in the piece.
    pub(crate) offset: u32,
    /// Its place in the text.
    pub(crate) text: Span,
    /// Its row.
    pub(crate) row: u32,
}

/// A row that has a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    /// Which of the form's records; 0 is the record itself.
    pub(crate) record: usize,
    /// Its row.
    pub(crate) row: u32,
    /// Offset in the piece.
    pub(crate) offset: u32,
    /// Number of its segment, as the walker counts.
    pub(crate) segment: u32,
    /// Its place in the text, or among the cells.
    pub(crate) text: Span,
    /// The identifier of its family, within the text.
    pub(crate) link: Option<Link>,
    /// As `text`, if that identifier is a social security number: where more of the record depends on it.
    pub(crate) hidden: Option<Span>,
}

impl Pressed {
    pub(crate) fn clear(&mut self) {
        self.text.truncate(0);
        self.tape.clear();
        self.fragments.clear();
        self.lines.clear();
        self.adjusted.clear();
    }
}
