//! Whatever a guide's text says, it compiles or its fault is told with a line that it has; a guide that compiles can be walked.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use x12::guide::Guides;
use x12::validate::{At, Options, Walker};
use x12::wire::{Delimiters, Segment, marks};

/// Walked under every guide that compiles, whatever it says.
const SET: &[&str] = &["ST*837*0001", "BHT*0019*00", "HL*1**20*1", "NM1*85*2*A", "CLM*1*1", "LX*1", "SE*7*0001"];

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut guides = Guides::default();
    if guides.add(text).is_err() {
        return;
    }
    let Some(kind) = guides.list().next().map(|info| info.kind.clone()) else { return };
    let Ok(plan) = guides.plan(&kind) else { return };
    let (mut walker, mut findings) = (Walker::new(Options::default()), Vec::new());
    walker.begin(Arc::clone(&plan));
    for line in SET {
        let marks = marks(line.as_bytes(), 0, line.len() as u32, Delimiters::default());
        let segment = Segment::new(line.as_bytes(), 0, &marks, Delimiters::default());
        walker.segment(&segment, At::default(), &mut (), &mut findings);
    }
    walker.end(At::default(), &mut (), &mut findings);
});
