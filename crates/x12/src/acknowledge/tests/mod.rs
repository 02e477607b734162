//! Whole documents, read segment by segment. All persons are made up.

use super::claim_status::{StatusSet, Submitter};
use super::*;
use crate::claim::{MISSING, NO_DATE};
use crate::wire::{Delimiters, MemoryOutput, Output};

const STAMP: Stamp = Stamp { date: *b"20260105", time: *b"0830" };
/// 2026-01-01 in days.
const NEW_YEAR: i32 = 20_454;

fn isa() -> Isa {
    Isa {
        sender_qualifier: b"ZZ".to_vec(),
        sender: b"CLINIC".to_vec(),
        receiver_qualifier: b"30".to_vec(),
        receiver: b"PAYER".to_vec(),
        date: b"260104".to_vec(),
        time: b"1159".to_vec(),
        control: b"000000031".to_vec(),
        wants_ta1: true,
        usage: b'T',
    }
}

fn gs(control: &str) -> Gs {
    Gs {
        kind: b"HC".to_vec(),
        sender: b"CLINICAPP".to_vec(),
        receiver: b"PAYERAPP".to_vec(),
        control: control.as_bytes().to_vec(),
        version: b"005010X222A1".to_vec(),
    }
}

fn envelope() -> Envelope {
    Envelope::new(isa(), Delimiters::default(), b"\n", STAMP, 77)
}

fn text(out: &[u8]) -> String {
    String::from_utf8(out.to_vec()).expect("ASCII")
}

mod reread;

mod envelopes {
    use super::*;

    #[test]
    fn a_ta1_stands_alone_and_goes_back_to_the_sender() {
        let mut out = Vec::new();
        ta1::write(&mut out, envelope(), Receipt::Rejected, "001");
        assert_eq!(
            text(&out),
            "ISA*00*          *00*          *30*PAYER          *ZZ*CLINIC         *260105*0830*^*00501*000000077*0*T*:~\n\
             TA1*000000031*260104*1159*R*001~\n\
             IEA*0*000000077~\n"
        );
    }

    #[test]
    fn a_receipt_without_fault_has_no_note() {
        let mut out = Vec::new();
        ta1::write(&mut out, envelope(), Receipt::Accepted, "024");
        assert!(text(&out).contains("TA1*000000031*260104*1159*A*000~"));
    }

    #[test]
    fn a_ta1_is_due_when_asked_for_or_when_something_is_wrong() {
        assert!(ta1::is_due(true, Receipt::Accepted));
        assert!(ta1::is_due(false, Receipt::Errors));
        assert!(!ta1::is_due(false, Receipt::Accepted));
    }

    #[test]
    fn an_unreadable_header_is_answered_in_due_form() {
        let isa = Isa {
            sender: b"A*VERY~LONG SENDER NAME".to_vec(),
            sender_qualifier: b"#".to_vec(),
            date: b"26AB04".to_vec(),
            control: b"12X".to_vec(),
            usage: b'?',
            ..Isa::default()
        };
        let delimiters = Delimiters { element: b'*', component: b'*', repetition: None, terminator: b'A' };
        let mut out = Vec::new();
        let envelope = Envelope::new(isa, delimiters, b"", STAMP, 1);
        ta1::write(&mut out, envelope, Receipt::Rejected, "022");
        assert_eq!(
            text(&out),
            "ISA*00*          *00*          *ZZ*UNKNOWN        *ZZ*AVERYLONG SENDE*260105*0830*^*00501*000000001*0*P*:~\
             TA1*000000012*260105*0830*R*022~IEA*0*000000001~"
        );
    }

    #[test]
    fn the_delimiters_of_the_interchange_are_kept() {
        let delimiters = Delimiters { element: b'|', component: b'^', repetition: None, terminator: b'\n' };
        let mut out = Vec::new();
        ta1::write(&mut out, Envelope::new(isa(), delimiters, b"", STAMP, 1), Receipt::Errors, "020");
        assert!(text(&out).contains("|260105|0830|!|00501|000000001|0|T|^\nTA1|000000031|260104|1159|E|020\n"));
    }

