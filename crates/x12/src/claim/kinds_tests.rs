//! What holds for the maps of all kinds of claims.

use super::harness::{read, taps, walk, write};
use super::plain::{Plain, plain};
use super::tests::drop_control;
use super::*;
use crate::guide::{Plan, Usage};

const INSTITUTIONAL: &str = "\
ST*837*0001*005010X223A2~BHT*0019*00*REF1*20260930*1200*CH~NM1*41*2*SYNTHETIC HOSPITAL*****46*SUB1~\
PER*IC*ADA EXAMPLE*TE*5555550100~NM1*40*2*EXAMPLE CLEARING*****46*REC1~\
HL*1**20*1~PRV*BI*PXC*282N00000X~NM1*85*2*EXAMPLE HOSPITAL*****XX*1234567893~N3*1 TEST ROAD~N4*TESTVILLE*NY*100010001~\
REF*EI*123456789~\
HL*2*1*22*0~SBR*P*18*GRP1******MA~NM1*IL*1*SAMPLE*ANN*B***MI*MEM0001~N3*2 TEST ROAD~N4*TESTVILLE*NY*10001~\
DMG*D8*19450102*F~NM1*PR*2*EXAMPLE PAYER*****PI*PAY1~\
CLM*I1*2500.5***11:A:1**A*Y*Y~DTP*096*TM*1130~DTP*434*RD8*20260901-20260905~DTP*435*DT*202609010815~CL1*1*7*01~\
PWK*OZ*EL***AC*CTL1~AMT*F3*100~REF*D9*CH1~REF*EA*MR1~NTE*DGN*FIRST NOTE~NTE*MED*SECOND NOTE~NTE*ADD*BILLED LATE~\
HI*ABK:J189:::::::Y~HI*ABJ:R0902~HI*ABN:W19XXXA:::::::N~HI*DR:193~\
HI*ABF:I10:::::::Y*ABF:E119:::::::W~HI*BBR:0BH17EZ:D8:20260902~HI*BBQ:5A1935Z:D8:20260903*BBQ:02HV33Z:D8:20260903~\
HI*BI:74:RD8:20260901-20260902~HI*BH:11:D8:20260831~HI*BE:80:::4*BE:A2:::10.25~HI*BG:C1*BG:77~HI*TC:A01~\
NM1*71*1*ATTEND*ADA****XX*1234567893~PRV*AT*PXC*207R00000X~NM1*72*1*OPERATE*OLE****XX*1987654320~\
SBR*S*01*******CI~CAS*PR*1*20*1~AMT*D*115.25~OI***Y***Y~MIA*4*****0.5*****************M01~MOA***MA01~\
NM1*IL*1*OTHER*OLGA****MI*OTH1~NM1*PR*2*OTHER PAYER*****PI*PAY2~NM1*71*1~REF*G2*ATT1~\
LX*1~SV2*0120**2000*DA*4**50~LX*2~SV2*0250*HC:J1885:25*500.5*UN*2~DTP*472*D8*20260902~REF*6R*L2~LIN**N4*00000000001~CTP****2*UN~\
SVD*PAY2*80*HC:J1885*0250*2*1~CAS*CO*45*20~DTP*573*D8*20261001~SE*71*0001~";

