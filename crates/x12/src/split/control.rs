//! New control numbers, and what they stand for.

/// The control numbers that may be renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlKind {
    /// ISA13.
    Interchange,
    /// GS06.
    Group,
    /// ST02.
    Set,
    /// BHT03.
    Batch,
}

impl ControlKind {
    /// The element that holds it: `ISA13`, `GS06`, `ST02`, `BHT03`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Interchange => "ISA13",
            Self::Group => "GS06",
            Self::Set => "ST02",
            Self::Batch => "BHT03",
        }
    }
}

/// A control number that was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renumbered {
    /// Which.
    pub kind: ControlKind,
    /// The number in the input.
    pub old: Vec<u8>,
    /// The number in the output. No number is given out twice in an interchange.
    pub new: Vec<u8>,
}
