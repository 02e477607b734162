//! Whatever stands in an 834 or an 835, each of its records is JSON, whatever a carrier does differently.

#![no_main]

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use x12::claim::{Batch, Builder, ClaimMap, Taps};
use x12::guide::{Guides, Plan};
use x12::record::{Differences, Form, Page, Pen, Seal, Told, Words};
use x12::validate::{At, Options, Walker};
use x12::wire::{Fault, Limits, Scanner, Segment, Tokens};

/// Guide, map and form of a kind of set.
struct Kind {
    plan: Arc<Plan>,
    taps: Taps,
    form: Form,
}

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| ["834", "835"].into_iter().filter_map(kind).collect());

fn kind(name: &str) -> Option<Kind> {
    let (version, map) = ClaimMap::of_records(name)?;
    let plan = Guides::embedded().plan(version).ok()?;
    let taps = Taps::new(map.ok()?, &plan).ok()?;
    let splits = vec![("coverage.plan".to_owned(), ";".to_owned(), vec![None, Some("coverage.ids.XX1".to_owned())])];
    let differences = if name == "834" {
        Differences {
            subscriber: vec!["member.ids.23".to_owned()],
            end: vec!["event.effective end_of_month".to_owned()],
            splits,
            ..Differences::default()
        }
    } else {
        Differences::default()
    };
    let form = Form::new(&taps.map, &Words::default(), &differences).ok()?;
    Some(Kind { plan, taps, form })
}

struct Mark;

impl Seal for Mark {
    fn seal(&self, _value: &[u8], out: &mut Vec<u8>) {
        out.push(b'T');
    }
}

/// Walks every set of a file as one of a kind.
struct Walk<'a> {
    kind: &'a Kind,
    walker: Walker,
    builder: Builder<'a>,
}

impl Walk<'_> {
    fn end(&mut self) {
        if self.walker.is_open() {
            self.walker.end(At::default(), &mut self.builder, &mut Vec::new());
        }
    }
}

impl Tokens for Walk<'_> {
    fn header(&mut self, _segment: &Segment<'_>) {
        self.end();
    }

    fn segment(&mut self, segment: &Segment<'_>, _terminated: bool) {
        match segment.name() {
            b"ST" => {
                self.end();
                self.walker.begin(Arc::clone(&self.kind.plan));
            }
            b"ISA" | b"GS" | b"GE" | b"IEA" => return self.end(),
            _ => {}
        }
        self.walker.segment(segment, At::default(), &mut self.builder, &mut Vec::new());
        if segment.name() == b"SE" {
            self.end();
        }
    }

    fn fault(&mut self, _fault: Fault, _range: Range<usize>, _first: bool) {}
}

fuzz_target!(|bytes: &[u8]| {
    for kind in KINDS.iter() {
        let mut batch = Batch::default();
        let builder = Builder::new(&kind.taps, &mut batch);
        let mut walk = Walk { kind, walker: Walker::new(Options::default()), builder };
        Scanner::new(Limits::default()).scan(bytes, true, &mut walk);
        walk.end();
        walk.builder.finish();
        kind.form.adjust(&kind.taps, &mut batch, bytes);
        let _ = kind.form.check(&kind.taps, (&batch, bytes), |_| true);
        let page = Page::new(&kind.form, &kind.taps, &batch, bytes, &Mark);
        for record in &kind.form.records {
            for row in 0..batch.tables[record.table].rows {
                let mut out = Pen::default();
                page.write(record.table, row, &mut Told { hides_link: true, ..Told::default() }, &mut out);
                let members = out.text().strip_suffix(b",").unwrap_or(out.text());
                let text = [b"{", members, b"}"].concat();
                let said: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
                assert!(said.is_object(), "a record is JSON: {}", String::from_utf8_lossy(&text));
            }
        }
    }
});
