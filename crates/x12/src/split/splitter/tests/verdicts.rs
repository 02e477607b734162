//! What holds whatever the verdicts are, and where late faults move what was accepted.

use super::*;
use crate::split::Sequence;

const ODDS: Odds = Odds { reject: 20, late_set: 10, late_group: 5, late_interchange: 5 };

fn interchange(seed: u64, odds: &Odds) -> (Text, Dice) {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    dice.roll(2);
    (Text::interchange(&mut dice, odds), dice)
}

/// The claims of the input, and whether each ends on the accepted side.
fn expected(text: &Text) -> Vec<(String, bool)> {
    let mut claims: Vec<(String, bool)> = Vec::new();
    let (mut set, mut group) = (0, 0);
    for item in &text.items {
        let (from, stays) = match *item {
            Item::GroupOpen { .. } => {
                group = claims.len();
                continue;
            }
            Item::SetOpen { .. } => {
                set = claims.len();
                continue;
            }
            Item::Claim { raw, accepted, .. } => {
                let name = String::from_utf8(raw.of(&text.bytes).split(|&b| b == b'*').nth(1).expect("CLM01").to_vec());
                claims.push((name.expect("ASCII"), accepted));
                continue;
            }
            Item::SetClose { accepted, .. } => (set, accepted),
            Item::GroupClose { accepted, .. } => (group, accepted),
            Item::InterchangeClose { accepted, .. } => (0, accepted),
            _ => continue,
        };
        for claim in &mut claims[from..] {
            claim.1 &= stays;
        }
    }
    claims
}

fn names(document: &Document) -> Vec<String> {
    let mut names: Vec<String> = document.claims.iter().map(|(name, _)| name.clone()).collect();
    names.sort();
    names
}

#[test]
fn every_claim_ends_on_its_side_once_under_its_own_levels() {
    for seed in 0..3000 {
        let (text, mut dice) = interchange(seed, &ODDS);
        let limit = [0, 1, 2, 5, 5000][dice.roll(5) as usize];
        let sequence = Sequence::new([1, 2, 900, 123_456_789, 999_999_999][dice.roll(5) as usize]);
        let options =
            SplitOptions { claims_per_set: limit, sequence, suffix: b"\n".to_vec(), ..SplitOptions::default() };
        let (accepted, rejected, _) = split(&text.pieces(&mut dice, 0), &options);
        let original = checked_paths(&text);
        let (accepted, rejected) = (checked(&accepted, true), checked(&rejected, true));
        let wanted = expected(&text);
        for (document, side) in [(&accepted, true), (&rejected, false)] {
            let mut claims: Vec<String> =
                wanted.iter().filter(|(_, on)| *on == side).map(|(name, _)| name.clone()).collect();
            claims.sort();
            assert_eq!(names(document), claims, "seed {seed}");
            for claim in &document.claims {
                assert!(original.contains(claim), "seed {seed}: {claim:?} moved");
            }
            assert!(limit == 0 || document.most_claims <= limit as usize, "seed {seed}");
        }
    }
}

/// The claims of the input under their levels, read from the input itself.
fn checked_paths(text: &Text) -> Vec<Path> {
    let mut paths = Vec::new();
    let mut stack: Vec<(u8, String)> = Vec::new();
    for item in &text.items {
        match *item {
            Item::SetOpen { .. } => stack.clear(),
            Item::Level { depth, id, .. } => {
                stack.retain(|(above, _)| *above < depth);
                stack.push((depth, format!("L{}", String::from_utf8_lossy(id.of(&text.bytes)))));
            }
            Item::Claim { raw, .. } => {
                let name = raw.of(&text.bytes).split(|&byte| byte == b'*').nth(1).expect("CLM01");
                let path = stack.iter().rev().map(|(_, name)| name.clone()).collect();
                paths.push((String::from_utf8_lossy(name).into_owned(), path));
            }
            _ => {}
        }
    }
    paths
}

#[test]
fn the_cut_into_pieces_changes_nothing() {
    for seed in 0..1000 {
        let (text, mut dice) = interchange(seed, &ODDS);
        let options = SplitOptions { claims_per_set: dice.roll(8) as u32, ..SplitOptions::default() };
        let whole = split(&text.pieces(&mut dice, 0), &options);
        for chance in [5, 40, 100] {
            assert!(split(&text.pieces(&mut dice, chance), &options) == whole, "seed {seed}");
        }
    }
}

