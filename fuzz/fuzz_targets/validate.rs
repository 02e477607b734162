//! Whatever stands in a set, the walk ends, its loops close, its findings point into the file, and the ways that it
//! remembers change nothing.

#![no_main]

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use x12::finding::Finding;
use x12::guide::{Guides, Plan};
use x12::validate::{At, Options, Visitor, Walker};
use x12::wire::{Fault, Limits, Scanner, Segment, Tokens};

/// Every guide.
static PLANS: LazyLock<Vec<Arc<Plan>>> = LazyLock::new(|| {
    let guides = Guides::embedded();
    guides.list().filter_map(|info| guides.plan(&info.kind).ok()).collect()
});

/// The guide of a set with this ST01; any other is walked under one of them.
fn plan_of(set: &[u8]) -> Arc<Plan> {
    let own = PLANS.iter().find(|plan| plan.set_id.as_bytes() == set);
    let other = || &PLANS[set.iter().map(|&byte| usize::from(byte)).sum::<usize>() % PLANS.len()];
    Arc::clone(own.unwrap_or_else(other))
}

/// What a visitor hears of one segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    Open(u16),
    Segment(u16, u32),
    Unplaced,
    Close(u16),
}

/// Counts what opens and what closes, and keeps what was heard of the segment at hand.
#[derive(Default)]
struct Loops {
    open: Vec<u16>,
    heard: Vec<Heard>,
}

impl Visitor for Loops {
    fn open(&mut self, index: u16, _segment: &Segment<'_>) {
        self.open.push(index);
        self.heard.push(Heard::Open(index));
    }

    fn segment(&mut self, loop_index: u16, slot: u32, _segment: &Segment<'_>) {
        self.heard.push(Heard::Segment(loop_index, slot));
    }

    fn unplaced(&mut self, _segment: &Segment<'_>) {
        self.heard.push(Heard::Unplaced);
    }

    fn close(&mut self, index: u16) {
        assert_eq!(self.open.pop(), Some(index), "the innermost loop closes first");
        self.heard.push(Heard::Close(index));
    }
}

/// A walker, and what it says.
struct Side {
    walker: Walker,
    loops: Loops,
    findings: Vec<Finding>,
}

impl Side {
    fn new() -> Self {
        Self { walker: Walker::new(Options::default()), loops: Loops::default(), findings: Vec::new() }
    }

    fn segment(&mut self, segment: &Segment<'_>) {
        self.walker.segment(segment, At::default(), &mut self.loops, &mut self.findings);
    }

    fn end(&mut self) {
        self.walker.end(At::default(), &mut self.loops, &mut self.findings);
        assert!(self.loops.open.is_empty(), "all loops close with their set");
    }
}

/// Walks every set of a file under a guide: with a trail, and without one.
struct Walk {
    usual: Side,
    forgetful: Side,
    /// Of the file.
    length: usize,
}

impl Walk {
    fn end(&mut self) {
        if self.usual.walker.is_open() {
            self.usual.end();
            self.forgetful.end();
            self.agree();
        }
    }

    /// Both say the same of the segment at hand.
    fn agree(&mut self) {
        assert_eq!(self.usual.loops.heard, self.forgetful.loops.heard, "with a trail, and without one");
        assert_eq!(self.usual.findings, self.forgetful.findings, "with a trail, and without one");
        assert!(self.usual.walker.boundary() == self.forgetful.walker.boundary(), "both stand in the same place");
        for side in [&mut self.usual, &mut self.forgetful] {
            side.loops.heard.clear();
            for finding in side.findings.drain(..) {
                assert!(finding.position.offset <= self.length as u64, "a finding stands in the file");
            }
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
                let plan = plan_of(segment.element(1));
                self.usual.walker.begin(Arc::clone(&plan));
                self.forgetful.walker.begin(plan);
            }
            b"ISA" | b"GS" | b"GE" | b"IEA" => return self.end(),
            _ => {}
        }
        // a clone begins with an empty trail
        self.forgetful.walker = self.forgetful.walker.clone();
        self.usual.segment(segment);
        self.forgetful.segment(segment);
        self.agree();
        if segment.name() == b"SE" {
            self.end();
        }
    }

    fn fault(&mut self, _fault: Fault, _range: Range<usize>, _first: bool) {}
}

fuzz_target!(|bytes: &[u8]| {
    let mut walk = Walk { usual: Side::new(), forgetful: Side::new(), length: bytes.len() };
    let used = Scanner::new(Limits::default()).scan(bytes, true, &mut walk);
    assert_eq!(used, bytes.len());
    walk.end();
});
