//! Whole sets: clean ones, faulty ones, cut ones.

use super::sample::{SET, Tape, at, edited, found, plan, replaced, segments, short, walk, walk_with};
use super::{At, Options, Visitor, Walker, Way};
use crate::finding::{Finding, NO_CLAIM, Scope};
use crate::wire::Segment;

#[test]
fn a_clean_set_has_no_findings() {
    assert_eq!(found(&segments(SET)), [""; 0]);
}

#[test]
fn one_wrong_value_is_one_finding() {
    for (from, to, expected) in [
        ("BHT", "BHT*0019*00*B1*20240230*1200*CH", "ST/BHT04 INVALID_DATE"),
        ("BHT", "BHT*0019*00*B1*20240105*2460*CH", "ST/BHT05 INVALID_TIME"),
        ("BHT", "BHT*0019*00*B1*20240105*1200*XX", "ST/BHT06 CODE_NOT_IN_GUIDE"),
        ("BHT", "BHT*0019*00**20240105*1200*CH", "ST/BHT03 ELEMENT_REQUIRED"),
        ("BHT", "BHT*0019*00*1234567890123456789012345678901*20240105*1200*CH", "ST/BHT03 ELEMENT_TOO_LONG"),
        ("PER", "PER*IC*PAT DOE*TE", "1000A/PER04 ELEMENT_REQUIRED"),
        ("PER", "PER*IC*PAT DOE*TE*5550001111*FX", "1000A/PER06 ELEMENT_CONDITION_MISSING"),
        ("PER", "PER*IC*PAT DOE*TE*5550001111**", "1000A/PER06 TRAILING_SEPARATOR"),
        ("PER", "PER*IC*PAT DOE*TE*5550001111*****X", "1000A/PER09 ELEMENT_NOT_USED"),
        ("PER", "PER*IC*PAT DOE*TE*5550001111******X", "1000A/PER10 TOO_MANY_ELEMENTS"),
        ("PER", "PER*IC*PAT\u{1}DOE*TE*5550001111", "1000A/PER02 INVALID_CHARACTER"),
        ("PER", "PER*IC*JOS\u{c9} DOE*TE*5550001111", "1000A/PER02 CHARACTER_NOT_ASCII"),
        ("PER", "PER*IC*A^B*TE*5550001111", "1000A/PER02 TOO_MANY_REPETITIONS"),
        ("PER", "PER*IC*A:B*TE*5550001111", "1000A/PER02 INVALID_CHARACTER"),
        ("PER", "PER", "1000A/PER SEGMENT_EMPTY"),
        ("N4*", "N4*SPRINGFIELD*IL*62701***X", "2010AA/N406 ELEMENT_NOT_USED"),
        ("N3*1", "N3*  ", "2010AA/N301 ELEMENT_MISSING"),
        ("HL*1", "HL*1**20*0", "2000A/HL04 CODE_NOT_IN_GUIDE"),
        ("HL*2", "HL*2*1*22*1", "2000B/HL04 HIERARCHY_CHILD"),
        ("HL*3", "HL*3*1*22*0", "2000B/HL04 HIERARCHY_CHILD"),
        ("HL*2", "HL*2*9*22*0", "2000B/HL02 HIERARCHY_PARENT"),
        ("SBR*P", "SBR*X*18*G1******CI", "2000B/SBR01 CODE_NOT_IN_GUIDE"),
        ("CLM*C1", "CLM*C1*150***11:B:1*X*A*Y*Y", "2300/CLM06 INVALID_CODE"),
        ("DMG", "DMG*D8*19710229*M", "2010BA/DMG02 INVALID_DATE"),
        ("DMG", "DMG*D8*19710228*Q", "2010BA/DMG03 CODE_NOT_IN_GUIDE"),
        ("CLM*C1", "CLM*C1*1.5E2***11:B:1*Y*A*Y", "2300/CLM09 ELEMENT_REQUIRED"),
        ("CLM*C1", "CLM*C1*12,5***11:B:1*Y*A*Y*Y", "2300/CLM02 INVALID_CHARACTER"),
        ("CLM*C1", "CLM*C1*150***11:B:1:X*Y*A*Y*Y", "2300/CLM05-4 TOO_MANY_COMPONENTS"),
        ("CLM*C1", "CLM*C1*150***11:X:1*Y*A*Y*Y", "2300/CLM05-2 INVALID_CODE"),
        ("CLM*C1", "CLM*C1*150***11:B*Y*A*Y*Y", "2300/CLM05-3 ELEMENT_REQUIRED"),
        ("CLM*C1", "CLM*C1*150***11:B:1:*Y*A*Y*Y", "2300/CLM05 TRAILING_SEPARATOR"),
        ("CLM*C1", "CLM*C1*150****Y*A*Y*Y", "2300/CLM05 ELEMENT_REQUIRED"),
        ("CLM*C1", "CLM*C1*151***11:B:1*Y*A*Y*Y", "2300/CLM02 CLAIM_TOTAL_MISMATCH"),
        ("CLM*C1", "CLM*123456789012345678901*150***11:B:1*Y*A*Y*Y", "2300/CLM01 ELEMENT_TOO_LONG"),
        ("DTP*472*RD8", "DTP*472*RD8*20240102-20240132", "2400/DTP03 INVALID_DATE"),
        ("DTP*431", "DTP*431*RD8*20240101-20240102", "2300/DTP02 CODE_NOT_IN_GUIDE"),
        ("DTP*431", "DTP*999*D8*20240101", "2300/DTP01 CODE_NOT_IN_GUIDE"),
        ("DMG", "DMG*D8*19710228*m", "2010BA/DMG03 INVALID_CODE"),
        ("SBR*P", "SBR*p*18*G1******CI", "2000B/SBR01 INVALID_CODE"),
        ("LX*2", "LX*3", "2400/LX01 SEQUENCE_INVALID"),
        ("LX*2", "LX*-2", "2400/LX01 SEQUENCE_INVALID"),
        ("SV1*HC:99213", "SV1*HC*100*UN*1***1:2", "2400/SV101-2 ELEMENT_MISSING"),
        ("AMT*D", "AMT*D*51", "2320/AMT02 COB_CLAIM_UNBALANCED"),
        ("NM1*QC", "NM1*QC*1**PETER", "2010CA/NM103 ELEMENT_REQUIRED"),
        ("CAS*PR", "CAS*PR*1*5***5", "2320/CAS05 ELEMENT_CONDITION_MISSING"),
        ("REF*EI", "REF*EI^SY*123456789", "2010AA/REF01 TOO_MANY_REPETITIONS"),
    ] {
        assert_eq!(found(&replaced(from, to)), [expected], "{to}");
    }
}

