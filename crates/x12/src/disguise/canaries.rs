//! Somebody in every place of every segment and guide, in files that are broken in every way: nobody is left but where it is said.

use super::table::Table;
use super::{Days, Disguise};
use crate::guide::{ElementRule, Guides, Plan, Type};
use crate::wire::SegmentId;

const NAMES: &[&str] = &["KANARI JANE", "Kanari", "KANARIJANE", "\u{41a}\u{430}\u{43d}\u{430}", "\u{c1}\u{d1}KANARI"];
const NUMBERS: &[&str] = &["987654321", "987-65-4321", "3125559876", "KANARI4711X", "jane@kanari.com"];
const DAYS: &[&str] = &["19470312", "19470312-19470313", "1947-03-12", "KANARI 1947"];
const HEAD: &str =
    "ISA*00*          *00*          *ZZ*KANARIJANE     *ZZ*RECEIVER       *260930*1200*^*00501*000000001*0*T*:~";

/// Places that keep a control number, a day of a header, the name of a payer: docs/deidentify.md.
const CONTROLS: &[(&str, usize)] =
    &[("ISA", 13), ("IEA", 2), ("GS", 6), ("GE", 2), ("ST", 2), ("SE", 2), ("AK1", 2), ("AK2", 2), ("TA1", 1)];
const HEADERS: &[(&str, usize)] = &[("GS", 4), ("BHT", 4), ("BGN", 3), ("BPR", 16)];

fn canaries() -> impl Iterator<Item = &'static str> {
    NAMES.iter().chain(NUMBERS).chain(DAYS).copied()
}

/// What of a canary must not be seen.
fn core(canary: &str) -> &str {
    if canary.to_ascii_uppercase().contains("KANARI") { "KANARI" } else { canary }
}

fn disguised(text: &[u8], days: Days, piece: usize) -> Vec<u8> {
    let mut disguise = Disguise::new(&[7; 16], days).unwrap();
    let (mut out, mut kept) = (Vec::new(), Vec::new());
    let mut pieces = text.chunks(piece).peekable();
    while let Some(each) = pieces.next() {
        kept.extend_from_slice(each);
        let used = disguise.feed(&kept, pieces.peek().is_none(), &mut out);
        kept.drain(..used);
    }
    out
}

/// Canaries that are left in a segment where none may stay.
fn left(segment: &str, element: char) -> Option<String> {
    let values: Vec<&str> = segment.trim_start().split(element).collect();
    let is_payer = match values[..] {
        ["NM1", "PR" | "IN", "2", _, ..] => Some(3),
        ["N1", "PR" | "IN", _, ..] => Some(2),
        _ => None,
    };
    let stays = |canary: &str, at: usize| {
        let identifier = values[0].split([':', '^']).next().unwrap_or_default();
        let stands = |places: &[(&str, usize)]| places.contains(&(identifier, at));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let control = digits(values[at]) && (canary.len() > 8 || values[at] != canary);
        is_payer == Some(at) || digits(canary) && (stands(HEADERS) || control && stands(CONTROLS))
    };
    let seen = |canary: &&str| {
        let core = core(canary);
        values
            .iter()
            .enumerate()
            .any(|(at, value)| value.to_uppercase().contains(&core.to_uppercase()) && !stays(core, at))
    };
    canaries().find(seen).map(|canary| format!("{canary} in {segment}"))
}

fn nobody_is_left(made: &[u8], element: char, terminator: char, of: &[u8]) {
    let made = String::from_utf8_lossy(made);
    // of a header that is broken nobody knows where its control number is
    let header =
        of.starts_with(HEAD.replace('*', &element.to_string()).replace('~', &terminator.to_string()).as_bytes());
    let told = |left: &String| header || !left.starts_with(|first: char| first.is_ascii_digit());
    if let Some(left) = made.split(terminator).filter_map(|segment| left(segment, element)).find(told) {
        panic!("{left}\n\nfrom {:.9999}", String::from_utf8_lossy(of));
    }
}

