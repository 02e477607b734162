//! Logic of four values: one state at a time, or those of 64 rows.

/// The statement holds.
pub(crate) const TRUE: u8 = 1;
/// It does not.
pub(crate) const FALSE: u8 = 2;
/// A value it needs is missing.
pub(crate) const UNKNOWN: u8 = 4;
/// A table it needs is not there.
pub(crate) const NODATA: u8 = 8;

/// One state decides; else unchecked does, else unknown; only two weak ones are weak.
pub(crate) fn join(left: u8, right: u8, strong: u8) -> u8 {
    let union = left | right;
    [strong, NODATA, UNKNOWN].into_iter().find(|state| union & state != 0).unwrap_or(not(strong))
}

pub(crate) fn not(state: u8) -> u8 {
    match state {
        TRUE => FALSE,
        FALSE => TRUE,
        other => other,
    }
}

pub(crate) fn state(holds: bool) -> u8 {
    if holds { TRUE } else { FALSE }
}

/// A bit for each of the first `rows` of 64 rows.
pub(crate) fn mask(rows: usize) -> u64 {
    if rows < 64 { (1 << rows) - 1 } else { u64::MAX }
}

/// A bit for each of up to 64 items that pass, taken eight at a time.
pub(crate) fn bits<T>(items: &[T], passes: impl Fn(&T) -> bool) -> u64 {
    let (eights, rest) = items.as_chunks::<8>();
    let byte = |items: &[T]| items.iter().enumerate().fold(0, |byte, (at, item)| byte | u64::from(passes(item)) << at);
    let bits = eights.iter().enumerate().fold(0, |bits, (at, eight)| bits | byte(eight) << (8 * at));
    bits | byte(rest) << (8 * eights.len() % 64)
}

/// As [`bits`], of pairs.
pub(crate) fn bits_of_pairs<T>(left: &[T], right: &[T], passes: impl Fn(&T, &T) -> bool) -> u64 {
    let ((lefts, left), (rights, right)) = (left.as_chunks::<8>(), right.as_chunks::<8>());
    let byte = |left: &[T], right: &[T]| {
        let pairs = left.iter().zip(right).enumerate();
        pairs.fold(0, |byte, (at, (left, right))| byte | u64::from(passes(left, right)) << at)
    };
    let eights = lefts.iter().zip(rights).enumerate();
    let bits = eights.fold(0, |bits, (at, (left, right))| bits | byte(left, right) << (8 * at));
    bits | byte(left, right) << (8 * lefts.len() % 64)
}

/// Up to 64 items, the first of which is `64 * at`.
pub(crate) fn word_of<T>(items: &[T], at: usize) -> &[T] {
    let rest = items.get(64 * at..).unwrap_or_default();
    rest.get(..64).unwrap_or(rest)
}

/// Those of some bits whose number passes.
pub(crate) fn passing(mut bits: u64, mut passes: impl FnMut(usize) -> bool) -> u64 {
    let mut passing = 0;
    while bits != 0 {
        let at = bits.trailing_zeros() as usize;
        passing |= u64::from(passes(at)) << at;
        bits &= bits - 1;
    }
    passing
}

/// The states of 64 rows: a bit in one of three planes for each, in none where it is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) yes: u64,
    pub(crate) no: u64,
    pub(crate) unchecked: u64,
}

impl Word {
    /// The same state 64 times.
    pub(crate) fn of(state: u8) -> Self {
        let plane = |wanted| if state == wanted { u64::MAX } else { 0 };
        Self { yes: plane(TRUE), no: plane(FALSE), unchecked: plane(NODATA) }
    }

    /// True or false where `known`, unknown elsewhere.
    pub(crate) fn known(holds: u64, known: u64) -> Self {
        Self { yes: holds & known, no: !holds & known, unchecked: 0 }
    }

    fn and(self, other: Self) -> Self {
        let no = self.no | other.no;
        Self { yes: self.yes & other.yes, no, unchecked: (self.unchecked | other.unchecked) & !no }
    }

    fn not(self) -> Self {
        Self { yes: self.no, no: self.yes, unchecked: self.unchecked }
    }

    fn join(self, other: Self, strong: u8) -> Self {
        if strong == FALSE { self.and(other) } else { self.not().and(other.not()).not() }
    }

    /// What it says of the rows of `mask`.
    fn of_rows(self, mask: u64) -> Self {
        Self { yes: self.yes & mask, no: self.no & mask, unchecked: self.unchecked & mask }
    }

    /// What it says of the rows of `mask`, and what another says of the others.
    fn or_else(self, other: Self, mask: u64) -> Self {
        let (own, other) = (self.of_rows(mask), other.of_rows(!mask));
        Self { yes: own.yes | other.yes, no: own.no | other.no, unchecked: own.unchecked | other.unchecked }
    }