    #[test]
    fn groups_that_go_another_way_have_a_gs_of_their_own() {
        let mut out = Vec::new();
        let mut envelope = envelope();
        assert_eq!(envelope.set(&mut out, &gs("1"), "FA", "V"), 1);
        assert_eq!(envelope.set(&mut out, &gs("2"), "FA", "V"), 2);
        let other = Gs { sender: b"OTHER".to_vec(), ..gs("3") };
        assert_eq!(envelope.set(&mut out, &other, "FA", "V"), 1);
        envelope.close(&mut out);
        let tail = text(&out).split_once('\n').expect("ISA").1.to_owned();
        assert_eq!(
            tail,
            "GS*FA*PAYERAPP*CLINICAPP*20260105*0830*77*X*V~\nGE*2*77~\n\
             GS*FA*PAYERAPP*OTHER*20260105*0830*78*X*V~\nGE*1*78~\nIEA*2*000000077~\n"
        );
    }

    #[test]
    fn an_envelope_without_groups_writes_nothing() {
        let mut out = Vec::new();
        envelope().close(&mut out);
        assert_eq!(text(&out), "");
    }
}

mod implementations {
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
        let (notes, tally) = noted(
            LoopIds::Strict,
            &[Fault { unit: Some(claim), ..fault(b"CLM", 22, "2300", element("1", 2, 0, b"")) }],
        );
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
        assert_eq!(
            noted(LoopIds::Strict, &faults).0,
            "IK3*DMG*30**3~\nCTX*SUBSCRIBER NAME NM109:M1~\nIK3*DMG*30**3~\n"
        );
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
}

mod claim_statuses {
    use super::*;

    fn source() -> Source {
        Source { name: b"SCRUB HOUSE".to_vec(), qualifier: b"46".to_vec(), id: b"SH01".to_vec() }
    }