/// The claim after another payer, with these segments in place of its own.
fn coordinated(changes: &[(&str, &[&str])]) -> Vec<String> {
    edited(|list| {
        for (from, to) in changes {
            let place = at(list, from);
            list.splice(place..=place, to.iter().map(|&segment| segment.to_owned()));
        }
    })
}

#[test]
fn other_payers_amounts_add_up() {
    const CLAIM: &str = "2320/AMT02 COB_CLAIM_UNBALANCED";
    const LINE: &str = "2430/SVD02 COB_LINE_UNBALANCED";
    // 100 charged, 50 paid, 10 adjusted by the claim, 40 by the line, which was paid 60
    type Changes = &'static [(&'static str, &'static [&'static str])];
    let cases: [(Changes, &[&str]); 12] = [
        (&[("AMT*D", &["AMT*D*49.99"])], &[CLAIM]),
        (&[("CAS*PR", &["CAS*PR*1*9"])], &[CLAIM]),
        (&[("CAS*PR", &["CAS*PR*1*4**2*6"])], &[]),
        (&[("CAS*PR", &["CAS*PR*1*4", "CAS*OA*1*6"])], &[]),
        // a line out of balance speaks for its payer
        (&[("SVD*OP1", &["SVD*OP1*61*HC:99213**1"])], &[LINE]),
        (&[("CAS*CO", &["CAS*CO*45*39"])], &[LINE]),
        // no amount paid: the claim is not judged
        (&[("AMT*D", &[])], &[]),
        // paid, and nothing explained: no fault
        (&[("CAS*PR", &[]), ("AMT*D", &["AMT*D*49"]), ("SVD*OP1", &[]), ("CAS*CO", &[]), ("DTP*573", &[])], &[]),
        // lines of a payer that the claim does not have
        (&[("SVD*OP1", &["SVD*OP2*60*HC:99213**1"]), ("AMT*D", &["AMT*D*90"])], &[]),
        // an amount that cannot be read has its finding; sums are silent
        (&[("CAS*CO", &["CAS*CO*45*4O"])], &["2430/CAS03 INVALID_CHARACTER"]),
        (&[("AMT*D", &["AMT*D*5,0"])], &["2320/AMT02 INVALID_CHARACTER"]),
        // a line paid in two parts
        (&[("SVD*OP1", &["SVD*OP1*20*HC:99213**1", "DTP*573*D8*20240110", "SVD*OP1*40*HC:99213**1"])], &[]),
    ];
    for (changes, expected) in cases {
        assert_eq!(found(&coordinated(changes)), expected, "{changes:?}");
    }
}

