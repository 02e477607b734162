//! The four delimiters of an interchange.

/// Bytes of an ISA with its terminator.
pub(crate) const ISA_LENGTH: usize = 106;

/// As the ISA sets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delimiters {
    /// Between elements.
    pub element: u8,
    /// Between components.
    pub component: u8,
    /// Between repetitions.
    pub repetition: u8,
    /// Behind a segment.
    pub terminator: u8,
}

impl Delimiters {
    /// Those that an ISA of 106 bytes sets; None where it is shorter.
    pub(crate) fn of(isa: &[u8]) -> Option<Self> {
        match (isa.get(3), isa.get(104), isa.get(82), isa.get(105)) {
            (Some(&element), Some(&component), Some(&repetition), Some(&terminator)) => {
                Some(Self { element, component, repetition, terminator })
            }
            _ => None,
        }
    }

    /// The four as bytes, as they stand before each set of a batch.
    #[must_use]
    pub fn together(self) -> [u8; 4] {
        [self.element, self.component, self.repetition, self.terminator]
    }
}

impl From<[u8; 4]> for Delimiters {
    fn from([element, component, repetition, terminator]: [u8; 4]) -> Self {
        Self { element, component, repetition, terminator }
    }
}

/// Blanks that may stand between a terminator and the next segment.
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}
