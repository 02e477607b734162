//! Patterns over bytes: a small regular language, compiled to a table, matched in one look-up a byte.
//!
//! Literals, `[A-Z0-9]` and `[^...]`, `.`, `\d`, `(...)`, `|`, `?`, `*`, `+`, `{n}`, `{n,}`, `{n,m}`; `\` before any
//! other punctuation makes it a literal. A pattern always speaks of the whole value, so there are no anchors.

use std::collections::HashMap;

/// Most states of a compiled pattern, before and after it is made deterministic.
const MAX_STATES: usize = 2048;
/// Deepest nesting of groups.
const MAX_DEPTH: usize = 32;

/// A compiled pattern.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Pattern {
    /// Class of each byte.
    classes: Box<[u8; 256]>,
    /// Number of classes.
    width: usize,
    /// Next state by state and class, as the place where its own begin; state 0 is dead, 1 is the start.
    next: Vec<u32>,
    /// Whether a state accepts.
    accepts: Vec<bool>,
}

impl Pattern {
    /// Compiles `text`.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        let tree = Parser::new(text).whole()?;
        let mut nfa = Nfa::default();
        let start = nfa.add(Node::Split(Vec::new()))?;
        let accept = nfa.add(Node::Accept)?;
        let first = nfa.lay(&tree, accept)?;
        nfa.nodes[start] = Node::Split(vec![first]);
        nfa.determine(start)
    }

    /// Whether all of `bytes` matches.
    pub(crate) fn matches(&self, bytes: &[u8]) -> bool {
        let mut state = self.width;
        for &byte in bytes {
            let class = usize::from(self.classes[usize::from(byte)]);
            state = self.next.get(state + class).map_or(0, |&next| next as usize);
            if state == 0 {
                return false;
            }
        }
        self.accepts.get(state / self.width).copied().unwrap_or(false)
    }
}

/// What is wrong with how a pattern is written, so that a rule is told where it stands; `None` when nothing is.
pub fn pattern_fault(text: &str) -> Option<String> {
    Parser::new(text).whole().err()
}

/// A set of bytes.
type Set = [u64; 4];

