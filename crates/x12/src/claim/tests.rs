//! The room as a whole: bytes to columns to values to bytes.

use super::harness::{professional_taps, read, walk, write};
use super::plain::{Plain, plain};
use super::*;
use crate::position::Span;

const FILE: &str = "\
ST*837*0001*005010X222A1~BHT*0019*00*REF1*20260930*1200*CH~NM1*41*2*SYNTHETIC BILLING*****46*SUB1~\
PER*IC*ADA EXAMPLE*TE*5555550100*EX*7*EM*A@EXAMPLE.TEST~NM1*40*2*EXAMPLE CLEARING*****46*REC1~\
HL*1**20*1~PRV*BI*PXC*207Q00000X~NM1*85*2*EXAMPLE CLINIC*****XX*1234567893~N3*1 TEST ROAD~N4*TESTVILLE*NY*100010001~\
REF*EI*123456789~\
HL*2*1*22*0~SBR*P*18*GRP1******CI~NM1*IL*1*SAMPLE*ANN*B***MI*MEM0001~N3*2 TEST ROAD~N4*TESTVILLE*NY*10001~\
DMG*D8*19700102*F~NM1*PR*2*EXAMPLE PAYER*****PI*PAY1~\
CLM*A1*150.5***11:B:1*Y*A*Y*Y**AA:OA::NY~DTP*439*D8*20260901~DTP*314*RD8*20260902-20260910~AMT*F5*10~\
HI*ABK:S8001XA*ABF:M545*ABF:Z00~NM1*DN*1*REFERRER*RON****XX*1234567893~NM1*P3*1*PRIMARY*PAM~\
NM1*82*1*RENDERER*REX****XX*1987654320~PRV*PE*PXC*208D00000X~\
SBR*S*01*******CI~CAS*PR*1*20*1*2*5.25~CAS*CO*45*10~AMT*D*115.25~OI***Y***Y~NM1*IL*1*OTHER*OLGA****MI*OTH1~NM1*PR*2*OTHER PAYER*****PI*PAY2~\
LX*1~SV1*HC:99213:25::::NOTE*100*UN*1***1:2~DTP*472*D8*20260930~REF*6R*L1~\
SVD*PAY2*80*HC:99213**1~CAS*PR*1*20~DTP*573*D8*20261001~\
LX*2~SV1*HC:J1885*50.5*UN*1.5***1~DTP*472*RD8*20260929-20260930~LIN**N4*00000000001~CTP****2*UN~\
HL*3*1*22*1~SBR*P********MB~NM1*IL*1*OTHERSUB*OTTO****MI*MEM2~NM1*PR*2*EXAMPLE PAYER*****PI*PAY1~\
HL*4*3*23*0~PAT*19~NM1*QC*1*OTHERSUB*OLLI~N3*3 TEST ROAD~N4*TESTVILLE*NY*10001~DMG*D8*20200229*M~\
CLM*A2*70***11:B:7*Y*A*Y*Y~REF*F8*OLD1~HI*ABK:Z00~LX*1~SV1*HC:99212*70*UN*1***1~DTP*472*D8*20260930~SE*63*0001~";

fn column<'b>(taps: &Taps, batch: &'b Batch, table: &str, field: &str) -> &'b Column {
    let table = taps.map.find(table).unwrap();
    &batch.tables[table].columns[taps.map.tables[table].find(field).unwrap()]
}

fn built(taps: &Taps, plan: &crate::guide::Plan, text: &[u8]) -> Batch {
    let mut batch = Batch::default();
    let mut builder = Builder::new(taps, &mut batch);
    walk(plan, text, &mut builder);
    builder.finish();
    batch
}