#[test]
fn a_claim_total_needs_all_its_lines() {
    assert_eq!(found(&replaced("SV1*HC:85025", "SV1*HC:85025*5o*UN*1***1")), ["2400/SV102 INVALID_CHARACTER"]);
    assert_eq!(found(&edited(|list| _ = list.remove(at(list, "SV1*HC:85025")))), ["2400/SV1 SEGMENT_REQUIRED"]);
    assert_eq!(found(&replaced("CLM*C1", "CLM*C1*0150.000***11:B:1*Y*A*Y*Y")), [""; 0]);
    assert_eq!(found(&replaced("CLM*C1", "CLM*C1*149.99***11:B:1*Y*A*Y*Y")), ["2300/CLM02 CLAIM_TOTAL_MISMATCH"]);
}

#[test]
fn a_segment_in_excess_or_out_of_place_is_one_finding() {
    type Change = fn(&mut Vec<String>);
    let cases: [(Change, &str); 14] = [
        (|list| list.insert(at(list, "N3*1"), "N3*9 MAIN ST".to_owned()), "2010AA/N3 SEGMENT_EXCEEDS_MAX"),
        (|list| list.insert(at(list, "HI*"), "ZZZ*1".to_owned()), "2300/ZZZ SEGMENT_UNRECOGNISED"),
        (|list| list.insert(at(list, "HI*"), "CL1*1".to_owned()), "2300/CL1 SEGMENT_NOT_USED"),
        (|list| list.insert(at(list, "HI*"), "INS*Y".to_owned()), "2300/INS SEGMENT_NOT_IN_SET"),
        (
            |list| list.insert(at(list, "HI*"), "BHT*0019*00*B*20240105*1200*CH".to_owned()),
            "ST/BHT SEGMENT_OUT_OF_ORDER",
        ),
        (|list| swap(list, "N3*1", "N4*"), "2010AA/N3 SEGMENT_OUT_OF_ORDER"),
        (|list| _ = list.remove(at(list, "N4*")), "2010AA/N4 SEGMENT_REQUIRED"),
        (|list| _ = list.remove(at(list, "BHT*")), "ST/BHT SEGMENT_MISSING"),
        (|list| _ = list.remove(at(list, "HI*")), "2300/HI SEGMENT_REQUIRED"),
        (|list| _ = list.remove(at(list, "NM1*85")), "2010AA/NM1 SEGMENT_REQUIRED"),
        (|list| _ = list.remove(at(list, "NM1*PR")), "2010BB/NM1 SEGMENT_REQUIRED"),
        (|list| _ = list.remove(at(list, "CLM*C1")), "2300/CLM SEGMENT_REQUIRED"),
        (|list| _ = list.remove(at(list, "LX*2")), "2400/LX SEGMENT_REQUIRED"),
        (|list| _ = list.remove(at(list, "HL*4")), "2000C/HL SEGMENT_REQUIRED"),
    ];
    for (change, expected) in cases {
        assert_eq!(found(&edited(change)), [expected]);
    }
}

