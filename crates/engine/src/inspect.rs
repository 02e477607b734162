//! The envelope and loop tree of a file, as JSON lines.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use x12::guide::{ElementRule, Plan, Route};
use x12::validate::{At, Visitor, Walker};
use x12::wire::{Element, Fault, Scanner, Segment, Tokens};

use crate::batches::Fields;
use crate::desk::masked;
use crate::error::Error;
use crate::group::Group;
use crate::job::Job;
use crate::scrub::Setup;
use crate::source::Source;

/// Writes the tree of the file at `path` to `emit`, some lines at a time, and returns counts by kind as JSON.
///
/// # Errors
/// When the file cannot be read or holds no interchange, or `emit` fails.
pub fn inspect(path: &Path, job: &Job, emit: &mut dyn FnMut(&str) -> Result<(), Error>) -> Result<String, Error> {
    let setup = Setup::new(job, &Fields::Read)?;
    let mut source = Source::open(path, job.signals)?;
    let mut scanner = Scanner::new(setup.setting.limits);
    let mut tree = Tree {
        setup: &setup,
        walker: Walker::new(setup.setting.options),
        group: None,
        preface: false,
        opaque: false,
        show: job.show_phi,
        out: String::new(),
        base: 0,
        depth: Vec::new(),
        slot: None,
        counts: [0; 5],
    };
    loop {
        source.fill(256 * 1024)?;
        let last = source.ended();
        let taken = source.take(source.ahead().len());
        tree.base = taken.offset;
        let used = scanner.scan(&taken.bytes, last, &mut tree);
        if !tree.out.is_empty() {
            emit(&std::mem::take(&mut tree.out))?;
        }
        if last {
            break;
        }
        let mut taken = taken;
        source.give_back(taken.split_off(used));
        if used == 0 {
            source.fill(source.ahead().len() + 256 * 1024)?;
        }
    }
    let [interchanges, groups, sets, loops, segments] = tree.counts;
    if interchanges == 0 {
        return Err(Error::no_interchange(&source.name(), source.read_bytes(), 1));
    }
    Ok(json!({
        "interchanges": interchanges, "groups": groups, "sets": sets, "loops": loops, "segments": segments,
    })
    .to_string())
}

struct Tree<'s> {
    setup: &'s Setup,
    walker: Walker,
    group: Option<Group>,
    /// No group came yet in the interchange.
    preface: bool,
    opaque: bool,
    show: bool,
    out: String,
    base: u64,
    /// Loops that are open, by index in the plan.
    depth: Vec<u16>,
    /// Where the segment at hand was placed.
    slot: Option<(Arc<Plan>, u32)>,
    counts: [u64; 5],
}

impl Tree<'_> {
    fn line(&mut self, kind: &str, depth: usize, title: &str, loop_id: Option<&str>, segment: &Segment<'_>) {
        let rules = self.slot.as_ref().map(|(plan, slot)| (plan.as_ref(), plan.element_rules(*slot)));
        let in_envelope = rules.is_some_and(|(plan, _)| plan.group_id.is_empty());
        let open = self.show || in_envelope || is_control(segment);
        let elements: Vec<Value> = segment
            .elements()
            .enumerate()
            .map(|(at, element)| {
                let rule = rules.and_then(|(plan, rules)| rules.get(at).map(|rule| (plan, rule)));
                match rule {
                    _ if open => String::from_utf8_lossy(element.value()).into_owned().into(),
                    Some((plan, rule)) => shown(plan, rule, &element, segment).into(),
                    None => masked(element.value()).into(),
                }
            })
            .collect();
        let row = json!({
            "depth": depth,
            "kind": kind,
            "id": segment.id().text(),
            "title": title,
            "loop": loop_id,
            "segment": self.walker.segments(),
            "elements": elements,
            "offset": self.base + u64::from(segment.start()),
        });
        self.out.push_str(&row.to_string());
        self.out.push('\n');
    }
}

/// True for segments that say nothing of a patient: the envelope, the hierarchy and the numbers of lines.
fn is_control(segment: &Segment<'_>) -> bool {
    matches!(segment.name(), b"ISA" | b"GS" | b"ST" | b"SE" | b"GE" | b"IEA" | b"HL" | b"LX")
}

/// An element with everything masked but codes that the guide or the standard lists at its place: a short value may
/// be a name.
fn shown(plan: &Plan, rule: &ElementRule, element: &Element<'_>, segment: &Segment<'_>) -> String {
    let delimiters = segment.delimiters();
    let one = |rule: Option<&ElementRule>, value: &[u8]| match rule {
        Some(rule) if plan.lists(rule, value) => String::from_utf8_lossy(value).into_owned(),
        _ => masked(value),
    };
    let components = plan.component_rules(rule);
    let mut text = String::new();
    for (at, repetition) in element.repetitions().enumerate() {
        if at > 0 {
            text.push(char::from(delimiters.repetition.unwrap_or(b'^')));
        }
        if components.is_empty() {
            text.push_str(&one(Some(rule), repetition.value()));
            continue;
        }
        for (at, span) in repetition.components().enumerate() {
            if at > 0 {
                text.push(char::from(delimiters.component));
            }
            text.push_str(&one(components.get(at), span.of(segment.buffer())));
        }
    }
    text
}

