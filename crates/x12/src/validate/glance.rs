//! The first look at a segment: nearly all are good, and that can be told in little time.

use super::element::check_elements;
use super::outline::{Outlines, is_complete};
use super::report::{At, Options, Report};
use super::value::{decimal_digits, integer_digits, is_date, is_time};
use super::words::{ZEROS, has_odd_bytes, others, word_at};
use crate::finding::Finding;
use crate::guide::{How, Index, Quick, Shape, SlotFacts};
use crate::position::Span;
use crate::wire::{MEASURED, Segment};

/// A slot that a segment stands in.
#[derive(Clone, Copy)]
pub(super) struct InSlot<'g> {
    pub(super) index: &'g Index,
    pub(super) number: u32,
    pub(super) facts: &'g SlotFacts,
}

/// True when `segment`, which stands in `slot`, is surely as it must be; else [`check_elements`] tells.
///
/// Of the values `sure`, bit n for value n, it is known that they are one of the codes that they may be.
///
/// Where debug assertions are on (in tests, and in fuzzing) whatever is good at first sight must bear the closer look.
#[inline]
pub(super) fn is_good(slot: InSlot<'_>, outlines: &mut Outlines, segment: &Segment<'_>, sure: u32) -> bool {
    let good = looks_good(slot, outlines, segment, sure);
    debug_assert!(
        !good || faults(slot, segment).is_empty(),
        "good at first sight only: {}",
        String::from_utf8_lossy(segment.raw())
    );
    good
}

/// What the closer look finds.
#[cold]
fn faults(slot: InSlot<'_>, segment: &Segment<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let report = &mut Report::new(&mut findings, Options::default(), At::default(), 0, segment);
    check_elements(slot.index, slot.facts, segment, report);
    findings
}

/// All values side by side, where there are few enough, and nothing about them is unusual.
#[inline]
fn looks_good(slot: InSlot<'_>, outlines: &mut Outlines, segment: &Segment<'_>, sure: u32) -> bool {
    let InSlot { index, number, facts } = slot;
    let (marks, shape) = (segment.marks(), &facts.shape);
    let count = marks.len() - 1;
    let usual = !segment.may_be_odd() && count.wrapping_sub(1) < MEASURED;
    let Some((inner, lengths)) = segment.measures().filter(|_| usual) else {
        return looks_good_in_turn(slot, segment);
    };
    let Some(outline) = outlines.of(number, inner, count) else {
        outlines.learn(index, (number, shape), inner, count);
        return looks_good_in_turn(slot, segment);
    };
    let Some(present) = outline.present(lengths, count) else { return false };
    let glance = Glance { index, segment, buffer: segment.buffer() };
    let mut asked = present & outline.asked() & !sure;
    while asked != 0 {
        let at = asked.trailing_zeros();
        asked &= asked - 1;
        let Some(&before) = marks.get(at as usize) else { return false };
        let len = u32::from(lengths[at as usize % MEASURED]);
        let quick = outline.quick(at);
        let good = match quick.how {
            // most values are what they were before
            How::Codes(shift) => glance.word(before + 1).is_some_and(|word| {
                let packed = word.swap_bytes() >> (64 - 8 * len);
                outline.remembers(at, packed) || {
                    let has = glance.index.codes.has(quick.code as u32, shift, packed);
                    if has {
                        outline.remember(at, packed);
                    }
                    has
                }
            }),
            _ => glance.value::<true>(quick, before + 1, len),
        };
        if !good {
            return false;
        }
    }
    outline.is_complete(index, shape, present, count)
}

/// The values one after the other.
#[inline(never)]
fn looks_good_in_turn(slot: InSlot<'_>, segment: &Segment<'_>) -> bool {
    if segment.may_be_odd() && has_odd_bytes(segment.raw()) {
        return false;
    }
    let (index, shape) = (slot.index, &slot.facts.shape);
    let glance = Glance { index, segment, buffer: segment.buffer() };
    let present = if segment.is_plain() { glance.elements::<true>(shape) } else { glance.elements::<false>(shape) };
    present != 0 && is_complete(present, shape)
}