/// An interchange in which every level has claims and every set levels.
fn full(seed: u64, odds: &Odds) -> Text {
    (seed * 1000..seed * 1000 + 1000).map(|seed| interchange(seed, odds).0).find(is_full).expect("one of many")
}

fn is_full(text: &Text) -> bool {
    let mut kinds = text.items.iter().map(|item| match item {
        Item::SetOpen { .. } => 1u8,
        Item::Level { depth, .. } => 1 + depth,
        Item::Claim { .. } => 9,
        Item::GroupOpen { .. } => 10,
        _ => 0,
    });
    let mut before = 0;
    let deep = kinds.all(|kind| {
        let empty =
            (1..=4).contains(&before) && (kind == 0 || (kind <= before && before > 1)) || before == 10 && kind == 0;
        before = kind;
        !empty
    });
    deep && text.items.iter().any(|item| matches!(item, Item::Claim { .. }))
}

#[test]
fn where_nothing_is_removed_the_bytes_are_those_of_the_input() {
    for seed in 0..60 {
        let text = full(seed, &Odds { reject: 0, late_set: 0, late_group: 0, late_interchange: 0 });
        let (accepted, rejected, renumbered) = split(&text.pieces(&mut Dice(seed), 10), &SplitOptions::default());
        assert_eq!(accepted.as_bytes(), text.bytes, "seed {seed}");
        assert_eq!(rejected, "");
        assert_eq!(renumbered, []);
    }
}

#[test]
fn where_all_is_rejected_the_bytes_are_those_of_the_input() {
    for seed in 0..60 {
        let text = full(seed, &Odds { reject: 100, late_set: 0, late_group: 0, late_interchange: 0 });
        let (accepted, rejected, renumbered) = split(&text.pieces(&mut Dice(seed), 10), &SplitOptions::default());
        assert_eq!(accepted, "");
        assert_eq!(rejected.as_bytes(), text.bytes, "seed {seed}");
        assert_eq!(renumbered, []);
    }
}

/// As [`full`], with every end of one kind rejected though nothing is wrong with its bytes.
fn late(seed: u64, is_late: impl Fn(&Item) -> bool) -> Text {
    let mut text = full(seed, &Odds { reject: 0, late_set: 0, late_group: 0, late_interchange: 0 });
    for item in &mut text.items {
        let late = is_late(item);
        if let Item::SetClose { accepted, .. }
        | Item::GroupClose { accepted, .. }
        | Item::InterchangeClose { accepted, .. } = item
        {
            *accepted = !late;
        }
    }
    text
}

#[test]
fn a_late_fault_moves_all_that_it_reaches_unchanged() {
    // Numbers given out meanwhile must lie apart, or the input's own have to give way to them.
    let options = SplitOptions { sequence: Sequence::new(5000), ..SplitOptions::default() };
    for seed in 0..40 {
        for (kind, text) in [
            late(seed, |item| matches!(item, Item::InterchangeClose { .. })),
            late(seed, |item| matches!(item, Item::GroupClose { .. })),
            late(seed, |item| matches!(item, Item::SetClose { .. })),
        ]
        .iter()
        .enumerate()
        {
            let (accepted, rejected, renumbered) = split(&text.pieces(&mut Dice(seed), 10), &options);
            assert_eq!(accepted, "", "seed {seed}");
            assert_eq!(rejected, String::from_utf8_lossy(&text.bytes), "seed {seed}, kind {kind}");
            assert_eq!(renumbered, []);
        }
    }
}

