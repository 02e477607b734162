//! What became of each claim, as a line of verdicts.jsonl: for whoever keeps account of claims and may not see patients.

use x12::wire::Output;

use super::line::{bytes, number, text};
use crate::error::Error;
use crate::stage::StagedFile;

/// What a line begins with; `true` or `false` stands behind it, right-aligned, so that a late fault can be put in its place.
const BEGIN: &[u8] = br#"{"accepted":"#;
const ACCEPTED: &[u8] = b" true";
const REJECTED: &[u8] = b"false";
/// Bytes that are looked through at once for the beginnings of lines.
const BLOCK: usize = 64 * 1024;
/// Most codes that are told of one claim; findings.jsonl has them all.
pub(crate) const MOST_CODES: usize = 100;

/// The levels whose end may reject all claims below them: interchange, group, set.
pub(crate) const INTERCHANGE: usize = 0;
pub(crate) const GROUP: usize = 1;
pub(crate) const SET: usize = 2;

/// verdicts.jsonl in the making.
pub(crate) struct Verdicts {
    file: StagedFile,
    /// Where the lines of the open interchange, group and set begin.
    starts: [u64; 3],
    line: Vec<u8>,
    /// The billing provider of the claim before, and what stands for it: a thousand claims in a row have the same.
    provider: (Vec<u8>, String),
}

/// What a line says.
pub(crate) struct Told<'a> {
    pub(crate) accepted: bool,
    pub(crate) file: &'a str,
    /// Of interchange, group and set.
    pub(crate) indexes: [u32; 3],
    /// ISA13, GS06, ST02.
    pub(crate) controls: [Option<&'a [u8]>; 3],
    pub(crate) claim_index: u64,
    /// What is read of the claim; nothing where its guide has no claim map.
    pub(crate) read: Option<Read<'a>>,
    /// The errors on the claim and its lines.
    pub(crate) codes: &'a [&'a str],
}

/// What is read of a claim.
pub(crate) struct Read<'a> {
    pub(crate) kind: &'a str,
    /// What stands for CLM01, for the clearinghouse's number (REF*D9) and for the billing provider.
    pub(crate) claim: Option<String>,
    pub(crate) clearinghouse: Option<String>,
    pub(crate) provider: Option<String>,
    /// NM109 of the payer.
    pub(crate) payer: &'a [u8],
    pub(crate) charge: String,
}

impl Verdicts {
    /// Written to `file`.
    pub(crate) fn new(file: StagedFile) -> Self {
        Self { file, starts: [0; 3], line: Vec::new(), provider: (Vec::new(), String::new()) }
    }

    /// What stands for the billing provider `npi`, as `token` makes it.
    pub(crate) fn provider(&mut self, npi: &[u8], token: impl FnOnce() -> String) -> Option<String> {
        if npi.is_empty() {
            return None;
        }
        if self.provider.0 != npi {
            self.provider = (npi.to_vec(), token());
        }
        Some(self.provider.1.clone())
    }

    /// Writes a claim down, as far as is known of it by now.
    pub(crate) fn add(&mut self, told: &Told<'_>) {
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        told.write(&mut line);
        self.file.append(&line);
        self.line = line;
    }

    /// A level ends; where it is rejected as a whole, so is every claim in it.
    pub(crate) fn end(&mut self, level: usize, accepted: bool) {
        let end = self.file.len();
        if let (false, Some(&start)) = (accepted, self.starts.get(level)) {
            self.reject(start, end);
        }
        for start in self.starts.iter_mut().skip(level) {
            *start = end;
        }
    }

    /// Rejects all claims whose lines stand between `at`, where one begins, and `end`.
    fn reject(&mut self, mut at: u64, end: u64) {
        let mut block = vec![0; BLOCK];
        let mut begins = true;
        while at < end {
            let count = self.file.read(at, &mut block);
            if count == 0 {
                return; // the file remembers why
            }
            for (offset, &byte) in (at..end).zip(&block[..count]) {
                if begins {
                    self.file.patch(offset + BEGIN.len() as u64, REJECTED);
                }
                begins = byte == b'\n';
            }
            at += count as u64;
        }
    }