    fn status_set(source: &Source, standing: Standing) -> StatusSet<'_> {
        let party = Party { name: b"BILLING SERVICE", ..Party::default() };
        let submitter = Submitter { party, id: b"S00001", batch: b"BATCH7" };
        StatusSet { source, submitter, standing, trace: b"T1", received: *b"20260104" }
    }

    fn provider<'a>(npi: &'a [u8], reasons: &'a [Reason<'a>]) -> ProviderRef<'a> {
        let party = Party { name: b"SMITH CLINIC", ..Party::default() };
        ProviderRef { party, npi, tax_id: b"123456789", reasons }
    }

    fn patient() -> PatientRef<'static> {
        let party = Party { person: true, name: b"DOE", first: b"JOHN", middle: b"", suffix: b"" };
        PatientRef { party, id: b"00ABCD1234", qualifier: b"MI" }
    }

    fn claim(name: &'static [u8], charge: i64) -> ClaimStatus<'static> {
        ClaimStatus {
            claim: name,
            charge,
            accepted: true,
            reasons: &[],
            payer_number: b"",
            clearinghouse_number: b"",
            bill_type: b"",
            from: NEW_YEAR,
            through: NO_DATE,
            lines: &[],
        }
    }

    fn line<'a>(reasons: &'a [Reason<'a>]) -> LineStatus<'a> {
        LineStatus {
            procedure: b"HC:99213:25",
            separator: b':',
            charge: 3500,
            revenue: b"",
            units: b"1",
            control: b"",
            number: 2,
            from: NEW_YEAR,
            through: NEW_YEAR + 1,
            reasons,
        }
    }

    fn details() -> Details {
        Details::new(Delimiters::default(), b"\n", Standing::Clearinghouse, STAMP)
    }

    fn written(write: impl FnOnce(&mut Details, &mut Vec<u8>)) -> String {
        let (mut out, mut details) = (Vec::new(), details());
        write(&mut details, &mut out);
        let (mut draft, mut file) = (MemoryOutput::default(), MemoryOutput::default());
        let mut whole = self::details();
        whole.append(&mut draft, &out, details);
        whole.finish(&mut draft, &mut file);
        text(&file.bytes)
    }

    #[test]
    fn a_set_tells_every_claim() {
        let missing = Reason { category: "A7", status: "562", entity: "82" };
        let pointer = Reason { category: "A7", status: "477", entity: "" };
        let (mut part, mut piece) = (MemoryOutput::default(), Vec::new());
        let mut details = details();
        let mut own = self::details();
        own.open_provider(&mut piece, &provider(b"1232343560", &[]));
        own.claim(
            &mut piece,
            &patient(),
            &ClaimStatus { clearinghouse_number: b"D9-1", through: NEW_YEAR + 3, ..claim(b"DOE01428", 20_000) },
        );
        let lines = [line(std::slice::from_ref(&pointer))];
        let rejected = ClaimStatus { accepted: false, reasons: &[missing], lines: &lines, ..claim(b"DOE0221", 50_050) };
        own.claim(&mut piece, &patient(), &rejected);
        details.append(&mut part, &piece, own);
        let (mut out, mut envelope, source) = (Vec::new(), envelope(), source());
        let set = status_set(&source, Standing::Clearinghouse);
        let number = set.header(&mut out, &mut envelope, &gs("1"), &details);
        let mut file = MemoryOutput { bytes: out };
        details.finish(&mut part, &mut file);
        let mut out = file.bytes;
        set.trailer(&mut out, &envelope, number, &details);
        envelope.close(&mut out);
        let rest = text(&out).split_once('\n').expect("ISA").1.to_owned();
        assert_eq!(
            rest,
            "GS*HN*PAYERAPP*CLINICAPP*20260105*0830*77*X*005010X214~\n\
             ST*277*0001*005010X214~\n\
             BHT*0085*08*T1*20260105*0830*TH~\n\
             HL*1**20*1~\n\
             NM1*AY*2*SCRUB HOUSE*****46*SH01~\n\
             TRN*1*T1~\n\
             DTP*050*D8*20260104~\n\
             DTP*009*D8*20260105~\n\
             HL*2*1*21*1~\n\
             NM1*41*2*BILLING SERVICE*****46*S00001~\n\
             TRN*2*BATCH7~\n\
             STC*A1:19:PR*20260105*WQ*700.5~\n\
             QTY*90*1~\n\
             QTY*AA*1~\n\
             AMT*YU*200~\n\
             AMT*YY*500.5~\n\
             HL*3*2*19*1~\n\
             NM1*85*2*SMITH CLINIC*****XX*1232343560~\n\
             HL*4*3*PT~\n\
             NM1*QC*1*DOE*JOHN****MI*00ABCD1234~\n\
             TRN*2*DOE01428~\n\
             STC*A1:19:PR*20260105*WQ*200~\n\
             REF*D9*D9-1~\n\
             DTP*472*RD8*20260101-20260104~\n\
             HL*5*3*PT~\n\
             NM1*QC*1*DOE*JOHN****MI*00ABCD1234~\n\
             TRN*2*DOE0221~\n\
             STC*A7:562:82*20260105*U*500.5~\n\
             DTP*472*D8*20260101~\n\
             SVC*HC:99213:25*35*****1~\n\
             STC*A7:477**U~\n\
             REF*FJ*2~\n\
             DTP*472*RD8*20260101-20260102~\n\
             SE*33*0001~\n\
             GE*1*77~\n\
             IEA*1*000000077~\n"
        );
    }

    #[test]
    fn a_set_without_accepted_claims_goes_back_whole() {
        let (mut part, mut piece) = (MemoryOutput::default(), Vec::new());
        let (mut details, mut own) = (details(), self::details());
        own.open_provider(&mut piece, &provider(b"1232343560", &[]));
        own.claim(&mut piece, &patient(), &ClaimStatus { accepted: false, ..claim(b"A", 100) });
        details.append(&mut part, &piece, own);
        let (mut out, source) = (Vec::new(), source());
        status_set(&source, Standing::Payer).header(&mut out, &mut envelope(), &gs("1"), &details);
        let text = text(&out);
        assert!(text.contains("NM1*PR*2*SCRUB HOUSE*****46*SH01~\n"));
        assert!(text.ends_with("STC*A3:23:41*20260105*U*1~\nQTY*AA*1~\nAMT*YY*1~\n"), "{text}");
    }

    #[test]
    fn a_payer_accepts_into_adjudication() {
        let mut out = Vec::new();
        let mut details = Details::new(Delimiters::default(), b"\n", Standing::Payer, STAMP);
        details.open_provider(&mut out, &provider(b"1232343560", &[]));
        details.claim(&mut out, &patient(), &ClaimStatus { payer_number: b"ICN1", ..claim(b"A", 100) });
        assert!(text(&out).contains("STC*A2:20:PR*20260105*WQ*1~\nREF*1K*ICN1~\n"));
    }

    #[test]
    fn the_999_and_the_lines_are_referred_to_where_the_claim_has_no_reason_of_its_own() {
        let reason = Reason { category: "A7", status: "477", entity: "" };
        let lines = [line(std::slice::from_ref(&reason))];
        let text = written(|details, out| {
            details.open_provider(out, &provider(b"1232343560", &[]));
            details.claim(out, &patient(), &ClaimStatus { accepted: false, ..claim(b"A", 100) });
            details.claim(out, &patient(), &ClaimStatus { accepted: false, lines: &lines, ..claim(b"B", 100) });
        });
        assert!(text.contains("TRN*2*A~\nSTC*A3:684*20260105*U*1~\n"));
        assert!(text.contains("TRN*2*B~\nSTC*A3:247*20260105*U*1~\n"));
    }

    #[test]
    fn a_line_that_cannot_be_named_lends_its_reasons_to_the_claim() {
        let reason = Reason { category: "A6", status: "454", entity: "" };
        let lines = [LineStatus { procedure: b"HC", ..line(std::slice::from_ref(&reason)) }];
        let text = written(|details, out| {
            details.open_provider(out, &provider(b"1232343560", &[]));
            details.claim(out, &patient(), &ClaimStatus { accepted: false, lines: &lines, ..claim(b"A", 100) });
        });
        assert!(text.contains("STC*A6:454*20260105*U*1~\n"));
        assert!(!text.contains("SVC"));
    }

    #[test]
    fn reasons_are_told_once_and_only_as_the_guide_lists_them() {
        let reasons = [
            Reason { category: "A7", status: "562", entity: "85" },
            Reason { category: "A7", status: "562", entity: "85" },
            Reason { category: "E1", status: "562", entity: "ZZZ" },
            Reason { category: "A1", status: "562", entity: "" },
        ];
        let text = written(|details, out| {
            details.open_provider(out, &provider(b"1232343560", &[]));
            details.claim(out, &patient(), &ClaimStatus { accepted: false, reasons: &reasons, ..claim(b"A", 100) });
        });
        assert_eq!(text.matches("STC*").count(), 2);
        assert!(text.contains("STC*A7:562:85*20260105*U*1~\nSTC*A3:562*20260105*U*1~\n"));
    }

    #[test]
    fn what_a_claim_lacks_is_said_in_due_form() {
        let nobody = PatientRef::default();
        let text = written(|details, out| {
            details.open_provider(out, &ProviderRef::default());
            let bare = ClaimStatus { accepted: false, from: NO_DATE, ..claim(b"", MISSING) };
            details.claim(out, &nobody, &bare);
        });
        assert_eq!(
            text,
            "HL*3*2*19*1~\nNM1*85*2*UNKNOWN*****FI*UNKNOWN~\n\
             HL*4*3*PT~\nNM1*QC*1*UNKNOWN*****MI*UNKNOWN~\nTRN*2*0~\nSTC*A3:684*20260105*U*0~\nDTP*472*D8*20260105~\n"
        );
    }

    #[test]
    fn persons_and_atypical_providers_are_named() {
        let party = Party { person: true, name: b"KING", first: b"EWELL", middle: b"B", suffix: b"JR" };
        let atypical = ProviderRef { party, tax_id: b"123456789", ..ProviderRef::default() };
        let text = written(|details, out| details.open_provider(out, &atypical));
        assert!(text.ends_with("NM1*85*1*KING*EWELL*B**JR*FI*123456789~\n"));
    }

    const WRONG: Reason<'static> = Reason { category: "A7", status: "562", entity: "85" };
    const STRANGE: Reason<'static> = Reason { category: "A8", status: "496", entity: "85" };

    #[test]
    fn a_faulty_provider_is_told_with_all_of_its_charges() {
        let text = written(|details, out| {
            details.open_provider(out, &provider(b"1232343561", &[WRONG, STRANGE]));
            for name in [b"A".as_slice(), b"B", b"C"] {
                let reasons = &[WRONG];
                details.claim(
                    out,
                    &patient(),
                    &ClaimStatus { claim: name, accepted: false, reasons, ..claim(b"", 123_456) },
                );
            }
        });
        assert!(
            text.starts_with(
                "HL*3*2*19*1~\nNM1*85*2*SMITH CLINIC*****XX*1232343561~\nTRN*1*0~\n\
                 STC*A7:562:85**U*3703.68~\nSTC*A8:496:85**U*3703.68~\nHL*4*3*PT~\n"
            ),
            "{text}"
        );
    }

    #[test]
    fn the_buffer_may_be_emptied_between_claims() {
        let (mut draft, mut details) = (MemoryOutput::default(), details());
        let mut out = Vec::new();
        for reasons in [&[WRONG, STRANGE][..], &[], &[STRANGE]] {
            details.open_provider(&mut out, &provider(b"1232343560", reasons));
            for _ in 0..3 {
                details.claim(&mut out, &patient(), &claim(b"A", 123_456));
                draft.append(&out);
                out.clear();
            }
        }
        let mut file = MemoryOutput { bytes: b"before".to_vec() };
        details.finish(&mut draft, &mut file);
        let text = text(&file.bytes);
        assert!(text.starts_with("beforeHL*3*"));
        assert_eq!(text.matches("**U*3703.68~").count(), 3);
        assert_eq!(text.matches("**U*").count(), 3);
    }

    #[test]
    fn pieces_appended_in_order_are_the_whole() {
        // Providers (with and without a fault) and the number of their claims.
        let providers: [(&[Reason<'_>], usize); 6] =
            [(&[WRONG], 3), (&[], 2), (&[WRONG, STRANGE], 7), (&[STRANGE], 1), (&[], 1), (&[WRONG], 4)];
        let mut steps = Vec::new();
        for (reasons, claims) in providers {
            steps.push(Some(reasons));
            steps.extend((0..claims).map(|_| None));
        }
        let rendered = |cuts: &[usize]| {
            let (mut draft, mut file, mut whole) = (MemoryOutput::default(), MemoryOutput::default(), details());
            let mut from = 0;
            for to in cuts.iter().copied().chain([steps.len()]) {
                let mut own = details().resume(whole.number(), whole.provider_number());
                let mut piece = Vec::new();
                for step in &steps[from..to] {
                    match step {
                        Some(reasons) => own.open_provider(&mut piece, &provider(b"1232343560", reasons)),
                        None => own.claim(&mut piece, &patient(), &claim(b"A", 99_999)),
                    }
                }
                whole.append(&mut draft, &piece, own);
                from = to;
            }
            whole.finish(&mut draft, &mut file);
            (text(&file.bytes), whole.segments(), whole.totals())
        };
        let expected = rendered(&[]);
        for first in 0..=steps.len() {
            for second in first..=steps.len() {
                assert_eq!(rendered(&[first, second]), expected, "{first}, {second}");
            }
        }
        assert_eq!(expected.1, expected.0.matches('~').count() as u64);
        assert!(expected.0.contains("STC*A7:562:85**U*2999.97~"));
    }
}
