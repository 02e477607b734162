//! Random interchanges, random verdicts, random late faults: what must hold for all of them.

use std::collections::HashSet;

use super::*;
use crate::wire::{Delimiters, MemoryOutput};

mod verdicts;

/// A generator of numbers that is the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn in_hundred(&mut self, chance: u64) -> bool {
        self.roll(100) < chance
    }
}

/// An interchange as text, and its items with spans of that text.
#[derive(Default)]
struct Text {
    bytes: Vec<u8>,
    items: Vec<Item>,
}

struct Odds {
    reject: u64,
    late_set: u64,
    late_group: u64,
    late_interchange: u64,
}

impl Text {
    fn push(&mut self, text: &str) -> Span {
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(text.as_bytes());
        Span::new(start, self.bytes.len() as u32)
    }

    /// A group of professional claims and its first set open.
    fn open_group_and_set(&mut self) {
        let raw = self.push("GS*HC*A*B*C*D*7~");
        let control = self.element(raw, "GS", 6);
        self.items.push(Item::GroupOpen { raw, control, repeated: false });
        let raw = self.push("ST*837*0001~");
        let control = self.element(raw, "ST", 2);
        self.items.push(Item::SetOpen { raw, control, batch: Span::default(), segments: 1, repeated: false });
    }

    /// Element `number` of the first segment `id` inside `raw`.
    fn element(&self, raw: Span, id: &str, number: usize) -> Span {
        let mut at = raw.start;
        for segment in raw.of(&self.bytes).split_inclusive(|&byte| byte == b'~') {
            let lead = segment.len() - segment.trim_ascii_start().len();
            let mut elements = segment.trim_ascii().split(|&byte| byte == b'*' || byte == b'~');
            if elements.clone().next() == Some(id.as_bytes()) {
                let before: usize = elements.clone().take(number).map(|element| element.len() + 1).sum();
                let len = elements.nth(number).map_or(0, <[u8]>::len);
                return Span { start: at + (lead + before) as u32, len: len as u32 };
            }
            at += segment.len() as u32;
        }
        Span::default()
    }

    fn level(&mut self, depth: u8, number: u32, parent: Option<u32>, code: &str, child: bool) {
        let parent = parent.map_or(String::new(), |parent| parent.to_string());
        let child = u8::from(child);
        let raw = self.push(&format!("HL*{number}*{parent}*{code}*{child}~\nNM1*{code}*L{number}~\n"));
        let (id, parent, child) = (self.element(raw, "HL", 1), self.element(raw, "HL", 2), self.element(raw, "HL", 4));
        self.items.push(Item::Level { depth, raw, id, parent, child, segments: 2 });
    }

    fn claim(&mut self, name: &str, accepted: bool) {
        let raw = self.push(&format!("CLM*{name}*100~\nLX*1~\n"));
        self.items.push(Item::Claim { raw, segments: 2, accepted });
    }

    fn set(&mut self, dice: &mut Dice, name: &str, control: &str, odds: &Odds) {
        let first = self.bytes.len();
        let raw = self.push(&format!("ST*837*{control}*X~\nBHT*0019*00*B{name}~\nNM1*41~\n"));
        let (number, batch) = (self.element(raw, "ST", 2), self.element(raw, "BHT", 3));
        self.items.push(Item::SetOpen { raw, control: number, batch, segments: 3, repeated: false });
        let mut level = 0;
        for _ in 0..dice.roll(4) {
            level += 1;
            let provider = level;
            let subscribers = dice.roll(4);
            self.level(1, level, None, "20", subscribers > 0);
            for _ in 0..subscribers {
                level += 1;
                let subscriber = level;
                let (claims, patients) = (dice.roll(4), dice.roll(3));
                self.level(2, level, Some(provider), "22", patients > 0);
                for claim in 0..claims {
                    self.claim(&format!("{name}-{level}-{claim}"), !dice.in_hundred(odds.reject));
                }
                for _ in 0..patients {
                    level += 1;
                    self.level(3, level, Some(subscriber), "23", false);
                    for claim in 0..dice.roll(8).saturating_sub(1) {
                        self.claim(&format!("{name}-{level}-{claim}"), !dice.in_hundred(odds.reject));
                    }
                }
            }
        }
        let segments = self.bytes[first..].split(|&byte| byte == b'~').count();
        let late = dice.in_hundred(odds.late_set);
        let raw = match (late, dice.roll(3)) {
            (true, 0) => self.push(""),
            (true, _) => self.push(&format!("SE*{}*{control}~\n", segments + 1)),
            (false, _) => self.push(&format!("SE*{segments}*{control}~\n")),
        };
        let (count, control) = (self.element(raw, "SE", 1), self.element(raw, "SE", 2));
        self.items.push(Item::SetClose { raw, count, control, accepted: !late });
    }