fn has(set: &Set, byte: u8) -> bool {
    set[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
}

fn put(set: &mut Set, byte: u8) {
    set[usize::from(byte >> 6)] |= 1 << (byte & 63);
}

enum Tree {
    Empty,
    One(Set),
    Chain(Vec<Tree>),
    Either(Vec<Tree>),
    Repeat(Box<Tree>, u32, Option<u32>),
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), at: 0, depth: 0 }
    }

    fn whole(&mut self) -> Result<Tree, String> {
        let tree = self.alternatives()?;
        match self.peek() {
            Some(byte) => Err(format!("unexpected `{}` at {}", char::from(byte), self.at)),
            None => Ok(tree),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self) -> Result<u8, String> {
        let byte = self.peek().ok_or("the pattern ends too soon")?;
        if !byte.is_ascii() {
            return Err("a pattern is ASCII".into());
        }
        self.at += 1;
        Ok(byte)
    }

    fn alternatives(&mut self) -> Result<Tree, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("too many groups in groups".into());
        }
        let mut branches = vec![self.chain()?];
        while self.peek() == Some(b'|') {
            self.at += 1;
            branches.push(self.chain()?);
        }
        self.depth -= 1;
        Ok(if branches.len() == 1 { branches.remove(0) } else { Tree::Either(branches) })
    }

    fn chain(&mut self) -> Result<Tree, String> {
        let mut items = Vec::new();
        while let Some(byte) = self.peek() {
            if byte == b'|' || byte == b')' {
                break;
            }
            let atom = self.atom()?;
            items.push(self.counted(atom)?);
        }
        Ok(if items.is_empty() { Tree::Empty } else { Tree::Chain(items) })
    }

    fn atom(&mut self) -> Result<Tree, String> {
        let mut set = Set::default();
        match self.take()? {
            b'(' => {
                let inner = self.alternatives()?;
                if self.take()? != b')' {
                    return Err("a group is not closed".into());
                }
                return Ok(inner);
            }
            b'[' => return self.class(),
            b'.' => set = [u64::MAX; 4],
            b'\\' => self.escape(&mut set)?,
            byte @ (b'*' | b'+' | b'?' | b'{' | b'}' | b']' | b'^' | b'$') => {
                return Err(format!("unexpected `{}`; write \\{0} for the character", char::from(byte)));
            }
            byte => put(&mut set, byte),
        }
        Ok(Tree::One(set))
    }

    fn escape(&mut self, set: &mut Set) -> Result<(), String> {
        match self.take()? {
            b'd' => (b'0'..=b'9').for_each(|digit| put(set, digit)),
            byte if byte.is_ascii_punctuation() || byte == b' ' => put(set, byte),
            byte => {
                return Err(format!("\\{} is not part of this language", char::from(byte)));
            }
        }
        Ok(())
    }

    fn class(&mut self) -> Result<Tree, String> {
        let mut set = Set::default();
        let negated = self.peek() == Some(b'^');
        self.at += usize::from(negated);
        loop {
            let low = match self.take()? {
                b']' => break,
                b'\\' => {
                    self.escape(&mut set)?;
                    continue;
                }
                b'[' => return Err("write \\[ for a bracket in a class".into()),
                byte => byte,
            };
            let range = self.peek() == Some(b'-') && self.text.get(self.at + 1).is_some_and(|&next| next != b']');
            let high = if range {
                self.at += 1;
                self.take()?
            } else {
                low
            };
            if high < low || (range && high == b'\\') {
                return Err("a range of characters is reversed".into());
            }
            (low..=high).for_each(|byte| put(&mut set, byte));
        }
        if set == Set::default() {
            return Err("a class is empty".into());
        }
        Ok(Tree::One(if negated { set.map(|word| !word) } else { set }))
    }

    fn counted(&mut self, atom: Tree) -> Result<Tree, String> {
        let (min, max) = match self.peek() {
            Some(b'?') => (0, Some(1)),
            Some(b'*') => (0, None),
            Some(b'+') => (1, None),
            Some(b'{') => {
                self.at += 1;
                let counts = self.braces()?;
                return self.once(Tree::Repeat(Box::new(atom), counts.0, counts.1));
            }
            _ => return Ok(atom),
        };
        self.at += 1;
        self.once(Tree::Repeat(Box::new(atom), min, max))
    }

    /// A count is not counted again.
    fn once(&self, tree: Tree) -> Result<Tree, String> {
        match self.peek() {
            Some(b'?' | b'*' | b'+' | b'{') => Err("a count follows a count".into()),
            _ => Ok(tree),
        }
    }

    fn braces(&mut self) -> Result<(u32, Option<u32>), String> {
        let min = self.number()?;
        let max = match self.take()? {
            b'}' => return Ok((min, Some(min))),
            b',' if self.peek() == Some(b'}') => None,
            b',' => Some(self.number()?),
            _ => return Err("a count is {n}, {n,} or {n,m}".into()),
        };
        if self.take()? != b'}' || max.is_some_and(|max| max < min) {
            return Err("a count is {n}, {n,} or {n,m}".into());
        }
        Ok((min, max))
    }

    fn number(&mut self) -> Result<u32, String> {
        let mut value = 0u32;
        let begin = self.at;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            value = value * 10 + u32::from(digit - b'0');
            if value > 256 {
                return Err("a count is at most 256".into());
            }
            self.at += 1;
        }
        if self.at == begin { Err("a count is a number".into()) } else { Ok(value) }
    }
}

enum Node {
    Accept,
    Byte(Set, usize),
    Split(Vec<usize>),
}

#[derive(Default)]
struct Nfa {
    nodes: Vec<Node>,
}

impl Nfa {
    fn add(&mut self, node: Node) -> Result<usize, String> {
        if self.nodes.len() >= MAX_STATES {
            return Err("the pattern is too large".into());
        }
        self.nodes.push(node);
        Ok(self.nodes.len() - 1)
    }

    /// Lays `tree` so that it goes on to `next`; returns its first node.
    fn lay(&mut self, tree: &Tree, next: usize) -> Result<usize, String> {
        match tree {
            Tree::Empty => Ok(next),
            Tree::One(set) => self.add(Node::Byte(*set, next)),
            Tree::Chain(items) => items.iter().rev().try_fold(next, |next, item| self.lay(item, next)),
            Tree::Either(branches) => {
                let firsts = branches.iter().map(|branch| self.lay(branch, next)).collect::<Result<_, _>>()?;
                self.add(Node::Split(firsts))
            }
            Tree::Repeat(inner, min, max) => {
                let mut after = next;
                match max {
                    None => {
                        let again = self.add(Node::Split(vec![next]))?;
                        let body = self.lay(inner, again)?;
                        if let Node::Split(ways) = &mut self.nodes[again] {
                            ways.push(body);
                        }
                        after = again;
                    }
                    Some(max) => {
                        for _ in *min..*max {
                            let body = self.lay(inner, after)?;
                            after = self.add(Node::Split(vec![body, next]))?;
                        }
                    }
                }
                (0..*min).try_fold(after, |next, _| self.lay(inner, next))
            }
        }
    }

