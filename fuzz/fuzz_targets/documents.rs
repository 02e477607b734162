//! Whatever a file holds, it is read to its end as segments that stand where they say, each told once, in order.

#![no_main]

use std::sync::LazyLock;

use engine::{Documents, Error, Job};
use libfuzzer_sys::fuzz_target;

static JOB: LazyLock<Option<Job>> = LazyLock::new(|| Job::parse(r#"{"command": "inspect"}"#).ok());

/// A run of bytes that is told: where it begins, what it is, and its number in its set.
type Told = (u64, Box<[u8]>, u32);

/// All of them.
fn read(bytes: &[u8], wanted: &[String]) -> Result<Vec<Told>, Error> {
    let Some(job) = JOB.as_ref() else { panic!("the job is one") };
    let mut documents = Documents::of_bytes(bytes.to_vec(), job, wanted)?;
    let mut told = Vec::new();
    loop {
        let placed = documents.read()?;
        if placed.is_empty() {
            return Ok(told);
        }
        for each in placed {
            let path = documents.paths().get(each.path as usize).expect("a path that was named");
            assert!(path.is_empty() || each.number > 0, "loops are in sets");
            assert!(!each.opens || !path.is_empty(), "what opens a loop stands in it");
            told.push((each.offset, each.bytes, each.number));
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(all) = read(bytes, &[]) else { return };
    // line breaks inside segments are taken out of a wrapped file
    let plain = !bytes.iter().any(|&byte| byte == b'\r' || byte == b'\n');
    let mut end = 0;
    for (offset, part, _) in &all {
        let from = usize::try_from(*offset).expect("a place in memory");
        assert!(from >= end, "in order: {from} after {end}");
        if plain {
            assert!(bytes.get(from..).is_some_and(|rest| rest.starts_with(part)), "where it says: {from}");
            end = from + part.len();
        }
    }
    let some = read(bytes, &["CLM".to_owned()]).expect("what could be read once");
    let mut rest = all.iter();
    for one in &some {
        assert!(rest.any(|other| other == one), "what is wanted is among what there is");
    }
});
