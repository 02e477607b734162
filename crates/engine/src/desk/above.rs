//! The levels above the claim at hand, kept so that a finding about them has its place in whichever piece they were.

/// Most bytes of a level that are kept.
const LONGEST: usize = 16 * 1024;

/// The open levels: billing provider, subscriber, patient.
#[derive(Debug, Default)]
pub(crate) struct Above {
    levels: [Level; 3],
}

/// One of them: its segments up to the next level or claim.
#[derive(Debug, Default)]
pub(crate) struct Level {
    pub(crate) bytes: Vec<u8>,
    /// Number of its first segment in the set.
    pub(crate) segment: u32,
    /// Offset in the file of its first byte.
    pub(crate) offset: u64,
}

impl Above {
    /// Level `depth` begins; those below the one before it are over.
    pub(crate) fn enter(&mut self, depth: usize, bytes: &[u8], segment: u32, offset: u64) {
        for level in self.levels.iter_mut().skip(depth) {
            level.bytes.clear();
        }
        if let Some(level) = self.levels.get_mut(depth) {
            level.bytes.extend_from_slice(bytes.get(..LONGEST).unwrap_or(bytes));
            (level.segment, level.offset) = (segment, offset);
        }
    }

    /// The level that rows of `table` are read from, if it is one of them. It may not be open.
    pub(crate) fn of(&self, table: &str) -> Option<&Level> {
        let depth = match table {
            "provider" => 0,
            "subscriber" | "payer" => 1,
            "patient" => 2,
            _ => return None,
        };
        self.levels.get(depth)
    }
}

impl Level {
    /// True between its first segment and the next level that ends it.
    pub(crate) fn is_open(&self) -> bool {
        !self.bytes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_ends_those_below_the_one_before() {
        let mut above = Above::default();
        above.enter(0, b"HL*1", 6, 100);
        above.enter(1, b"HL*2", 12, 200);
        above.enter(2, b"HL*3", 18, 300);
        above.enter(1, b"HL*4", 40, 400);
        assert_eq!(above.of("provider").unwrap().segment, 6);
        assert_eq!(above.of("payer").unwrap().offset, 400);
        assert!(!above.of("patient").unwrap().is_open());
        assert!(above.of("line").is_none());
    }
}