#[test]
fn a_file_becomes_columns() {
    let (plan, taps) = professional_taps();
    let text = FILE.as_bytes();
    let batch = built(&taps, &plan, text);
    let of = |table, field| column(&taps, &batch, table, field);
    let rows = |table| batch.tables[taps.map.find(table).unwrap()].rows;
    assert_eq!(
        (rows("claim"), rows("line"), rows("diagnosis"), rows("adjustment"), rows("other_payer")),
        (2, 3, 4, 4, 1)
    );
    assert_eq!((rows("provider"), rows("subscriber"), rows("payer"), rows("patient")), (2, 3, 3, 2));
    assert_eq!((of("claim", "charge").amount(0), of("claim", "charge").amount(1)), (15050, 7000));
    assert_eq!(of("claim", "accident_state").code(0), pack(b"NY").unwrap());
    assert_eq!(of("claim", "disability_to").date(0), days(b"20260910"));
    assert_eq!(of("claim", "rendering_npi").text(0).of(text), b"1987654320");
    assert_eq!(of("claim", "referring_last").text(0).of(text), b"REFERRER");
    assert_eq!(of("claim", "primary_care_last").text(0).of(text), b"PRIMARY");
    assert_eq!(of("claim", "original_reference").text(0), Span::default());
    assert_eq!(of("diagnosis", "code").code(1), pack(b"M545").unwrap());
    assert_eq!((of("line", "service_to").date(0), of("line", "service_to").date(1)), (NO_DATE, days(b"20260930")));
    assert_eq!(of("line", "units").amount(1), 1500);
    assert_eq!(of("line", "pointer_2").amount(0), 2000);
    assert_eq!(of("set", "submitter_email").text(1).of(text), b"A@EXAMPLE.TEST");
    assert_eq!(of("adjustment", "amount").amount(1), 525);
    assert_eq!(of("adjustment", "group").code(2), pack(b"CO").unwrap());
    assert!(of("line", "ordering_npi").is_empty());
}

#[test]
fn rows_know_their_parents() {
    let (plan, taps) = professional_taps();
    let batch = built(&taps, &plan, FILE.as_bytes());
    let parents = |table: &str| batch.tables[taps.map.find(table).unwrap()].parents.clone();
    assert_eq!(parents("claim"), [vec![1, 1], vec![1, 2], vec![1, 2], vec![NONE, 1]]);
    assert_eq!(parents("line"), [vec![0, 0, 1]]);
    assert_eq!(parents("adjustment"), [vec![0, 0, 0, NONE], vec![NONE, NONE, NONE, 0]]);
}

#[test]
fn claims_know_their_bytes() {
    let (plan, taps) = professional_taps();
    let batch = built(&taps, &plan, FILE.as_bytes());
    let first = batch.extents[0];
    assert!(FILE[first.start as usize..].starts_with("CLM*A1"));
    assert!(FILE[first.end as usize..].starts_with("HL*3"));
    assert_eq!(first.segments, 28);
    let table = &batch.tables[taps.claim];
    assert_eq!(table.places[0].offset, first.start);
    assert_eq!(table.places[0].segment, 19);
    assert!(FILE[batch.extents[1].end as usize..].starts_with("SE*"));
}

#[test]
fn claims_come_back_as_they_were_written() {
    let (plan, taps) = professional_taps();
    let mut batch = Batch::default();
    let mut claims = read(&plan, &taps, FILE.as_bytes(), &mut batch);
    for claim in &mut claims {
        drop_control(&taps, claim);
    }
    let text = write(&plan, &taps, &claims);
    let mut again = Batch::default();
    let mut back = read(&plan, &taps, &text, &mut again);
    for claim in &mut back {
        drop_control(&taps, claim);
    }
    assert!(back == claims, "{}", String::from_utf8_lossy(&text));
    let shown = String::from_utf8(text.clone()).unwrap();
    for part in [
        "ST*837*0001*005010X222A1~",
        "HL*2*1*22*0~",
        "HL*3*1*22*1~",
        "HL*4*3*23*0~",
        "PRV*BI*PXC*207Q00000X~",
        "CAS*PR*1*20*1*2*5.25~\nCAS*CO*45*10~",
        "HI*ABK:S8001XA*ABF:M545*ABF:Z00~",
        "DTP*314*RD8*20260902-20260910~",
        "PER*IC*ADA EXAMPLE*TE*5555550100*EX*7*EM*A@EXAMPLE.TEST~",
        "NM1*P3*1*PRIMARY*PAM~",
        "SE*63*0001~\nGE*1*1~\nIEA*1*000000001~",
    ] {
        assert!(shown.contains(part), "{part} not in\n{shown}");
    }
    assert_eq!(shown.find("IEA").map(|at| shown.len() - at), Some("IEA*1*000000001~\n".len()));
    assert_eq!(&shown[105..107], "~\n");
}

