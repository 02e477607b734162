//! What the 277CA says of claims.

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