#[test]
fn nobody_is_left_in_any_place_of_any_segment() {
    let table = Table::embedded().unwrap();
    let first = ["", "PR", "IN", "IL", "2U", "NF", "F2", "4N", "X4", "N4:", "22", "D8", "TE", "1"];
    let mut text = format!("{HEAD}ST*837*0001~");
    let mut count = 0;
    let mut places: Vec<_> = table.places().chain([(SegmentId::new(b"ZZZ"), 6)]).collect();
    places.sort_unstable();
    for (id, longest) in places {
        for (at, first, canary) in (1..longest + 2)
            .flat_map(|at| first.iter().map(move |first| (at, *first)))
            .flat_map(|(at, first)| canaries().map(move |canary| (at, first, canary)))
        {
            let second = ["", "1", "2"][(count / 7) % 3];
            let mut values = vec![first, second];
            values.resize(at.max(2), "");
            let within = ["", ":", "::", "^", ":1:"][count % 5];
            let value =
                if at == 1 { format!("{within}{canary}") } else { format!("{}{within}{canary}", values[at - 1]) };
            values[at - 1] = &value;
            text.extend([&id.text(), "*", &values.join("*"), "~"]);
            count += 1;
        }
    }
    assert!(count > 100_000, "{count}");
    for days in [Days::Shift, Days::Year] {
        nobody_is_left(&disguised(text.as_bytes(), days, 1 << 16), '*', '~', text.as_bytes());
    }
}

/// Numbers by chance, the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit.max(1) as u64) as usize
    }

    fn of<'o, T>(&mut self, several: &'o [T]) -> &'o T {
        &several[self.below(several.len())]
    }

    fn canary(&mut self) -> &'static str {
        let among = [NAMES, NUMBERS, DAYS][self.below(3)];
        among[self.below(among.len())]
    }

    /// A set of this guide, each place once.
    fn set(&mut self, plan: &Plan) -> Vec<String> {
        let mut segments = Vec::new();
        self.of_loop(plan, 0, &mut segments);
        segments
    }

    fn of_loop(&mut self, plan: &Plan, index: usize, segments: &mut Vec<String>) {
        let slots = plan.loops[index].slots.clone();
        for slot in &plan.slots[slots.start as usize..slots.end as usize] {
            if let Some(child) = slot.opens {
                self.of_loop(plan, usize::from(child), segments);
                continue;
            }
            let rules = &plan.elements[slot.elements.start as usize..slot.elements.end as usize];
            let values = rules.iter().filter(|rule| rule.component == 0).map(|rule| self.element(plan, rule));
            segments.push(format!("{}*{}", slot.segment.text(), values.collect::<Vec<_>>().join("*")));
        }
    }

    fn element(&mut self, plan: &Plan, rule: &ElementRule) -> String {
        let parts = &plan.elements[rule.components.start as usize..rule.components.end as usize];
        if parts.is_empty() {
            return self.value(plan, rule);
        }
        parts.iter().map(|part| self.value(plan, part)).collect::<Vec<_>>().join(":")
    }

    fn value(&mut self, plan: &Plan, rule: &ElementRule) -> String {
        let codes = rule.codes.map(|codes| plan.index.codes.list(codes)).unwrap_or_default();
        match (self.below(8), rule.kind) {
            (0, _) => self.canary().to_owned(),
            (1, _) => String::new(),
            (_, _) if !codes.is_empty() => self.of(&codes).clone(),
            (_, Type::Dt) => self.of(DAYS).to_string(),
            (_, Type::An) => self.of(&[NAMES, NUMBERS].concat()).to_string(),
            (_, Type::Tm) => "1200".to_owned(),
            (_, Type::R | Type::N(_)) => self.of(&["100", "987654321", "12.50", "19470312"]).to_string(),
            _ => "AB".to_owned(),
        }
    }

    /// Breaks the segments in one way.
    fn break_some(&mut self, segments: &mut Vec<Vec<u8>>) {
        let (at, other) = (self.below(segments.len()), self.below(segments.len()));
        let canary = self.canary().as_bytes();
        let length = segments[at].len();
        let place = self.below(length.max(1));
        match self.below(16) {
            0 => drop(segments.remove(at)),
            1 => segments.swap(at, other),
            2 => segments.insert(other, segments[at].clone()),
            3 => segments[at].truncate(place),
            4 => drop(segments[at].drain(..place)),
            5 => {
                let tail = segments[other].clone();
                segments[at].extend(tail);
            }
            6 => {
                let tail = segments[other][segments[other].len() / 2..].to_vec();
                segments[at].splice(place..place, tail);
            }
            7 => drop(segments[at].splice(..0, [b"CALL ", canary, b" "].concat())),
            8 => drop(segments[at].splice(place..place, canary.iter().copied())),
            9 => segments[at].retain(|byte| *byte != b'*'),
            10 => segments[at].iter_mut().filter(|byte| **byte == b'*').for_each(|byte| *byte = b'|'),
            11 => segments[at].make_ascii_lowercase(),
            12 => segments.insert(at, canary.to_vec()),
            13 => {
                for segment in segments.iter_mut().filter(|segment| segment.starts_with(b"HL*")) {
                    *segment = [&segment[..], b"*", canary].concat();
                    let level = *self.of(&[&b"HL*2*1*"[..], b"HL*2*1*23*", b"HL**", b"HL*X*Y*99"]);
                    segment.splice(.., level.iter().copied());
                }
            }
            14 => {
                let more = self.of(&[b'*', b':', b'^', b'~', b'\n', b' ', 0, 0xd0, 0xff]);
                segments[at].insert(place, *more);
            }
            _ => {
                let elements = segments[at].split(|byte| *byte == b'*').map(<[u8]>::to_vec);
                let mut elements: Vec<Vec<u8>> = elements.collect();
                let (from, to) = (self.below(elements.len()), self.below(elements.len()));
                elements.swap(from, to);
                segments[at] = elements.join(&b'*');
            }
        }
        if segments.is_empty() {
            segments.push(canary.to_vec());
        }
    }
}

