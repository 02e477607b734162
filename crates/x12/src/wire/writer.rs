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
        let (shortest, longest) = lengths.into_inner();
        match self.alphabet.whole(value.as_ref(), longest) {
            Some(whole) => self.put(if whole.len() >= shortest { whole } else { otherwise }),
            None => self.part(value.as_ref(), shortest, longest, otherwise),
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
            None => self.part(value, 1, longest, b""),
        }
    }

    /// What is left of a value when it is cut, and what it may not have is dropped; `otherwise` when that is too short.
    #[cold]
    fn part(&mut self, value: &[u8], shortest: usize, longest: usize, otherwise: &[u8]) {
        let kept = value.iter().copied().filter(|&byte| self.alphabet.has(byte)).take(longest);
        let kept: Vec<u8> = kept.collect();
        let kept = Some(kept.trim_ascii_end()).filter(|kept| kept.len() >= shortest).unwrap_or(otherwise);
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

    /// Not 0 when it does not have all eight bytes of `word`, or perhaps when a delimiter is not ASCII.
    #[inline]
    fn odd(&self, word: u64) -> u64 {
        // the highest bit of a byte is set when it was, or when the byte is below a blank, a DEL, or a delimiter
        let [first, second, third, fourth] = self.marks.map(|mark| (word ^ mark).wrapping_sub(EACH));
        let odd = word | word.wrapping_sub(0x20 * EACH) | word.wrapping_add(EACH);
        (odd | first | second | third | fourth) & (0x80 * EACH)
    }

    /// `value` without the blanks at its end, when it may stand as it is: nearly always.
    fn whole<'v>(&self, value: &'v [u8], longest: usize) -> Option<&'v [u8]> {
        if value.len() > longest {
            return None;
        }
        let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
        let odd = if let (Some(first), Some(last)) = (value.first_chunk(), value.last_chunk()) {
            let inner = value.len().saturating_sub(1) / 8;
            let inner = value.as_chunks().0.get(1..inner).unwrap_or_default();
            inner.iter().fold(self.odd(word(first)) | self.odd(word(last)), |odd, bytes| odd | self.odd(word(bytes)))
        } else {
            self.odd(match (value.first_chunk(), value.last_chunk()) {
                (Some(first), Some(last)) => {
                    let [first, last] = [first, last].map(|bytes| u64::from(u32::from_le_bytes(*bytes)));
                    first | last << 32
                }
                _ => value.iter().fold(ZEROS, |word, &byte| word << 8 | u64::from(byte)),
            })
        };
        let value = if value.last() == Some(&b' ') { value.trim_ascii_end() } else { value };
        (odd == 0).then_some(value)
    }
}

/// `value` in digits, in the end of `digits`.
#[must_use]
pub fn decimal(value: u64, digits: &mut [u8; 20]) -> &[u8] {
    const EIGHT: u64 = 100_000_000;
    let (mut rest, mut at) = (value, digits.len());
    while let Some(next) = at.checked_sub(8) {
        let low = (rest % EIGHT) as u32;
        rest /= EIGHT;
        at = next;
        let eight = eight_digits(low / 10_000, low % 10_000);
        digits[at..at + 8].copy_from_slice(&eight);
        if rest == 0 {
            let zeros = (u64::from_le_bytes(eight) ^ ZEROS).trailing_zeros() / 8;
            return digits.get(at + zeros.min(7) as usize..).unwrap_or_default();
        }
    }
    // the longest numbers have up to four more
    let [.., first, second, third, fourth] = eight_digits(0, rest as u32);
    digits[..4].copy_from_slice(&[first, second, third, fourth]);
    let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
    digits.get(zeros..).unwrap_or_default()
}

/// Eight digits 0.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// Two numbers of four digits, one behind the other: hundreds, tens and ones are split in both of them at once.
pub(crate) fn eight_digits(high: u32, low: u32) -> [u8; 8] {
    let fours = u64::from(high) | u64::from(low) << 32;
    let hundreds = ((fours * 5243) >> 19) & 0x0000_007f_0000_007f;
    let twos = hundreds | (fours - 100 * hundreds) << 16;
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    let ones = tens | (twos - 10 * tens) << 8;
    (ones | ZEROS).to_le_bytes()
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
    fn numbers_of_any_length_are_written() {
        let mut numbers = vec![0, 7, 10, u64::MAX];
        numbers.extend((0..20).flat_map(|power| [10u64.pow(power), 10u64.pow(power) - 1, 10u64.pow(power) / 7 * 3]));
        for number in numbers {
            assert_eq!(decimal(number, &mut [b'x'; 20]), number.to_string().as_bytes());
        }
        for number in 0..10_000u32 {
            let text = format!("{number:04}{:04}", 9_999 - number);
            assert_eq!(eight_digits(number, 9_999 - number), text.as_bytes());
        }
    }

    #[test]
    fn a_value_is_taken_whole_only_when_all_of_it_may_stand() {
        let alphabet = Alphabet::new(Delimiters::default());
        for length in 0..20 {
            for at in 0..length {
                for byte in 0..=u8::MAX {
                    let mut value = vec![b'A'; length];
                    value[at] = byte;
                    let blank = byte == b' ' && at + 1 == length;
                    let expected = alphabet.has(byte).then(|| value.len() - usize::from(blank));
                    assert_eq!(alphabet.whole(&value, 20).map(<[u8]>::len), expected, "{byte} at {at} of {length}");
                }
            }
        }
    }

    #[test]
    fn a_phrase_has_the_delimiters_in_place() {
        let delimiters = Delimiters { element: b'|', component: b'>', repetition: None, terminator: b'!' };
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, delimiters, b"\n");
        let phrase = Phrase::new("*U~STC*A1:19", delimiters, b"\n");
        writer.segment("TRN").text("2").skip(3).phrase(&phrase).clip_or("", 1..=5, b"0").end();
        assert_eq!(writer.segments(), 2);
        assert_eq!(out, b"TRN|2|U!\nSTC|A1>19|0!\n");
    }

    #[test]
    fn what_is_too_short_is_replaced() {
        let text = written(|w| {
            w.segment("NM1")
                .clip_or("A", 2..=5, b"UNKNOWN")
                .clip_or("ABCDEFG", 2..=5, b"")
                .clip_or("~B~", 1..=5, b"")
                .end();
        });
        assert_eq!(text, "NM1*UNKNOWN*ABCDE*B~\n");
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