fn one_set(verdicts: &[bool]) -> Text {
    let mut text = Text::default();
    let raw = text.push(
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260101*1200*^*00501*000000007*0*T*:~\n",
    );
    let control = text.element(raw, "ISA", 13);
    text.items.push(Item::InterchangeOpen {
        raw,
        version: Span::default(),
        control,
        delimiters: Delimiters::default(),
        repeated: false,
    });
    let raw = text.push("GS*HC*S*R*20260101*1200*7*X*V~\n");
    let control = text.element(raw, "GS", 6);
    text.items.push(Item::GroupOpen { raw, control, repeated: false });
    let raw = text.push("ST*837*0007*X~\nBHT*0019*00*BATCH~\n");
    let (control, batch) = (text.element(raw, "ST", 2), text.element(raw, "BHT", 3));
    text.items.push(Item::SetOpen { raw, control, batch, segments: 2, repeated: false });
    text.level(1, 1, None, "20", true);
    for (at, &verdict) in verdicts.iter().enumerate() {
        text.level(2, at as u32 + 2, Some(1), "22", false);
        text.claim(&format!("C{at}"), verdict);
    }
    let segments = 5 + 4 * verdicts.len();
    let raw = text.push(&format!("SE*{segments}*0007~\n"));
    let (count, control) = (text.element(raw, "SE", 1), text.element(raw, "SE", 2));
    text.items.push(Item::SetClose { raw, count, control, accepted: true });
    let raw = text.push("GE*1*7~\n");
    let (count, control) = (text.element(raw, "GE", 1), text.element(raw, "GE", 2));
    text.items.push(Item::GroupClose { raw, count, control, accepted: true });
    let raw = text.push("IEA*1*000000007~\n");
    let (count, control) = (text.element(raw, "IEA", 1), text.element(raw, "IEA", 2));
    text.items.push(Item::InterchangeClose { raw, count, control, accepted: true });
    text
}

#[test]
fn a_removed_claim_costs_its_level_and_all_numbers_above() {
    let text = one_set(&[true, false, true]);
    let options = SplitOptions { sequence: Sequence::new(100), ..SplitOptions::default() };
    let (accepted, rejected, renumbered) = split(&text.pieces(&mut Dice(1), 50), &options);
    assert_eq!(
        accepted,
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260101*1200*^*00501*000000100*0*T*:~\n\
         GS*HC*S*R*20260101*1200*100*X*V~\n\
         ST*837*0100*X~\nBHT*0019*00*00100~\n\
         HL*1**20*1~\nNM1*20*L1~\n\
         HL*2*1*22*0~\nNM1*22*L2~\nCLM*C0*100~\nLX*1~\n\
         HL*3*1*22*0~\nNM1*22*L4~\nCLM*C2*100~\nLX*1~\n\
         SE*13*0100~\nGE*1*100~\nIEA*1*000000100~\n"
    );
    assert_eq!(
        rejected,
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260101*1200*^*00501*000000101*0*T*:~\n\
         GS*HC*S*R*20260101*1200*101*X*V~\n\
         ST*837*0101*X~\nBHT*0019*00*00101~\n\
         HL*1**20*1~\nNM1*20*L1~\n\
         HL*2*1*22*0~\nNM1*22*L3~\nCLM*C1*100~\nLX*1~\n\
         SE*9*0101~\nGE*1*101~\nIEA*1*000000101~\n"
    );
    let olds =
        |kind| renumbered.iter().filter(|pair| pair.kind == kind).map(|pair| pair.old.clone()).collect::<Vec<_>>();
    assert_eq!(olds(ControlKind::Interchange), [b"000000007", b"000000007"]);
    assert_eq!(olds(ControlKind::Group), [b"7", b"7"]);
    assert_eq!(olds(ControlKind::Set), [b"0007", b"0007"]);
    assert_eq!(olds(ControlKind::Batch), [b"BATCH", b"BATCH"]);
}