    fn close(&self, from: &[usize]) -> Vec<usize> {
        let mut seen = vec![false; self.nodes.len()];
        let mut stack = from.to_vec();
        let mut out = Vec::new();
        while let Some(at) = stack.pop() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            match &self.nodes[at] {
                Node::Split(ways) => stack.extend(ways),
                _ => out.push(at),
            }
        }
        out.sort_unstable();
        out
    }

    /// Bytes that no set tells apart share a class.
    fn classes(&self) -> (Box<[u8; 256]>, Vec<u8>) {
        let sets: Vec<&Set> =
            self.nodes.iter().filter_map(|node| if let Node::Byte(set, _) = node { Some(set) } else { None }).collect();
        let mut known: HashMap<Vec<bool>, u8> = HashMap::new();
        let mut samples = Vec::new();
        let mut classes = Box::new([0u8; 256]);
        for byte in 0..=255u8 {
            let signature: Vec<bool> = sets.iter().map(|set| has(set, byte)).collect();
            let fresh = u8::try_from(known.len()).unwrap_or(u8::MAX);
            let class = *known.entry(signature).or_insert_with(|| {
                samples.push(byte);
                fresh
            });
            classes[usize::from(byte)] = class;
        }
        (classes, samples)
    }

    fn determine(&self, start: usize) -> Result<Pattern, String> {
        let (classes, samples) = self.classes();
        let width = samples.len();
        let mut sets = vec![Vec::new(), self.close(&[start])];
        let mut known: HashMap<Vec<usize>, u16> = sets.iter().cloned().zip(0..).collect();
        let mut next = vec![0u32; width];
        let mut at = 1;
        while let Some(set) = sets.get(at).cloned() {
            for &sample in &samples {
                let moved: Vec<usize> = set
                    .iter()
                    .filter_map(|&node| match &self.nodes[node] {
                        Node::Byte(bytes, to) if has(bytes, sample) => Some(*to),
                        _ => None,
                    })
                    .collect();
                let target = self.close(&moved);
                let fresh = u16::try_from(sets.len()).unwrap_or(u16::MAX);
                let id = *known.entry(target.clone()).or_insert_with(|| {
                    sets.push(target);
                    fresh
                });
                next.push(u32::from(id) * width as u32);
            }
            at += 1;
            if sets.len() > MAX_STATES {
                return Err("the pattern is too large".into());
            }
        }
        let accepts = sets.iter().map(|set| set.iter().any(|&node| matches!(self.nodes[node], Node::Accept))).collect();
        Ok(Pattern { classes, width, next, accepts })
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn check(pattern: &str, good: &[&str], bad: &[&str]) {
        let compiled = Pattern::new(pattern).unwrap();
        for text in good {
            assert!(compiled.matches(text.as_bytes()), "{pattern} should match {text}");
        }
        for text in bad {
            assert!(!compiled.matches(text.as_bytes()), "{pattern} should not match {text}");
        }
    }

    #[test]
    fn the_whole_value_is_matched() {
        check("[A-Z]\\d[0-9AB][0-9A-Z]{0,4}", &["E119", "A00", "M1A0110"], &["E1", "E119.", "e119", "M1A01101", ""]);
        check("P\\.?O\\.? ?BOX.*", &["PO BOX 1", "P.O. BOX", "POBOX"], &["12 PO BOX", "P O BOX"]);
        check("(LT|RT|50)", &["LT", "50"], &["L", "LT5", "T"]);
        check("a*b+c?", &["b", "aab", "abbc"], &["a", "ac", "abcc"]);
        check("[^0-9]{2,}", &["ab", "abcd"], &["a", "a1"]);
        check("", &[""], &["a"]);
        check("x{0}y", &["y"], &["xy"]);
        check("[A-]", &["A", "-"], &["B"]);
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        for text in [
            "(",
            "a)",
            "[",
            "[]",
            "[z-a]",
            "a**",
            "^a",
            "a$",
            "\\w",
            "a{",
            "a{3,1}",
            "a{999}",
            "\u{e9}",
            "((a{256}){256})",
        ] {
            assert!(Pattern::new(text).is_err(), "{text}");
        }
    }

    #[test]
    fn hostile_counts_stay_linear() {
        let compiled = Pattern::new("(a?){100}a{100}").unwrap();
        assert!(compiled.matches("a".repeat(150).as_bytes()));
        assert!(!compiled.matches("a".repeat(250).as_bytes()));
    }
}