    fn interchange(dice: &mut Dice, odds: &Odds) -> Self {
        let mut text = Self::default();
        let raw = text.push("ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260101*1200*^*00501*000000007*0*T*:~\n");
        let control = text.element(raw, "ISA", 13);
        text.items.push(Item::InterchangeOpen {
            raw,
            version: Span::default(),
            control,
            delimiters: Delimiters::default(),
            repeated: false,
        });
        let groups = dice.roll(3) + u64::from(dice.roll(10) > 0);
        for group in 0..groups {
            let raw = text.push(&format!("GS*HC*S*R*20260101*1200*{}*X*V~\n", group + 1));
            let control = text.element(raw, "GS", 6);
            text.items.push(Item::GroupOpen { raw, control, repeated: false });
            let sets = dice.roll(4) + u64::from(dice.roll(10) > 0);
            for set in 0..sets {
                text.set(dice, &format!("{group}.{set}"), &format!("{:04}", set + 1), odds);
            }
            let late = dice.in_hundred(odds.late_group);
            let raw = if late && dice.roll(2) == 0 {
                text.push("")
            } else {
                text.push(&format!("GE*{}*{}~\n", sets + u64::from(late), group + 1))
            };
            let (count, control) = (text.element(raw, "GE", 1), text.element(raw, "GE", 2));
            text.items.push(Item::GroupClose { raw, count, control, accepted: !late });
        }
        let late = dice.in_hundred(odds.late_interchange);
        let raw = text.push(&format!("IEA*{groups}*{}~\n", if late { "000000008" } else { "000000007" }));
        let (count, control) = (text.element(raw, "IEA", 1), text.element(raw, "IEA", 2));
        text.items.push(Item::InterchangeClose { raw, count, control, accepted: !late });
        text
    }

    /// The items cut into pieces; each piece has bytes of its own and spans of them.
    fn pieces(&self, dice: &mut Dice, chance: u64) -> Vec<(Vec<u8>, Vec<Item>)> {
        let mut pieces = Vec::new();
        let (mut base, mut end, mut items) = (0, 0, Vec::new());
        for item in &self.items {
            let raw = raw_of(item);
            if dice.in_hundred(chance) {
                pieces.push((self.bytes[base as usize..end as usize].to_vec(), std::mem::take(&mut items)));
                base = raw.start;
            }
            end = raw.start + raw.len;
            items.push(rebased(item, base));
        }
        pieces.push((self.bytes[base as usize..end as usize].to_vec(), items));
        pieces
    }
}

fn raw_of(item: &Item) -> Span {
    match *item {
        Item::InterchangeOpen { raw, .. }
        | Item::GroupOpen { raw, .. }
        | Item::SetOpen { raw, .. }
        | Item::Level { raw, .. }
        | Item::Claim { raw, .. }
        | Item::More { raw, .. }
        | Item::SetClose { raw, .. }
        | Item::GroupClose { raw, .. }
        | Item::InterchangeClose { raw, .. } => raw,
    }
}

fn rebased(item: &Item, base: u32) -> Item {
    let mut item = *item;
    let spans: Vec<&mut Span> = match &mut item {
        Item::InterchangeOpen { raw, version, control, .. } => vec![raw, version, control],
        Item::GroupOpen { raw, control, .. } => vec![raw, control],
        Item::SetOpen { raw, control, batch, .. } => vec![raw, control, batch],
        Item::Level { raw, id, parent, child, .. } => vec![raw, id, parent, child],
        Item::Claim { raw, .. } | Item::More { raw, .. } => vec![raw],
        Item::SetClose { raw, count, control, .. }
        | Item::GroupClose { raw, count, control, .. }
        | Item::InterchangeClose { raw, count, control, .. } => vec![raw, count, control],
    };
    for span in spans {
        span.start = span.start.saturating_sub(base);
    }
    item
}

