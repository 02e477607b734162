//! Syntax notes, judged by which members are there.

use crate::finding::Code;
use crate::guide::{Note, NoteKind};

/// The member to blame and its code, when `present` (bit n is member n) breaks `note`.
#[inline]
pub(super) fn broken(note: Note, present: u64) -> Option<(u8, Code)> {
    let there = present & note.members;
    let absent = note.members & !present;
    // all or none: the usual cases
    if there == 0 && note.kind != NoteKind::Required || absent == 0 && note.kind != NoteKind::Exclusive {
        return None;
    }
    let first = 1u64 << note.first;
    let lacking = |members: u64| Some((lowest(members), Code::ELEMENT_CONDITION_MISSING));
    match note.kind {
        NoteKind::Paired if there != 0 && absent != 0 => lacking(absent),
        NoteKind::Required if there == 0 => lacking(first),
        NoteKind::Exclusive if there.count_ones() > 1 => Some((lowest(there & (there - 1)), Code::ELEMENT_EXCLUDED)),
        NoteKind::Conditional if there & first != 0 && absent != 0 => lacking(absent),
        NoteKind::List if there == first => lacking(absent),
        _ => None,
    }
}

fn lowest(members: u64) -> u8 {
    u8::try_from(members.trailing_zeros()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(kind: NoteKind, first: u8, members: &[u8], present: &[u8]) -> Option<(u8, Code)> {
        let bits = |list: &[u8]| list.iter().fold(0u64, |mask, &member| mask | 1 << member);
        broken(Note { kind, first, members: bits(members) }, bits(present))
    }

    #[test]
    fn each_kind_of_note_blames_the_right_member() {
        use NoteKind::{Conditional, Exclusive, List, Paired, Required};
        let missing = |member| Some((member, Code::ELEMENT_CONDITION_MISSING));
        assert_eq!(judge(Paired, 3, &[3, 4], &[]), None);
        assert_eq!(judge(Paired, 3, &[3, 4], &[3, 4]), None);
        assert_eq!(judge(Paired, 3, &[3, 4], &[3]), missing(4));
        assert_eq!(judge(Paired, 3, &[3, 4], &[4]), missing(3));
        assert_eq!(judge(Required, 2, &[2, 3], &[1]), missing(2));
        assert_eq!(judge(Required, 2, &[2, 3], &[3]), None);
        assert_eq!(judge(Exclusive, 2, &[2, 7], &[2, 7]), Some((7, Code::ELEMENT_EXCLUDED)));
        assert_eq!(judge(Exclusive, 2, &[2, 7], &[7]), None);
        assert_eq!(judge(Conditional, 6, &[6, 5], &[6]), missing(5));
        assert_eq!(judge(Conditional, 6, &[6, 5], &[5]), None);
        assert_eq!(judge(List, 5, &[5, 6, 7], &[5]), missing(6));
        assert_eq!(judge(List, 5, &[5, 6, 7], &[5, 7]), None);
        assert_eq!(judge(List, 5, &[5, 6, 7], &[6]), None);
    }
}
