//! The words for codes, list by list.

use std::collections::BTreeMap;

use crate::claim::{Saying, pack};

/// Words by list and code. In a list that is not there no code has a word.
#[derive(Clone, Debug, Default)]
pub struct Words {
    lists: BTreeMap<String, BTreeMap<u64, Box<[u8]>>>,
}

impl Words {
    /// Reads lines of `LIST CODE WORD`; `#` begins a comment.
    ///
    /// # Errors
    /// The number of the first line that is something else, from 1.
    pub fn parse(text: &str) -> Result<Self, usize> {
        let mut words = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.split('#').next().unwrap_or_default();
            let parts: Vec<&str> = line.split_whitespace().collect();
            match (parts.as_slice(), parts.get(1).and_then(|code| pack(code.as_bytes()))) {
                ([], _) => {}
                ([list, _, word], Some(code)) => {
                    words.lists.entry((*list).to_owned()).or_default().insert(code, word.as_bytes().into());
                }
                _ => return Err(number),
            }
        }
        Ok(words)
    }

    /// The code that `word` stands for in the list of a field, if it has one.
    pub(super) fn code(&self, saying: &Saying, word: &str) -> Option<u64> {
        let Saying::Word { list, .. } = saying else { return None };
        let words = self.lists.get(list)?;
        words.iter().find(|(_, known)| &known[..] == word.as_bytes()).map(|(code, _)| *code)
    }

    /// The words of `list`, by packed code, ascending.
    pub(super) fn list(&self, list: &str) -> Vec<(u64, &[u8])> {
        let words = self.lists.get(list).into_iter().flatten();
        words.map(|(code, word)| (*code, &word[..])).collect()
    }
}
