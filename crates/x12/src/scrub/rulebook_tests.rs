//! The shipped rules on their examples, which Python writes to `tests/data/rulebook.json`.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::past::tests::row as past_row;
use super::tables::tests::file;
use super::testing::{Builder, schema, schema_of, thin};
use super::{CodeTables, Context, DuplicateKey, Hit, Program, Rules, Scratch, Share};
use crate::claim::{Batch, ClaimMap, Column, LONG, NONE, Schema};
use crate::finding::{Catalog, Scope};
use crate::position::Span;

const SECRET: [u8; 16] = [7; 16];

fn document() -> Json {
    serde_json::from_str(include_str!("../../tests/data/rulebook.json")).unwrap()
}

/// All rules that a professional claim has everything for; the shipped ones for others are for others alone.
fn program(document: &Json, schema: &Schema) -> Program {
    program_of(document, "837P", schema)
}

fn program_of(document: &Json, kind: &str, schema: &Schema) -> Program {
    Rules::read(&document["program"].to_string(), &mut Catalog::default()).unwrap().program(kind, schema).unwrap()
}

fn kind_of(claim: &Json) -> &str {
    claim["kind"].as_str().unwrap_or("837P")
}

/// The claims of a batch that a hit reaches.
fn reached(program: &Program, schema: &Schema, batch: &Batch, hit: &Hit) -> Vec<u32> {
    let claim = schema.tables.iter().position(|table| table.name == "claim").unwrap();
    let table = program.rules()[usize::from(hit.rule)].table;
    if hit.claim != NONE {
        return vec![hit.claim];
    }
    let above = |row: u32| {
        let mut open = vec![(claim, row)];
        while let Some((at, row)) = open.pop() {
            if at == table && row == hit.row {
                return true;
            }
            for (list, &parent) in batch.tables[at].parents.iter().zip(&schema.tables[at].parents) {
                if let Some(&row) = list.get(row as usize).filter(|&&row| row != NONE) {
                    open.push((parent, row));
                }
            }
        }
        false
    };
    (0..batch.tables[claim].rows).filter(|&row| above(row)).collect()
}

/// The ids of the rules that hit each claim.
fn judge(document: &Json, claims: &[&Json], duplicates: &[bool]) -> Vec<BTreeSet<String>> {
    judge_with(document, claims, duplicates, None)
}

/// The code tables of the examples.
fn tables(document: &Json) -> CodeTables {
    let mut tables = CodeTables::default();
    let mut history = Vec::new();
    for (name, rows) in document["tables"].as_object().unwrap() {
        if let Some(list) = name.strip_prefix("history.") {
            history.push((list, past_rows(rows)));
            continue;
        }
        let number = |row: &Json, at: usize| row[at].as_i64().unwrap() as i32;
        let keys: Vec<Vec<&str>> = rows
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row[0].as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect())
            .collect();
        let width = keys.iter().map(|key| key.len() * key.iter().map(|part| part.len()).max().unwrap()).max();
        let rows: Vec<(&[&str], i32, i32, i32)> = keys
            .iter()
            .zip(rows.as_array().unwrap())
            .map(|(key, row)| (&key[..], number(row, 1), number(row, 2), number(row, 3)))
            .collect();
        let (table, list) = name.split_once('.').unwrap_or((name, ""));
        tables.add(&file(table, list, width.unwrap(), &rows)).unwrap();
    }
    for (list, rows) in &history {
        let keys: Vec<[&str; 1]> = rows.iter().map(|(key, _)| [key.as_str()]).collect();
        let rows: Vec<(&[&str], i32, i32, i32)> =
            keys.iter().zip(rows).map(|(key, (_, [from, to, value]))| (&key[..], *from, *to, *value)).collect();
        tables.add(&file("history", list, 16, &rows)).unwrap();
    }
    tables.keyed(SECRET)
}

/// The rows of a list of a history, hidden as they are in its file.
fn past_rows(rows: &Json) -> Vec<(String, [i32; 3])> {
    let day = |row: &Json, at: usize| row[at].as_i64().unwrap() as i32;
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| past_row(&SECRET, &row[0], [day(row, 1), day(row, 2)], &row[3])).collect()
}

