//! Records as cells, for whoever makes columns of them.

use x12::position::Span;

/// A record that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The number of the line that says where it comes from.
    pub source: u64,
    /// Its number in the file.
    pub index: u64,
    /// Number of its segment in the set, ST = 1.
    pub segment_index: u32,
    /// Its cells.
    pub cells: Span,
    /// The identifier of its family turned out to be a social security number.
    pub hides_link: bool,
    /// What its contexts say, among what the rows say beside their cells.
    pub context: Span,
}

/// The records of a piece that are taken.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) taken: Vec<Row>,
    /// What contexts say, as it changes.
    pub(crate) said: Vec<u8>,
    last: Span,
}

impl Rows {
    /// A row, whose contexts say what is `said`.
    pub(crate) fn push(&mut self, row: Row, said: &[u8]) {
        if self.last.of(&self.said) != said {
            let start = self.said.len();
            self.said.extend_from_slice(said);
            self.last = Span::new(start as u32, self.said.len() as u32);
        }
        self.taken.push(Row { context: self.last, ..row });
    }

    pub(crate) fn clear(&mut self) {
        self.taken.clear();
        self.said.clear();
        self.last = Span::default();
    }
}
