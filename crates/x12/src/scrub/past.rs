//! What was sent before, or came earlier in the file: asked of the lists of a history, and written down for them.
//!
//! A list of a history has rows of a keyed digest, two days and a value. The digest is of what is asked for (a patient and a
//! physician, say); the days are shifted and the value is masked by what the same digest gives under another number, so that
//! nothing can be read from a history by who does not have its key and does not know whom to ask for.

#![allow(clippy::cast_sign_loss, clippy::cast_possible_wrap, reason = "what is hashed and masked is bits")]

use serde_json::Value as Json;

use super::asked::{Asked, Domain};
use super::expr::{Again, Bool, BoolAt, Past, PastHow, ValueAt};
use super::lane::{UNCHECKED, unpack_code, void};
use super::logic::{NODATA, States, TRUE, UNKNOWN, state};
use super::lower::{Env, Lowering, Try, parts};
use super::record::{Record, Remembered};
use super::run::Evaluator;
use super::siphash::SipHash;
use super::tables::CodeTable;
use crate::claim::FieldKind;

/// What the lists of a history have in front of their names.
const HISTORY: &str = "history.";
/// Days are shifted by less than this.
const SHIFT: u64 = 1 << 20;
/// What of a value can be masked.
const VALUE: i32 = i32::MAX;

/// A digest of keys, and what hides the days and the value beside it.
#[derive(Clone, Copy)]
struct Hidden {
    digest: u64,
    shift: i32,
    mask: i32,
}

impl Hidden {
    fn of(state: SipHash) -> Self {
        let pad = state.finish(1);
        let mask = (pad >> 33) as i32;
        Self { digest: state.finish(0), shift: (pad % SHIFT) as i32, mask: mask & VALUE }
    }

    /// A digest as the tables of a history have it.
    fn hex(self) -> [u8; 16] {
        let mut text = [0; 16];
        for (at, byte) in text.iter_mut().enumerate() {
            *byte = b"0123456789abcdef"[(self.digest >> (60 - 4 * at) & 15) as usize];
        }
        text
    }

    fn days(self, [from, to]: [i32; 2]) -> [i32; 2] {
        [from.saturating_add(self.shift), to.saturating_add(self.shift)]
    }

    /// The values of what a list has between two days, until one is enough.
    fn any(self, table: &CodeTable, [from, to]: [i32; 2], mut enough: impl FnMut([i32; 2], i32) -> bool) -> bool {
        table.some(&self.hex(), |[first, last], value| {
            // rows that hold always are not shifted
            let [first, last] =
                if first == i32::MIN { [first, last] } else { [first, last].map(|day| day.saturating_sub(self.shift)) };
            first <= to && last >= from && enough([first.max(from), last.min(to)], value ^ self.mask)
        })
    }
}

/// A code of up to five letters and digits as a number, and the other way round; 0 for others.
fn number_of(code: &[u8]) -> i32 {
    let digit = |number: i32, &byte: &u8| Some(number * 36 + char::from(byte).to_digit(36)? as i32);
    let five = Some(code).filter(|code| code.len() == 5);
    five.and_then(|code| code.iter().try_fold(0, digit)).unwrap_or(0)
}

fn code_of(mut number: i32) -> [u8; 5] {
    let mut code = [b'0'; 5];
    for place in code.iter_mut().rev() {
        *place = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number.rem_euclid(36) as usize];
        number /= 36;
    }
    code
}

impl Lowering<'_> {
    /// `["keys", ...]`: what is asked for, all of it.
    fn keys(&mut self, json: &Json, env: &Env) -> Try<Box<[ValueAt]>> {
        let keys = parts(json)?.get(1..).filter(|keys| !keys.is_empty()).ok_or("`keys` are at least one")?;
        keys.iter().map(|key| self.value(key, env)).collect()
    }

    fn day(&mut self, json: &Json, env: &Env) -> Try<Option<ValueAt>> {
        if json.is_null() { Ok(None) } else { self.of_kind(json, FieldKind::Date, env).map(Some) }
    }

    /// `list, keys, from, until, how...`: whether a list of the history has it between two days.
    pub(super) fn past(&mut self, rest: &[Json], env: &Env) -> Try<Bool> {
        let [list, keys, from, until, how @ ..] = rest else { return Err("the past has a list, keys and days".into()) };
        let list = self.code_table(&format!("{HISTORY}{}", list.as_str().unwrap_or_default()));
        let keys = self.keys(keys, env)?;
        let days = [self.day(from, env)?, self.day(until, env)?];
        let how = match how {
            [Json::Null] => PastHow::Any,
            [Json::String(among)] => PastHow::Among(self.code_table(among)),
            [own, Json::String(table), limit] => {
                let own = self.of_kind(own, FieldKind::Number, env)?;
                PastHow::Over { own, table: self.code_table(table), limit: self.keys(limit, env)? }
            }
            _ => return Err("the past is asked for anything, for codes of a list, or for more than a list has".into()),
        };
        Ok(Bool::Past(Past { list, keys, days, how }))
    }

    /// `keys, when`: whether an earlier row of the file has the same.
    pub(super) fn again(&mut self, keys: &Json, when: &Json, env: &Env) -> Try<Bool> {
        let table = env.table().ok_or("what came again is asked of a claim itself")?;
        if self.schema.tables[table].name != "claim" {
            return Err("only a claim comes again".into());
        }
        let keys = self.keys(keys, env)?;
        let when = if when.is_null() { None } else { Some(self.bool(when, env)?) };
        Ok(Bool::Again(self.terms.add_again(Again { keys, when })))
    }

    /// A list of `history`, by its number there.
    pub(super) fn record(&mut self, list: u8, json: &Json) -> Try<Record> {
        let table = self.table(json["table"].as_str().unwrap_or_default())?;
        let env = Env::new(table);
        let when = if json["when"].is_null() { None } else { Some(self.bool(&json["when"], &env)?) };
        let days = match (self.day(&json["from"], &env)?, self.day(&json["to"], &env)?) {
            (Some(from), Some(to)) => Some([from, to]),
            _ => None,
        };
        let value = if json["value"].is_null() { None } else { Some(self.value(&json["value"], &env)?) };
        Ok(Record { list, table, when, keys: self.keys(&json["keys"], &env)?, days, value })
    }
}

