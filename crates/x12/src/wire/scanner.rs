//! Bytes to segments, in one pass, in bounded memory.
//!
//! A [`Scanner`] is fed runs of bytes and tells a [`Tokens`] listener what it sees. Every byte belongs to one
//! token, but for blanks and line breaks between segments, which belong to the token before them.

use std::ops::Range;

use super::isa::{self, Header};
use super::segment::word_at;
use super::tape::{Tape, to_u32};
use super::{Delimiters, Segment};

/// How large the parts of a segment may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes in an element.
    pub element: u32,
    /// Bytes in a segment.
    pub segment: u32,
    /// Repetitions in an element.
    pub repetitions: u32,
    /// Elements in a segment.
    pub elements: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { element: 64 * 1024, segment: 1024 * 1024, repetitions: 10_000, elements: 1_000 }
    }
}

impl Limits {
    /// True when `segment` keeps all of them.
    #[cold]
    #[must_use]
    pub fn allow(&self, segment: &Segment<'_>) -> bool {
        segment.raw().len() <= self.segment as usize
            && segment.elements().count() <= self.elements as usize
            && segment.elements().all(|element| {
                element.value().len() <= self.element as usize
                    && (element.is_simple() || element.repetitions().count() <= self.repetitions as usize)
            })
    }
}

/// What is wrong with a run of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The bytes stand outside any interchange.
    Stray,
    /// An interchange header ends too early.
    HeaderTruncated,
    /// The delimiters of an interchange header cannot be used.
    DelimitersUnusable,
    /// A segment exceeds a limit.
    TooLong,
    /// Nothing stands between two terminators.
    Empty,
}

/// Hears what a [`Scanner`] sees; ranges and spans are of the bytes of that call.
pub trait Tokens {
    /// An interchange header; `segment` is the `ISA` as a segment, with its delimiters in force.
    fn header(&mut self, segment: &Segment<'_>);
    /// A segment inside an interchange. `terminated` is false for the last one of a file that just stops.
    fn segment(&mut self, segment: &Segment<'_>, terminated: bool);
    /// Bytes that are no segment. A long run may be told in several calls, `first` on the first of them.
    fn fault(&mut self, fault: Fault, range: Range<usize>, first: bool);
}

/// Where a scanner stands between two runs of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Outside any interchange.
    #[default]
    Outside,
    /// Outside, and the stray bytes at hand were already begun.
    Straying,
    /// Inside an interchange with these delimiters.
    Inside(Delimiters),
    /// Inside, skipping the rest of a segment over the limit.
    Skipping(Delimiters),
}

/// Finds interchanges and their segments.
#[derive(Debug)]
pub struct Scanner {
    mode: Mode,
    limits: Limits,
    /// Bytes and marks with which a segment breaks no limit.
    harmless: (u32, u32),
    tape: Tape,
}

/// How many bytes are taped at a time: the tape takes four bytes a byte at worst.
const WINDOW: usize = 16 * 1024;

impl Scanner {
    /// A scanner that stands outside any interchange.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let harmless = (limits.element.min(limits.segment), limits.elements.min(limits.repetitions));
        Self { mode: Mode::Outside, limits, harmless, tape: Tape::default() }
    }

    /// Where it stands.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Puts it elsewhere.
    pub fn resume(&mut self, mode: Mode) {
        self.mode = mode;
    }

    /// Reads `bytes` and returns how many were used up; the rest (part of a segment or of a header) must be fed again
    /// with what follows it. `last` says that nothing follows: then all are used up.
    pub fn scan(&mut self, bytes: &[u8], last: bool, tokens: &mut impl Tokens) -> usize {
        let mut at = 0;
        loop {
            let before = (at, self.mode);
            at = match self.mode {
                Mode::Outside | Mode::Straying => self.outside(bytes, at, last, tokens),
                Mode::Inside(delimiters) => self.inside(bytes, at, delimiters, last, tokens),
                Mode::Skipping(delimiters) => self.skip(bytes, at, delimiters, tokens),
            };
            if at >= bytes.len() || before == (at, self.mode) {
                return at;
            }
        }
    }