/// ST02 is the writer's to give.
pub(super) fn drop_control(taps: &Taps, claim: &mut Record<'_>) {
    let set = taps.map.find("set").unwrap();
    let control = taps.map.tables[set].find("control").unwrap() as u16;
    for record in claim.records.iter_mut().filter(|record| usize::from(record.table) == set) {
        record.cells.retain(|cell| cell.0 != control);
    }
}

#[test]
fn batches_do_not_change_the_bytes() {
    let (plan, taps) = professional_taps();
    let mut batch = Batch::default();
    let claims = read(&plan, &taps, FILE.as_bytes(), &mut batch);
    let many: Vec<_> = claims.iter().cycle().take(23).cloned().collect();
    let whole = write(&plan, &taps, &many);
    for size in [1, 2, 5] {
        let mut writer = Writer::new(plan.clone(), taps.clone(), Envelope::default()).unwrap();
        let mut out = Vec::new();
        for some in many.chunks(size) {
            out.extend(writer.add(some).unwrap());
        }
        out.extend(writer.finish());
        assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&whole));
    }
}

#[test]
fn a_set_ends_after_its_number_of_claims() {
    let (plan, taps) = professional_taps();
    let mut batch = Batch::default();
    let claims = read(&plan, &taps, FILE.as_bytes(), &mut batch);
    let envelope = Envelope { claims_per_set: 2, ..Envelope::default() };
    let mut writer = Writer::new(plan.clone(), taps.clone(), envelope).unwrap();
    let many: Vec<_> = claims.iter().cycle().take(5).cloned().collect();
    let mut out = writer.add(&many).unwrap();
    out.extend(writer.finish());
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.matches("ST*837").count(), 3);
    let references: Vec<_> = text.split("BHT*0019*00*").skip(1).filter_map(|rest| rest.split('*').next()).collect();
    assert!(references[1] == format!("{}-2", references[0]) && references[2] == format!("{}-3", references[0]));
    assert!(text.contains("ST*837*0003*") && text.contains("*0003~\nGE*3*1~"), "{text}");
}

#[test]
fn a_delimiter_in_a_value_is_refused() {
    let (plan, taps) = professional_taps();
    let mut claim = Record::new(taps.claim as u16);
    claim.set(0, Cell::Text(b"A*B"[..].into()));
    let mut writer = Writer::new(plan, taps, Envelope::default()).unwrap();
    assert_eq!(writer.add(&[Record::new(5), claim]), Err(WriteError { claim: 1 }));
}

#[test]
fn what_was_in_force_is_handed_on() {
    let (plan, taps) = professional_taps();
    let cut = FILE.find("HL*4").unwrap();
    let (first, second) = FILE.as_bytes().split_at(cut);
    let before = built(&taps, &plan, first);
    let context = before.context(&taps, first, &Context::default());
    let loops = ["ST", "2000A", "2000B"].map(|id| plan.find_loop(id).unwrap());
    let mut batch = Batch::default();
    let mut builder = Builder::new(&taps, &mut batch);
    builder.resume(loops);
    super::harness::walk_from(&plan, &loops, second, &mut builder);
    builder.finish();
    batch.inherit(&context, second.len() as u32);
    let nesting = Nesting::new(&batch, &taps);
    let claim = batch.claim(&taps, &nesting, 0, second);
    let whole = built(&taps, &plan, FILE.as_bytes());
    let nesting = Nesting::new(&whole, &taps);
    let expected = whole.claim(&taps, &nesting, 1, FILE.as_bytes());
    for (record, expected) in claim.records.iter().zip(&expected.records) {
        assert_eq!(record, expected);
    }
    assert!(claim == expected);
    // Nothing new above the claim: what was handed in is handed on.
    let rest = batch.context(&taps, second, &context);
    assert_eq!(rest.clone(), rest);
    assert_ne!(rest, context, "the patient is new");
}

