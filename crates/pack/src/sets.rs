//! The sets of a file of accepted claims, one after the other.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use crate::delimiters::{Delimiters, ISA_LENGTH, is_blank};
use crate::error::Error;

/// A set, ST to SE with its terminator.
#[derive(Debug, Default)]
pub(crate) struct Set {
    pub(crate) text: Vec<u8>,
    pub(crate) claims: u64,
    /// Claims that correct an earlier one: each one's number in the set, and the payer's number of the original (REF*F8).
    pub(crate) corrects: Vec<(u64, String)>,
}

/// CLM05-3 of a claim that corrects, replaces or voids an earlier one.
const CORRECTING: [&[u8]; 3] = [b"6", b"7", b"8"];

/// The sets of a file.
#[derive(Debug)]
pub(crate) struct Sets {
    file: BufReader<File>,
    pub(crate) delimiters: Delimiters,
}

impl Sets {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let mut file = BufReader::with_capacity(1 << 17, File::open(path)?);
        let mut isa = [0; ISA_LENGTH];
        file.read_exact(&mut isa)?;
        let delimiters = Delimiters::of(&isa).ok_or(Error::Broken("an ISA of the engine's is cut"))?;
        Ok(Self { file, delimiters })
    }

    pub(crate) fn next(&mut self) -> Result<Option<Set>, Error> {
        let mut set = Set::default();
        let mut inside = false;
        // whether the claim that is open corrects another, and its header goes on
        let mut correcting = false;
        let mut at = 0;
        loop {
            if self.file.read_until(self.delimiters.terminator, &mut set.text)? == 0 {
                return Ok(None);
            }
            let blanks = set.text[at..].iter().take_while(|&&byte| is_blank(byte)).count();
            let segment = &set.text[at + blanks..];
            match name(segment, self.delimiters.element) {
                b"ST" => {
                    inside = true;
                    set.text.drain(..at + blanks);
                }
                b"SE" if inside => return Ok(Some(set)),
                b"CLM" => {
                    set.claims += 1;
                    correcting = self.corrects(segment);
                    if correcting {
                        set.corrects.push((set.claims - 1, String::new()));
                    }
                }
                b"LX" | b"HL" => correcting = false,
                b"REF" if correcting => {
                    if let (Some(original), Some(last)) = (self.original(segment), set.corrects.last_mut()) {
                        last.1 = original;
                    }
                }
                _ => {}
            }
            if !inside {
                set.text.clear();
            }
            at = set.text.len();
        }
    }

    /// Whether CLM05-3 says so.
    fn corrects(&self, segment: &[u8]) -> bool {
        self.element(segment, 5)
            .and_then(|place| place.split(|&byte| byte == self.delimiters.component).nth(2))
            .is_some_and(|frequency| CORRECTING.contains(&frequency))
    }

    /// REF02 of the payer's number of the original claim.
    fn original(&self, segment: &[u8]) -> Option<String> {
        let number = self.element(segment, 1).filter(|&code| code == b"F8").and_then(|_| self.element(segment, 2))?;
        Some(String::from_utf8_lossy(number).trim().to_owned())
    }

    fn element<'s>(&self, segment: &'s [u8], number: usize) -> Option<&'s [u8]> {
        let segment = segment.strip_suffix(&[self.delimiters.terminator]).unwrap_or(segment);
        segment.split(|&byte| byte == self.delimiters.element).nth(number)
    }
}

fn name(segment: &[u8], element: u8) -> &[u8] {
    let length = segment.iter().take(4).position(|&byte| byte == element).unwrap_or_default();
    &segment[..length]
}
