//! The interchange header: where it is, how long it is, and the delimiters it declares.

use super::Delimiters;

/// Offsets of the sixteen element separators of a fixed-width `ISA`.
const FIXED: [usize; 16] = [3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103];
/// Length of a fixed-width `ISA`, its terminator included.
pub(crate) const FIXED_LEN: usize = 106;
/// A header that is not fixed width ends within this many bytes, or it is none.
pub(crate) const LONGEST: usize = 512;

/// The repetition separator that nearly everybody uses.
const USUAL_REPETITION: u8 = b'^';

/// What stands where an interchange header was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// A header of `len` bytes, its terminator included.
    Found {
        /// The delimiters that it declares.
        delimiters: Delimiters,
        /// Its length in bytes, the terminator included.
        len: usize,
        /// Line breaks stand inside it: the file is wrapped.
        wrapped: bool,
    },
    /// It begins like a header, but its delimiters other than ISA11 cannot be told apart, or are letters, digits or
    /// blanks.
    Unusable {
        /// How many bytes belong to it.
        len: usize,
    },
    /// It begins like a header and ends too early.
    Truncated,
    /// It may be a header; more bytes are needed to say so.
    Incomplete,
    /// It is none.
    Absent,
}

/// Reads the header at the start of `bytes`; `last` says that no more bytes follow.
#[must_use]
pub fn header(bytes: &[u8], last: bool) -> Header {
    let known = bytes.len().min(3);
    if bytes[..known] != b"ISA"[..known] {
        return Header::Absent;
    }
    let short = if last { Header::Truncated } else { Header::Incomplete };
    let Some(&element) = bytes.get(3) else { return short };
    if !last && bytes.len() < FIXED_LEN {
        return Header::Incomplete;
    }
    if let Some(head) = bytes.get(..FIXED_LEN)
        && is_fixed(head)
    {
        return judge(element, head[82], head[104], head[105], &head[84..89], FIXED_LEN, false);
    }
    if element.is_ascii_alphanumeric() || element == b' ' || element == 0 || is_break(element) {
        return Header::Absent;
    }
    counted(bytes, element, last)
}

/// True when the separators of `head`, which has [`FIXED_LEN`] bytes, stand where a fixed-width `ISA` has them.
pub(crate) fn is_fixed(head: &[u8]) -> bool {
    FIXED.iter().all(|&at| head.get(at) == head.get(3))
}

/// A header that is not fixed width: its elements are counted.
fn counted(bytes: &[u8], element: u8, last: bool) -> Header {
    let short = if last { Header::Truncated } else { Header::Incomplete };
    let mut separators = 0;
    let mut starts = [0usize; 17];
    let mut wrapped = false;
    for (at, &byte) in bytes.iter().enumerate().take(LONGEST) {
        if separators == 16 && !is_break(byte) {
            let Some((term_at, terminator)) = terminator_after(bytes, at, last) else { return short };
            let repetition = field(bytes, &starts, 11).first().copied().unwrap_or(b'U');
            let version = field(bytes, &starts, 12);
            return judge(element, repetition, byte, terminator, version, term_at + 1, wrapped);
        }
        if byte == element {
            separators += 1;
            starts[separators] = at + 1;
        } else if is_break(byte) && element != byte {
            wrapped = true;
        }
    }
    if bytes.len() >= LONGEST { Header::Truncated } else { short }
}

/// The terminator follows the component separator; a line break between them belongs to the wrapping
/// unless nothing but the line break is there.
fn terminator_after(bytes: &[u8], component_at: usize, last: bool) -> Option<(usize, u8)> {
    let at = component_at + 1;
    let byte = *bytes.get(at)?;
    if is_break(byte) {
        // no farther than a header may reach, so that what is told does not depend on how much is at hand
        let reach = bytes.get(at..bytes.len().min(LONGEST)).unwrap_or_default();
        let next = reach.iter().position(|&byte| !is_break(byte)).map(|ahead| at + ahead);
        if let Some(next) = next {
            let terminator = bytes[next];
            if !terminator.is_ascii_alphanumeric() && terminator != b' ' {
                return Some((next, terminator));
            }
        } else if !last && bytes.len() < LONGEST {
            return None;
        }
    }
    Some((at, byte))
}

fn field<'a>(bytes: &'a [u8], starts: &[usize; 17], number: usize) -> &'a [u8] {
    bytes.get(starts[number]..starts[number + 1].saturating_sub(1)).unwrap_or_default()
}

