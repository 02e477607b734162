//! Whole sets through the record maps.

use std::ops::Range;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{Cell, Differences, Form, Out, Page, Pen, Said, Seal, Tape, Told, Words};
use crate::claim::{Batch, Builder, ClaimMap, Taps};
use crate::guide::{Guides, Plan};
use crate::validate::{At, Options, Walker};
use crate::wire::{Fault, Limits, Scanner, Segment, Tokens};

const MEMBER: &str = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260930*1200*^*00501*000000001*0*T*:~\
GS*BE*S*R*20260930*1200*1*X*005010X220A1~ST*834*0001*005010X220A1~BGN*00*REF*20260930*1200****2~\
DTP*007*D8*20260930~N1*P5*BOSS*FI*12~N1*IN*PAYER*FI*34~N1*TV*TPA*FI*56~ACT*ACC~\
INS*Y*18*021*28*A*E:1*1*FT*F*N*D8*20260901*****2~REF*0F*S1~REF*1L*P1~REF*23*C1~REF*ZZ*900701234~DTP*336*D8*20200101~\
DTP*296*D8*20210101~NM1*74*1*NEW*ANN*B*DR*JR*34*123456789~PER*IP**HP*5555550100*EM*A@B.C~N3*1 ROAD~N4*TOWN*NY*10001**CY*5~\
DMG*D8*19800101*F*M*7^:RET:2106-3~EC*01*02~ICM*1*12.5*40~AMT*P3*7~HLH*N*70*150~LUI*LE*EN**7~\
NM1*70*1*OLD*ANN~NM1*31*1~N3*2 ROAD~N4*TOWN*NY*10001~NM1*M8*2*SCHOOL~PER*SK*ASK*TE*5555550101~\
NM1*S3*1*GUARD*GUS****34*223456789~DSB*1~DTP*360*D8*20260101~\
HD*021**HLT*PLAN*FAM****Y~DTP*348*RD8*20260101-20261231~DTP*695*D8*20260201~AMT*P3*400~REF*17*X~REF*QQ*12~IDC*PLAN*H*2*1~\
LX*1~NM1*P3*1*DOC*DORA****SV*99*72~PLA*2*1P*20260101**14~COB*P*COBPOL*1*1^35~REF*SY*323456789~DTP*344*D8*20250101~\
NM1*IN*2*OTHER~LS*2700~LX*1~N1*75*PAY~REF*17*A~REF*LU*B~DTP*007*D8*20260101~LE*2700~SE*54*0001~GE*1*1~IEA*1*000000001~";

struct Kind {
    plan: Arc<Plan>,
    taps: Taps,
    form: Form,
}

fn kind(name: &str) -> Kind {
    let (version, map) = ClaimMap::of_records(name).unwrap();
    let plan = Guides::embedded().plan(version).unwrap();
    let taps = Taps::new(map.unwrap(), &plan).unwrap();
    let words = Words::parse("relationship 18 self # of INS02\nid 23 client\ndate 296 back\n").unwrap();
    let form = Form::new(&taps.map, &words, &Differences::default()).unwrap();
    Kind { plan, taps, form }
}

struct Mark;

impl Seal for Mark {
    fn seal(&self, value: &[u8], out: &mut Vec<u8>) {
        out.push(b'T');
        out.extend_from_slice(&value[..1]);
    }
}

struct Walk<'a> {
    kind: &'a Kind,
    walker: Walker,
    builder: Builder<'a>,
}

impl Tokens for Walk<'_> {
    fn header(&mut self, _segment: &Segment<'_>) {}

    fn segment(&mut self, segment: &Segment<'_>, _terminated: bool) {
        match segment.name() {
            b"ST" => self.walker.begin(Arc::clone(&self.kind.plan)),
            b"GS" | b"GE" | b"IEA" => return,
            _ => {}
        }
        self.walker.segment(segment, At::default(), &mut self.builder, &mut Vec::new());
    }

    fn fault(&mut self, _fault: Fault, _range: Range<usize>, _first: bool) {}
}

/// The rows of every record, in the order of the map.
fn said(kind: &Kind, text: &[u8]) -> Vec<Value> {
    paged(kind, text, |page, batch| lines(kind, &page, batch))
}

/// What `tell` makes of `text`.
fn paged<T>(kind: &Kind, text: &[u8], tell: impl FnOnce(Page<'_>, &Batch) -> T) -> T {
    let mut batch = Batch::default();
    let mut walk =
        Walk { kind, walker: Walker::new(Options::default()), builder: Builder::new(&kind.taps, &mut batch) };
    Scanner::new(Limits::default()).scan(text, true, &mut walk);
    walk.builder.finish();
    kind.form.adjust(&kind.taps, &mut batch, text);
    let _ = kind.form.check(&kind.taps, (&batch, text), |_| true);
    tell(Page::new(&kind.form, &kind.taps, &batch, text, &Mark), &batch)
}

fn lines(kind: &Kind, page: &Page<'_>, batch: &Batch) -> Vec<Value> {
    let contexts = kind.form.contexts.iter().map(|context| context.table);
    let tables: Vec<usize> = kind.form.records.iter().map(|record| record.table).chain(contexts).collect();
    let mut found = Vec::new();
    for table in tables {
        for row in 0..batch.tables[table].rows {
            let mut out = Pen::default();
            page.write(table, row, &mut Told::default(), &mut out);
            let inside = out.text().strip_suffix(b",").unwrap_or_default();
            let text = [b"{", inside, b"}"].concat();
            found.push(serde_json::from_slice(&text).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&text))));
        }
    }
    found
}

