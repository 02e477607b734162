//! A look ahead: what is in force at the end of a run of bytes, so that it can be cut well.

use std::ops::Range;
use std::sync::Arc;

use x12::guide::{Guides, Parties, Plan, Route};
use x12::wire::{Delimiters, Fault, Header, Limits, Mode, Scanner, Segment, Tokens, header};

use crate::group::Group;

/// So many lines of one length are no chance.
const EVEN_LINES: usize = 4;

/// What pieces are cut by.
#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) delimiters: Delimiters,
    pub(crate) parties: Option<Arc<Parties>>,
    pub(crate) group: Option<Arc<Group>>,
    pub(crate) plan: Option<Arc<Plan>>,
    /// The levels of the hierarchy that were open where a piece ended, by loop.
    pub(crate) levels: Vec<(u16, u64)>,
}

/// What is in force at the end of `bytes`, beginning from `known`; `None` while no interchange was seen.
pub(crate) fn look(bytes: &[u8], known: Option<&Known>, guides: &Guides, aliases: bool) -> Option<Known> {
    let mut scanner = Scanner::new(Limits::default());
    scanner.resume(known.map_or(Mode::Outside, |known| Mode::Inside(known.delimiters)));
    let mut seen = Seen { known: known.cloned(), guides, aliases };
    scanner.scan(bytes, false, &mut seen);
    seen.known
}

/// True when the first interchange in `bytes` is broken into lines: its header is, or its lines are of one length and
/// end where no segment does.
pub(crate) fn is_wrapped(bytes: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(bytes, b"ISA") else { return false };
    match header(&bytes[at..], true) {
        Header::Found { wrapped: true, .. } => true,
        Header::Found { delimiters, .. } => has_even_lines(&bytes[at..], delimiters.terminator),
        _ => false,
    }
}

/// True when the first lines are equally long, and one of them does not end with `terminator`.
fn has_even_lines(bytes: &[u8], terminator: u8) -> bool {
    let lines = bytes.split(|&byte| byte == b'\n').take(EVEN_LINES);
    let mut lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let first = lines.next().unwrap_or_default();
    let (mut count, mut torn) = (1, first.last() != Some(&terminator));
    for line in lines {
        if line.len() != first.len() {
            return false;
        }
        torn |= line.last() != Some(&terminator);
        count += 1;
    }
    torn && count == EVEN_LINES
}

struct Seen<'g> {
    known: Option<Known>,
    guides: &'g Guides,
    aliases: bool,
}

impl Tokens for Seen<'_> {
    fn header(&mut self, segment: &Segment<'_>) {
        let parties = self.guides.parties(segment).map(Arc::new);
        self.known =
            Some(Known { delimiters: segment.delimiters(), parties, group: None, plan: None, levels: Vec::new() });
    }

    fn segment(&mut self, segment: &Segment<'_>, _terminated: bool) {
        let Some(known) = &mut self.known else { return };
        match segment.name() {
            b"GS" => known.group = Some(Arc::new(Group::of(segment, known.parties.as_ref()))),
            b"ST" => {
                let group = known.group.as_deref();
                known.plan = match Group::route(group, segment, self.guides, self.aliases) {
                    Route::Plan(plan) | Route::WrongGroup(plan) if known.group.is_some() => Some(plan),
                    _ => None,
                };
            }
            _ => {}
        }
    }

    fn fault(&mut self, _fault: Fault, _range: Range<usize>, _first: bool) {}
}