    /// Looks for the next header; what stands before it is stray, but for blanks.
    fn outside(&mut self, bytes: &[u8], from: usize, last: bool, tokens: &mut impl Tokens) -> usize {
        let mut at = from;
        let mut stray = from;
        while at < bytes.len() {
            if self.mode == Mode::Outside && stray == at && is_gap(bytes[at]) {
                at += 1;
                stray = at;
                continue;
            }
            if bytes[at] != b'I' {
                at += 1;
                continue;
            }
            match isa::header(&bytes[at..], last) {
                Header::Absent => at += 1,
                Header::Incomplete => {
                    self.stray(stray..at, tokens);
                    return at;
                }
                Header::Found { delimiters, len, .. } => {
                    self.stray(stray..at, tokens);
                    self.mode = Mode::Inside(delimiters);
                    self.tape.clear();
                    let marks = header_marks(&bytes[at..at + len], at, delimiters);
                    tokens.header(&Segment::new(bytes, to_u32(at), &marks, delimiters));
                    return at + len;
                }
                Header::Unusable { len } => {
                    self.stray(stray..at, tokens);
                    tokens.fault(Fault::DelimitersUnusable, at..at + len, true);
                    self.mode = Mode::Straying;
                    return at + len;
                }
                Header::Truncated => {
                    self.stray(stray..at, tokens);
                    let to = (at + 3).min(bytes.len());
                    tokens.fault(Fault::HeaderTruncated, at..to, true);
                    self.mode = Mode::Straying;
                    return to;
                }
            }
        }
        self.stray(stray..at, tokens);
        at
    }

    fn stray(&mut self, range: Range<usize>, tokens: &mut impl Tokens) {
        if !range.is_empty() {
            tokens.fault(Fault::Stray, range, self.mode == Mode::Outside);
            self.mode = Mode::Straying;
        }
    }

    /// Reads segments until the interchange ends or the bytes do.
    fn inside(
        &mut self,
        bytes: &[u8],
        from: usize,
        delimiters: Delimiters,
        last: bool,
        tokens: &mut impl Tokens,
    ) -> usize {
        let mut tape = std::mem::take(&mut self.tape);
        tape.start(delimiters);
        let at = self.segments(&mut tape, bytes, from, delimiters, last, tokens);
        self.tape = tape;
        at
    }

    fn segments(
        &mut self,
        tape: &mut Tape,
        bytes: &[u8],
        from: usize,
        delimiters: Delimiters,
        last: bool,
        tokens: &mut impl Tokens,
    ) -> usize {
        let gaps = Gaps::between(delimiters);
        let mut start = gaps.skip(bytes, from);
        let mut taped = start;
        loop {
            taped = taped.max(start);
            let to = (taped + WINDOW).min(bytes.len());
            tape.extend(bytes, taped..to);
            taped = to;
            let mut told = 0;
            let (all, mut segment) = (tape.marks(), Segment::none(bytes, delimiters));
            for end in tape.ends() {
                let first = std::mem::replace(&mut told, end.mark as usize + 1);
                let Some(marks) = all.get(first..told) else { break };
                let stop = marks.last().map_or(0, |&stop| stop as usize);
                if stop < start {
                    continue; // a blank line, where the line break is the terminator
                }
                let word = word_at(bytes, start);
                let name = word.map_or(0, |word| word >> 8);
                if name == ISA {
                    match is_header(bytes, start, stop, delimiters, last) {
                        Some(true) => {
                            self.mode = Mode::Outside;
                            return start;
                        }
                        Some(false) => {}
                        None => return start,
                    }
                }
                segment.next((to_u32(start), word), marks, (end, tape.lengths(first)));
                self.one(&segment, true, tokens);
                start = gaps.skip(bytes, stop + 1);
                // one over the limit ends nothing: in pieces it is skipped before it is known to end
                if name == IEA && (3..=self.limits.segment as usize).contains(&segment.raw().len()) {
                    self.mode = Mode::Outside;
                    return stop + 1;
                }
            }
            tape.keep_from(told);
            if bytes.get(start..).is_some_and(|rest| rest.starts_with(b"ISA")) {
                // told before a limit is met: a header whose delimiters are not those in force has no end yet
                match is_header(bytes, start, bytes.len(), delimiters, last) {
                    Some(true) => {
                        self.mode = Mode::Outside;
                        return start;
                    }
                    None => return start,
                    Some(false) => {}
                }
            }
            if taped.saturating_sub(start) > self.limits.segment as usize {
                tokens.fault(Fault::TooLong, start..taped, true);
                self.mode = Mode::Skipping(delimiters);
                return taped;
            }
            if taped == bytes.len() {
                break;
            }
        }
        if start >= bytes.len() {
            return bytes.len();
        }
        if !last {
            return start;
        }
        tape.push(to_u32(bytes.len()));
        self.one(&Segment::new(bytes, to_u32(start), tape.marks(), delimiters), false, tokens);
        self.mode = Mode::Outside;
        bytes.len()
    }

    /// Tells of one segment, unless it is empty or over a limit.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "asked for every segment; the other caller is the end of a file")]
    fn one(&self, segment: &Segment<'_>, terminated: bool, tokens: &mut impl Tokens) {
        let (bytes, marks) = self.harmless;
        // an empty one is as suspicious as one of more bytes than there can be
        let last = segment.end().wrapping_sub(segment.start()).wrapping_sub(1);
        if (last < bytes && segment.marks().len() <= marks as usize) || self.allows(segment, terminated, tokens) {
            tokens.segment(segment, terminated);
        }
    }

