//! Whatever a file holds, its claims and what is found in them are the same however it is cut into pieces.

#![no_main]

use std::sync::LazyLock;

use engine::{Error, Job, Reader};
use libfuzzer_sys::fuzz_target;

/// The least that is read at a time, and more than a file has here.
static JOBS: LazyLock<[Option<Job>; 2]> = LazyLock::new(|| {
    ["4096", "1048576"].map(|window| {
        let key = "5c".repeat(32);
        let job = format!(r#"{{"command": "read", "threads": 1, "window": {window}, "token_key": "{key}"}}"#);
        Job::parse(&job).ok()
    })
});

/// The findings of each claim.
fn read(bytes: &[u8], job: Option<&Job>) -> Result<Vec<Vec<Vec<u8>>>, Error> {
    let Some(job) = job else { panic!("the job is one") };
    let mut reader = Reader::of_bytes(bytes.to_vec(), job)?;
    let mut claims = Vec::new();
    loop {
        let more = reader.next(64)?;
        if more.is_empty() {
            return Ok(claims);
        }
        claims.extend(more.into_iter().map(|claim| claim.findings));
    }
}

fuzz_target!(|bytes: &[u8]| {
    let [small, large] = JOBS.each_ref().map(|job| read(bytes, job.as_ref()));
    match (small, large) {
        (Ok(small), Ok(large)) => {
            assert_eq!(small.len(), large.len(), "as many claims in small pieces as in large ones");
            for (at, (one, other)) in small.iter().zip(&large).enumerate() {
                assert_eq!(one, other, "claim {at} in small pieces and in large ones");
            }
        }
        (one, other) => assert_eq!(one.is_err(), other.is_err(), "no input, in small pieces and in large ones"),
    }
});