#[test]
fn what_has_a_number_that_was_used_before_gets_another() {
    for accepted in [[true, false, false], [false; 3], [true; 3]] {
        let mut text = Text::default();
        let raw = text.push("ISA*000000001~");
        let control = text.element(raw, "ISA", 1);
        text.items.push(Item::InterchangeOpen {
            raw,
            version: Span::default(),
            control,
            delimiters: Delimiters::default(),
            repeated: false,
        });
        for group in 0..2 {
            let raw = text.push("GS*HC*A*B*C*D*7~");
            let control = text.element(raw, "GS", 6);
            text.items.push(Item::GroupOpen { raw, control, repeated: group > 0 });
            for (set, accepted) in accepted.into_iter().enumerate() {
                let raw = text.push("ST*837*0001~BHT*0019*00*B~");
                let (control, batch) = (text.element(raw, "ST", 2), text.element(raw, "BHT", 3));
                text.items.push(Item::SetOpen { raw, control, batch, segments: 2, repeated: set > 0 });
                text.level(1, 1, None, "20", false);
                text.claim("one", accepted);
                let raw = text.push("SE*7*0001~");
                let (count, control) = (text.element(raw, "SE", 1), text.element(raw, "SE", 2));
                text.items.push(Item::SetClose { raw, count, control, accepted: true });
            }
            let raw = text.push("GE*3*7~");
            let (count, control) = (text.element(raw, "GE", 1), text.element(raw, "GE", 2));
            text.items.push(Item::GroupClose { raw, count, control, accepted: true });
        }
        let raw = text.push("IEA*2*000000001~");
        let (count, control) = (text.element(raw, "IEA", 1), text.element(raw, "IEA", 2));
        text.items.push(Item::InterchangeClose { raw, count, control, accepted: true });
        for chance in [0, 50] {
            let (taken, left, renumbered) = split(&text.pieces(&mut Dice(3), chance), &SplitOptions::default());
            for side in [&taken, &left] {
                let numbers = |id: &str, number: usize| {
                    let all = side.split('~').map(|segment| segment.trim().split('*').collect::<Vec<_>>());
                    all.filter(|parts| parts[0] == id).map(|parts| parts[number].to_owned()).collect::<Vec<String>>()
                };
                let groups = numbers("GS", 6);
                assert_eq!(groups.iter().collect::<HashSet<_>>().len(), groups.len(), "{side}");
                for group in side.split("GE*") {
                    let sets: Vec<_> = group.split("ST*837*").skip(1).map(|set| &set[..4]).collect();
                    assert_eq!(sets.iter().collect::<HashSet<_>>().len(), sets.len(), "{side}");
                }
                assert_eq!((numbers("ST", 2), groups), (numbers("SE", 2), numbers("GE", 2)), "{side}");
            }
            assert!(renumbered.iter().any(|pair| pair.kind == ControlKind::Set), "the map says so");
        }
    }
}

#[test]
fn a_full_set_goes_on_in_another_with_the_same_header() {
    let text = one_set(&[true; 5]);
    let options = SplitOptions { claims_per_set: 2, suffix: b"\n".to_vec(), ..SplitOptions::default() };
    let (accepted, rejected, _) = split(&text.pieces(&mut Dice(1), 0), &options);
    assert_eq!(accepted.matches("ST*837*").count(), 3);
    assert_eq!(accepted.matches("BHT*0019*00*").count(), 3);
    assert_eq!(accepted.matches("NM1*20*L1").count(), 3);
    assert!(accepted.contains("GE*3*"));
    assert_eq!(checked(&accepted, true).most_claims, 2);
    assert_eq!(rejected, "");
}

#[test]
fn one_call_takes_one_interchange() {
    let text = one_set(&[true]);
    let mut twice = text.items.clone();
    twice.extend(text.items.iter().copied());
    let mut splitter = Splitter::default();
    let (mut accepted, mut rejected) = (MemoryOutput::default(), MemoryOutput::default());
    let taken = splitter.write(&text.bytes, &twice, &mut accepted, &mut rejected);
    assert_eq!(taken, text.items.len());
    let (mut again, mut rejected) = (MemoryOutput::default(), MemoryOutput::default());
    assert_eq!(splitter.write(&text.bytes, &twice[taken..], &mut again, &mut rejected), text.items.len());
    assert_eq!(accepted, again);
}

#[test]
fn items_out_of_place_do_no_harm() {
    let text = one_set(&[true, false]);
    let mut dice = Dice(5);
    for _ in 0..2000 {
        let mut splitter = Splitter::new(SplitOptions { claims_per_set: 1, ..SplitOptions::default() });
        let (mut accepted, mut rejected) = (MemoryOutput::default(), MemoryOutput::default());
        let items: Vec<Item> = (0..12).map(|_| text.items[dice.roll(text.items.len() as u64) as usize]).collect();
        splitter.write(&text.bytes, &items, &mut accepted, &mut rejected);
    }
}