#[derive(Clone, Copy)]
struct Glance<'g, 'a> {
    index: &'g Index,
    segment: &'g Segment<'a>,
    buffer: &'a [u8],
}

/// A value in the buffer, and what separates it from the next.
struct Part {
    start: u32,
    len: u32,
    /// Offset of the separator behind it.
    end: u32,
    /// It ends its element.
    last: bool,
}

/// The values of a segment, one after the other.
struct Parts<'s> {
    marks: std::slice::Iter<'s, u32>,
    buffer: &'s [u8],
    start: u32,
    separator: u8,
}

impl Parts<'_> {
    /// The next one. Where `PLAIN`, each is an element.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "asked for every value, and specialised where it is asked")]
    fn next<const PLAIN: bool>(&mut self) -> Option<Part> {
        let &end = self.marks.next()?;
        let start = std::mem::replace(&mut self.start, end + 1);
        let is_separator = || self.buffer.get(end as usize) == Some(&self.separator);
        // the last mark is the terminator
        let last = PLAIN || is_separator() || self.marks.as_slice().is_empty();
        Some(Part { start, len: end.wrapping_sub(start), end, last })
    }
}

impl Glance<'_, '_> {
    /// The elements of a segment: which are there. 0 when one is not good. `PLAIN`: it has no separators but theirs.
    fn elements<const PLAIN: bool>(self, shape: &Shape) -> u64 {
        let Some((&first, marks)) = self.segment.marks().split_first() else { return 0 };
        let separator = self.segment.delimiters().element;
        let mut parts = Parts { marks: marks.iter(), buffer: self.buffer, start: first + 1, separator };
        let (mut present, mut bit, mut there) = (0u64, 2u64, false);
        for quick in &shape.quick {
            let Some(part) = parts.next::<PLAIN>() else { break };
            there = part.len != 0 || !part.last;
            if there {
                present |= bit;
                let good = match quick.how {
                    How::Composite => self.composite::<PLAIN>(quick, part, &mut parts),
                    _ => part.last && self.value::<false>(quick, part.start, part.len),
                };
                if !good {
                    return 0;
                }
            }
            bit <<= 1;
        }
        if there && parts.marks.as_slice().is_empty() { present } else { 0 }
    }

    /// A composite that does not repeat; `part` is its first component.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "asked for every value, and specialised where it is asked")]
    fn composite<const PLAIN: bool>(self, quick: &Quick, mut part: Part, parts: &mut Parts<'_>) -> bool {
        let Some(shape) = self.index.composites.get(quick.code as usize) else { return false };
        let (mut present, mut bit) = (0u64, 2u64);
        for quick in &shape.quick {
            if part.len != 0 {
                present |= bit;
                // what names a format beside it is found in an outline only
                if matches!(quick.how, How::Dated(_)) || !self.value::<false>(quick, part.start, part.len) {
                    return false;
                }
            }
            if part.last {
                return part.len != 0 && is_complete(present, shape);
            }
            if self.buffer.get(part.end as usize) != Some(&self.segment.delimiters().component) {
                return false;
            }
            let Some(next) = parts.next::<PLAIN>() else { return false };
            part = next;
            bit <<= 1;
        }
        false
    }

