//! Values to segments: the small writer behind every document that we make ourselves.

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
    segments: u64,
    elements: usize,
    components: usize,
}

impl<'o> Writer<'o> {
    /// A writer to `out`; `suffix` (`"\n"` or nothing) follows each terminator.
    #[must_use]
    pub fn new(out: &'o mut Vec<u8>, delimiters: Delimiters, suffix: &'o [u8]) -> Self {
        Self { out, delimiters, suffix, segments: 0, elements: 0, components: 0 }
    }

    /// Begins segment `id`; [`Writer::end`] ends it.
    pub fn segment(&mut self, id: &str) -> &mut Self {
        self.out.extend_from_slice(id.as_bytes());
        self.elements = 0;
        self.components = 0;
        self
    }

    /// The next element.
    pub fn text(&mut self, value: impl AsRef<[u8]>) -> &mut Self {
        self.clip(value, usize::MAX)
    }

    /// The next element, cut to `longest` characters.
    pub fn clip(&mut self, value: impl AsRef<[u8]>, longest: usize) -> &mut Self {
        self.elements += 1;
        self.components = 0;
        self.value(value.as_ref(), longest);
        self
    }

    /// A value for the element begun last, when nothing of its own could be written.
    pub fn instead(&mut self, value: impl AsRef<[u8]>) -> &mut Self {
        self.value(value.as_ref(), usize::MAX);
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

    /// The next element, a number.
    pub fn number(&mut self, value: impl Into<u64>) -> &mut Self {
        let mut digits = [0; 20];
        self.text(decimal(value.into(), &mut digits))
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
        let delimiters = self.delimiters;
        let mut kept = value.iter().copied().filter(|&byte| allowed(delimiters, byte)).take(longest);
        let Some(first) = kept.next() else { return };
        let before = self.out.len();
        self.out.extend(std::iter::repeat_n(delimiters.element, self.elements));
        self.out.extend(std::iter::repeat_n(delimiters.component, self.components));
        let start = self.out.len();
        self.out.push(first);
        self.out.extend(kept);
        while self.out.len() > start && self.out.last() == Some(&b' ') {
            self.out.pop();
        }
        if self.out.len() == start {
            self.out.truncate(before);
        } else {
            self.elements = 0;
            self.components = 0;
        }
    }
}

/// How many characters of `value` a [`Writer`] would write, cut to `longest`.
#[must_use]
pub fn written_len(delimiters: Delimiters, value: &[u8], longest: usize) -> usize {
    let kept = value.iter().filter(|&&byte| allowed(delimiters, byte)).take(longest);
    kept.enumerate().filter(|&(_, &byte)| byte != b' ').map(|(at, _)| at + 1).last().unwrap_or(0)
}

fn allowed(delimiters: Delimiters, byte: u8) -> bool {
    (0x20..0x7f).contains(&byte)
        && byte != delimiters.element
        && byte != delimiters.component
        && byte != delimiters.terminator
        && Some(byte) != delimiters.repetition
}

/// `value` in digits, in the end of `digits`.
#[must_use]
pub fn decimal(mut value: u64, digits: &mut [u8; 20]) -> &[u8] {
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(value % 10).unwrap_or(0);
        value /= 10;
        if value == 0 {
            return digits.get(at..).unwrap_or_default();
        }
    }
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