    /// True when `segment` is not empty and keeps the limits; else it is told of.
    #[cold]
    fn allows(&self, segment: &Segment<'_>, terminated: bool, tokens: &mut impl Tokens) -> bool {
        let (start, end) = (segment.start() as usize, segment.end() as usize);
        if end <= start {
            tokens.fault(Fault::Empty, start..(end + 1).min(segment.buffer().len()), true);
            return false;
        }
        let allowed = self.limits.allow(segment);
        if !allowed {
            tokens.fault(Fault::TooLong, start..(end + usize::from(terminated)), true);
        }
        allowed
    }

    fn skip(&mut self, bytes: &[u8], from: usize, delimiters: Delimiters, tokens: &mut impl Tokens) -> usize {
        let found = bytes[from..].iter().position(|&byte| byte == delimiters.terminator);
        let to = found.map_or(bytes.len(), |ahead| from + ahead + 1);
        if to > from {
            tokens.fault(Fault::TooLong, from..to, false);
        }
        if found.is_some() {
            self.mode = Mode::Inside(delimiters);
        }
        to
    }
}

/// Blanks, line breaks, a byte order mark, NULs and end-of-file marks mean nothing between interchanges.
fn is_gap(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0 | 0x1a | 0xef | 0xbb | 0xbf)
}

/// What means nothing before an identifier: blanks, line breaks and NULs, where they are no separators. Bit n: byte n.
#[derive(Clone, Copy)]
struct Gaps(u64);

impl Gaps {
    fn between(delimiters: Delimiters) -> Self {
        let blanks = b" \t\r\n\0".iter().filter(|&&byte| byte != delimiters.element && byte != delimiters.component);
        Self(blanks.fold(0, |gaps, byte| gaps | 1 << byte))
    }

    /// The start of the next segment at or after `at`.
    #[inline]
    fn skip(self, bytes: &[u8], mut at: usize) -> usize {
        while bytes.get(at).is_some_and(|&byte| byte <= b' ' && self.0 >> byte & 1 != 0) {
            at += 1;
        }
        at
    }
}

/// Whether a segment is an interchange header, the trailer of the one before being missing; `None` while its
/// bytes are not all there to tell.
#[inline]
fn is_header(bytes: &[u8], start: usize, stop: usize, delimiters: Delimiters, last: bool) -> Option<bool> {
    let text = &bytes[start.min(stop)..stop];
    if text.len() <= 3 || !text.starts_with(b"ISA") {
        return Some(false);
    }
    match isa::header(&bytes[start..], last) {
        Header::Found { .. } => Some(true),
        Header::Incomplete => None,
        _ => Some(text[3] == delimiters.element),
    }
}

const ISA: u32 = u32::from_be_bytes([0, b'I', b'S', b'A']);
const IEA: u32 = u32::from_be_bytes([0, b'I', b'E', b'A']);