const DENTAL: &str = "\
ST*837*0001*005010X224A2~BHT*0019*00*REF1*20260930*1200*CH~NM1*41*2*SYNTHETIC DENTISTS*****46*SUB1~\
PER*IC*ADA EXAMPLE*TE*5555550100~NM1*40*2*EXAMPLE CLEARING*****46*REC1~\
HL*1**20*1~PRV*BI*PXC*1223G0001X~NM1*85*1*DENTIST*DORA****XX*1234567893~N3*1 TEST ROAD~N4*TESTVILLE*NY*100010001~\
REF*SY*123456789~REF*0B*LIC1~\
HL*2*1*22*1~SBR*P**GRP1******CI~NM1*IL*1*SAMPLE*ANN*B***MI*MEM0001~NM1*PR*2*EXAMPLE PAYER*****PI*PAY1~\
HL*3*2*23*0~PAT*19~NM1*QC*1*SAMPLE*SID~N3*3 TEST ROAD~N4*TESTVILLE*NY*10001~DMG*D8*20120229*M~\
CLM*D1*350***11:B:1*Y*A*Y*Y~DTP*452*D8*20260801~DTP*472*RD8*20260901-20260902~DN1*24*10**Y~DN2*3*M****JP~DN2*14*E****JP~\
AMT*F5*10~REF*G3*PRE1~NTE*ADD*ONE~NTE*ADD*TWO~HI*ABK:K029*ABF:K0510~NM1*DN*1*REFERRER*RON~PRV*RF*PXC*1223G0001X~\
NM1*82*1*RENDERER*REX****XX*1987654320~PRV*PE*PXC*1223P0221X~NM1*DD*1*ASSIST*ASA~\
SBR*S*01*******CI~AMT*D*20~OI***Y***Y~MOA***MA01~NM1*IL*1*OTHER*OLGA****MI*OTH1~NM1*PR*2*OTHER PAYER*****PI*PAY2~NM1*85*2~REF*G2*B1~\
LX*1~SV3*AD:D2392*250**10:20*I*1*****1:2~TOO*JP*3*M:O~TOO*JP*4*D~DTP*472*D8*20260901~REF*6R*L1~\
SVD*PAY2*20*AD:D2392**1~CAS*PR*1*230~DTP*573*D8*20261001~\
LX*2~SV3*AD:D1110*100*22***2~DTP*139*D8*20200101~K3*FREE~SE*55*0001~";

const FILES: [(&str, &str); 2] = [("005010X223A2", INSTITUTIONAL), ("005010X224A2", DENTAL)];

#[test]
fn claims_of_other_kinds_come_back_as_they_were_written() {
    for (version, file) in FILES {
        let (plan, taps) = taps(version);
        let mut batch = Batch::default();
        let mut claims = read(&plan, &taps, file.as_bytes(), &mut batch);
        for claim in &mut claims {
            drop_control(&taps, claim);
        }
        let text = write(&plan, &taps, &claims);
        let mut again = Batch::default();
        let mut back = read(&plan, &taps, &text, &mut again);
        for claim in &mut back {
            drop_control(&taps, claim);
        }
        let shown = String::from_utf8(text.clone()).unwrap().replace("~\n", "~");
        assert!(back == claims, "{shown}");
        // The file is in the order in which claims are written, and has nothing that they do not hold.
        let inside = |text: &str| {
            let (start, end) = (text.find("HL*1").unwrap(), text.rfind("SE*").unwrap());
            text[start..end].to_owned()
        };
        assert_eq!(inside(&shown).replace('~', "~\n"), inside(file).replace('~', "~\n"));
    }
}

#[test]
fn rows_that_do_not_say_where_they_belong_go_to_the_principal_first() {
    let (plan, taps) = taps("005010X223A2");
    let table = taps.map.find("diagnosis").unwrap();
    let code = taps.map.tables[table].find("code").unwrap() as u16;
    let mut claim = Record::new(taps.claim as u16);
    for text in ["J189", "I10", "E119"] {
        let mut row = Record::new(table as u16);
        row.set(code, Cell::Text(text.as_bytes().into()));
        claim.records.push(row);
    }
    let text = String::from_utf8(write(&plan, &taps, &[claim])).unwrap();
    assert!(text.contains("HI*ABK:J189~\nHI*ABF:I10*ABF:E119~\n"), "{text}");
}

#[test]
fn columns_of_other_kinds_are_what_a_plain_reading_gives() {
    for (version, file) in FILES {
        let (plan, taps) = taps(version);
        let mut expected = Plain::new(&taps);
        walk(&plan, file.as_bytes(), &mut expected);
        let mut batch = Batch::default();
        let mut builder = Builder::new(&taps, &mut batch);
        walk(&plan, file.as_bytes(), &mut builder);
        builder.finish();
        for (table, (found, expected)) in plain(&batch, file.as_bytes()).iter().zip(&expected.tables).enumerate() {
            assert_eq!(found, expected, "{}", taps.map.tables[table].name);
        }
    }
}