/// The items of a set with one claim, cut off after `more` more bytes in the middle of a segment.
fn cut_short(accepted: bool, more: &str) -> (Text, Vec<u8>, Vec<u8>) {
    let mut text = Text::default();
    let raw = text.push("ISA*000000001~");
    let control = text.element(raw, "ISA", 1);
    text.items.push(Item::InterchangeOpen {
        raw,
        version: Span::default(),
        control,
        delimiters: Delimiters::default(),
        repeated: false,
    });
    text.open_group_and_set();
    text.level(1, 1, None, "20", false);
    text.claim("one", accepted);
    if !more.is_empty() {
        let raw = text.push(more);
        text.items.push(Item::More { raw, segments: 1 });
    }
    let (raw, count, control) = (Span::default(), Span::default(), Span::default());
    text.items.push(Item::SetClose { raw, count, control, accepted: true });
    text.items.push(Item::GroupClose { raw, count, control, accepted: true });
    text.items.push(Item::InterchangeClose { raw, count, control, accepted: true });
    let (mut to, mut other) = (MemoryOutput::default(), MemoryOutput::default());
    Splitter::new(SplitOptions { claims_per_set: 1, ..SplitOptions::default() }).write(
        &text.bytes,
        &text.items,
        &mut to,
        &mut other,
    );
    (text, to.bytes, other.bytes)
}

#[test]
fn a_file_that_ends_within_a_segment_gets_trailers_of_their_own() {
    let (_, accepted, rejected) = cut_short(false, "HL*x");
    assert!(accepted.is_empty());
    let text = String::from_utf8(rejected).unwrap();
    assert!(text.ends_with("HL*x~SE*7*0001~GE*1*7~IEA*1*000000001~"), "{text}");
}

#[test]
fn a_trailer_that_the_file_ends_within_does_not_stick_to_the_set_moved_behind_it() {
    let mut text = Text::default();
    let raw = text.push("ISA*000000001~");
    let control = text.element(raw, "ISA", 1);
    text.items.push(Item::InterchangeOpen {
        raw,
        version: Span::default(),
        control,
        delimiters: Delimiters::default(),
        repeated: false,
    });
    text.open_group_and_set();
    text.level(1, 1, None, "20", false);
    text.claim("one", true);
    text.claim("two", false);
    let raw = text.push("SE*9*0001");
    let (count, control) = (text.element(raw, "SE", 1), text.element(raw, "SE", 2));
    text.items.push(Item::SetClose { raw, count, control, accepted: false });
    let (raw, count, control) = (Span::default(), Span::default(), Span::default());
    text.items.push(Item::GroupClose { raw, count, control, accepted: true });
    text.items.push(Item::InterchangeClose { raw, count, control, accepted: true });
    let (mut accepted, mut rejected) = (MemoryOutput::default(), MemoryOutput::default());
    Splitter::default().write(&text.bytes, &text.items, &mut accepted, &mut rejected);
    assert!(accepted.bytes.is_empty());
    let text = String::from_utf8(rejected.bytes).unwrap();
    let starts = |id: &str| text.split('~').filter(|segment| segment.trim_start().starts_with(id)).count();
    assert_eq!((starts("ST*"), starts("SE*"), starts("GE*2*"), starts("IEA*1*")), (2, 2, 1, 1), "{text}");
}

#[test]
fn more_of_a_claim_follows_it_and_is_no_claim() {
    for accepted in [true, false] {
        let (_, to, other) = cut_short(accepted, "HL*x~");
        let (whole, none) = if accepted { (to, other) } else { (other, to) };
        assert!(none.is_empty());
        let text = String::from_utf8(whole).unwrap();
        assert_eq!(text.matches("ST*").count(), 1, "{text}");
        assert!(text.contains("LX*1~\nHL*x~SE*7*0001~"), "{text}");
    }
}

#[test]
fn a_version_that_is_none_of_ours_is_put_right() {
    let mut text = Text::default();
    let raw = text.push("ISA*00401*000000001~");
    let (version, control) = (text.element(raw, "ISA", 1), text.element(raw, "ISA", 2));
    text.items.push(Item::InterchangeOpen { raw, version, control, delimiters: Delimiters::default(), repeated: true });
    text.open_group_and_set();
    text.level(1, 1, None, "20", false);
    text.claim("one", true);
    let (raw, [count, control]) = (text.push(""), [Span::default(); 2]);
    text.items.push(Item::SetClose { raw, count, control, accepted: true });
    text.items.push(Item::GroupClose { raw, count, control, accepted: true });
    text.items.push(Item::InterchangeClose { raw, count, control, accepted: false });
    let (taken, left, _) = split(&text.pieces(&mut Dice(3), 0), &SplitOptions::default());
    assert_eq!(taken, "");
    assert!(left.starts_with("ISA*00501*000000002~GS*"), "{left}");
}
