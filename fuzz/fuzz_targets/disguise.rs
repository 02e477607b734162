//! Whatever a file holds, it keeps its form with other identities in it, however it is cut into pieces.

#![no_main]

use libfuzzer_sys::fuzz_target;
use x12::disguise::{Days, Disguise};

const KEY: &[u8; 16] = &[7; 16];

/// The file rewritten, given in pieces of so many bytes.
fn rewritten(bytes: &[u8], days: Days, piece: usize) -> Vec<u8> {
    let Ok(mut disguise) = Disguise::new(KEY, days) else { panic!("the table of identities is one") };
    let (mut out, mut kept) = (Vec::new(), Vec::new());
    let mut pieces = bytes.chunks(piece).peekable();
    while let Some(each) = pieces.next() {
        kept.extend_from_slice(each);
        let used = disguise.feed(&kept, pieces.peek().is_none(), &mut out);
        assert!(used <= kept.len());
        kept.drain(..used);
    }
    assert!(kept.is_empty(), "all of it is used up");
    out
}

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let days = [Days::Shift, Days::Year, Days::Keep][usize::from(first % 3)];
    let whole = rewritten(rest, days, rest.len().max(1));
    let breaks = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(breaks(&whole), breaks(rest), "lines stay lines");
    assert_eq!(rewritten(rest, days, 1 + usize::from(first / 3)), whole, "pieces change nothing");
});
