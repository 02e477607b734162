//! New control numbers of a run: no interchange that it writes has the number of another between the same two.

use std::hash::{DefaultHasher, Hash, Hasher};

use x12::acknowledge::Isa;
use x12::split::{Renumbered, Sequence};

use super::window::Window;

/// How many numbers are remembered.
const NUMBERS: usize = 100_000;

/// Numbers of interchanges that were written, and where new ones go on.
#[derive(Debug)]
pub(super) struct Numbering {
    sequence: Sequence,
    /// Numbers that were kept or given, with those whose they are.
    used: Window,
    given: Window,
}

/// Sender and receiver of an interchange, as a digest.
#[derive(Clone, Debug)]
pub(super) struct Parties(DefaultHasher);

impl Parties {
    pub(super) fn of(isa: &Isa) -> Self {
        let mut hasher = DefaultHasher::new();
        (&isa.sender_qualifier, &isa.sender, &isa.receiver_qualifier, &isa.receiver).hash(&mut hasher);
        Self(hasher)
    }

    /// The digest of a number between them; of what is no number, of its bytes.
    fn with(&self, number: &[u8]) -> u64 {
        let mut hasher = self.0.clone();
        let digits = number.iter().position(|&byte| byte != b'0').unwrap_or(number.len());
        number.get(digits..).unwrap_or_default().hash(&mut hasher);
        hasher.finish()
    }
}

impl Numbering {
    pub(super) fn new(start: u32) -> Self {
        Self { sequence: Sequence::new(u64::from(start)), used: Window::new(NUMBERS), given: Window::new(NUMBERS) }
    }

    /// What an interchange of these goes on with, and whether its own number, `control`, was given to another.
    pub(super) fn open(&mut self, parties: &Parties, control: &[u8]) -> (Sequence, bool) {
        let own = parties.with(control);
        let renew = self.given.has(own);
        self.used.again(own);
        let mut sequence = self.sequence;
        sequence.pass(|number| self.used.has(parties.with(number.to_string().as_bytes())));
        (sequence, renew)
    }

    /// A number was given in place of another.
    pub(super) fn give(&mut self, parties: &Parties, change: &Renumbered) {
        let digest = parties.with(&change.new);
        self.used.again(digest);
        self.given.again(digest);
    }

    /// An interchange has ended.
    pub(super) fn close(&mut self, sequence: Sequence) {
        self.sequence = sequence;
    }
}
