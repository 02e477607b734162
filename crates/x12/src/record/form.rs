//! A record map laid out for writing: for each table the steps that make JSON of a row, every key written out.

use super::check::Check;
use super::fields::{Asked, FieldName, Fields};
use super::pen::Phrase;
use super::{Adjustment, Differences, Hit, Seal, Ssn, Words, value};
use crate::claim::{
    Batch, ClaimMap, CodeMap, ElementPlace, FieldKind, FieldPlace, MapField, MapTable, RowManner, Saying, SegmentPlace,
    Taps, pack, unpack,
};

/// A record map bound to words. Immutable and shared.
#[derive(Debug)]
pub struct Form {
    /// What has a line for each row, the record itself first.
    pub records: Vec<RecordForm>,
    /// What is told with every line below it.
    pub contexts: Vec<ContextForm>,
    /// By table.
    pub(super) tables: Vec<TableForm>,
    /// The keys of the identifier of a family, where it is a social security number.
    pub(super) link: Option<SsnKeys>,
    checks: Vec<Check>,
    fields: Fields,
    adjustment: Adjustment,
    words: Vec<(u64, Box<[u8]>)>,
}

/// Rows that each have a line.
#[derive(Clone, Debug)]
pub struct RecordForm {
    /// The table.
    pub table: usize,
    /// What the file is called, without its ending.
    pub output: String,
    /// The contexts that are told with each line, by their places in [`Form::contexts`].
    pub contexts: Vec<usize>,
}

/// Rows that are told with every line below them.
#[derive(Clone, Debug)]
pub struct ContextForm {
    /// The table.
    pub table: usize,
    /// The key of the object that holds its values; none where they stand beside those of the record.
    pub key: Option<String>,
    /// It is told once, in the file of this name, when its set is over; not with every line.
    pub output: Option<String>,
    /// It is of the set as a whole, so that it is told once with where its records come from.
    pub of_set: bool,
}

/// How a row of a table is written.
#[derive(Debug, Default)]
pub(super) struct TableForm {
    pub(super) steps: Vec<Step>,
    /// Columns of social security numbers.
    pub(super) ssns: Vec<u16>,
    pub(super) manner: RowManner,
}

/// One step; the keys are as they are written, `"member":{`.
#[derive(Debug)]
pub(super) enum Step {
    Open(Phrase),
    Close,
    Value { column: u16, field: FieldForm },
    Rows { key: Phrase, table: u16, parent: u16 },
}

/// A field that is written.
#[derive(Debug)]
pub(super) struct FieldForm {
    pub(super) key: Phrase,
    pub(super) said: Said,
    /// The place of its column among those of all tables of the map, in their order.
    pub(super) place: u16,
}

/// A code that has a word.
#[derive(Debug)]
pub(super) struct Worded {
    /// The word and the code, each with its key.
    pub(super) both: Phrase,
    /// Which of the form's words it is.
    pub(super) number: u16,
}

/// How a value is written.
#[derive(Debug)]
pub(super) enum Said {
    Text,
    Code,
    Money,
    Number,
    Date,
    Count,
    Listed,
    Flag(Box<[u64]>),
    Word(CodeMap<Worded>),
    Ssn(SsnKeys),
    Id(SsnKeys),
    TaxId(SsnKeys),
    Link(SsnKeys),
}

/// The keys of what is left of a social security number.
#[derive(Debug)]
pub(super) struct SsnKeys {
    pub(super) last_four: Box<[u8]>,
    pub(super) token: Box<[u8]>,
}

impl SsnKeys {
    pub(super) fn new(prefix: &str) -> Self {
        Self { last_four: key(&format!("{prefix}_last4")), token: key(&format!("{prefix}_token")) }
    }

    /// Appends what is left of the social security number `text`.
    pub(super) fn tell(&self, text: &[u8], seal: &dyn Seal, out: &mut Vec<u8>) {
        if let Some(ssn) = Ssn::read(text) {
            out.extend_from_slice(&self.last_four);
            value::string(out, ssn.last_four());
            out.push(b',');
        }
        out.extend_from_slice(&self.token);
        out.push(b'"');
        seal.seal(&Ssn::plain(text), out);
        out.extend_from_slice(b"\",");
    }
}

