//! Walks X12 files and prints what is found: `walk FILE...`, or with `--speed` how fast.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use x12::finding::{BUILT_IN, Finding};
use x12::guide::{Guides, Plan, Route};
use x12::validate::{At, Options, Walker};
use x12::wire::{Delimiters, Segment};

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let speed = arguments.first().is_some_and(|first| first == "--speed");
    if speed {
        arguments.remove(0);
    }
    let guides = Guides::embedded();
    for path in &arguments {
        match std::fs::read(path) {
            Ok(bytes) if speed => measure(&guides, &bytes),
            Ok(bytes) => show(&guides, path, &bytes),
            Err(error) => {
                eprintln!("{path}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn delimiters(bytes: &[u8]) -> Delimiters {
    let at = |offset: usize| bytes.get(offset).copied().unwrap_or(b'~');
    Delimiters { element: at(3), component: at(104), repetition: (at(82) != b'U').then(|| at(82)), terminator: at(105) }
}

/// Offsets of all separators, and for each segment its start and its range of them.
fn tokenize(bytes: &[u8], delimiters: Delimiters) -> (Vec<u32>, Vec<(u32, usize, usize)>) {
    let (mut marks, mut segments) = (Vec::new(), Vec::new());
    let (mut start, mut first) = (0, 0);
    for (at, &byte) in bytes.iter().enumerate() {
        let is_terminator = byte == delimiters.terminator;
        if is_terminator || byte == delimiters.element || byte == delimiters.component || Some(byte) == delimiters.repetition {
            marks.push(at as u32);
        }
        if is_terminator {
            let blank = bytes[start..at].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            segments.push(((start + blank) as u32, first, marks.len()));
            (start, first) = (at + 1, marks.len());
        }
    }
    (marks, segments)
}

fn show(guides: &Guides, path: &str, bytes: &[u8]) {
    let Some(start) = bytes.windows(3).position(|window| window == b"ISA") else {
        println!("{path}: no ISA");
        return;
    };
    let bytes = &bytes[start..];
    let delimiters = delimiters(bytes);
    let (marks, segments) = tokenize(bytes, delimiters);
    let mut walker = Walker::new(Options::default());
    let (mut gs, mut at, mut count) = ((Vec::new(), Vec::new()), At::default(), 0);
    for &(start, from, to) in &segments {
        let segment = Segment::new(bytes, start, &marks[from..to], delimiters);
        let mut findings = Vec::new();
        match segment.name() {
            b"ISA" | b"GE" | b"IEA" => {}
            b"GS" => gs = (segment.element(1).to_vec(), segment.element(8).to_vec()),
            b"ST" => match guides.route(segment.element(1), segment.element(3), &gs.1, &gs.0, true) {
                Route::Plan(plan) | Route::WrongGroup(plan) => {
                    walker.begin(plan);
                    walker.segment(&segment, at, &mut (), &mut findings);
                }
                other => println!("{path}: {other:?}"),
            },
            b"SE" => {
                let plan = walker.plan().cloned();
                walker.segment(&segment, at, &mut (), &mut findings);
                walker.end(at, &mut (), &mut findings);
                plan.iter().for_each(|plan| print(path, plan, bytes, &findings));
                count += findings.len();
                at.set += 1;
                continue;
            }
            _ => walker.segment(&segment, at, &mut (), &mut findings),
        }
        count += findings.len();
        walker.plan().iter().for_each(|plan| print(path, plan, bytes, &findings));
    }
    println!("{path}: {count} findings in {} sets", at.set);
}

fn print(path: &str, plan: &Arc<Plan>, bytes: &[u8], findings: &[Finding]) {
    for finding in findings {
        let place = finding.position;
        println!(
            "{path}: set {} segment {} {}/{}{:02}-{} {} {:?} claim {} line {} scope {} ({:?})",
            place.set,
            place.segment,
            plan.loop_at(finding.loop_index).id,
            finding.segment.text(),
            place.element,
            place.component,
            BUILT_IN[usize::from(finding.code.0)].0,
            String::from_utf8_lossy(finding.value.of(bytes)),
            finding.claim.cast_signed(),
            finding.line,
            finding.scope.name(),
            finding.severity,
        );
    }
}

fn measure(guides: &Guides, bytes: &[u8]) {
    let delimiters = delimiters(bytes);
    let (marks, segments) = tokenize(bytes, delimiters);
    for _ in 0..5 {
        let begun = Instant::now();
        let mut walker = Walker::new(Options::default());
        let mut findings = Vec::new();
        for &(start, from, to) in &segments {
            let segment = Segment::new(bytes, start, &marks[from..to], delimiters);
            match segment.name() {
                b"ISA" | b"GS" | b"GE" | b"IEA" => {}
                b"ST" => {
                    if let Route::Plan(plan) = guides.route(segment.element(1), segment.element(3), b"", b"HC", true) {
                        walker.begin(plan);
                        walker.segment(&segment, At::default(), &mut (), &mut findings);
                    }
                }
                b"SE" => {
                    walker.segment(&segment, At::default(), &mut (), &mut findings);
                    walker.end(At::default(), &mut (), &mut findings);
                }
                _ => walker.segment(&segment, At::default(), &mut (), &mut findings),
            }
        }
        let seconds = begun.elapsed().as_secs_f64();
        let rate = bytes.len() as f64 / 1e6 / seconds;
        println!("{} segments, {} findings, {seconds:.3} s, {rate:.0} MB/s", segments.len(), findings.len());
    }
    let begun = Instant::now();
    let fresh = Guides::embedded();
    let _ = fresh.plan("837P");
    println!("837P compiled in {:.2} ms", begun.elapsed().as_secs_f64() * 1e3);
}