/// A value for a field: the guide's first code where it has codes.
fn value(plan: &crate::guide::Plan, field: &MapField) -> Cell<'static> {
    match field.kind {
        FieldKind::Text => Cell::Text(b"T"[..].into()),
        FieldKind::Money => Cell::Money(1234),
        FieldKind::Number => Cell::Number(3000),
        FieldKind::Date => Cell::Date(20_000),
        FieldKind::Code => {
            let place = &field.places[0];
            let slot = super::taps::slot_named(plan, &place.at).unwrap() as u32;
            let element = plan.element_rules(slot).iter().find(|rule| rule.element == place.element.max(1)).unwrap();
            let component = plan.component_rules(element).iter().find(|rule| rule.component == place.component);
            let codes = component.unwrap_or(element).codes.map(|set| plan.codes(set)).unwrap_or_default();
            Cell::Text(codes.first().map_or(b"C".to_vec(), |code| code.as_bytes().to_vec()).into())
        }
    }
}

#[test]
fn every_field_of_every_map_comes_back() {
    for (_, version) in ClaimMap::embedded() {
        every_field_comes_back(version);
    }
}

fn every_field_comes_back(version: &str) {
    let (plan, taps) = taps(version);
    let mut missing = Vec::new();
    for (index, table) in taps.map.tables.iter().enumerate() {
        for (column, field) in table.fields.iter().enumerate() {
            if matches!((table.name.as_str(), field.name.as_str()), ("set", "control" | "guide")) {
                continue;
            }
            let name = field.name.as_str();
            let mut record = Record::new(index as u16);
            let cell = value(&plan, field);
            if name == "ambulance_weight_unit" {
                record.set(table.find("ambulance_weight").unwrap() as u16, Cell::Number(1));
            }
            record.set(column as u16, cell.clone());
            for (part, of, from) in [(Part::To, "_to", "_from"), (Part::Time, "_hour", "_date")] {
                if field.places[0].part == part {
                    record.set(table.find(&name.replace(of, from)).unwrap() as u16, Cell::Date(19_999));
                }
            }
            // A group of nothing is no row, and a qualifier says nothing alone.
            let (of, lone) = (["reason", "code", "procedure"], ["group", "qualifier", "admitting_qualifier"]);
            let other = of.iter().find_map(|of| table.find(of)).or(table.find("admitting_diagnosis"));
            if let Some(other) = other.filter(|_| lone.contains(&name)) {
                record.set(other as u16, Cell::Text(b"1"[..].into()));
            }
            let claims = [hang(&taps, record.clone())];
            let text = write(&plan, &taps, &claims);
            let mut batch = Batch::default();
            let back = read(&plan, &taps, &text, &mut batch);
            let found = find(&back[0], index as u16);
            if back.len() != 1 || found.and_then(|row| row.get(column as u16)) != Some(&cell) {
                missing.push(format!("{}.{name}: {}", table.name, String::from_utf8_lossy(&text[107..])));
            }
        }
    }
    assert!(missing.is_empty(), "{} fields:\n{}", missing.len(), missing.join("\n"));
}

/// A claim that holds `record`, below as many parents as it needs.
fn hang(taps: &Taps, record: Record<'static>) -> Record<'static> {
    let table = usize::from(record.table);
    if table == taps.claim {
        return record;
    }
    let parent = if table < taps.claim { taps.claim } else { taps.map.tables[table].parents[0] };
    let mut above = Record::new(parent as u16);
    if table < taps.claim && taps.map.tables[table].name == "payer" {
        above.records.push(Record::new(taps.map.find("subscriber").unwrap() as u16));
    }
    if table < taps.claim && taps.map.tables[table].name == "patient" {
        above.records.push(Record::new(taps.map.find("provider").unwrap() as u16));
        above.records.push(Record::new(taps.map.find("subscriber").unwrap() as u16));
    }
    above.records.push(record);
    hang(taps, above)
}

fn find<'r>(record: &'r Record<'r>, table: u16) -> Option<&'r Record<'r>> {
    if record.table == table {
        return Some(record);
    }
    record.records.iter().find_map(|record| find(record, table))
}