fn is_break(byte: u8) -> bool {
    byte == b'\r' || byte == b'\n'
}

fn judge(element: u8, isa11: u8, component: u8, terminator: u8, version: &[u8], len: usize, wrapped: bool) -> Header {
    let repeats = version >= b"00402".as_slice() && version.first() == Some(&b'0');
    let blank = matches!(isa11, b' ' | b'\t' | b'\r' | b'\n' | 0);
    // one that is another delimiter too separates nothing: what stands around it can be read all the same
    let taken = |byte| [element, component, terminator].contains(&byte);
    let own = !isa11.is_ascii_alphanumeric() && !blank && !taken(isa11);
    // senders that kept the U of version 00401 repeat with the usual separator, if they repeat
    let kept = isa11 == b'U' && !taken(USUAL_REPETITION);
    let repetition = if own { Some(isa11) } else { kept.then_some(USUAL_REPETITION) }.filter(|_| repeats);
    let all = [Some(element), Some(component), Some(terminator), repetition];
    let mut given = all.iter().flatten();
    let usable = given.clone().all(|&byte| !byte.is_ascii_alphanumeric() && byte != b' ' && byte != 0);
    let distinct = given.all(|byte| all.iter().flatten().filter(|&other| other == byte).count() == 1);
    if usable && distinct {
        Header::Found { delimiters: Delimiters { element, component, repetition, terminator }, len, wrapped }
    } else {
        Header::Unusable { len }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISA: &[u8] =
        b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260101*1200*^*00501*000000001*0*T*:~";

    #[test]
    fn a_fixed_width_header_ends_at_byte_105() {
        let Header::Found { delimiters, len, wrapped } = header(ISA, true) else { panic!("not found") };
        assert_eq!((delimiters, len, wrapped), (Delimiters::default(), 106, false));
    }

    #[test]
    fn a_header_of_other_width_is_counted() {
        let short = b"ISA|00||00||ZZ|A|ZZ|B|260101|1200|^|00501|1|0|T|>\n";
        let Header::Found { delimiters, len, .. } = header(short, true) else { panic!("not found") };
        assert_eq!((delimiters.element, delimiters.component, delimiters.terminator, len), (b'|', b'>', b'\n', 50));
    }

    #[test]
    fn every_prefix_is_incomplete_and_truncated_at_the_end() {
        for cut in 0..ISA.len() {
            assert_eq!(header(&ISA[..cut], false), Header::Incomplete, "{cut}");
            assert_eq!(header(&ISA[..cut], true), Header::Truncated, "{cut}");
        }
    }

    #[test]
    fn delimiters_that_cannot_be_told_apart_are_unusable() {
        let mut same = ISA.to_vec();
        same[104] = b'*';
        assert_eq!(header(&same, true), Header::Unusable { len: 106 });
        let mut letter = ISA.to_vec();
        letter[105] = b'A';
        assert_eq!(header(&letter, true), Header::Unusable { len: 106 });
        let digits: Vec<u8> = ISA.iter().map(|&byte| if byte == b'*' { b'7' } else { byte }).collect();
        assert_eq!(header(&digits, true), Header::Unusable { len: 106 });
    }

    #[test]
    fn a_line_break_is_no_repetition_separator() {
        let broken: Vec<u8> = ISA.iter().map(|&byte| if byte == b'^' { b'\n' } else { byte }).collect();
        let Header::Found { delimiters, .. } = header(&broken, true) else { panic!("not found") };
        assert_eq!(delimiters.repetition, None);
    }

    #[test]
    fn the_letter_of_the_old_version_leaves_the_usual_repetition_separator() {
        let kept = String::from_utf8_lossy(ISA).replace("*^*00501", "*U*00501");
        let Header::Found { delimiters, .. } = header(kept.as_bytes(), true) else { panic!("not found") };
        assert_eq!(delimiters.repetition, Some(b'^'));
        let component = kept.replace("*T*:", "*T*^");
        let Header::Found { delimiters, .. } = header(component.as_bytes(), true) else { panic!("not found") };
        assert_eq!((delimiters.component, delimiters.repetition), (b'^', None));
    }

    #[test]
    fn old_versions_have_no_repetition_separator() {
        let old: Vec<u8> = String::from_utf8_lossy(ISA).replace("*^*00501", "*U*00401").into_bytes();
        let Header::Found { delimiters, .. } = header(&old, true) else { panic!("not found") };
        assert_eq!(delimiters.repetition, None);
    }
}