/// What is wrong with bytes that are no segment.
pub(crate) fn plainly(fault: Fault) -> &'static str {
    match fault {
        Fault::Stray => "bytes outside any interchange",
        Fault::HeaderTruncated => "an ISA that is cut short",
        Fault::DelimitersUnusable => "an ISA whose delimiters cannot be used",
        Fault::TooLong => "a segment longer than the limits allow",
        Fault::Empty => "a terminator without a segment before it",
    }
}

impl Tokens for Tree<'_> {
    fn header(&mut self, segment: &Segment<'_>) {
        self.counts[0] += 1;
        self.preface = true;
        self.end_set();
        self.line("interchange", 0, "Interchange", None, segment);
    }

    fn segment(&mut self, segment: &Segment<'_>, _terminated: bool) {
        match segment.name() {
            b"GS" => {
                self.counts[1] += 1;
                self.preface = false;
                self.end_set();
                self.group = Some(Group::of(segment, None));
                self.line("group", 1, "Functional group", None, segment);
            }
            b"GE" => self.line("group", 1, "End of group", None, segment),
            b"IEA" => self.line("interchange", 0, "End of interchange", None, segment),
            b"ST" => {
                self.counts[2] += 1;
                let setting = &self.setup.setting;
                let route = Group::route(self.group.as_ref(), segment, &setting.guides, setting.aliases);
                self.depth.clear();
                self.opaque = true;
                let mut title = "Transaction set of an unknown guide".to_owned();
                if let Route::Plan(plan) | Route::WrongGroup(plan) = route {
                    title.clone_from(&plan.title);
                    self.walker.begin(plan);
                    self.opaque = false;
                }
                self.line("set", 2, &title, None, segment);
                self.place(segment, false);
            }
            b"SE" => {
                self.place(segment, false);
                self.line("set", 2, "End of transaction set", None, segment);
                self.end_set();
            }
            _ if self.walker.is_open() || self.opaque => {
                self.counts[4] += 1;
                self.place(segment, true);
            }
            _ => self.outside(segment),
        }
    }

    fn fault(&mut self, fault: Fault, range: Range<usize>, first: bool) {
        if first {
            let offset = self.base + range.start as u64;
            let row = json!({
                "depth": 0, "kind": "segment", "id": "", "title": plainly(fault),
                "loop": null, "segment": null, "elements": [], "offset": offset,
            });
            self.out.push_str(&row.to_string());
            self.out.push('\n');
        }
    }
}

impl Tree<'_> {
    fn end_set(&mut self) {
        self.walker.abandon(&mut ());
        self.depth.clear();
        self.slot = None;
        self.opaque = false;
    }

    /// A segment in no set: one that a guide has at the head of an interchange has its elements there.
    fn outside(&mut self, segment: &Segment<'_>) {
        self.counts[4] += 1;
        let notice = self.setup.setting.guides.in_envelope(segment.id()).filter(|_| self.preface).cloned();
        let Some(plan) = notice else {
            self.line("segment", 1, "A segment outside any transaction set", None, segment);
            return;
        };
        let title = plan.title.clone();
        self.walker.begin(plan);
        self.place(segment, false);
        self.walker.abandon(&mut ());
        self.depth.clear();
        self.line("segment", 1, &title, None, segment);
        self.slot = None;
    }

    fn place(&mut self, segment: &Segment<'_>, show: bool) {
        self.slot = None;
        if self.opaque {
            if show {
                self.line("segment", 3, "", None, segment);
            }
            return;
        }
        let Some(plan) = self.walker.plan().cloned() else { return };
        let mut steps =
            Steps { plan: Arc::clone(&plan), depth: std::mem::take(&mut self.depth), opened: Vec::new(), slot: None };
        let mut findings = Vec::new();
        self.walker.segment(segment, At::default(), &mut steps, &mut findings);
        let Steps { depth, opened, slot, .. } = steps;
        self.slot = slot.map(|slot| (Arc::clone(&plan), slot));
        self.depth = depth;
        if !show {
            return;
        }
        for (level, index) in opened {
            self.counts[3] += 1;
            let each = plan.loop_at(index);
            self.line("loop", 2 + level, &each.title, Some(&each.id), segment);
        }
        let id = self.depth.last().map(|&index| plan.loop_at(index).id.clone());
        self.line("segment", 3 + self.depth.len().saturating_sub(1), "", id.as_deref(), segment);
    }
}

/// Which loops a segment opens.
struct Steps {
    plan: Arc<Plan>,
    depth: Vec<u16>,
    opened: Vec<(usize, u16)>,
    slot: Option<u32>,
}

impl Visitor for Steps {
    fn open(&mut self, index: u16, _segment: &Segment<'_>) {
        if index != 0 {
            self.opened.push((self.depth.len(), index));
        }
        self.depth.push(index);
        debug_assert!(usize::from(index) < self.plan.loops.len());
    }

    fn segment(&mut self, _loop_index: u16, slot: u32, _segment: &Segment<'_>) {
        self.slot = Some(slot);
    }

    fn close(&mut self, _index: u16) {
        self.depth.pop();
    }
}
