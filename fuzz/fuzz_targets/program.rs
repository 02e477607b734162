//! Whatever a rule program or a pattern in it says, it compiles or its fault is told.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use x12::claim::ClaimMap;
use x12::finding::Catalog;
use x12::scrub::{Program, pattern_fault};

const MAP: &str = include_str!("../../crates/x12/guides/837P-005010X222A1.claim");

static CLAIMS: LazyLock<Option<ClaimMap>> = LazyLock::new(|| ClaimMap::parse(MAP).ok());

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some(claims) = CLAIMS.as_ref() else { panic!("the map is one") };
    let _ = Program::compile(text, &claims.schema(), &mut Catalog::default());
    let _ = pattern_fault(text);
});
