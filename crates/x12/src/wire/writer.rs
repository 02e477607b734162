//! Values to segments: the small writer behind every document that we make ourselves.

use std::ops::RangeInclusive;

use super::Delimiters;

/// Appends segments to a buffer, element by element.
///
/// Empty elements and components at the end are left out, and a value never breaks the syntax: delimiters and
/// everything but printable ASCII are dropped from it, blanks at its end too.
#[derive(Debug)]
pub struct Writer<'o> {
    out: &'o mut Vec<u8>,
    delimiters: Delimiters,
    suffix: &'o [u8],
    alphabet: Alphabet,
    segments: u64,
    elements: usize,
    components: usize,
}

impl<'o> Writer<'o> {
    /// A writer to `out`; `suffix` (`"\n"` or nothing) follows each terminator.
    #[must_use]
    pub fn new(out: &'o mut Vec<u8>, delimiters: Delimiters, suffix: &'o [u8]) -> Self {
        Self { out, delimiters, suffix, alphabet: Alphabet::new(delimiters), segments: 0, elements: 0, components: 0 }
    }

    /// Begins segment `id`; [`Writer::end`] ends it.
    pub fn segment(&mut self, id: &str) -> &mut Self {
        self.out.extend_from_slice(id.as_bytes());
        self.elements = 0;
        self.components = 0;
        self
    }

    /// What always reads the same, from the start of a segment or inside one.
    #[inline]
    pub fn phrase(&mut self, phrase: &Phrase) -> &mut Self {
        self.out.extend_from_slice(&phrase.bytes);
        self.segments += phrase.ends;
        self.elements = 0;
        self.components = 0;
        self
    }

    /// The next element.
    #[inline]
    pub fn text(&mut self, value: impl AsRef<[u8]>) -> &mut Self {
        self.clip(value, usize::MAX)
    }

    /// The next element, cut to `longest` characters.
    #[inline]
    pub fn clip(&mut self, value: impl AsRef<[u8]>, longest: usize) -> &mut Self {
        self.elements += 1;
        self.components = 0;
        let value = value.as_ref();
        if !value.is_empty() {
            self.value(value, longest);
        }
        self
    }

    /// The next element, cut to at most the last of `lengths`; `otherwise` where fewer characters than the first of them
    /// can be written.
    #[inline]
    pub fn clip_or(&mut self, value: impl AsRef<[u8]>, lengths: RangeInclusive<usize>, otherwise: &[u8]) -> &mut Self {
        self.elements += 1;
        self.components = 0;
        match self.alphabet.whole(value.as_ref(), *lengths.end()) {
            Some(whole) if whole.len() >= *lengths.start() => self.put(whole),
            Some(_) => self.put(otherwise),
            None => self.part(value.as_ref(), lengths, otherwise),
        }
        self
    }

    /// The next component of the element begun last.
    pub fn component(&mut self, value: impl AsRef<[u8]>) -> &mut Self {
        self.clip_component(value, usize::MAX)
    }

    /// The next component of the element begun last, cut to `longest` characters.
    pub fn clip_component(&mut self, value: impl AsRef<[u8]>, longest: usize) -> &mut Self {
        self.components += 1;
        self.value(value.as_ref(), longest);
        self
    }

    /// The next element: letters and digits, which no document is without.
    #[inline]
    pub fn plain(&mut self, value: impl AsRef<[u8]>) -> &mut Self {
        self.elements += 1;
        self.components = 0;
        self.put(value.as_ref());
        self
    }

    /// The next element, a number.
    pub fn number(&mut self, value: impl Into<u64>) -> &mut Self {
        let mut digits = [0; 20];
        self.plain(decimal(value.into(), &mut digits))
    }

    /// The next component, a number; 0 is left empty.
    pub fn number_component(&mut self, value: impl Into<u64>) -> &mut Self {
        let value = value.into();
        let mut digits = [0; 20];
        let text = decimal(value, &mut digits);
        self.component(if value == 0 { b"".as_slice() } else { text })
    }

    /// Leaves `count` elements empty.
    pub fn skip(&mut self, count: usize) -> &mut Self {
        self.elements += count;
        self.components = 0;
        self
    }