#[test]
fn values_that_are_none_read_as_missing_and_long_codes_stay_themselves() {
    let (plan, taps) = professional_taps();
    let text =
        FILE.replace("*150.5*", "*12,5*").replace("20260901", "20260231").replace("HC:99213:25", "HC:99213TOOLONG:25");
    let batch = built(&taps, &plan, text.as_bytes());
    assert_eq!(column(&taps, &batch, "claim", "charge").amount(0), MISSING);
    assert!(!column(&taps, &batch, "claim", "accident_date").has(0));
    let procedure = column(&taps, &batch, "line", "procedure").code(0);
    assert!(procedure >= LONG);
    let lines = &batch.tables[taps.map.find("line").unwrap()];
    assert_eq!(lines.long_code(procedure).of(text.as_bytes()), b"99213TOOLONG");
}

#[test]
fn lines_without_a_claim_are_nobodys() {
    let (plan, taps) = professional_taps();
    let text = FILE.replace("CLM*A2*70***11:B:7*Y*A*Y*Y~REF*F8*OLD1~HI*ABK:Z00~", "");
    let line = plan.find_loop("2400").unwrap();
    let batch = {
        let mut batch = Batch::default();
        let mut builder = Builder::new(&taps, &mut batch);
        let delimiters = crate::wire::Delimiters::default();
        let marks = [2u32, 4];
        let segment = crate::wire::Segment::new(b"LX*1~", 0, &marks, delimiters);
        crate::validate::Visitor::open(&mut builder, line, &segment);
        builder.finish();
        batch
    };
    assert_eq!(batch.tables[taps.map.find("line").unwrap()].rows, 0);
    assert_eq!(built(&taps, &plan, text.as_bytes()).tables[taps.claim].rows, 1);
}

#[test]
fn fields_nobody_wants_are_not_taken_but_rows_are() {
    let (plan, taps) = professional_taps();
    let full = built(&taps, &plan, FILE.as_bytes());
    let mut limited = Taps::new(ClaimMap::of("005010X222A1").unwrap().unwrap(), &plan).unwrap();
    let charge = (taps.claim, taps.map.tables[taps.claim].find("charge").unwrap());
    limited.limit(|table, field| (table, field) == charge);
    let batch = built(&limited, &plan, FILE.as_bytes());
    assert_eq!(column(&limited, &batch, "claim", "charge").amount(0), 15050);
    assert!(column(&limited, &batch, "claim", "id").is_empty());
    for (one, other) in full.tables.iter().zip(&batch.tables) {
        assert_eq!((one.rows, &one.parents), (other.rows, &other.parents));
    }
}

#[test]
fn columns_are_what_a_plain_reading_gives_whatever_the_text() {
    let (plan, taps) = professional_taps();
    let mut seed = 7u32;
    let mut dice = |sides: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) as usize % sides
    };
    for faults in (0..600).map(|round| round % 40) {
        let mut text = FILE.as_bytes().to_vec();
        for _ in 0..faults {
            let alphabet = b"**::^~--..019AZ \0\xFF";
            let (at, byte) = (dice(text.len()), alphabet[dice(alphabet.len())]);
            match dice(3) {
                0 => text[at] = byte,
                1 => text.insert(at, byte),
                _ => drop(text.remove(at)),
            }
        }
        let mut expected = Plain::new(&taps);
        walk(&plan, &text, &mut expected);
        let batch = built(&taps, &plan, &text);
        for (table, (found, expected)) in plain(&batch, &text).iter().zip(&expected.tables).enumerate() {
            assert_eq!(found, expected, "table {table}: {}", String::from_utf8_lossy(&text));
        }
        for (table, column) in
            batch.tables.iter().flat_map(|table| table.columns.iter().map(move |column| (table, column)))
        {
            assert!(column.is_empty() || (0..table.rows).any(|row| column.has(row)));
        }
    }
}