#[test]
fn an_empty_first_element_tells_no_segment_from_others() {
    let with = |segment: &str| found(&edited(|list| list.insert(at(list, "HI*"), segment.to_owned())));
    assert_eq!(with("CR1****A*DH*12"), [""; 0]);
    assert_eq!(with("CR1*LB*150**A*DH*12"), [""; 0]);
    assert_eq!(with("CR1*KG*150**A*DH*12"), ["2300/CR101 CODE_NOT_IN_GUIDE"]);
}

#[test]
fn what_the_guide_alone_requires_can_be_reported_as_the_standards() {
    let list = replaced("PER", "PER*IC*PAT DOE*TE");
    let strict = Options { strict_dependent: true };
    let findings = walk_with(&list, strict, &mut ());
    assert_eq!(findings.iter().map(short).collect::<Vec<_>>(), ["1000A/PER04 ELEMENT_MISSING"]);
    let list = edited(|list| _ = list.remove(at(list, "HI*")));
    assert_eq!(short(&walk_with(&list, strict, &mut ())[0]), "2300/HI SEGMENT_MISSING");
}

#[test]
fn a_finding_knows_its_place() {
    let list = replaced("SV1*HC:85025", "SV1*HC:85025*50*XX*1***1");
    let findings = walk(&list);
    let finding = findings[0];
    let ordinal = at(&list, "SV1*HC:85025");
    let before: usize = list[..ordinal].iter().map(|segment| segment.len() + 1).sum();
    assert_eq!(finding.position.segment as usize, ordinal + 1);
    assert_eq!(finding.position.offset as usize, before + "SV1*HC:85025*50*".len());
    assert_eq!((finding.claim, finding.line, finding.scope), (0, 2, Scope::Line));
    assert_eq!(finding.data_element, 355);
}

#[test]
fn a_finding_reaches_what_is_around_it() {
    let reach = |list: &[String]| {
        let findings = walk(list);
        assert_eq!(findings.len(), 1, "{:?}", findings.iter().map(short).collect::<Vec<_>>());
        (findings[0].scope, findings[0].claim)
    };
    assert_eq!(reach(&replaced("BHT", "BHT*0019*00*B1*20240230*1200*CH")), (Scope::Set, NO_CLAIM));
    assert_eq!(reach(&replaced("NM1*41", "NM1*41*2******46*S1")), (Scope::Set, NO_CLAIM));
    assert_eq!(reach(&replaced("N3*1", "N3* ")), (Scope::Provider, NO_CLAIM));
    assert_eq!(reach(&replaced("DMG", "DMG*D8*1970*M")), (Scope::Subscriber, NO_CLAIM));
    assert_eq!(reach(&replaced("NM1*QC", "NM1*QC*1**PETER")), (Scope::Patient, NO_CLAIM));
    assert_eq!(reach(&replaced("CLM*C2", "CLM*C2*75.5***11:B*Y*A*Y*Y")), (Scope::Claim, 1));
    assert_eq!(reach(&replaced("HL*4", "HL*4*9*23*0")), (Scope::Set, NO_CLAIM));
    assert_eq!(reach(&edited(|list| _ = list.remove(at(list, "CLM*C1")))).0, Scope::Set);
    // a provider's segment that strayed into a claim spoils that claim only
    assert_eq!(
        reach(&edited(|list| list.insert(at(list, "REF*D9"), "PRV*BI*PXC*207Q00000X".to_owned()))),
        (Scope::Claim, 0)
    );
}