fn split(pieces: &[(Vec<u8>, Vec<Item>)], options: &SplitOptions) -> (String, String, Vec<Renumbered>) {
    let (mut accepted, mut rejected) = (MemoryOutput::default(), MemoryOutput::default());
    let mut splitter = Splitter::new(options.clone());
    for (bytes, items) in pieces {
        assert_eq!(splitter.write(bytes, items, &mut accepted, &mut rejected), items.len());
    }
    let text = |output: MemoryOutput| String::from_utf8(output.bytes).expect("ASCII");
    (text(accepted), text(rejected), splitter.take_renumbered())
}

/// A claim with the names of the levels above it.
type Path = (String, Vec<String>);

/// What a document holds, after all that must be right in it was checked.
#[derive(Debug, Default, PartialEq)]
struct Document {
    claims: Vec<Path>,
    most_claims: usize,
}

struct SeenLevel {
    name: String,
    parent: Option<usize>,
    child: String,
    has_child: bool,
}

#[allow(clippy::too_many_lines, reason = "one check after the other, in the order of the document")]
fn checked(text: &str, levels_are_right: bool) -> Document {
    let mut document = Document::default();
    let mut groups: Vec<String> = Vec::new();
    let mut sets: Vec<String> = Vec::new();
    let mut levels: Vec<SeenLevel> = Vec::new();
    let (mut isa, mut group, mut set) = (None, None, None);
    let (mut first, mut claims, mut open) = (0, 0, 0);
    for (at, segment) in text.split("~\n").enumerate() {
        let elements: Vec<&str> = segment.split('*').collect();
        match elements[0] {
            "ISA" => {
                assert!(at == 0);
                isa = Some(elements[13].to_owned());
            }
            "GS" => {
                assert!(isa.is_some() && group.is_none());
                assert!(!groups.contains(&elements[6].to_owned()), "GS06 twice: {text}");
                groups.push(elements[6].to_owned());
                group = Some(elements[6].to_owned());
                sets.clear();
            }
            "ST" => {
                assert!(group.is_some() && set.is_none());
                assert!(!sets.contains(&elements[2].to_owned()), "ST02 twice: {text}");
                sets.push(elements[2].to_owned());
                set = Some(elements[2].to_owned());
                (first, claims) = (at, 0);
                levels.clear();
            }
            "HL" => {
                assert!(set.is_some());
                assert_eq!(elements[1], (levels.len() + 1).to_string(), "HL01: {text}");
                let parent = elements[2].parse::<usize>().ok().map(|parent| parent - 1);
                assert_eq!(parent.is_none(), elements[3] == "20");
                if let Some(parent) = parent {
                    levels[parent].has_child = true;
                }
                levels.push(SeenLevel { name: String::new(), parent, child: elements[4].to_owned(), has_child: false });
                open = levels.len() - 1;
            }
            "NM1" => {
                if let (Some(name), Some(level)) = (elements.get(2), levels.get_mut(open)) {
                    (*name).clone_into(&mut level.name);
                }
            }
            "CLM" => {
                claims += 1;
                document.most_claims = document.most_claims.max(claims);
                let mut path = Vec::new();
                let mut next = Some(open);
                while let Some(level) = next {
                    path.push(levels[level].name.clone());
                    next = levels[level].parent;
                }
                document.claims.push((elements[1].to_owned(), path));
            }
            "SE" => {
                assert_eq!(Some(elements[2]), set.take().as_deref());
                assert_eq!(elements[1], (at - first + 1).to_string(), "SE01: {text}");
                for level in levels.iter().filter(|_| levels_are_right) {
                    assert_eq!(level.child == "1", level.has_child, "HL04 of {}: {text}", level.name);
                }
            }
            "GE" => {
                assert_eq!(Some(elements[2]), group.take().as_deref());
                assert_eq!(elements[1], sets.len().to_string(), "GE01: {text}");
                assert!(!sets.is_empty(), "an empty group: {text}");
            }
            "IEA" => {
                assert_eq!(Some(elements[2]), isa.take().as_deref());
                assert_eq!(elements[1], groups.len().to_string(), "IEA01: {text}");
                assert!(!groups.is_empty(), "an empty interchange: {text}");
            }
            _ => {}
        }
    }
    assert!(isa.is_none() && group.is_none() && set.is_none(), "open at the end: {text}");
    document
}
