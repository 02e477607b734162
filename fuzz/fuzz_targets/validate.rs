//! Whatever stands in a set, the walk ends, its loops close, and its findings point into the file.

#![no_main]

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use x12::finding::Finding;
use x12::guide::{Guides, Plan};
use x12::validate::{At, Options, Visitor, Walker};
use x12::wire::{Fault, Limits, Scanner, Segment, Tokens};

static PLAN: LazyLock<Option<Arc<Plan>>> = LazyLock::new(|| Guides::embedded().plan("837P").ok());

/// Counts what opens and what closes.
#[derive(Default)]
struct Loops {
    open: Vec<u16>,
}

impl Visitor for Loops {
    fn open(&mut self, index: u16, _segment: &Segment<'_>) {
        self.open.push(index);
    }

    fn close(&mut self, index: u16) {
        assert_eq!(self.open.pop(), Some(index), "the innermost loop closes first");
    }
}

/// Walks every set of a file under the one guide, whatever it says of itself.
struct Walk {
    walker: Walker,
    loops: Loops,
    findings: Vec<Finding>,
    plan: Arc<Plan>,
}

impl Walk {
    fn end(&mut self) {
        if self.walker.is_open() {
            self.walker.end(At::default(), &mut self.loops, &mut self.findings);
            assert!(self.loops.open.is_empty(), "all loops close with their set");
        }
    }
}

impl Tokens for Walk {
    fn header(&mut self, _segment: &Segment<'_>) {
        self.end();
    }

    fn segment(&mut self, segment: &Segment<'_>, _terminated: bool) {
        match segment.name() {
            b"ST" => {
                self.end();
                self.walker.begin(Arc::clone(&self.plan));
            }
            b"ISA" | b"GS" | b"GE" | b"IEA" => return self.end(),
            _ => {}
        }
        self.walker.segment(segment, At::default(), &mut self.loops, &mut self.findings);
        if segment.name() == b"SE" {
            self.end();
        }
    }

    fn fault(&mut self, _fault: Fault, _range: Range<usize>, _first: bool) {}
}

fuzz_target!(|bytes: &[u8]| {
    let Some(plan) = PLAN.as_ref() else { panic!("the embedded guide compiles") };
    let mut walk = Walk {
        walker: Walker::new(Options::default()),
        loops: Loops::default(),
        findings: Vec::new(),
        plan: Arc::clone(plan),
    };
    let used = Scanner::new(Limits::default()).scan(bytes, true, &mut walk);
    assert_eq!(used, bytes.len());
    walk.end();
    for finding in &walk.findings {
        assert!(finding.position.offset <= bytes.len() as u64, "a finding stands in the file");
    }
});