#[test]
fn nobody_is_left_in_files_that_are_broken() {
    let guides = Guides::embedded();
    let plans: Vec<_> = guides.list().map(|info| guides.plan(&info.kind).unwrap()).collect();
    let mut chance = Chance(20_260_930);
    for round in 0..2_000 {
        let plan = &plans[round % plans.len()];
        let mut segments = vec![
            HEAD.trim_end_matches('~').as_bytes().to_vec(),
            format!("GS*{}*KANARIJANE*B*20260930*1200*1*X*{}", plan.group_id, plan.version).into_bytes(),
        ];
        segments.extend(chance.set(plan).into_iter().map(String::into_bytes));
        segments.extend([&b"GE*1*1"[..], b"IEA*1*000000001", b"KANARI BEHIND", b""].map(<[u8]>::to_vec));
        let mut head = if round % 3 == 0 { Vec::new() } else { vec![segments.remove(0)] };
        for _ in 0..chance.below(12) {
            chance.break_some(&mut segments);
        }
        head.append(&mut segments);
        let mut text = head.join(&b'~');
        if round % 5 == 0 {
            text.splice(..0, *b"KANARI JANE 987654321 ISA ");
        }
        if round % 11 == 0 {
            text.truncate(chance.below(text.len()));
        }
        let (element, terminator) = if round % 7 == 0 { ('|', '!') } else { ('*', '~') };
        for byte in &mut text {
            *byte = match *byte {
                b'*' => element as u8,
                b'~' => terminator as u8,
                other => other,
            };
        }
        let days = *chance.of(&[Days::Shift, Days::Year]);
        let piece = *chance.of(&[13, 700, 1 << 20]);
        nobody_is_left(&disguised(&text, days, piece), element, terminator, &text);
    }
}