impl Form {
    /// Lays `map` out, with `words` for its codes, for a carrier with these `differences`.
    ///
    /// # Errors
    /// A field that is named and is none.
    pub fn new(map: &ClaimMap, words: &Words, differences: &Differences) -> Result<Self, String> {
        let mut laying = Laying { map, words, places: places(map), told: Vec::new() };
        let tables = (0..map.tables.len()).map(|table| laying.lay_out(table)).collect();
        let told = laying.told;
        let all = || map.tables.iter().enumerate();
        let contexts = all().filter(|(_, table)| table.context);
        let keyed = |each: &MapTable| each.many.then(|| each.list.clone());
        let contexts: Vec<_> = contexts
            .map(|(table, each)| ContextForm {
                table,
                key: keyed(each),
                output: each.output.clone(),
                of_set: each.openers.iter().all(|opener| opener.at.loop_id == "ST"),
            })
            .collect();
        let records = all().filter(|(_, table)| !table.context).filter_map(|(table, each)| {
            let output = each.output.clone()?;
            let above = above(map, table);
            let told = contexts.iter().enumerate().filter(|(_, context)| above.contains(&context.table));
            let told = told.filter(|(_, context)| context.output.is_none()).map(|(at, _)| at).collect();
            Some(RecordForm { table, output, contexts: told })
        });
        let records: Vec<RecordForm> = records.collect();
        let claim = records.first().map(|record| record.table).ok_or("no record has a file")?;
        let own = map.checks.iter().map(|text| Check::parse(map, claim, words, text));
        let stand = |(code, names): &(String, Vec<String>), wanted| {
            let check = |name: &String| Check::stands((map, claim), words, (code, name), wanted);
            names.iter().map(check).collect::<Vec<_>>()
        };
        let more = stand(&differences.required, true).into_iter().chain(stand(&differences.forbidden, false));
        let checks = own.chain(more).collect::<Result<_, _>>()?;
        let adjustment = Adjustment::new(differences, map, claim, words)?;
        let link = map.tables.iter().flat_map(|table| &table.fields).find_map(|field| match &field.saying {
            Saying::Link(prefix) => Some(SsnKeys::new(prefix)),
            _ => None,
        });
        let fields = Fields::new(map);
        Ok(Self { records, contexts, tables, link, checks, fields, adjustment, words: told })
    }
}

impl Form {
    /// The codes of the checks, by their numbers.
    pub fn checks(&self) -> impl Iterator<Item = &str> {
        self.checks.iter().map(|check| check.code.as_str())
    }

    /// The code that a cell names by the number of its word, and the word.
    #[must_use]
    pub fn word(&self, number: u16) -> (u64, &[u8]) {
        self.words.get(usize::from(number)).map_or((0, &[]), |(code, word)| (*code, word))
    }

    /// What the field is called that stands at `place`, in a segment that can be asked.
    #[must_use]
    pub fn field_at(&self, place: &FieldPlace, asked: &dyn Asked) -> Option<&FieldName> {
        self.fields.at(place, asked)
    }

    /// What the field is called that a check speaks of.
    #[must_use]
    pub fn field_of(&self, check: usize) -> Option<&FieldName> {
        let (table, column) = self.checks.get(check)?.speaks_of();
        self.fields.name(table, column)
    }

    /// Puts what a carrier says differently where everybody says it.
    pub fn adjust(&self, taps: &Taps, batch: &mut Batch, bytes: &[u8]) {
        self.adjustment.apply(self.records[0].table, taps, batch, bytes);
    }

    /// What the records of `batch` show by themselves; `wanted` says which checks are asked.
    #[must_use]
    pub fn check(&self, taps: &Taps, batch: (&Batch, &[u8]), wanted: impl Fn(usize) -> bool) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (number, check) in self.checks.iter().enumerate().filter(|(number, _)| wanted(*number)) {
            check.run(number, self.records[0].table, taps, batch, &mut hits);
        }
        hits
    }

    /// Whether a carrier's own `code` means another in the element `place`.
    #[must_use]
    pub fn is_alias(&self, map: &ClaimMap, place: &SegmentPlace, element: (u8, u8), code: &[u8]) -> bool {
        let Some(code) = pack(code) else { return false };
        self.adjustment.aliases.iter().any(|aliases| {
            let field = &map.tables[aliases.column.table].fields[aliases.column.column];
            let stands = |known: &ElementPlace| {
                known.at.loop_id == place.loop_id
                    && known.at.segment == place.segment
                    && (known.element, known.component) == element
            };
            aliases.codes.iter().any(|(alias, _)| *alias == code) && field.places.iter().any(stands)
        })
    }

    /// What is left of the identifier of a family that turned out to be a social security number, without a comma.
    pub fn hidden_link(&self, text: &[u8], seal: &dyn Seal, out: &mut Vec<u8>) {
        if let Some(keys) = &self.link {
            keys.tell(text, seal, out);
            out.pop();
        }
    }
}

/// The tables that rows of `table` belong to, however far above.
fn above(map: &ClaimMap, table: usize) -> Vec<usize> {
    let mut found = map.tables.get(table).map(|table| table.parents.clone()).unwrap_or_default();
    let mut at = 0;
    while let Some(next) = found.get(at).and_then(|parent| map.tables.get(*parent)) {
        let more: Vec<usize> = next.parents.iter().filter(|parent| !found.contains(parent)).copied().collect();
        found.extend(more);
        at += 1;
    }
    found
}

/// What may stand in an object: a value, an object, rows.
enum Part<'m> {
    Field(u16, &'m MapField),
    Object(&'m str, Vec<Part<'m>>),
    Rows(u16, u16, &'m MapTable),
}

/// A map that is laid out.
struct Laying<'m> {
    map: &'m ClaimMap,
    words: &'m Words,
    places: Vec<u16>,
    /// The words that fields have so far.
    told: Vec<(u64, Box<[u8]>)>,
}

