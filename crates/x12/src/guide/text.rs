//! Lines and words of guide text, and what is wrong with them.

use std::fmt;

/// A fault in guide text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuideError {
    /// The line, from 1; 0 when no single line is to blame.
    pub line: u32,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for GuideError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for GuideError {}

/// An error at `line`, ready to be returned.
pub(super) fn fault<T>(line: u32, message: impl Into<String>) -> Result<T, GuideError> {
    Err(GuideError { line, message: message.into() })
}

/// The statements of a text with their line numbers: comments and blank lines left out.
pub(super) fn statements(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    (1u32..).zip(text.lines()).filter_map(|(number, line)| {
        let line = without_comment(line).trim();
        (!line.is_empty()).then_some((number, line))
    })
}

/// `#` begins a comment at the start of a line or after white space, unless it stands in quotes.
fn without_comment(line: &str) -> &str {
    let bytes = line.as_bytes();
    let mut quoted = false;
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'#' if !quoted && (at == 0 || bytes[at - 1].is_ascii_whitespace()) => return &line[..at],
            _ => {}
        }
    }
    line
}

/// The words of a statement. Brackets, braces and quotes hold a word together.
pub(super) fn words(statement: &str, line: u32) -> Result<Vec<&str>, GuideError> {
    let mut words = Vec::new();
    let (mut depth, mut quoted, mut start) = (0i32, false, None);
    for (at, byte) in statement.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'(' | b'{' if !quoted => depth += 1,
            b')' | b'}' if !quoted => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return fault(line, "a bracket is closed that was not opened");
        }
        let blank = byte.is_ascii_whitespace() && depth == 0 && !quoted;
        match (blank, start) {
            (true, Some(from)) => {
                words.push(&statement[from..at]);
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    if depth != 0 || quoted {
        return fault(line, "a bracket or a quote is not closed");
    }
    words.extend(start.map(|from| &statement[from..]));
    Ok(words)
}

/// The words before and behind the lone `:` of a statement.
pub(super) fn halves(statement: &str, line: u32) -> Result<(Vec<&str>, Option<Vec<&str>>), GuideError> {
    let mut head = words(statement, line)?;
    let Some(at) = head.iter().position(|&word| word == ":") else { return Ok((head, None)) };
    let tail = head.split_off(at + 1);
    head.pop();
    Ok((head, Some(tail)))
}

/// `word` as a number.
pub(super) fn number<T: std::str::FromStr>(word: &str, line: u32, what: &str) -> Result<T, GuideError> {
    word.parse().or_else(|_| fault(line, format!("{what} is not a number: {word}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_begin_a_line_or_follow_white_space() {
        let found: Vec<_> = statements("# one\n\n  two R#set # three\nfour\n").collect();
        assert_eq!(found, [(3, "two R#set"), (4, "four")]);
    }

    #[test]
    fn brackets_and_quotes_hold_a_word_together() {
        assert_eq!(
            words("A R(R S)*2 {P0102 R01} =\"B C\"|D", 1).unwrap(),
            ["A", "R(R S)*2", "{P0102 R01}", "=\"B C\"|D"]
        );
        assert_eq!(words("A R(R", 7).unwrap_err().line, 7);
        assert!(words("A R)", 7).is_err());
    }
}
