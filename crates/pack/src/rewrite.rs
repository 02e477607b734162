//! A set with the delimiters and line ends that a partner wants.

use memchr::memchr;

use crate::delimiters::Delimiters;

/// The set; None where a delimiter that is wanted stands in its data.
#[must_use]
pub fn rewritten(body: &[u8], source: Delimiters, target: Delimiters, line_breaks: bool) -> Option<Vec<u8>> {
    let (from, to) = (source.together(), target.together());
    if from == to {
        return Some(lines(body, to[3], line_breaks));
    }
    if to.iter().any(|wanted| !from.contains(wanted) && memchr(*wanted, body).is_some()) {
        return None;
    }
    let mut table: [u8; 256] = std::array::from_fn(|byte| u8::try_from(byte).unwrap_or_default());
    for (from, to) in from.into_iter().zip(to) {
        table[usize::from(from)] = to;
    }
    let translated: Vec<u8> = body.iter().map(|&byte| table[usize::from(byte)]).collect();
    Some(lines(&translated, to[3], line_breaks))
}

/// Without what ends lines, or with a line feed where there was an end of a line.
fn lines(body: &[u8], terminator: u8, line_breaks: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(end) = memchr(terminator, rest) {
        let (segment, behind) = rest.split_at(end + 1);
        out.extend_from_slice(segment);
        let windows = behind.strip_prefix(b"\r\n");
        rest = if line_breaks {
            if windows.is_some() {
                out.push(b'\n');
            }
            windows.unwrap_or(behind)
        } else {
            let behind = windows.unwrap_or(behind);
            behind.strip_prefix(b"\n").unwrap_or(behind)
        };
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: [u8; 4] = *b"*:^~";

    fn made(body: &[u8], target: [u8; 4], line_breaks: bool) -> Option<Vec<u8>> {
        rewritten(body, OURS.into(), target.into(), line_breaks)
    }

    #[test]
    fn line_ends_go_or_become_line_feeds() {
        assert_eq!(made(b"ST*1~\r\nBHT*2~\nSE~", OURS, false).unwrap(), b"ST*1~BHT*2~SE~");
        assert_eq!(made(b"ST*1~\r\nBHT*2~\nSE~", OURS, true).unwrap(), b"ST*1~\nBHT*2~\nSE~");
    }

    #[test]
    fn a_delimiter_that_stands_in_the_data_is_refused() {
        assert_eq!(made(b"NM1*a|b~", *b"|:^~", false), None);
        assert_eq!(made(b"NM1*a:b~", *b"|>^~", false).unwrap(), b"NM1|a>b~");
    }
}
