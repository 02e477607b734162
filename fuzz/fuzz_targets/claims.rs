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

/// Of a claim: what was found in it alone, and whether an error reaches it from anywhere.
type Told = (Vec<Vec<u8>>, bool);

/// What is told of each claim, whether with it or, of what stands above it, behind it.
fn read(bytes: &[u8], job: Option<&Job>) -> Result<Vec<Told>, Error> {
    let Some(job) = job else { panic!("the job is one") };
    let mut reader = Reader::of_bytes(bytes.to_vec(), job)?;
    let mut claims: Vec<Told> = Vec::new();
    loop {
        let more = reader.next(64)?;
        let over = more.is_empty();
        for claim in more {
            let bad = claim.findings.iter().any(|line| has(line, "\"severity\":\"error\""));
            let own = claim.findings.iter().filter(|line| is_own(line)).map(|line| line.to_vec()).collect();
            claims.push((own, bad));
        }
        for late in reader.late() {
            let reached = late.claims.start as usize..(late.claims.end as usize).min(claims.len());
            let bad = has(&late.line, "\"severity\":\"error\"");
            claims.get_mut(reached).into_iter().flatten().for_each(|claim| claim.1 |= bad);
        }
        if over {
            return Ok(claims);
        }
    }
}

fn is_own(line: &[u8]) -> bool {
    ["claim", "line"].iter().any(|scope| has(line, &format!("\"scope\":\"{scope}\"")))
}

fn has(line: &[u8], part: &str) -> bool {
    line.windows(part.len()).any(|window| window == part.as_bytes())
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