    /// One value that is there. Where it is `BOUNDED`, its length is one that its outline allows.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "asked for every value, and specialised where it is asked")]
    fn value<const BOUNDED: bool>(self, quick: &Quick, start: u32, len: u32) -> bool {
        let Some(word) = self.word(start) else { return false };
        let fits = || BOUNDED || quick.fits(len);
        match quick.how {
            How::Code(shift) => fits() && word.swap_bytes() >> shift == quick.code,
            How::Text => fits() && word as u8 != b' ',
            How::Codes(shift) => {
                let short = BOUNDED || quick.fits(len) && len <= 8;
                short && self.index.codes.has(quick.code as u32, shift, word.swap_bytes() >> (64 - 8 * len))
            }
            How::Decimal => decimal(self.buffer, word, start, len).is_some_and(|digits| quick.fits(digits)),
            How::Integer => integer(self.buffer, word, start, len).is_some_and(|digits| quick.fits(digits)),
            How::Date => (BOUNDED || quick.fits(len) && len == 8) && is_day(word),
            How::Dated(by) => {
                fits() && is_dated(self.buffer, self.segment.span(usize::from(by)), word, Span { start, len })
            }
            How::Beside(at) => {
                fits() && self.beside(at).is_some_and(|format| is_dated(self.buffer, format, word, Span { start, len }))
            }
            How::Composite | How::Closer => false,
        }
    }

    /// Where value `at` lies.
    fn beside(self, at: u8) -> Option<Span> {
        let at = usize::from(at);
        match self.segment.marks().get(at..at + 2) {
            Some(&[before, end]) => Some(Span::new(before + 1, end)),
            _ => None,
        }
    }

    #[inline]
    fn word(self, at: u32) -> Option<u64> {
        word_at(self.buffer, at)
    }
}

/// True for a day (D8), a range of days (RD8), a day with a time (DT) or a time (TM), as the bytes at `format` of `buffer` say; the first
/// eight bytes from the start of `span` on are `word`.
#[inline(never)]
fn is_dated(buffer: &[u8], format: Span, word: u64, Span { start, len }: Span) -> bool {
    let is = |wanted: &[u8; 4], count: u32| {
        let bytes = buffer.get(format.start as usize..).and_then(<[u8]>::first_chunk::<4>);
        let same =
            |bytes: &[u8; 4]| (u32::from_be_bytes(*bytes) ^ u32::from_be_bytes(*wanted)) >> (32 - 8 * count) == 0;
        format.len == count && bytes.is_some_and(same)
    };
    match len {
        8 => is(b"D8  ", 2) && is_day(word),
        17 if is(b"RD8 ", 3) => {
            buffer.get(start as usize + 8) == Some(&b'-')
                && is_day(word)
                && word_at(buffer, start + 9).is_some_and(is_day)
        }
        12 if is(b"DT  ", 2) => is_day(word) && is_time(Span { start: start + 8, len: 4 }.of(buffer)),
        4 if is(b"TM  ", 2) => is_time(Span { start, len }.of(buffer)),
        _ => false,
    }
}

/// The number of digits of the `len` bytes of `buffer` from `start` on, the first eight of which are `word`, if they are a
/// decimal number.
#[inline(never)]
fn decimal(buffer: &[u8], word: u64, start: u32, len: u32) -> Option<u32> {
    let is_point = |marks: u64| buffer.get((start + marks.trailing_zeros() / 8) as usize) == Some(&b'.');
    match (len <= 8).then(|| others(word, len)) {
        Some(0) => Some(len),
        // one byte is no digit
        Some(marks) if marks.is_power_of_two() && len > 1 && is_point(marks) => Some(len - 1),
        _ => decimal_digits(Span { start, len }.of(buffer)).map(|digits| digits as u32),
    }
}

/// As [`decimal`], of an integer.
#[inline]
fn integer(buffer: &[u8], word: u64, start: u32, len: u32) -> Option<u32> {
    if len <= 8 && others(word, len) == 0 {
        return Some(len);
    }
    integer_digits(Span { start, len }.of(buffer)).map(|digits| digits as u32)
}