/// By table: how many columns the tables before it have.
fn places(map: &ClaimMap) -> Vec<u16> {
    let columns = map.tables.iter().map(|table| table.fields.len() as u16);
    columns.scan(0, |next, count| Some(std::mem::replace(next, *next + count))).collect()
}

impl Laying<'_> {
    fn lay_out(&mut self, index: usize) -> TableForm {
        let map = self.map;
        let Some(table) = map.tables.get(index) else { return TableForm::default() };
        let mut parts = Vec::new();
        for (column, field) in (0u16..).zip(&table.fields).filter(|(_, field)| field.saying != Saying::Unsaid) {
            place(&mut parts, &field.name, |_| Part::Field(column, field));
        }
        for (child, below) in (0u16..).zip(&map.tables).filter(|(_, below)| !below.context && below.output.is_none()) {
            if let Some(parent) = below.parents.iter().position(|parent| *parent == index) {
                place(&mut parts, &below.list, |_| Part::Rows(child, parent as u16, below));
            }
        }
        let ssns = (0u16..).zip(&table.fields).filter(|(_, field)| matches!(field.saying, Saying::Ssn(_)));
        let ssns = ssns.map(|(column, _)| column).collect();
        let mut form = TableForm { steps: Vec::new(), ssns, manner: table.rows };
        self.steps(index, &parts, &mut form.steps);
        if table.rows == RowManner::Plain {
            let keys = form.steps.iter_mut().filter_map(|step| match step {
                Step::Value { field, .. } => Some(&mut field.key),
                _ => None,
            });
            keys.for_each(|key| *key = Phrase::new(b""));
        }
        form
    }

    fn steps(&mut self, table: usize, parts: &[Part<'_>], out: &mut Vec<Step>) {
        for part in parts {
            match part {
                Part::Field(column, field) => {
                    let (own, said) = self.said(field);
                    let place = self.places.get(table).map_or(0, |first| first + column);
                    out.push(Step::Value { column: *column, field: FieldForm { key: Phrase::new(&own), said, place } });
                }
                Part::Object(name, within) => {
                    out.push(Step::Open(Phrase::new(&[&key(name)[..], b"{"].concat())));
                    self.steps(table, within, out);
                    out.push(Step::Close);
                }
                Part::Rows(table, parent, below) => {
                    let key = Phrase::new(&[&key(last(&below.list))[..], b"["].concat());
                    out.push(Step::Rows { key, table: *table, parent: *parent });
                }
            }
        }
    }

    /// The key of a field, and how its value is written.
    fn said(&mut self, field: &MapField) -> (Box<[u8]>, Said) {
        let own = key(last(&field.name));
        let said = match &field.saying {
            Saying::Plain | Saying::Unsaid => match field.kind {
                FieldKind::Text => Said::Text,
                FieldKind::Code => Said::Code,
                FieldKind::Money => Said::Money,
                FieldKind::Number => Said::Number,
                FieldKind::Date => Said::Date,
            },
            Saying::Word { list, key: word } => {
                let mut entries = Vec::new();
                for (code, said) in self.words.list(list) {
                    let number = self.told.len() as u16;
                    self.told.push((code, said.into()));
                    entries.push((code, Worded { both: Phrase::new(&both(word, said, &own, code)), number }));
                }
                Said::Word(CodeMap::new(entries.into()))
            }
            Saying::Flag(codes) => Said::Flag(codes.iter().filter_map(|code| pack(code.as_bytes())).collect()),
            Saying::Count => Said::Count,
            Saying::Listed => Said::Listed,
            Saying::Ssn(prefix) => Said::Ssn(SsnKeys::new(prefix)),
            Saying::Id => Said::Id(SsnKeys::new("ssn")),
            Saying::TaxId(own) => return (key(own), Said::TaxId(SsnKeys::new("ssn"))),
            Saying::Link(prefix) => Said::Link(SsnKeys::new(prefix)),
        };
        (own, said)
    }
}

/// Puts what `name` calls where its dots say.
fn place<'m>(parts: &mut Vec<Part<'m>>, name: &'m str, part: impl FnOnce(&'m str) -> Part<'m>) {
    let Some((object, rest)) = name.split_once('.') else { return parts.push(part(name)) };
    let found = parts.iter().position(|each| matches!(each, Part::Object(key, _) if *key == object));
    let at = found.unwrap_or_else(|| {
        parts.push(Part::Object(object, Vec::new()));
        parts.len() - 1
    });
    if let Some(Part::Object(_, within)) = parts.get_mut(at) {
        place(within, rest, part);
    }
}

/// `"name":"word","name_code":"code",`
fn both(name: &str, word: &[u8], own: &[u8], code: u64) -> Box<[u8]> {
    let mut out = key(name).into_vec();
    value::string(&mut out, word);
    out.push(b',');
    out.extend_from_slice(own);
    let (text, length) = unpack(code);
    value::string(&mut out, text.get(..length).unwrap_or_default());
    out.push(b',');
    out.into()
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// `"name":`
fn key(name: &str) -> Box<[u8]> {
    format!("\"{name}\":").into_bytes().into()
}