    /// A failed write stops the run.
    pub(crate) fn check(&mut self) -> Result<(), Error> {
        self.file.check()
    }

    /// The file, complete.
    pub(crate) fn close(self) -> StagedFile {
        self.file
    }
}

impl Told<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        let read = self.read.as_ref();
        out.extend_from_slice(BEGIN);
        out.extend_from_slice(if self.accepted { ACCEPTED } else { REJECTED });
        text(out, r#","file":"#, Some(self.file));
        number(out, r#","interchange_index":"#, Some(self.indexes[INTERCHANGE]));
        number(out, r#","group_index":"#, Some(self.indexes[GROUP]));
        number(out, r#","set_index":"#, Some(self.indexes[SET]));
        bytes(out, r#","interchange":"#, self.controls[INTERCHANGE]);
        bytes(out, r#","group":"#, self.controls[GROUP]);
        bytes(out, r#","set":"#, self.controls[SET]);
        number(out, r#","claim_index":"#, Some(self.claim_index));
        text(out, r#","kind":"#, read.map(|read| read.kind));
        text(out, r#","claim":"#, read.and_then(|read| read.claim.as_deref()));
        text(out, r#","clearinghouse":"#, read.and_then(|read| read.clearinghouse.as_deref()));
        text(out, r#","provider":"#, read.and_then(|read| read.provider.as_deref()));
        bytes(out, r#","payer":"#, read.map(|read| read.payer).filter(|payer| !payer.is_empty()));
        text(out, r#","charge":"#, read.map(|read| read.charge.as_str()));
        let mut before = r#","codes":["#;
        for code in self.codes {
            text(out, before, Some(code));
            before = ",";
        }
        out.extend_from_slice(if self.codes.is_empty() { &br#","codes":[]}"#[..] } else { b"]}" });
        out.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::stage::Stage;

    fn told(claim_index: u64, accepted: bool) -> Told<'static> {
        Told {
            accepted,
            file: "a \"file\".837",
            indexes: [0, 1, 2],
            controls: [Some(b"000000001"), None, Some(b"0001")],
            claim_index,
            read: None,
            codes: &["INVALID_NPI", "DIAGNOSIS_MISSING"],
        }
    }

    #[test]
    fn a_level_that_is_rejected_rejects_its_claims_and_no_others() {
        let out = std::env::temp_dir().join(format!("scrubjay-verdicts-{}", std::process::id()));
        let mut stage = Stage::new(&out, true).unwrap();
        let mut verdicts = Verdicts::new(stage.file("verdicts.jsonl"));
        // more than is kept in memory, and more than one block
        for set in 0..4 {
            (0..1000).for_each(|claim| verdicts.add(&told(set * 1000 + claim, claim % 10 > 0)));
            verdicts.end(SET, set != 2);
        }
        verdicts.end(GROUP, true);
        verdicts.add(&told(4000, true));
        verdicts.end(SET, true);
        verdicts.end(GROUP, false);
        stage.finish(verdicts.close()).unwrap();
        let rows = fs::read_to_string(stage.folder().join("verdicts.jsonl")).unwrap();
        let accepted = |row: &str| -> bool {
            let row: serde_json::Value = serde_json::from_str(row).unwrap();
            row["accepted"].as_bool().unwrap()
        };
        let rows: Vec<bool> = rows.lines().map(accepted).collect();
        assert_eq!(rows.len(), 4001);
        for (at, &row) in rows.iter().enumerate() {
            assert_eq!(row, at % 10 > 0 && at / 1000 != 2 && at != 4000, "{at}");
        }
        drop(stage);
        let _ = fs::remove_dir_all(&out);
    }
}