fn swap(list: &mut [String], one: &str, other: &str) {
    let (one, other) = (at(list, one), at(list, other));
    list.swap(one, other);
}

/// Holds the walk to its promises: loops nest, segments come while their loop is open.
#[derive(Default)]
struct Witness {
    open: Vec<u16>,
    closed: usize,
    segments: usize,
}

impl Visitor for Witness {
    fn open(&mut self, index: u16, _: &Segment<'_>) {
        self.open.push(index);
    }

    fn segment(&mut self, loop_index: u16, _: u32, _: &Segment<'_>) {
        assert!(self.open.contains(&loop_index));
        self.segments += 1;
    }

    fn unplaced(&mut self, _: &Segment<'_>) {
        self.segments += 1;
    }

    fn close(&mut self, index: u16) {
        assert_eq!(self.open.pop(), Some(index));
        self.closed += 1;
    }
}

fn witnessed(list: &[String]) -> Vec<Finding> {
    let mut witness = Witness::default();
    let findings = walk_with(list, Options::default(), &mut witness);
    assert!(witness.open.is_empty());
    assert_eq!(witness.segments, list.len());
    findings
}

/// Every segment dropped, repeated, or swapped with the next.
fn mutants() -> Vec<(String, Vec<String>)> {
    let clean = segments(SET);
    let mut mutants = Vec::new();
    for place in 1..clean.len() - 1 {
        let name = |what: &str| format!("{what} {place} {}", clean[place]);
        mutants.push((name("drop"), edited(|list| _ = list.remove(place))));
        mutants.push((name("repeat"), edited(|list| list.insert(place, clean[place].clone()))));
        if place + 2 < clean.len() {
            mutants.push((name("swap"), edited(|list| list.swap(place, place + 1))));
        }
    }
    mutants
}

#[test]
fn a_lost_repeated_or_swapped_segment_starts_no_avalanche() {
    let mut counts: Vec<(usize, String)> = Vec::new();
    for (name, list) in mutants() {
        let findings = witnessed(&list);
        counts.push((findings.len(), name));
    }
    counts.sort();
    let median = counts[counts.len() / 2].0;
    let most = counts.last().map_or(0, |last| last.0);
    let few = counts.iter().filter(|(count, _)| *count <= 2).count();
    assert_eq!(median, 1);
    assert!(few * 100 > counts.len() * 97, "{few} of {} have one or two findings", counts.len());
    assert!(most <= 6, "{:?}", counts.last());
}

/// A small generator of numbers, so that runs repeat.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

/// The sample, badly treated.
fn shaken(dice: &mut Dice) -> Vec<String> {
    const JUNK: [&str; 15] = [
        "",
        "HL",
        "HL***",
        "HL*x*y*z*w",
        "HL*9*1*22*0",
        "CLM",
        "LX*99999999999999999999",
        "NM1*85",
        "NM1*PR",
        "HL*1**20*1",
        "SVD*::^^:",
        "SE*1*1",
        "\u{fffd}*\u{0}",
        "CAS*::*^",
        "ST*837*1",
    ];
    let mut list = segments(SET);
    for _ in 0..=dice.roll(12) {
        let (one, other) = (dice.roll(list.len()), dice.roll(list.len()));
        match dice.roll(5) {
            0 => _ = list.remove(one),
            1 => list.swap(one, other),
            2 => list.insert(one, list[other].clone()),
            3 => list.insert(one, JUNK[dice.roll(JUNK.len())].to_owned()),
            _ => list[one] = list[one].chars().take(dice.roll(list[one].len() + 1)).collect(),
        }
    }
    list
}

#[test]
fn no_list_of_segments_makes_it_panic() {
    let mut dice = Dice(0x5eed);
    for _ in 0..3000 {
        let list = shaken(&mut dice);
        let findings = witnessed(&list);
        assert!(findings.len() < 40 * list.len());
    }
}