    /// The state of one row.
    pub(crate) fn state(self, bit: usize) -> u8 {
        let has = |plane: u64| plane >> (bit & 63) & 1 == 1;
        match (has(self.yes), has(self.no), has(self.unchecked)) {
            (true, ..) => TRUE,
            (_, true, _) => FALSE,
            (_, _, true) => NODATA,
            _ => UNKNOWN,
        }
    }

    /// Gives a row another state.
    pub(crate) fn replace(&mut self, bit: usize, state: u8) {
        *self = self.of_rows(!(1 << bit));
        self.put(bit, state);
    }

    /// Gives a row, which has none yet, a state.
    fn put(&mut self, bit: usize, state: u8) {
        self.yes |= u64::from(state & TRUE) << bit;
        self.no |= u64::from(state & FALSE) >> 1 << bit;
        self.unchecked |= u64::from(state & NODATA) >> 3 << bit;
    }
}

/// The states of a statement on all rows of a table, or on the pairs of rows at hand.
#[derive(Debug, Default)]
pub(crate) struct States {
    len: usize,
    /// The state that all rows have; where they differ, the words tell.
    all: Option<u8>,
    /// Bits of rows that are not there are 0.
    words: Vec<Word>,
}

impl States {
    pub(crate) const fn new() -> Self {
        Self { len: 0, all: None, words: Vec::new() }
    }

    /// All rows have one state.
    pub(crate) fn fill(&mut self, len: usize, state: u8) {
        (self.len, self.all) = (len, Some(state));
    }

    /// Takes the words one after another; what they say of rows that are not there does not count.
    pub(crate) fn set(&mut self, len: usize, word: impl FnMut(usize) -> Word) {
        self.len = len;
        self.words.clear();
        self.words.extend((0..len.div_ceil(64)).map(word));
        self.settle();
    }

    /// Takes the states of the rows one after another.
    pub(crate) fn set_rows(&mut self, len: usize, mut state: impl FnMut(usize) -> u8) {
        self.set(len, |at| {
            let (mut word, first) = (Word::default(), 64 * at);
            for bit in 0..(len - first).min(64) {
                word.put(bit, state(first + bit));
            }
            word
        });
    }

    /// The statement holds on these rows and on no other.
    pub(crate) fn mark(&mut self, len: usize, rows: impl IntoIterator<Item = usize>) {
        self.set(len, |_| Word::of(FALSE));
        for row in rows {
            if let Some(word) = self.words.get_mut(row / 64) {
                word.yes |= 1 << (row % 64);
                word.no &= !(1 << (row % 64));
            }
        }
        self.settle();
    }

