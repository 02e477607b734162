//! A run of a file's bytes.

/// Line breaks that were taken out of a wrapped file, as counts before offsets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Breaks {
    /// Offsets in the bytes given away, each where one line break byte was taken out before it.
    pub(crate) at: Vec<u32>,
}

impl Breaks {
    /// How many bytes were taken out before `offset`.
    pub(crate) fn before(&self, offset: u32) -> u64 {
        self.at.partition_point(|&at| at <= offset) as u64
    }
}

/// Bytes given away by a source.
#[derive(Default)]
pub(crate) struct Taken {
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
    /// Where the first of them stands in the file.
    pub(crate) offset: u64,
    /// What was taken out of a wrapped file.
    pub(crate) breaks: Option<Breaks>,
    /// The shelf that the buffer is from, if it is from one.
    pub(crate) shelf: Option<usize>,
}

impl Taken {
    /// Cuts the bytes from `at` on off.
    pub(crate) fn split_off(&mut self, at: usize) -> Self {
        let offset = self.offset_of(at as u32);
        let bytes = self.bytes.split_off(at);
        let breaks = self.breaks.as_mut().map(|breaks| {
            let cut = breaks.at.partition_point(|&gone| gone as usize <= at);
            Breaks { at: breaks.at.split_off(cut).iter().map(|gone| gone - at as u32).collect() }
        });
        Self { bytes, offset, breaks, shelf: None }
    }

    /// These bytes and then those of `next`.
    pub(crate) fn join(mut self, next: Self) -> Self {
        let shift = self.bytes.len() as u32;
        self.bytes.extend_from_slice(&next.bytes);
        let breaks = self.breaks.take().map_or_else(Vec::new, |breaks| breaks.at);
        let more = next.breaks.map_or_else(Vec::new, |breaks| breaks.at);
        let at: Vec<u32> = breaks.into_iter().chain(more.into_iter().map(|gone| gone + shift)).collect();
        self.breaks = (!at.is_empty()).then_some(Breaks { at });
        self
    }

    /// Where byte `at` of these stands in the file.
    pub(crate) fn offset_of(&self, at: u32) -> u64 {
        self.offset + u64::from(at) + self.breaks.as_ref().map_or(0, |breaks| breaks.before(at))
    }

    /// Which byte of these stands at `offset` in the file; none where that is in no or another piece.
    pub(crate) fn find(&self, offset: u64) -> Option<u32> {
        let (mut from, mut to) = (0, self.bytes.len() as u32);
        while from < to {
            let middle = from + (to - from) / 2;
            if self.offset_of(middle) < offset {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        (offset >= self.offset && (from as usize) < self.bytes.len()).then_some(from)
    }
}

/// Takes the line breaks out of `bytes` from `from` on.
pub(crate) fn strip(bytes: &mut Vec<u8>, from: usize, breaks: &mut Breaks) {
    let mut kept = from;
    for at in from..bytes.len() {
        let byte = bytes[at];
        if byte == b'\r' || byte == b'\n' {
            breaks.at.push(kept as u32);
        } else {
            bytes[kept] = byte;
            kept += 1;
        }
    }
    bytes.truncate(kept);
}