    /// Ends the segment.
    pub fn end(&mut self) {
        self.out.push(self.delimiters.terminator);
        self.out.extend_from_slice(self.suffix);
        self.segments += 1;
    }

    /// Number of segments ended so far.
    #[must_use]
    pub fn segments(&self) -> u64 {
        self.segments
    }

    /// Number of bytes in the buffer.
    #[must_use]
    pub fn position(&self) -> usize {
        self.out.len()
    }

    fn value(&mut self, value: &[u8], longest: usize) {
        match self.alphabet.whole(value, longest) {
            Some(b"") => {}
            Some(whole) => self.put(whole),
            None => self.part(value, 1..=longest, b""),
        }
    }

    /// What is left of a value when it is cut, and what it may not have is dropped; `otherwise` when that is too short.
    #[cold]
    fn part(&mut self, value: &[u8], lengths: RangeInclusive<usize>, otherwise: &[u8]) {
        let kept = value.iter().copied().filter(|&byte| self.alphabet.has(byte)).take(*lengths.end());
        let kept: Vec<u8> = kept.collect();
        let kept = Some(kept.trim_ascii_end()).filter(|kept| kept.len() >= *lengths.start()).unwrap_or(otherwise);
        if !kept.is_empty() {
            self.put(kept);
        }
    }

    /// Writes `value`, which is not empty, as it is, behind the separators that are due.
    #[inline]
    fn put(&mut self, value: &[u8]) {
        for _ in 0..std::mem::take(&mut self.elements) {
            self.out.push(self.delimiters.element);
        }
        for _ in 0..std::mem::take(&mut self.components) {
            self.out.push(self.delimiters.component);
        }
        self.out.extend_from_slice(value);
    }
}

/// Text that a document has often: its delimiters are put in once.
#[derive(Clone, Debug)]
pub struct Phrase {
    bytes: Vec<u8>,
    ends: u64,
}

impl Phrase {
    /// `text`, which has `*` for element separators, `:` for component separators and `~` for terminators.
    #[must_use]
    pub fn new(text: &str, delimiters: Delimiters, suffix: &[u8]) -> Self {
        let mut phrase = Self { bytes: Vec::new(), ends: 0 };
        for byte in text.bytes() {
            match byte {
                b'*' => phrase.bytes.push(delimiters.element),
                b':' => phrase.bytes.push(delimiters.component),
                b'~' => {
                    phrase.bytes.push(delimiters.terminator);
                    phrase.bytes.extend_from_slice(suffix);
                    phrase.ends += 1;
                }
                other => phrase.bytes.push(other),
            }
        }
        phrase
    }
}

/// How many characters of `value` a [`Writer`] would write, cut to `longest`.
#[must_use]
pub fn written_len(delimiters: Delimiters, value: &[u8], longest: usize) -> usize {
    let alphabet = Alphabet::new(delimiters);
    if let Some(whole) = alphabet.whole(value, longest) {
        return whole.len();
    }
    let kept = value.iter().filter(|&&byte| alphabet.has(byte)).take(longest);
    kept.enumerate().filter(|&(_, &byte)| byte != b' ').map(|(at, _)| at + 1).last().unwrap_or(0)
}

/// The bytes that a value may have: printable ASCII but for the delimiters.
#[derive(Clone, Copy, Debug)]
struct Alphabet {
    /// Each delimiter, eight times.
    marks: [u64; 4],
}

/// A one in each of eight bytes.
const EACH: u64 = 0x0101_0101_0101_0101;

impl Alphabet {
    fn new(delimiters: Delimiters) -> Self {
        let Delimiters { element, component, repetition, terminator } = delimiters;
        let marks = [element, component, terminator, repetition.unwrap_or(terminator)];
        Self { marks: marks.map(|mark| u64::from(mark) * EACH) }
    }

    #[inline]
    fn has(&self, byte: u8) -> bool {
        (0x20..0x7f).contains(&byte) && self.marks.iter().all(|mark| mark & 0xff != u64::from(byte))
    }