    /// Finds out whether all rows are alike.
    fn settle(&mut self) {
        let len = self.len;
        if let Some(last) = self.words.last_mut() {
            *last = last.of_rows(mask((len - 1) % 64 + 1));
        }
        let first = self.words.first().map_or(FALSE, |word| word.state(0));
        let alike = Word::of(first);
        let same = |(at, word): (usize, &Word)| *word == alike.of_rows(mask(len - 64 * at));
        self.all = self.words.iter().enumerate().all(same).then_some(first);
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The state that all rows have, if they are alike.
    pub(crate) fn all(&self) -> Option<u8> {
        self.all
    }

    /// The states of the rows from `64 * at`; bits of rows that are not there may be anything.
    pub(crate) fn word(&self, at: usize) -> Word {
        self.all.map_or_else(|| self.words.get(at).copied().unwrap_or_default(), Word::of)
    }

    /// Takes the states of other rows one after another; those that are not there have `absent`.
    pub(crate) fn take(&mut self, of: &Self, rows: &[u32], absent: u8) {
        let absent = Word::of(absent);
        if let Some(all) = of.all {
            let there = |at: usize| bits(word_of(rows, at), |&row| (row as usize) < of.len);
            return self.set(rows.len(), |at| Word::of(all).or_else(absent, there(at)));
        }
        let some_unchecked = absent.unchecked != 0 || of.planes(|word| word.unchecked).any(|bits| bits != 0);
        let found = |row: u32| of.words.get(row as usize / 64).unwrap_or(&absent);
        self.set(rows.len(), |at| {
            let (eights, rest) = word_of(rows, at).as_chunks::<8>();
            let mut word = Word::default();
            let mut add = |rows: &[u32], first: usize| {
                let (mut yes, mut no) = (0, 0);
                for (at, &row) in rows.iter().enumerate() {
                    let found = found(row);
                    yes |= (found.yes >> (row % 64) & 1) << at;
                    no |= (found.no >> (row % 64) & 1) << at;
                }
                word.yes |= yes << first;
                word.no |= no << first;
            };
            eights.iter().enumerate().for_each(|(at, eight)| add(eight, 8 * at));
            add(rest, 8 * eights.len() % 64);
            if some_unchecked {
                word.unchecked = bits(word_of(rows, at), |&row| found(row).unchecked >> (row % 64) & 1 == 1);
            }
            word
        });
    }

    /// The state of a row; None when it is not there.
    pub(crate) fn get(&self, row: usize) -> Option<u8> {
        (row < self.len).then(|| self.all.unwrap_or_else(|| self.word(row / 64).state(row % 64)))
    }

    fn planes(&self, plane: impl Fn(Word) -> u64) -> impl Iterator<Item = u64> {
        (0..self.len.div_ceil(64)).map(move |at| plane(self.word(at)) & mask(self.len - 64 * at))
    }

    /// Shows the rows whose bit is set in a plane, ascending.
    pub(crate) fn each(&self, plane: impl Fn(Word) -> u64, mut see: impl FnMut(usize)) {
        for (at, mut bits) in self.planes(plane).enumerate() {
            while bits != 0 {
                see(64 * at + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        }
    }

    /// How many rows have their bit set in a plane.
    pub(crate) fn count(&self, plane: impl Fn(Word) -> u64) -> u64 {
        self.planes(plane).filter(|&bits| bits != 0).map(|bits| u64::from(bits.count_ones())).sum()
    }

    pub(crate) fn negate(&mut self) {
        match &mut self.all {
            Some(state) => *state = not(*state),
            None => self.words.iter_mut().for_each(|word| *word = word.not()),
        }
    }

    pub(crate) fn copy(&mut self, other: &Self) {
        (self.len, self.all) = (other.len, other.all);
        if self.all.is_none() {
            self.words.clone_from(&other.words);
        }
    }

    /// Takes in what another statement says of the same rows; `strong` decides.
    pub(crate) fn join(&mut self, other: &Self, strong: u8) {
        match (self.all, other.all) {
            (Some(left), Some(right)) => self.all = Some(join(left, right, strong)),
            (Some(left), None) if left == not(strong) => self.copy(other),
            (Some(left), None) if left == strong => {}
            (Some(left), None) => self.set(other.len, |at| other.word(at).join(Word::of(left), strong)),
            (None, Some(right)) if right == strong => self.all = Some(strong),
            (None, Some(right)) if right == not(strong) => {}
            (None, _) => {
                let others = (0..).map(|at| other.word(at));
                self.words.iter_mut().zip(others).for_each(|(word, other)| *word = word.join(other, strong));
                self.settle();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FALSE, NODATA, States, TRUE, UNKNOWN, join, not};

    const ALL: [u8; 4] = [TRUE, FALSE, UNKNOWN, NODATA];

    fn states(rows: &[u8]) -> States {
        let mut states = States::default();
        states.set_rows(rows.len(), |row| rows[row]);
        states
    }

    fn rows(states: &States) -> Vec<u8> {
        (0..states.len()).map(|row| states.get(row).unwrap()).collect()
    }

    #[test]
    fn words_join_as_single_states_do() {
        let pairs: Vec<(u8, u8)> = ALL.iter().flat_map(|&left| ALL.map(|right| (left, right))).collect();
        for len in [1, 16, 63, 64, 65, 200] {
            let (left, right): (Vec<u8>, Vec<u8>) = pairs.iter().cycle().take(len).copied().unzip();
            for (left, right) in ALL
                .iter()
                .map(|&one| (vec![one; len], right.clone()))
                .chain(ALL.iter().map(|&one| (left.clone(), vec![one; len])))
                .chain([(left.clone(), right.clone())])
            {
                for strong in [TRUE, FALSE] {
                    let mut joined = states(&left);
                    joined.join(&states(&right), strong);
                    let expected: Vec<u8> =
                        left.iter().zip(&right).map(|(&left, &right)| join(left, right, strong)).collect();
                    assert_eq!(rows(&joined), expected);
                    assert_eq!(joined.all().is_some(), expected.iter().all(|state| *state == expected[0]));
                    joined.negate();
                    assert_eq!(rows(&joined), expected.into_iter().map(not).collect::<Vec<u8>>());
                }
            }
        }
    }

    #[test]
    fn rows_are_counted_and_shown_as_far_as_there_are_any() {
        let mut marked = States::default();
        marked.mark(130, [3, 64, 129]);
        let mut seen = Vec::new();
        marked.each(|word| word.yes, |row| seen.push(row));
        assert_eq!((seen, marked.count(|word| word.no), marked.get(130)), (vec![3, 64, 129], 127, None));
        marked.fill(70, NODATA);
        assert_eq!((marked.count(|word| word.unchecked), marked.count(|word| !word.no)), (70, 70));
    }
}