/// What a walk tells of, in order.
#[derive(Default)]
struct Course(Vec<(&'static str, u16, u32)>);

impl Visitor for Course {
    fn open(&mut self, index: u16, _: &Segment<'_>) {
        self.0.push(("open", index, 0));
    }

    fn segment(&mut self, loop_index: u16, slot: u32, _: &Segment<'_>) {
        self.0.push(("segment", loop_index, slot));
    }

    fn unplaced(&mut self, _: &Segment<'_>) {
        self.0.push(("unplaced", 0, 0));
    }

    fn close(&mut self, index: u16) {
        self.0.push(("close", index, 0));
    }
}

/// How `walker` goes over a set, by the short ways or without them.
fn course(walker: &mut Walker, list: &[String], short: bool) -> (Vec<Finding>, Course) {
    let (tape, mut findings, mut course) = (Tape::new(list), Vec::new(), Course::default());
    walker.begin(plan());
    walker.count_from(0, 0);
    for at in 0..tape.len() {
        let segment = tape.segment(at);
        if short {
            walker.segment(&segment, At::default(), &mut course, &mut findings);
        } else {
            walker.segment_by(Way::default(), &segment, At::default(), &mut course, &mut findings);
        }
    }
    walker.end(At::default(), &mut course, &mut findings);
    (findings, course)
}

#[test]
fn the_short_ways_lead_where_the_long_one_does() {
    let (mut dice, mut walker) = (Dice(0xc0de), Walker::new(Options::default()));
    let mutants = mutants().into_iter().map(|(_, list)| list);
    let lists = mutants.chain((0..600).map(|_| shaken(&mut dice)));
    for list in lists {
        // one walker for all: it knows more ways from one to the next
        let (findings, short) = course(&mut walker, &list, true);
        let (expected, long) = course(&mut Walker::new(Options::default()), &list, false);
        assert_eq!(findings, expected, "{list:?}");
        assert_eq!(short.0, long.0, "{list:?}");
    }
}

#[test]
fn misplaced_loops_do_not_pile_up() {
    let list = edited(|list| {
        let place = at(list, "REF*D9");
        for _ in 0..500 {
            for strayed in ["NM1*85*2*CLINIC*****XX*1234567893", "NM1*41*2*SENDER*****46*S1", "NM1*87*2", "N3*X"] {
                list.insert(place, strayed.to_owned());
            }
        }
    });
    let tape = Tape::new(&list);
    let mut walker = Walker::new(Options::default());
    walker.begin(plan());
    for number in 0..tape.len() {
        walker.segment(&tape.segment(number), At::default(), &mut (), &mut Vec::new());
        assert!(walker.depth() < 12);
    }
}

/// Walks a set in two pieces, the second from an assumed state, as the engine does; `None` when the assumption fails.
fn in_two(list: &[String], cut: usize) -> Option<Vec<Finding>> {
    let plan = plan();
    let (first, second) = (Tape::new(&list[..cut]), Tape::new(&list[cut..]));
    let (mut walker, boundary) = Walker::assume(&plan, &second.segment(0), Options::default(), &[])?;
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut truth = Walker::new(Options::default());
    truth.begin(plan);
    for number in 0..first.len() {
        truth.segment(&first.segment(number), At::default(), &mut (), &mut before);
    }
    let base = first.bytes.len() as u64;
    let at = At { base, ..At::default() };
    truth.upcoming(&second.segment(0), at, &mut (), &mut before);
    if truth.boundary() != boundary {
        return None;
    }
    let (segments, claims) = (truth.segments(), truth.claims());
    for number in 0..second.len() {
        walker.segment(&second.segment(number), at, &mut (), &mut after);
    }
    walker.end(at, &mut (), &mut after);
    for finding in &mut after {
        finding.position.segment += segments;
        finding.value.start += if finding.value.is_empty() { 0 } else { base as u32 };
        if finding.claim != NO_CLAIM {
            finding.claim += claims;
        }
    }
    before.extend(after);
    Some(before)
}

#[test]
fn a_set_in_pieces_is_judged_as_a_whole() {
    let clean = segments(SET);
    let (mut held, mut failed) = (0, 0);
    for (name, list) in mutants().into_iter().chain([("clean".to_owned(), clean)]) {
        let whole = walk(&list);
        for cut in (1..list.len()).filter(|&cut| list[cut].starts_with("HL*")) {
            match in_two(&list, cut) {
                Some(pieces) => {
                    assert_eq!(pieces, whole, "{name}, cut at {cut}");
                    held += 1;
                }
                None => failed += 1,
            }
        }
    }
    let mut dice = Dice(0xcafe);
    for _ in 0..300 {
        let list = shaken(&mut dice);
        let whole = walk(&list);
        for cut in (1..list.len()).filter(|&cut| list[cut].starts_with("HL*")) {
            if let Some(pieces) = in_two(&list, cut) {
                assert_eq!(pieces, whole, "{}", list.join("~"));
            }
        }
    }
    assert!(held > 3 * failed);
}

#[test]
fn a_clean_set_may_be_cut_before_its_levels() {
    let clean = segments(SET);
    let plan = plan();
    for (cut, segment) in clean.iter().enumerate().filter(|(_, segment)| segment.starts_with("HL*")) {
        let level = segment.split('*').nth(3).unwrap();
        let tape = Tape::new(&clean[cut..]);
        assert!(plan.cuts_before(&tape.segment(0)));
        // a patient's level names its subscriber, but not its provider
        assert_eq!(in_two(&clean, cut).is_some(), level != "23", "{segment}");
    }
}

#[test]
fn a_set_may_be_left_and_taken_up_anywhere() {
    let lists = [
        segments(SET),
        replaced("AMT*D", "AMT*D*51"),
        replaced("CAS*CO", "CAS*CO*45*41"),
        replaced("CLM*C1", "CLM*C1*151***11:B:1*Y*A*Y*Y"),
        replaced("HL*2", "HL*2*1*22*1"),
        edited(|list| _ = list.remove(at(list, "CLM*C1"))),
        edited(|list| list.insert(at(list, "LX*1"), "LX*1".to_owned())),
    ];
    for list in lists {
        let whole = walk(&list);
        for cut in 1..list.len() {
            assert_eq!(taken_up(&list, cut), stripped(&whole), "cut before {}", list[cut]);
        }
    }
}

/// Walks a set in two pieces, the second with the state that the first ended in.
fn taken_up(list: &[String], cut: usize) -> Vec<Finding> {
    let (first, second) = (Tape::new(&list[..cut]), Tape::new(&list[cut..]));
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut walker = Walker::new(Options::default());
    walker.begin(plan());
    for number in 0..first.len() {
        walker.segment(&first.segment(number), At::default(), &mut (), &mut before);
    }
    let (segments, claims) = (walker.segments(), walker.claims());
    let mut walker = walker.clone();
    walker.new_piece();
    let at = At { base: first.bytes.len() as u64, ..At::default() };
    for number in 0..second.len() {
        walker.segment(&second.segment(number), at, &mut (), &mut after);
    }
    walker.end(at, &mut (), &mut after);
    for finding in &mut after {
        finding.position.segment = finding.position.segment.wrapping_add(segments);
        // of a claim that goes on from before, only the scope tells
        if finding.claim != NO_CLAIM || finding.scope >= Scope::Claim {
            finding.claim = finding.claim.wrapping_add(claims);
        }
    }
    before.extend(after);
    stripped(&before)
}

/// Findings without the bytes they speak of: of a buffer that is gone nothing can be shown.
fn stripped(findings: &[Finding]) -> Vec<Finding> {
    findings.iter().map(|finding| Finding { value: crate::position::Span::default(), ..*finding }).collect()
}