impl Evaluator<'_, '_> {
    /// The digest of what a row asks for; none where some of it is not there.
    fn hidden(&self, keys: &[ValueAt], row: usize) -> Option<SipHash> {
        let mut hash = SipHash::new(self.frame.context.tables?.secret());
        for &key in keys {
            let lane = self.scratch.lanes(key).get(row);
            if void(lane) {
                return None;
            }
            match self.program.terms.value(key).kind {
                FieldKind::Text => add_text(&mut hash, self.frame.text(lane)),
                FieldKind::Code => {
                    let (code, len) = unpack_code(lane);
                    add_text(&mut hash, code.get(..len).unwrap_or_default());
                }
                _ => hash.add(lane as u64),
            }
        }
        Some(hash)
    }

    /// Whether something was sent before, as the lists of the history have it.
    pub(super) fn past(&mut self, past: &Past, asked: Asked<'_>, states: &mut States) {
        let beside = past.how.table().map(|table| self.table(table));
        let (Some(list), None | Some(Some(_))) = (self.table(past.list), beside) else {
            return states.fill(asked.len(), NODATA);
        };
        past.values().for_each(|value| self.reckon(value, asked));
        states.set_rows(asked.len(), |row| {
            let lane = |at: ValueAt| self.scratch.lanes(at).get(row);
            if !asked.is_open(row) || past.values().any(|at| void(lane(at))) {
                let unchecked = past.values().any(|at| lane(at) == UNCHECKED);
                return if asked.is_open(row) && unchecked { NODATA } else { UNKNOWN };
            }
            let day = |at: Option<ValueAt>, open: i32| at.map_or(open, |at| i32::try_from(lane(at)).unwrap_or(open));
            let days = [day(past.days[0], i32::MIN), day(past.days[1], i32::MAX)];
            let hidden = self.hidden(&past.keys, row).map(Hidden::of);
            hidden.map_or(UNKNOWN, |hidden| self.was(past, list, days, hidden, row))
        });
    }

    fn was(&self, past: &Past, list: &CodeTable, days: [i32; 2], hidden: Hidden, row: usize) -> u8 {
        match &past.how {
            PastHow::Any => state(hidden.any(list, days, |_, _| true)),
            PastHow::Among(table) => self.table(*table).map_or(NODATA, |table| {
                state(hidden.any(list, days, |_, value| value > 0 && table.has(&code_of(value))))
            }),
            PastHow::Over { own, table, limit } => self.table(*table).map_or(NODATA, |table| {
                let texts: Vec<Vec<u8>> = limit.iter().map(|&at| self.bytes_of(at, row)).collect();
                let keys: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
                let Some(most) = table.value(&keys, None) else { return state(false) };
                let mut sum = self.scratch.lanes(*own).get(row);
                hidden.any(list, days, |[first, last], value| {
                    let days = i64::from(last).saturating_sub(i64::from(first)) + 1;
                    sum = sum.saturating_add(i64::from(value).saturating_mul(days));
                    false
                });
                state(sum > i64::from(most) * 1000)
            }),
        }
    }

    fn bytes_of(&self, at: ValueAt, row: usize) -> Vec<u8> {
        let lane = self.scratch.lanes(at).get(row);
        if self.program.terms.value(at).kind == FieldKind::Code {
            let (code, len) = unpack_code(lane);
            return code.get(..len).unwrap_or_default().to_vec();
        }
        self.frame.text(lane).to_vec()
    }

