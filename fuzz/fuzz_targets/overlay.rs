//! Whatever an overlay says, its faults point into its text; and one without a fault can be compiled and walked.

#![no_main]

use libfuzzer_sys::fuzz_target;
use x12::guide::Guides;

/// The head of an overlay over a small guide: what follows is changes.
const HEAD: &str = "overlay p/x 1\ntitle T\nover 999 005010X231A1\nwhen ISA08=R\nfrom 2026-01-01\n";

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for text in [text.to_owned(), format!("{HEAD}{text}")] {
        let mut guides = Guides::embedded();
        let lines = text.lines().count();
        let faults = guides.check_overlay(&text);
        assert!(faults.iter().all(|fault| fault.line as usize <= lines), "a fault stands in the text");
        let added = guides.add_overlay(&text);
        assert!(!faults.is_empty() || added.is_ok(), "what has no fault can be taken");
        if added.is_ok() {
            let plan = guides.overlays().next().and_then(|info| guides.overlaid(&info.label()));
            assert!(plan.is_some_and(|plan| plan.slots.len() >= plan.loops.len()), "it has the plan of its guide");
        }
    }
});