fn judge_with(
    document: &Json,
    claims: &[&Json],
    duplicates: &[bool],
    tables: Option<&CodeTables>,
) -> Vec<BTreeSet<String>> {
    let mut found = vec![BTreeSet::new(); claims.len()];
    for (kind, version) in ClaimMap::embedded() {
        let own: Vec<usize> = (0..claims.len()).filter(|&at| kind_of(claims[at]) == kind).collect();
        if own.is_empty() {
            continue;
        }
        let (map, schema) = schema_of(version);
        let program = program_of(document, kind, &schema);
        let mut builder = Builder::new(&map);
        for &at in &own {
            builder.claim(claims[at]);
        }
        thin(&mut builder.batch);
        let day = document["as_of"].as_i64().unwrap() as i32;
        let duplicates: Vec<bool> = own.iter().map(|&at| duplicates[at]).collect();
        let context =
            Context { as_of: day, received: day, duplicates: &[], orphans: &[], again: &[], tables, judged: None };
        let (mut scratch, mut counts) = (Scratch::default(), Vec::new());
        let mut run = |share, context: &Context<'_>| {
            program.run(share, (&builder.batch, &builder.bytes), context, &mut scratch, &mut counts).to_vec()
        };
        // as a run does: what asks for duplicates comes last
        let came: Vec<bool> = own.iter().map(|&at| claims[at]["id"] == "AGAIN").collect();
        let again = vec![came; 4];
        let late = Context { duplicates: &duplicates, orphans: &duplicates, again: &again, ..context };
        for hit in [run(Share::Alone, &context), run(Share::Late, &late)].concat() {
            for claim in reached(&program, &schema, &builder.batch, &hit) {
                found[own[claim as usize]].insert(program.rules()[usize::from(hit.rule)].id.clone());
            }
        }
    }
    found
}