/// True for eight bytes CCYYMMDD, the first lowest, that are a day of the calendar.
#[inline]
fn is_day(word: u64) -> bool {
    if others(word, 8) != 0 {
        return false;
    }
    let digits = word ^ ZEROS;
    let (year, day) = (digits as u32, (digits >> 32) as u32);
    // tens and ones side by side: month in the lowest byte, day in the third
    let pairs = day.wrapping_mul(10).wrapping_add(day >> 8);
    let (month, day) = (pairs & 0xff, pairs >> 16 & 0xff);
    // all months have 28 days
    (year != 0 && month.wrapping_sub(1) < 12 && day.wrapping_sub(1) < 28) || is_date(&word.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::{Guides, NO_CODES, Rule, Type, Usage};
    use crate::wire::{Delimiters, Fault, Limits, Mode, Scanner, Tokens};

    #[test]
    fn a_day_is_one_exactly_when_the_closer_look_says_so() {
        for year in ["0000", "0001", "1900", "2000", "2023", "2024", "202A", "2 24"] {
            for month in 0..14 {
                for day in 0..33 {
                    let text = format!("{year}{month:02}{day:02}");
                    let bytes = *text.as_bytes().first_chunk::<8>().unwrap();
                    assert_eq!(is_day(u64::from_le_bytes(bytes)), is_date(&bytes), "{text}");
                }
            }
        }
    }

    /// Numbers that look like chance.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, below: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) as usize % below.max(1)
        }

        fn one_of<'a>(&mut self, list: &[&'a str]) -> &'a str {
            list[self.roll(list.len())]
        }

        fn of_length(&mut self, rule: &Rule, alphabet: &[u8]) -> String {
            let length = match self.roll(8) {
                0 => rule.min as usize,
                1 => rule.max.min(70) as usize,
                2 => rule.max.min(70) as usize + 1,
                3 => (rule.min as usize).saturating_sub(1),
                _ => rule.min as usize + self.roll(12.min(rule.max.saturating_sub(rule.min) as usize + 1)),
            };
            (0..length).map(|_| char::from(alphabet[self.roll(alphabet.len())])).collect()
        }
    }

    /// A value that a rule may like, or not.
    fn value(index: &Index, rule: &Rule, dice: &mut Dice) -> String {
        if dice.roll(30) == 0 {
            return dice
                .one_of(&[" ", "A ", " A", "\0A", "A\u{7f}", "é", "-", ".", "1.", "-.5", "1E2", "+1", ":"])
                .to_owned();
        }
        let set = if rule.codes == NO_CODES { rule.base_codes } else { rule.codes };
        if set != NO_CODES && dice.roll(12) > 0 {
            let codes = index.codes.list(set);
            return codes[dice.roll(codes.len())].clone();
        }
        match rule.kind {
            Type::Composite => (0..=dice.roll(rule.components.1 as usize - rule.components.0 as usize + 1))
                .zip(index.rules_of(rule.components))
                .map(|(_, part)| part_of(index, part, dice))
                .collect::<Vec<_>>()
                .join(":"),
            Type::N(_) | Type::R => dice.of_length(rule, b"0123456789.123456789-"),
            Type::Dt | Type::Tm => dice.one_of(&["20240229", "20230229", "240101", "1230", "00000101"]).to_owned(),
            _ if rule.format_by > 0 => {
                dice.one_of(&["20240229", "20230229", "20240101-20240131", "20240101-20240132", "1230"]).to_owned()
            }
            _ => dice.of_length(rule, b"ABCDEFGHIJKLMNOP1234567890 "),
        }
    }

    /// As [`value`], or nothing, more often where the guide asks for nothing.
    fn part_of(index: &Index, rule: &Rule, dice: &mut Dice) -> String {
        let absent = match rule.usage {
            Usage::Required => dice.roll(20) == 0,
            Usage::Situational => dice.roll(3) == 0,
            Usage::NotUsed => dice.roll(20) > 0,
        };
        if absent { String::new() } else { value(index, rule, dice) }
    }

    /// Judges each segment as if it stood in one slot.
    struct Judge<'g> {
        slot: InSlot<'g>,
        outlines: Outlines,
        good: usize,
        wrong: usize,
        doubted: usize,
        /// Good or not as the values one after the other say, where those side by side say the contrary.
        differ: usize,
    }

    impl Tokens for Judge<'_> {
        fn header(&mut self, _segment: &Segment<'_>) {}

        fn segment(&mut self, segment: &Segment<'_>, _terminated: bool) {
            let faults = faults(self.slot, segment).len();
            let good = looks_good(self.slot, &mut self.outlines, segment, 0);
            let in_turn = looks_good_in_turn(self.slot, segment);
            assert!(!(good || in_turn) || faults == 0, "{}", String::from_utf8_lossy(segment.raw()));
            self.differ += usize::from(good != in_turn);
            self.good += usize::from(good);
            self.wrong += usize::from(faults > 0);
            self.doubted += usize::from(!good && faults == 0);
        }

        fn fault(&mut self, _fault: Fault, _range: std::ops::Range<usize>, _first: bool) {}
    }

    #[test]
    fn what_is_dated_is_good_as_the_format_beside_it_says() {
        let plan = Guides::embedded().plan("837I").unwrap();
        for (name, segment, good, wrong) in [
            ("occurrence", "HI*BH", ":A1:D8:20260131", ":A1:D8:20260132"),
            ("occurrence", "HI*BH:A1:D8:20260131*BH", ":A2:D8:20240229", ":A2:D8:20230229"),
            ("occurrence-span", "HI*BI", ":70:RD8:20260101-20260131", ":70:RD8:20260101"),
            ("discharge", "DTP*096*TM*", "2359", "2360"),
            ("admission", "DTP*435*DT*", "202601312359", "202601312400"),
        ] {
            let number = plan.find_slot("2300", &segment[..segment.find('*').unwrap()], name).unwrap();
            let facts = &plan.index.slots[number as usize];
            let slot = InSlot { index: &plan.index, number, facts };
            let outlines = Outlines::default();
            let mut judge = Judge { slot, outlines, good: 0, wrong: 0, doubted: 0, differ: 0 };
            let mut scanner = Scanner::new(Limits::default());
            scanner.resume(Mode::Inside(Delimiters::default()));
            // the first teaches what the others look like
            let text = format!("{segment}{good}~{segment}{good}~{segment}{wrong}~{segment}{good}~");
            scanner.scan(text.as_bytes(), true, &mut judge);
            assert!(
                (judge.good, judge.wrong) == (3, 1) || (judge.good, judge.wrong, judge.doubted) == (2, 1, 1),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_good_at_first_sight_bears_the_closer_look() {
        let (mut dice, mut sums, mut differ) = (Dice(11), [0; 3], 0);
        for name in ["837P", "999", "277CA"] {
            let plan = Guides::embedded().plan(name).unwrap();
            for (number, facts) in (0..).zip(&plan.index.slots) {
                let mut text = String::new();
                for _ in 0..160 {
                    let rules = plan.index.rules_of(facts.elements);
                    let count = rules.len() + usize::from(dice.roll(20) == 0) - dice.roll(rules.len().min(3));
                    let parts = (0..count)
                        .map(|at| rules.get(at).map_or("X".to_owned(), |rule| part_of(&plan.index, rule, &mut dice)));
                    let segment = [facts.segment.text()].into_iter().chain(parts).collect::<Vec<_>>().join("*");
                    // mostly as writers write it: nothing behind the last value
                    text += if dice.roll(6) == 0 { &segment } else { segment.trim_end_matches('*') };
                    text += dice.one_of(&["~", "~", "~\n", "~\r\n", "~~"]);
                }
                let mut scanner = Scanner::new(Limits::default());
                scanner.resume(Mode::Inside(Delimiters::default()));
                let slot = InSlot { index: &plan.index, number, facts };
                let outlines = Outlines::default();
                let mut judge = Judge { slot, outlines, good: 0, wrong: 0, doubted: 0, differ: 0 };
                scanner.scan(text.as_bytes(), true, &mut judge);
                differ += judge.differ;
                sums = [sums[0] + judge.good, sums[1] + judge.wrong, sums[2] + judge.doubted];
            }
        }
        // all happen, so that something was compared
        assert!(sums.iter().all(|&sum| sum > 300), "{sums:?}");
        // only long texts are looked at again where others are taken
        assert!(differ < 50, "{differ}");
    }
}