/// Elements that no map holds, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "REF04-2",
        "whose number it is, of several that are for several payers: one is held, and the claim's payer has it",
    ),
    ("ST BGN04", "the hour in which a file of members was made"),
    ("ST BGN05", "of which time zone that hour is"),
    ("ST BGN06", "the number of an earlier file: which members are meant, this one tells itself"),
    ("ST QTY", "totals, held against the members, and told where they differ"),
    ("DMG11", "whose list the codes for races are of"),
    ("2100B DMG05", "which race was wrong; the right one is told"),
    ("2100B DMG06", "which citizenship was wrong; the right one is told"),
    ("ST BPR09", "a bank account: who posts payments needs none"),
    ("ST BPR14", "of which kind the account is"),
    ("ST BPR15", "a bank account: who posts payments needs none"),
    ("2310 LX01", "a counter"),
    ("2700 LX01", "a counter"),
];

/// The elements of a guide that may hold more than one value and that the map has no field for.
fn untapped(plan: &Plan, taps: &Taps) -> Vec<String> {
    let mut found = Vec::new();
    for (index, slot) in plan.slots.iter().enumerate() {
        let name = slot.segment.text();
        if slot.opens.is_some() || matches!(name.as_str(), "ST" | "SE" | "HL") {
            continue;
        }
        let held = |element: u8, component: u8| {
            let work = &taps.slots[index];
            let shared = work.groups.iter().flat_map(|group| &group.shared);
            work.taps.iter().chain(shared).any(|tap| {
                tap.element == element && (tap.component == component || component == 0 || tap.component == 0)
                    || tap.test.as_ref().is_some_and(|test| (test.element, test.component) == (element, component))
            })
        };
        let rules: Vec<_> = plan.element_rules(index as u32).iter().collect();
        for rule in &rules {
            let format = rules.iter().any(|other| other.format_by == rule.element && other.format_by != 0);
            let parts = plan.component_rules(rule);
            let part_format = |at: u8| parts.iter().any(|other| other.format_by == at && at != 0);
            let sole = |rule: &crate::guide::ElementRule| rule.codes.is_some_and(|codes| plan.codes(codes).len() == 1);
            let place = format!("{} {name}{:02}", plan.loop_at(slot.loop_index).id, rule.element);
            if rule.usage == Usage::NotUsed || format || sole(rule) {
                continue;
            }
            if parts.is_empty() && !held(rule.element, 0) {
                found.push(place);
                continue;
            }
            for part in parts {
                if part.usage != Usage::NotUsed
                    && !sole(part)
                    && !part_format(part.component)
                    && !held(rule.element, part.component)
                {
                    found.push(format!("{place}-{}", part.component));
                }
            }
        }
    }
    found
}

#[test]
fn every_element_has_a_field_or_a_reason() {
    let records = ["834", "835"].map(|kind| ClaimMap::of_records(kind).unwrap());
    let records = records.into_iter().map(|(version, map)| (version, map.unwrap()));
    let claims = ClaimMap::embedded().map(|(_, version)| (version, ClaimMap::of(version).unwrap().unwrap()));
    for (version, map) in claims.chain(records) {
        let plan = crate::guide::Guides::embedded().plan(version).unwrap();
        let taps = Taps::new(map, &plan).unwrap();
        let missing: Vec<_> = untapped(&plan, &taps)
            .into_iter()
            .filter(|place| !LEFT_OUT.iter().any(|(known, _)| place.contains(known)))
            .collect();
        assert!(missing.is_empty(), "{version}: {missing:#?}");
    }
}
