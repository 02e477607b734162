//! Where a run of bytes may be cut so that the next piece can be read on its own.

use x12::guide::Plan;
use x12::wire::Delimiters;

/// A cut: the piece ends here, and the next one begins with the segment `upcoming`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Offset of the first byte of the next piece.
    pub(crate) at: usize,
    /// Length of the segment there, without its terminator.
    pub(crate) upcoming: usize,
}

/// The last place in `bytes` before which the set may be cut: a complete segment that the plan's `cut` lines
/// name, or a set's header. Never the first byte: a cut there would cut nothing off.
pub(crate) fn last_cut(bytes: &[u8], delimiters: Delimiters, plan: Option<&Plan>) -> Option<Cut> {
    let mut end = memchr::memrchr(delimiters.terminator, bytes)?;
    while end > 0 {
        let before = memchr::memrchr(delimiters.terminator, &bytes[..end])?;
        let start = skip_blanks(bytes, before + 1);
        if start < end && may_cut(&bytes[start..end], delimiters, plan) {
            return Some(Cut { at: start, upcoming: end - start });
        }
        end = before;
    }
    None
}

fn skip_blanks(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0)) {
        at += 1;
    }
    at
}

fn may_cut(segment: &[u8], delimiters: Delimiters, plan: Option<&Plan>) -> bool {
    let name_end = segment.iter().take(4).position(|&byte| byte == delimiters.element);
    let Some(name) = name_end.map(|end| &segment[..end]) else { return false };
    if name == b"ST" {
        return true;
    }
    let Some(plan) = plan else { return false };
    plan.cuts.iter().any(|(id, levels)| {
        *id == x12::wire::SegmentId::new(name)
            && (levels.is_empty() || {
                let element = plan.hierarchy.map_or(1, |hierarchy| usize::from(hierarchy.level));
                let value = segment.split(|&byte| byte == delimiters.element).nth(element).unwrap_or_default();
                levels.iter().any(|level| level.as_bytes() == value)
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_may_be_cut_before_its_header_without_a_plan() {
        let bytes = b"SE*2*1~\r\nST*837*2~BHT*1~NM1";
        assert_eq!(last_cut(bytes, Delimiters::default(), None), Some(Cut { at: 9, upcoming: 8 }));
        assert_eq!(last_cut(b"ST*837*2~BHT*1~", Delimiters::default(), None), None, "the first byte is no cut");
        assert_eq!(last_cut(b"no terminator", Delimiters::default(), None), None);
    }
}