#[test]
fn every_record_map_fits_its_guide() {
    for name in ["834", "835"] {
        let kind = kind(name);
        assert_eq!(kind.form.records[0].table, kind.taps.claim);
    }
}

#[test]
fn a_member_says_all_that_the_guide_lets_it_say() {
    let said = said(&kind("834"), MEMBER.as_bytes());
    let member = &said[0];
    assert_eq!(member["member"]["relationship"], "self");
    assert_eq!(member["member"]["is_subscriber"], true);
    assert_eq!(member["member"]["is_corrected"], true);
    assert_eq!(member["member"]["birth_sequence"], 2);
    assert_eq!(member["member"]["ssn_token"], "T1");
    assert!(member["member"].get("id").is_none());
    assert_eq!(member["member"]["races"], json!(["7", "2106-3"]));
    assert_eq!(member["member"]["employment"]["classes"], json!(["01", "02"]));
    assert_eq!(member["member"]["medicare"], json!({"plan_code": "E", "reason_code": "1"}));
    assert_eq!(member["member"]["dates"], json!([{"name": "back", "qualifier": "296", "date": "2021-01-01"}]));
    assert_eq!(member["member"]["ids"][0], json!({"name": "client", "qualifier": "23", "value": "C1"}));
    assert_eq!(member["member"]["ids"][1], json!({"qualifier": "ZZ", "ssn_last4": "1234", "ssn_token": "T9"}));
    assert_eq!(member["member"]["related"][0]["contacts"][0]["value"], "5555550101");
    assert_eq!(member["member"]["related"][1]["ssn_last4"], "6789");
    let coverage = &member["coverages"][0];
    assert_eq!((&coverage["begin"], coverage.get("end")), (&json!("2026-01-01"), None));
    assert_eq!(coverage["dates"], json!([{"qualifier": "695", "date": "2026-02-01"}]));
    assert_eq!((&coverage["is_late"], &coverage["prior_months"]), (&json!(true), &json!(12)));
    assert_eq!(coverage["providers"][0]["change_effective"], "2026-01-01");
    assert_eq!(coverage["cob"][0]["benefit_codes"], json!(["1", "35"]));
    assert_eq!(coverage["cob"][0]["ids"][0], json!({"qualifier": "SY", "ssn_last4": "6789", "ssn_token": "T3"}));
    let reported = |value: &str, qualifier: &str| json!({"name": "PAY", "date": "2026-01-01", "qualifier": qualifier, "value": value});
    assert_eq!(member["reporting"], json!([reported("A", "17"), reported("B", "LU")]));
    let contexts = &said[1..];
    assert!(contexts.iter().any(|context| context["administrators"][0]["account"] == "ACC"));
    assert!(contexts.iter().any(|context| context["dates"][0]["date"] == "2026-09-30"));
    assert!(!Value::from(said.clone()).to_string().contains("123456789"));
}

#[test]
fn whatever_becomes_of_a_file_its_records_are_json() {
    let kinds = ["834", "835"].map(kind);
    let mut seed = 11u32;
    let mut dice = |sides: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % sides
    };
    for round in 0..600 {
        let mut text = MEMBER.as_bytes().to_vec();
        for _ in 0..=dice(6) {
            let at = 106 + dice(text.len().saturating_sub(106).max(1));
            if at >= text.len() {
                break;
            }
            match dice(4) {
                0 => text[at] = b"*~:^\"\\\xFF9A;-"[dice(11)],
                1 => drop(text.drain(at..(at + dice(40)).min(text.len()))),
                2 => {
                    let end = (at + dice(60)).min(text.len());
                    let more = text[at..end].to_vec();
                    text.splice(at..at, more);
                }
                _ => text.truncate(at),
            }
        }
        let _ = said(&kinds[usize::from(round % 7 == 0)], &text);
    }
}

#[test]
fn cells_say_what_a_line_says_and_leave_out_what_nobody_wants() {
    let kind = kind("834");
    let table = |name: &str| kind.taps.map.find(name).unwrap();
    let cells = |wanted: Option<&[bool]>| {
        paged(&kind, MEMBER.as_bytes(), |page, _| {
            let mut tape = Tape::default();
            page.of_tables(wanted).lay(table("member"), 0, &mut Told::default(), &mut tape);
            let all = tape.ended(0);
            tape.cells(all).to_vec()
        })
    };
    let rows = |cells: &[Cell], name: &str| {
        cells.iter().filter(|cell| matches!(cell.said, Said::Row(_)) && usize::from(cell.place) == table(name)).count()
    };
    let all = cells(None);
    assert_eq!((rows(&all, "coverage"), rows(&all, "provider"), rows(&all, "category")), (1, 1, 2));
    let words = all.iter().filter_map(|cell| if let Said::Word(number) = cell.said { Some(number) } else { None });
    assert!(words.map(|number| kind.form.word(number).1).any(|word| word == b"self"));
    let mut wanted = vec![false; kind.taps.map.tables.len()];
    wanted[table("coverage")] = true;
    let some = cells(Some(&wanted));
    assert_eq!((rows(&some, "coverage"), rows(&some, "provider"), rows(&some, "category")), (1, 0, 0));
}
