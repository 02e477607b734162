//! What was found of codes in a table: in a file the same ones come again and again.

/// Keys that are remembered, on days around which nothing changes; a further one takes the place of an earlier one.
const SLOTS: usize = 256;

/// A key (a code, or the two of a pair), and whether it stands in the table on all of some days or on none of them.
#[derive(Clone, Copy, Debug)]
struct Known {
    keys: [i64; 2],
    days: (i32, i32),
    stands: bool,
}

/// Of no day is anything known.
const NOTHING: Known = Known { keys: [0; 2], days: (i32::MAX, i32::MIN), stands: false };

impl Known {
    fn tells(&self, keys: [i64; 2], day: i32) -> bool {
        self.keys == keys && (self.days.0..=self.days.1).contains(&day)
    }
}

/// What is known of the codes of one table.
#[derive(Debug, Default)]
pub(super) struct Standings {
    known: Option<Box<[Known; SLOTS]>>,
}

impl Standings {
    /// Whether a key stands in the table on all days from the first to the last, or on none; `None` where that changes
    /// between them. `find` tells it of the first day, with the days around on which it is the same.
    pub(super) fn throughout(
        &mut self,
        keys: [i64; 2],
        (first, last): (i32, i32),
        find: impl FnOnce(i32) -> (bool, (i32, i32)),
    ) -> Option<bool> {
        let slot = (keys[0] ^ keys[1].rotate_left(29)).cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56;
        let all = self.known.get_or_insert_with(|| Box::new([NOTHING; SLOTS]));
        let at = slot as usize % SLOTS;
        // two that fall on one place, or one on two sides of a change, have room beside each other
        let found = [at, at ^ 1].into_iter().find(|&at| all[at].tells(keys, first));
        let at = found.unwrap_or_else(|| {
            let (stands, days) = find(first);
            all[at ^ 1] = std::mem::replace(&mut all[at], Known { keys, days, stands });
            at
        });
        let known = &all[at];
        (last <= known.days.1).then_some(known.stands)
    }
}

#[cfg(test)]
mod tests {
    use super::Standings;

    #[test]
    fn what_is_known_is_asked_for_once_and_told_of_its_days_alone() {
        let mut known = Standings::default();
        let mut asked = Vec::new();
        let mut ask = |keys: [i64; 2], days| {
            known.throughout(keys, days, |day| {
                asked.push((keys[0], day));
                // it changes every ten days
                (day / 10 % 2 == 0, (day / 10 * 10, day / 10 * 10 + 9))
            })
        };
        assert_eq!(ask([7, 0], (3, 5)), Some(true));
        assert_eq!(ask([7, 0], (0, 9)), Some(true));
        assert_eq!(ask([7, 0], (9, 10)), None);
        assert_eq!(ask([7, 0], (10, 10)), Some(false));
        assert_eq!(ask([7, 1], (10, 10)), Some(false));
        assert_eq!(ask([7, 0], (4, 4)), Some(true));
        assert_eq!(ask([0, 0], (0, 0)), Some(true));
        assert_eq!(asked, [(7, 3), (7, 10), (7, 10), (0, 0)]);
    }
}