#[test]
fn every_rule_hits_and_misses_as_its_examples_say() {
    let document = document();
    let tables = tables(&document);
    let mut wrong = Vec::new();
    for (at, case) in document["cases"].as_array().unwrap().iter().enumerate() {
        let rule = case["rule"].as_str().unwrap();
        let held = Some(&tables).filter(|_| case["tables"] == true);
        let found = judge_with(&document, &[&case["claim"]], &[case["claim"]["id"] == "SEEN"], held);
        if found[0].contains(rule) != case["hit"].as_bool().unwrap() {
            wrong.push(format!("{rule} on case {at}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_clean_claim_is_clean() {
    let document = document();
    for (kind, clean) in document["clean"].as_object().unwrap() {
        assert_eq!(judge(&document, &[clean], &[false])[0], BTreeSet::new(), "{kind}");
    }
}

#[test]
fn results_do_not_depend_on_the_batch() {
    let document = document();
    let claims: Vec<&Json> = document["cases"].as_array().unwrap().iter().map(|case| &case["claim"]).collect();
    let together = judge(&document, &claims, &vec![false; claims.len()]);
    for (claim, together) in claims.iter().zip(together) {
        assert_eq!(judge(&document, &[claim], &[false])[0], together);
    }
}

#[test]
fn results_do_not_depend_on_how_many_values_a_column_has() {
    let document = document();
    let claims: Vec<Json> = (0..90)
        .map(|number| {
            let mut claim = document["cases"][number]["claim"].clone();
            claim["lines"][0]["procedure"] = format!("{number:04}{}", if number % 9 == 0 { "-" } else { "F" }).into();
            claim
        })
        .collect();
    let together = judge(&document, &claims.iter().collect::<Vec<_>>(), &[false; 90]);
    for (claim, together) in claims.iter().zip(together) {
        assert_eq!(judge(&document, &[claim], &[false])[0], together);
    }
}

#[test]
fn a_scratch_serves_one_program_after_another() {
    let (document, (map, schema)) = (document(), schema());
    let mut builder = Builder::new(&map);
    let claims = document["cases"].as_array().unwrap().iter().map(|case| &case["claim"]);
    for claim in claims.filter(|claim| kind_of(claim) == "837P") {
        builder.claim(claim);
    }
    let mut rules = document["program"].clone();
    rules["rules"].as_array_mut().unwrap().reverse();
    let programs = [&document["program"], &rules].map(|rules| program(&serde_json::json!({"program": rules}), &schema));
    let context = Context {
        as_of: 20_514,
        received: 20_514,
        duplicates: &[],
        orphans: &[],
        again: &[],
        tables: None,
        judged: None,
    };
    let mut shared = Scratch::default();
    for program in programs.iter().cycle().take(4) {
        let run = |scratch: &mut Scratch| {
            program.run(Share::Alone, (&builder.batch, &builder.bytes), &context, scratch, &mut Vec::new()).to_vec()
        };
        assert_eq!(run(&mut shared), run(&mut Scratch::default()));
    }
}

#[test]
fn a_row_that_asks_about_too_many_others_is_unchecked() {
    let dearer = serde_json::json!(["gt", ["field", 1, [], "charge"], ["field", 0, [], "charge"]]);
    let lines = serde_json::json!(["rows", 0, ["claim"], "line"]);
    let below = serde_json::json!(["rows", 0, [], "line"]);
    let unpaid = serde_json::json!(["any", ["rows", 1, [], "adjudication"], ["missing", ["field", 2, [], "paid"]]]);
    let rules = [
        ("line", serde_json::json!(["any", lines, dearer])),
        ("line", serde_json::json!(["gt", ["count", lines, dearer], ["number", 0]])),
        ("claim", serde_json::json!(["any", below, ["gt", ["field", 1, [], "charge"], ["money", 4999]]])),
        ("claim", serde_json::json!(["any", below, unpaid])),
        ("claim", serde_json::json!(["not", ["any", below, unpaid]])),
    ];
    let rule = |(at, (table, expr)): (usize, &(&str, Json))| {
        serde_json::json!({"id": format!("R{at}"), "transactions": "P", "table": table, "severity": "info", "snip": 7, "title": "", "fix": "",
            "evidence": [], "expr": expr})
    };
    let rules: Vec<Json> = rules.iter().enumerate().map(rule).collect();
    let (map, schema) = schema();
    let program = program(&serde_json::json!({"program": {"rules": rules}}), &schema);
    let claim = |lines: u32, adjudications: usize| {
        let line = |charge| serde_json::json!({"charge": charge, "adjudications": vec![serde_json::json!({"paid": 1}); adjudications]});
        serde_json::json!({"lines": (1..=lines).map(line).collect::<Vec<Json>>()})
    };
    let mut builder = Builder::new(&map);
    for claim in [claim(2, 1), claim(5000, 0), claim(1, 5000)] {
        builder.claim(&claim);
    }
    let context = Context::default();
    let states = |rule| program.states(rule, &builder.batch, &builder.bytes, &context);
    let line = format!("TF{}F", "N".repeat(5000));
    assert_eq!([states(0), states(1)], [line.clone(), line]);
    assert_eq!([states(2), states(3), states(4)], ["FTF", "FFN", "TTN"]);
}

#[test]
fn provider_rules_reach_all_below() {
    let document = document();
    let (_, schema) = schema();
    let program = program(&document, &schema);
    let rule = program.rules().iter().find(|rule| rule.id == "INVALID_NPI").unwrap();
    assert_eq!(rule.scope, Scope::Provider);
    assert_eq!(rule.evidence[0].path, "provider.npi");
    assert_eq!((rule.evidence[0].place.loop_id.as_str(), rule.evidence[0].place.element), ("2010AA", 9));
}

#[test]
fn a_resent_claim_has_the_digest_of_the_first() {
    let document = document();
    let (map, schema) = schema();
    let keys = DuplicateKey::compile(&schema).unwrap();
    let clean = &document["clean"]["P"];
    let change = |path: &str, value: Json| {
        let mut claim = clean.clone();
        let (above, name) = path.rsplit_once('/').unwrap();
        claim.pointer_mut(above).unwrap()[name] = value;
        claim
    };
    let mut swapped = clean.clone();
    swapped["lines"].as_array_mut().unwrap().reverse();
    let claims = [
        clean.clone(),
        change("/id", "OTHER".into()),
        swapped,
        change("/lines/0/units", 2000.into()),
        change("/subscriber/member_id", "W1".into()),
        change("/frequency", "7".into()),
        change("/lines/0/modifier_1", "25".into()),
        change("/lines/0/modifier_2", "25".into()),
        change("/payer/name", "EXAMPLE HEALTH OF THE EAST".into()),
        change("/payer/name", "EXAMPLE HEALTH OF THE WEST".into()),
        change("/frequency", "6".into()),
        change("/frequency", "Q".into()),
    ];
    let mut builder = Builder::new(&map);
    for claim in &claims {
        builder.claim(claim);
    }
    let digests = keys.digests(&builder.batch, &builder.bytes, &[7; 16]);
    assert!(digests[0].is_some() && digests[0] == digests[1] && digests[0] == digests[2]);
    assert!(digests[3] != digests[0] && digests[4] != digests[0]);
    assert_eq!((digests[5], digests[10], digests[11]), (None, None, None));
    let different: BTreeSet<_> = digests.iter().flatten().collect();
    assert_eq!(different.len(), 7, "all but the first three");
    let line = schema.tables.iter().position(|table| table.name == "line").unwrap();
    let procedure = schema.tables[line].fields.iter().position(|field| field.name == "procedure").unwrap();
    let mut long = builder.batch.tables[line].clone();
    let Column::Code(codes) = &mut long.columns[procedure] else { panic!("a code") };
    // Two lines a claim: the first three claims get the codes "meadowlark", "meadowlark" and "meadowlarks".
    (0..3).for_each(|claim| codes[2 * claim] = LONG | claim as u64);
    let start = builder.bytes.len() as u32;
    builder.bytes.extend_from_slice(b"meadowlarkmeadowlarks");
    long.long_codes = [(0, 10), (10, 10), (10, 11)].map(|(at, len)| Span { start: start + at, len }).into();
    std::mem::swap(&mut builder.batch.tables[line], &mut long);
    let others = keys.digests(&builder.batch, &builder.bytes, &[7; 16]);
    assert!(others[0] == others[1] && others[0] != digests[0] && others[2] != others[0]);
    builder.batch.tables[line] = long;
    thin(&mut builder.batch);
    assert_eq!(keys.digests(&builder.batch, &builder.bytes, &[7; 16]), digests);
    assert_ne!(keys.digests(&builder.batch, &builder.bytes, &[8; 16])[0], digests[0]);
}

#[test]
fn the_same_fillings_of_other_teeth_are_no_duplicate() {
    let document = document();
    let (map, schema) = schema_of("005010X224A2");
    let keys = DuplicateKey::compile(&schema).unwrap();
    let clean = &document["clean"]["D"];
    let change = |path: &str, value: &str| {
        let mut claim = clean.clone();
        *claim.pointer_mut(path).unwrap() = value.into();
        claim
    };
    let claims = [
        clean.clone(),
        change("/id", "OTHER"),
        change("/lines/0/teeth/0/number", "4"),
        change("/lines/0/teeth/0/surface_2", "D"),
    ];
    let mut builder = Builder::new(&map);
    for claim in &claims {
        builder.claim(claim);
    }
    let digests = keys.digests(&builder.batch, &builder.bytes, &[7; 16]);
    assert_eq!(digests[0], digests[1]);
    assert_eq!(digests.iter().collect::<BTreeSet<_>>().len(), 3);
}

/// Random rules come to the same, on every row, as in the plain interpreter of `scrubjay.rules.interpreter`.
#[test]
fn the_language_means_what_the_interpreter_says() {
    let document: Json = serde_json::from_str(include_str!("../../tests/data/differential.json")).unwrap();
    let (map, schema) = schema();
    let program = program(&document, &schema);
    let claims: Vec<&Json> = document["claims"].as_array().unwrap().iter().collect();
    let tables = tables(&document);
    let today = document["today"].as_i64().unwrap() as i32;
    let context = Context {
        as_of: today,
        received: today,
        duplicates: &[],
        orphans: &[],
        again: &[],
        tables: Some(&tables),
        judged: None,
    };
    let states = |claims: &[&Json], rule: usize| {
        let mut builder = Builder::new(&map);
        for claim in claims {
            builder.claim(claim);
        }
        thin(&mut builder.batch);
        program.states(rule, &builder.batch, &builder.bytes, &context)
    };
    let mut wrong = Vec::new();
    for (at, expected) in document["states"].as_array().unwrap().iter().enumerate() {
        let together = states(&claims, at);
        let alone: String = claims.iter().map(|claim| states(&[claim], at)).collect();
        if together != expected.as_str().unwrap() || alone != together {
            wrong.push(format!(
                "{at}: {}\n  {together}\n  {alone}\n  {expected}",
                document["program"]["rules"][at]["expr"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong, first: {}", wrong.len(), wrong[0]);
}