    /// True when it has all eight bytes of `word`; false may be wrong when a delimiter is not ASCII.
    #[inline]
    fn has_all(&self, word: u64) -> bool {
        // the highest bit of a byte is set when it was, or when the byte is below a blank, a DEL, or a delimiter
        let odd = word | word.wrapping_sub(0x20 * EACH) | word.wrapping_add(EACH);
        let odd = self.marks.iter().fold(odd, |odd, mark| odd | (word ^ mark).wrapping_sub(EACH));
        odd & (0x80 * EACH) == 0
    }

    /// `value` without the blanks at its end, when it may stand as it is: nearly always.
    #[inline]
    fn whole<'v>(&self, value: &'v [u8], longest: usize) -> Option<&'v [u8]> {
        let fits = value.len() <= longest
            && match (value.last_chunk::<8>(), value.first_chunk::<4>(), value.last_chunk::<4>()) {
                (Some(last), ..) => {
                    let (words, _) = value.as_chunks::<8>();
                    self.has_all(u64::from_le_bytes(*last))
                        && words.iter().all(|word| self.has_all(u64::from_le_bytes(*word)))
                }
                (None, Some(first), Some(last)) => {
                    let [first, last] = [first, last].map(|half| u64::from(u32::from_le_bytes(*half)));
                    self.has_all(first | last << 32)
                }
                _ => value.iter().all(|&byte| self.has(byte)),
            };
        fits.then(|| if value.last() == Some(&b' ') { value.trim_ascii_end() } else { value })
    }
}

/// `value` in digits, in the end of `digits`.
#[must_use]
pub fn decimal(mut value: u64, digits: &mut [u8; 20]) -> &[u8] {
    let mut at = digits.len();
    while value >= 10 {
        let pair = value % 100;
        value /= 100;
        at -= 2;
        digits[at] = b'0' + (pair / 10) as u8;
        digits[at + 1] = b'0' + (pair % 10) as u8;
    }
    if value > 0 || at == digits.len() {
        at -= 1;
        digits[at] = b'0' + value as u8;
    }
    digits.get(at..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Writer<'_>)) -> String {
        let mut out = Vec::new();
        write(&mut Writer::new(&mut out, Delimiters::default(), b"\n"));
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn trailing_empties_are_left_out() {
        let text = written(|w| w.segment("NM1").text("85").text("2").text("").skip(3).text("").end());
        assert_eq!(text, "NM1*85*2~\n");
    }

    #[test]
    fn empties_in_the_middle_stay() {
        let text = written(|w| w.segment("NM1").text("85").skip(2).text("").text("XX").end());
        assert_eq!(text, "NM1*85****XX~\n");
    }

    #[test]
    fn components_are_trimmed_each_for_itself() {
        let text = written(|w| {
            w.segment("SVC")
                .text("HC")
                .component("99213")
                .component("")
                .component("25")
                .component("")
                .text("100")
                .end();
        });
        assert_eq!(text, "SVC*HC:99213::25*100~\n");
    }

    #[test]
    fn a_composite_may_begin_empty() {
        let text = written(|w| w.segment("IK4").text("").component("2").text("7").end());
        assert_eq!(text, "IK4*:2*7~\n");
    }

    #[test]
    fn a_value_cannot_break_the_syntax() {
        let text = written(|w| w.segment("IK4").text(b"A*B~C:D^E\x00\xff F  ").end());
        assert_eq!(text, "IK4*ABCDE F~\n");
    }

    #[test]
    fn a_blank_value_is_none() {
        assert_eq!(written(|w| w.segment("AK1").text("  ").text("~").end()), "AK1~\n");
    }

    #[test]
    fn numbers_and_clipping() {
        let text = written(|w| w.segment("AK9").number(0u64).number(u64::MAX).clip("ABCDEF", 3).end());
        assert_eq!(text, "AK9*0*18446744073709551615*ABC~\n");
    }

    #[test]
    fn the_length_is_known_ahead() {
        let length = |value: &[u8], longest| written_len(Delimiters::default(), value, longest);
        assert_eq!(length(b"AB C*~ ", 9), 4);
        assert_eq!(length(b"AB C*~ ", 3), 2);
        assert_eq!(length(b" ~\x00", 9), 0);
    }

    #[test]
    fn segments_are_counted() {
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, Delimiters::default(), b"");
        writer.segment("AK1").end();
        writer.segment("AK9").text("A").end();
        assert_eq!(writer.segments(), 2);
    }
}