fn header_marks(header: &[u8], base: usize, delimiters: Delimiters) -> Vec<u32> {
    let (end, body) = header.split_last().map_or((0, header), |(_, body)| (body.len(), body));
    let mut marks: Vec<u32> = body
        .iter()
        .enumerate()
        .filter(|&(_, &byte)| byte == delimiters.element)
        .map(|(at, _)| to_u32(base + at))
        .collect();
    marks.push(to_u32(base + end));
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISA: &str =
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260101*1200*^*00501*000000001*0*T*:~";

    /// Tokens as text; adjacent runs of the same fault are one.
    #[derive(Default, Debug, PartialEq)]
    struct Heard(Vec<String>);

    struct Listener<'a>(&'a mut Heard, &'a [u8]);

    impl Tokens for Listener<'_> {
        fn header(&mut self, segment: &Segment<'_>) {
            self.0.0.push(format!("H {}", segment.elements().count()));
        }
        fn segment(&mut self, segment: &Segment<'_>, terminated: bool) {
            let values: Vec<_> = segment.elements().map(|e| String::from_utf8_lossy(e.value()).into_owned()).collect();
            self.0.0.push(format!("S {} {values:?} {terminated}", segment.id().text()));
        }
        fn fault(&mut self, fault: Fault, range: Range<usize>, first: bool) {
            let text = String::from_utf8_lossy(&self.1[range]).into_owned();
            match (first, self.0.0.last_mut()) {
                (false, Some(before)) => before.push_str(&text),
                _ => self.0.0.push(format!("F {fault:?} {text}")),
            }
        }
    }

    fn hear(bytes: &[u8], limits: Limits, cuts: &[usize]) -> Heard {
        let (mut heard, mut scanner, mut rest) = (Heard::default(), Scanner::new(limits), Vec::new());
        let mut from = 0;
        for (n, &to) in cuts.iter().chain(&[bytes.len()]).enumerate() {
            rest.extend_from_slice(&bytes[from..to]);
            from = to;
            let last = n == cuts.len();
            let used = scanner.scan(&rest, last, &mut Listener(&mut heard, &rest));
            rest.drain(..used);
        }
        assert!(rest.is_empty(), "all bytes are used up");
        heard
    }

    #[test]
    fn cut_anywhere_the_tokens_are_the_same() {
        let other = ISA.replace('*', "|").replace('~', "\n");
        let text = format!(
            "\u{feff}junk {ISA}\r\nGS*HC*A:B^C~\n  ST*837*1~~X*~IEA*1*000000001~\n{other}GS|HC|*~\n\nSE|2\n{ISA}GS*HC"
        );
        let whole = hear(text.as_bytes(), Limits::default(), &[]);
        for cut in 0..text.len() {
            assert_eq!(hear(text.as_bytes(), Limits::default(), &[cut]), whole, "cut at {cut}");
        }
        let everywhere: Vec<usize> = (0..text.len()).collect();
        assert_eq!(hear(text.as_bytes(), Limits::default(), &everywhere), whole);
        assert_eq!(whole.0.iter().filter(|token| token.starts_with('H')).count(), 3);
        assert!(whole.0.iter().any(|token| token.starts_with("F Stray") && token.contains("junk")));
        assert!(whole.0.iter().any(|token| token.starts_with("F Empty")));
        assert_eq!(whole.0.last().map(String::as_str), Some("S GS [\"HC\"] false"));
    }

    #[test]
    fn a_trailer_over_the_limit_ends_nothing_however_it_is_cut() {
        let limits = Limits { element: 64, segment: 64, repetitions: 8, elements: 32 };
        let text = format!("{ISA}IEA*{}~GS*HC~", "1".repeat(100));
        let whole = hear(text.as_bytes(), limits, &[]);
        assert_eq!(whole.0.last().map(String::as_str), Some("S GS [\"HC\"] true"));
        let everywhere: Vec<usize> = (0..text.len()).collect();
        assert_eq!(hear(text.as_bytes(), limits, &everywhere), whole);
    }

    #[test]
    fn limits_hold_at_plus_and_minus_one() {
        let limits = Limits { element: 8, segment: 20, repetitions: 3, elements: 4 };
        let long = |text: &str| {
            let heard = hear(format!("{ISA}{text}~IEA*1~").as_bytes(), limits, &[]);
            assert!(heard.0.last().is_some_and(|token| token.starts_with("S IEA")), "{heard:?}");
            heard.0.iter().any(|token| token.starts_with("F TooLong"))
        };
        assert!(!long("AB*12345678"), "an element at the limit");
        assert!(long("AB*123456789"), "one byte more");
        assert!(!long("A*1*2*3*4"), "as many elements as allowed");
        assert!(long("A*1*2*3*4*5"), "one more");
        assert!(!long("A*1^2^3"), "as many repetitions as allowed");
        assert!(long("A*1^2^3^4"), "one more");
        assert!(!long("A*12345678*12345678*"), "a segment at the limit");
        assert!(long("A*12345678*12345678*1"), "one byte more");
    }

    #[test]
    fn a_segment_that_never_ends_is_skipped_in_bounded_memory() {
        let mut scanner = Scanner::new(Limits::default());
        let mut heard = Heard::default();
        let mut rest = ISA.as_bytes().to_vec();
        let mut most = 0;
        for n in 0..64 {
            rest.extend(std::iter::repeat_n(b'A', 128 * 1024));
            let used = scanner.scan(&rest, n == 63, &mut Listener(&mut heard, &rest));
            rest.drain(..used);
            most = most.max(rest.len());
        }
        assert!(rest.is_empty() && most <= 1024 * 1024 + 192 * 1024, "{most}");
        assert_eq!(heard.0.len(), 2, "the header and one fault");
    }

    #[test]
    fn a_header_without_the_trailer_before_it_begins_a_new_interchange() {
        let heard = hear(format!("{ISA}GS*A~{ISA}GS*B~IEA*1~").as_bytes(), Limits::default(), &[]);
        assert_eq!(heard.0, ["H 16", "S GS [\"A\"] true", "H 16", "S GS [\"B\"] true", "S IEA [\"1\"] true"]);
    }

    #[test]
    fn a_file_that_is_not_x12_is_stray_from_end_to_end() {
        assert_eq!(hear(b"%PDF-1.4 ISABELLA", Limits::default(), &[]).0, ["F Stray %PDF-1.4 ISABELLA"]);
        assert!(hear(b" \r\n\0", Limits::default(), &[]).0.is_empty(), "blanks alone are nothing");
    }
}