    /// For each claim what it is found by when it comes again, where it may.
    pub(super) fn comings(&mut self, again: &Again, claims: usize) -> Vec<Option<u64>> {
        let domain = Domain::whole(claims);
        self.judge_keys(&again.keys, again.when, domain.all());
        let holds = |row: usize| again.when.is_none_or(|when| self.scratch.states(when).get(row) == Some(TRUE));
        let digest = |row: usize| Some(self.hidden(&again.keys, row)?.finish(0));
        (0..claims).map(|row| holds(row).then(|| digest(row)).flatten()).collect()
    }

    fn judge_keys(&mut self, keys: &[ValueAt], when: Option<BoolAt>, asked: Asked<'_>) {
        if let Some(when) = when {
            self.judge(when, asked);
        }
        for &key in keys {
            self.reckon(key, asked);
        }
    }

    /// What is to be remembered of the rows of a batch but those that were handed down.
    pub(super) fn remember(&mut self, record: &Record, inherited: usize, out: &mut Vec<Remembered>) {
        let rows = self.frame.rows(record.table);
        let domain = Domain::whole(rows);
        self.judge_keys(&record.keys, record.when, domain.all());
        record.days.iter().flatten().chain(&record.value).for_each(|&at| self.reckon(at, domain.all()));
        for row in inherited..rows {
            if record.when.is_none_or(|when| self.scratch.states(when).get(row) == Some(TRUE)) {
                out.extend(self.remembered(record, row));
            }
        }
    }

    fn remembered(&self, record: &Record, row: usize) -> Option<Remembered> {
        let hidden = Hidden::of(self.hidden(&record.keys, row)?);
        let day = |at: ValueAt| {
            let lane = self.scratch.lanes(at).get(row);
            if void(lane) { None } else { i32::try_from(lane).ok() }
        };
        let [from, to] = match record.days {
            Some([from, to]) => {
                let from = day(from)?;
                hidden.days([from, day(to).unwrap_or(from).max(from)])
            }
            None => [i32::MIN, i32::MAX],
        };
        let value = record.value.map_or(0, |at| match self.scratch.lanes(at).get(row) {
            lane if void(lane) => 0,
            _ if self.program.terms.value(at).kind == FieldKind::Code => number_of(&self.bytes_of(at, row)),
            lane => i32::try_from(lane).unwrap_or(VALUE).clamp(0, VALUE),
        });
        Some(Remembered { list: record.list, digest: hidden.digest, tail: [from, to, value ^ hidden.mask] })
    }
}

/// A text in words behind its length; small letters count as great ones.
fn add_text(hash: &mut SipHash, text: &[u8]) {
    hash.add(text.len() as u64);
    for eight in text.chunks(8) {
        hash.add(eight.iter().rev().fold(0, |word, byte| word << 8 | u64::from(byte.to_ascii_uppercase())));
    }
}

impl Past {
    /// All values that it needs.
    pub(crate) fn values(&self) -> impl Iterator<Item = ValueAt> {
        let (own, limit) = match &self.how {
            PastHow::Over { own, limit, .. } => (Some(*own), &**limit),
            _ => (None, &[][..]),
        };
        self.keys.iter().chain(self.days.iter().flatten()).chain(limit).copied().chain(own)
    }
}

impl PastHow {
    /// The table that it asks beside the history.
    fn table(&self) -> Option<usize> {
        match self {
            Self::Any => None,
            Self::Among(table) | Self::Over { table, .. } => Some(*table),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A row of a history by the values that it remembers: its key and its tail, as a list has them.
    pub(crate) fn row(secret: &[u8; 16], keys: &Json, [from, to]: [i32; 2], value: &Json) -> (String, [i32; 3]) {
        let mut hash = SipHash::new(secret);
        for key in keys.as_array().unwrap() {
            match key.as_str() {
                Some(text) => add_text(&mut hash, text.as_bytes()),
                None => hash.add(key.as_i64().unwrap() as u64),
            }
        }
        let hidden = Hidden::of(hash);
        let [from, to] = if from == i32::MIN { [from, to] } else { hidden.days([from, to]) };
        let value = value.as_str().map_or_else(|| value.as_i64().unwrap() as i32, |code| number_of(code.as_bytes()));
        (String::from_utf8(hidden.hex().to_vec()).unwrap(), [from, to, value ^ hidden.mask])
    }

    #[test]
    fn a_code_is_a_number_and_comes_back() {
        for code in ["99213", "J1885", "0042T", "ZZZZZ"] {
            assert_eq!(code_of(number_of(code.as_bytes())), code.as_bytes());
        }
        assert_eq!(["", "9921", "992-3", "992134"].map(|code| number_of(code.as_bytes())), [0; 4]);
    }

    #[test]
    fn what_is_hidden_says_nothing_without_its_keys() {
        let state = |word| {
            let mut state = SipHash::new(&[3; 16]);
            state.add(word);
            Hidden::of(state)
        };
        let (one, other) = (state(1), state(2));
        assert_ne!(one.digest, other.digest);
        assert_ne!(one.days([0, 5]), other.days([0, 5]));
        assert_ne!(one.mask, other.mask);
        assert!((0..SHIFT as i32).contains(&one.shift) && one.mask >= 0);
    }
}
