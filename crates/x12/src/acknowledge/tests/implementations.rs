//! What the 999 says of groups and sets.

use super::*;

fn element(code: &'static str, element: u8, component: u8, value: &'static [u8]) -> FaultKind<'static> {
    FaultKind::Element(ElementFault { code, element, component, repetition: 0, data_element: 782, value })
}

fn fault(segment: &'static [u8], position: u32, loop_id: &'static str, kind: FaultKind<'static>) -> Fault<'static> {
    Fault { segment, position, loop_id, kind, unit: None, trigger: None }
}

fn noted(loop_ids: LoopIds, faults: &[Fault<'_>]) -> (String, Tally) {
    let mut out = Vec::new();
    let mut notes = Notes::new(Delimiters::default(), loop_ids);
    for fault in faults {
        notes.add(&mut out, b"\n", fault);
    }
    (text(&out), notes.tally())
}

#[test]
fn a_group_is_answered_set_by_set() {
    let mut out = Vec::new();
    let mut answer = Implementation::new(envelope());
    answer.open_group(&mut out, &gs("17"));
    answer.open_set(&mut out, b"837", b"0001", b"005010X222A1");
    answer.close_set(&mut out, SetStatus::Accepted, &[]);
    answer.open_set(&mut out, b"837", b"0002", b"005010X222A1");
    let claim = Unit { kind: UnitKind::Claim, value: b"123" };
    let (notes, tally) =
        noted(LoopIds::Strict, &[Fault { unit: Some(claim), ..fault(b"CLM", 22, "2300", element("1", 2, 0, b"")) }]);
    answer.append(&mut out, notes.as_bytes(), tally);
    answer.close_set(&mut out, SetStatus::Errors, &[]);
    answer.open_set(&mut out, b"837", b"0003", b"");
    answer.close_set(&mut out, SetStatus::Rejected, &["4", "3", "4"]);
    answer.close_group(&mut out, GroupEnd { included: Some(3), ..GroupEnd::default() });
    answer.close(&mut out);
    let (header, rest) = text(&out).split_once("GS*").map(|(a, b)| (a.to_owned(), b.to_owned())).expect("GS");
    assert!(header.starts_with("ISA*"));
    assert_eq!(
        rest,
        "FA*PAYERAPP*CLINICAPP*20260105*0830*77*X*005010X231A1~\n\
         ST*999*0001*005010X231A1~\n\
         AK1*HC*17*005010X222A1~\n\
         AK2*837*0001*005010X222A1~\n\
         IK5*A~\n\
         AK2*837*0002*005010X222A1~\n\
         IK3*CLM*22*2300*8~\n\
         CTX*CLM01:123~\n\
         IK4*2*782*1~\n\
         IK5*E*5~\n\
         AK2*837*0003~\n\
         IK5*R*4*3~\n\
         AK9*P*3*3*2~\n\
         SE*13*0001~\n\
         GE*1*77~\n\
         IEA*1*000000077~\n"
    );
}

fn ak9(statuses: &[SetStatus], end: GroupEnd<'_>) -> String {
    let mut out = Vec::new();
    let mut answer = Implementation::new(envelope());
    answer.open_group(&mut out, &gs("1"));
    for &status in statuses {
        answer.open_set(&mut out, b"837", b"0001", b"");
        answer.close_set(&mut out, status, &[]);
    }
    answer.close_group(&mut out, end);
    let text = text(&out);
    text.split("~\n").find(|segment| segment.starts_with("AK9")).expect("AK9").to_owned()
}

#[test]
fn the_group_is_what_its_sets_are() {
    use SetStatus::{Accepted, Errors, Rejected};
    let end = GroupEnd::default();
    assert_eq!(ak9(&[Accepted, Accepted], end), "AK9*A*2*2*2");
    assert_eq!(ak9(&[Accepted, Errors], end), "AK9*E*2*2*2");
    assert_eq!(ak9(&[Accepted, Errors, Rejected], end), "AK9*P*3*3*2");
    assert_eq!(ak9(&[Rejected, Rejected], end), "AK9*R*2*2*0");
    assert_eq!(ak9(&[], end), "AK9*A*0*0*0");
}

#[test]
fn a_fault_of_the_group_rejects_all_of_it() {
    let end = GroupEnd { included: Some(5), rejected: true, codes: &["5", "4", "5"] };
    assert_eq!(ak9(&[SetStatus::Accepted], end), "AK9*R*5*1*0*5*4");
    let noted = GroupEnd { rejected: false, codes: &["1", "2", "3", "4", "5", "6"], ..end };
    assert_eq!(ak9(&[SetStatus::Accepted], noted), "AK9*E*5*1*1*1*2*3*4*5");
}

#[test]
fn element_faults_of_a_segment_share_its_ik3() {
    let (text, tally) = noted(
        LoopIds::Strict,
        &[
            fault(b"SV1", 40, "2400", FaultKind::Segment("5")),
            fault(b"SV1", 40, "2400", element("7", 1, 2, b"99213")),
            fault(b"SV1", 40, "2400", element("I9", 2, 0, b"")),
            fault(b"SV1", 44, "2400", element("6", 2, 0, b"1*2:3\x014")),
        ],
    );
    assert_eq!(
        text,
        "IK3*SV1*40*2400*5~\nIK3*SV1*40*2400*8~\nIK4*1:2*782*7*99213~\nIK4*2*782*I9~\n\
         IK3*SV1*44*2400*8~\nIK4*2*782*6*1234~\n"
    );
    assert_eq!(tally, Tally { segments: 6, standard: true, guide: true });
}

#[test]
fn ik303_has_four_characters_unless_told_otherwise() {
    let missing = [fault(b"N3", 9, "2010AA", FaultKind::Segment("3"))];
    assert_eq!(noted(LoopIds::Strict, &missing).0, "IK3*N3*9**3~\n");
    assert_eq!(noted(LoopIds::Full, &missing).0, "IK3*N3*9*2010AA*3~\n");
}

#[test]
fn situational_faults_name_their_trigger() {
    let trigger = Trigger { segment: b"CLM", position: 43, loop_id: "2300", element: 5, component: 3 };
    let unit = Unit { kind: UnitKind::Claim, value: b"987654321" };
    let missing = fault(b"REF", 57, "", FaultKind::Segment("I6"));
    let text = noted(LoopIds::Strict, &[Fault { unit: Some(unit), trigger: Some(trigger), ..missing }]).0;
    assert_eq!(text, "IK3*REF*57**I6~\nCTX*SITUATIONAL TRIGGER*CLM*43*2300*5:3~\nCTX*CLM01:987654321~\n");
    let inside = fault(b"NM1", 60, "2310B", element("I9", 4, 0, b""));
    let trigger = Trigger { segment: b"NM1", position: 60, loop_id: "", element: 2, component: 0 };
    let text = noted(LoopIds::Strict, &[Fault { trigger: Some(trigger), ..inside }]).0;
    assert_eq!(text, "IK3*NM1*60**8~\nIK4*4*782*I9~\nCTX*SITUATIONAL TRIGGER*NM1*60**2~\n");
}

#[test]
fn patients_and_subscribers_are_named_by_their_numbers() {
    let base = fault(b"DMG", 30, "2010BA", FaultKind::Segment("3"));
    let subscriber = Unit { kind: UnitKind::Subscriber, value: b"M:1" };
    let patient = Unit { kind: UnitKind::Patient, value: b"" };
    let faults = [Fault { unit: Some(subscriber), ..base }, Fault { unit: Some(patient), ..base }];
    assert_eq!(noted(LoopIds::Strict, &faults).0, "IK3*DMG*30**3~\nCTX*SUBSCRIBER NAME NM109:M1~\nIK3*DMG*30**3~\n");
}

#[test]
fn what_is_no_segment_identifier_is_only_counted() {
    for id in [b"".as_slice(), b"Z", b"ZZZZ", b"1AB", b"a\0b"] {
        let mut out = Vec::new();
        let mut notes = Notes::new(Delimiters::default(), LoopIds::Strict);
        let kind = FaultKind::Segment("1");
        notes.add(&mut out, b"", &Fault { segment: id, position: 3, loop_id: "", kind, unit: None, trigger: None });
        assert_eq!(out, b"");
        assert_eq!(notes.tally(), Tally { segments: 0, standard: true, guide: false });
    }
}

#[test]
fn notes_of_pieces_are_those_of_the_whole() {
    let faults = [
        fault(b"SV1", 40, "2400", element("7", 1, 2, b"X")),
        fault(b"SV1", 40, "2400", element("1", 2, 0, b"")),
        fault(b"HL", 50, "2000B", element("7", 2, 0, b"9")),
    ];
    let (whole, sum) = noted(LoopIds::Strict, &faults);
    let (first, mut tally) = noted(LoopIds::Strict, &faults[..2]);
    let (second, other) = noted(LoopIds::Strict, &faults[2..]);
    tally.add(other);
    assert_eq!(first + &second, whole);
    assert_eq!(tally, sum);
}

#[test]
fn long_values_are_cut() {
    let long = fault(b"REF", 5, "", element("5", 2, 0, &[b'x'; 300]));
    let text = noted(LoopIds::Strict, &[long]).0;
    assert!(text.ends_with(&format!("*5*{}~\n", "x".repeat(99))));
}

#[test]
fn what_is_required_and_was_not_sent_is_filled_up() {
    let mut out = Vec::new();
    let mut answer = Implementation::new(envelope());
    let broken = Gs { control: b"A1".to_vec(), version: Vec::new(), kind: b"H".to_vec(), ..gs("") };
    answer.open_group(&mut out, &broken);
    answer.open_set(&mut out, b"", b"12", b"");
    answer.open_set(&mut out, b"820", b"", b"");
    let text = text(&out);
    assert!(text.contains("AK1*HC*1*UNKNOWN~\nAK2*837*0012~\nAK2*820*0000~\n"), "{text}");
}

#[test]
fn codes_that_the_standard_does_not_have_are_not_repeated() {
    for (kind, id, expected) in [
        ("XX", "837", "AK1*HC*17*005010X222A1~\nAK2*837*"),
        ("PI", "999", "AK1*PI*17*005010X222A1~\nAK2*999*"),
        ("HP", "000", "AK1*HP*17*005010X222A1~\nAK2*835*"),
        ("ZZ", "83A", "AK1*HC*17*005010X222A1~\nAK2*837*"),
    ] {
        let (mut out, mut answer) = (Vec::new(), Implementation::new(envelope()));
        answer.open_group(&mut out, &Gs { kind: kind.as_bytes().to_vec(), ..gs("17") });
        answer.open_set(&mut out, id.as_bytes(), b"0001", b"");
        let text = text(&out);
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn acknowledgments_are_not_acknowledged() {
    assert!(implementation::is_due(b"HC"));
    assert!(!implementation::is_due(b"FA"));
}
