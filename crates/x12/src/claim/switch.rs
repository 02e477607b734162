//! One look at a qualifier instead of one for each field that asks for it: of a date, which of twenty it is.

use super::code_map::CodeMap;
use super::tap::{Tap, Test};
use super::work::{Pass, Switch};

/// Of `taps`, if at least two of them ask for a code in the same element; `pass` makes a pass of what is left for a code.
pub(super) fn switch(taps: &[Tap], mut pass: impl FnMut(&[Tap]) -> Pass) -> Option<Switch> {
    let (element, component) = most_asked(taps)?;
    let asks = |tap: &&Tap| coded(tap).is_some_and(|test| (test.element, test.component) == (element, component));
    let mut codes: Vec<u64> =
        taps.iter().filter(asks).filter_map(coded).flat_map(|test| &test.codes).copied().collect();
    codes.sort_unstable();
    codes.dedup();
    let left = |code: u64| -> Vec<usize> {
        let stays = |tap: &&Tap| !asks(tap) || coded(tap).is_some_and(|test| test.codes.contains(&code));
        taps.iter().enumerate().filter(|(_, tap)| stays(tap)).map(|(at, _)| at).collect()
    };
    // no code is 0
    let mut sorts = vec![left(0)];
    let by = codes.iter().map(|code| {
        let sort = left(*code);
        let known = sorts.iter().position(|known| *known == sort);
        (
            *code,
            known.unwrap_or_else(|| {
                sorts.push(sort);
                sorts.len() - 1
            }),
        )
    });
    let by = CodeMap::new(by.collect());
    let answered = |at: &usize| match &taps[*at] {
        tap if asks(&tap) => Tap { test: None, ..tap.clone() },
        tap => tap.clone(),
    };
    let ways = sorts.iter().map(|sort| pass(&sort.iter().map(answered).collect::<Vec<_>>())).collect();
    Some(Switch { element, component, by, ways })
}

/// What `tap` asks for, if it is one of some codes.
fn coded(tap: &Tap) -> Option<&Test> {
    tap.test.as_ref().filter(|test| !test.codes.is_empty() && !test.except)
}

/// The element, and its component, whose code is asked for most often, if it is more than once.
fn most_asked(taps: &[Tap]) -> Option<(u8, u8)> {
    let places = || taps.iter().filter_map(coded).map(|test| (test.element, test.component));
    let often = |place: &(u8, u8)| places().filter(|other| other == place).count();
    places().max_by_key(often).filter(|place| often(place) > 1)
}
