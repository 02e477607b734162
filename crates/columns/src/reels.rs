//! Records as the engine hands them on, cell by cell, as rows: what their lines would say, without the lines.

use arrow_array::RecordBatch;
use engine::{Error, Reel, Row, TakeRows};
use x12::claim::{ClaimMap, MapTable, RowManner, unpack};
use x12::record::{Cell, Said, Ssn};

use crate::gather::{Gathering, Last, NO_ASCII, Treating};
use crate::laying::{Part, paths};
use crate::phi::{Manner, Phi};
use crate::table::{ColumnKind, Table, Value};
use crate::tree::{Finder, Json};

/// Takes batches of several tables, by the number of the table.
pub(crate) trait Give {
    fn give(&mut self, number: usize, batch: RecordBatch) -> Result<(), Error>;
}

/// Tables of one kind of record in the making, and who takes their rows.
pub(crate) struct Reels<G> {
    sheets: Vec<Sheet>,
    give: G,
    map: ClaimMap,
    /// The table of the records themselves.
    main: usize,
    /// By table of the map: the sheet of its rows.
    of_table: Vec<Option<usize>>,
    /// By place: the columns of the sheet.
    ends: Vec<Ends>,
    /// By table of the map: the rows that the record at hand has so far.
    counts: Vec<u64>,
    /// Rows of tables that belong to several others, which follow one another by what they belong to.
    waiting: Vec<Waiting>,
}

/// Which columns what is said at a place goes to.
#[derive(Clone, Copy, Default)]
struct Ends {
    own: Option<u16>,
    word: Option<u16>,
    last_four: Option<u16>,
    token: Option<u16>,
}

/// A table.
struct Sheet {
    gathering: Gathering,
    columns: Vec<Manners>,
    /// Columns that say which row it is.
    keys: Vec<(usize, Key)>,
    /// Where what contexts say goes, what that was, and its values by column.
    contexts: Finder,
    context: Vec<u8>,
    told: Vec<(usize, String)>,
    /// What was said of the row at hand for columns that several fields go to: the last one counts.
    contested: Vec<(u16, Part, Cell)>,
    /// Rows, with those that are not handed on yet.
    rows: usize,
}

/// How a column is filled.
struct Manners {
    shown: bool,
    /// Texts are told as they are.
    plain: bool,
    /// How many fields go there.
    fields: usize,
    last: Last,
}

/// What a row is known by.
#[derive(Clone, Copy)]
enum Key {
    Source,
    Index,
    SegmentIndex,
    Row,
    Above,
}

/// A row of a table that belongs to several others.
#[derive(Clone, Copy)]
struct Waiting {
    table: usize,
    /// Which of its parents it belongs to, and the number of that.
    parent: usize,
    above: Option<u64>,
    /// Its cells among those of the record.
    start: usize,
    end: usize,
}

impl Sheet {
    fn new(gathering: Gathering) -> Self {
        let (manner, table) = (gathering.manner, gathering.table);
        let plain = |phi| manner == Manner::Keep || matches!(phi, Phi::Open | Phi::Sealed);
        let columns = table.columns.iter().map(|column| Manners {
            shown: manner.shows(column.phi),
            plain: plain(column.phi),
            fields: 0,
            last: Last::default(),
        });
        let mut keys = Vec::new();
        for (at, column) in table.columns.iter().enumerate() {
            let key = match &column.value {
                Value::Record(name) => match name.as_str() {
                    "source" => Key::Source,
                    "index" => Key::Index,
                    "segment_index" => Key::SegmentIndex,
                    _ => continue,
                },
                Value::Row => Key::Row,
                Value::RowAbove => Key::Above,
                _ => continue,
            };
            keys.push((at, key));
        }
        Self {
            columns: columns.collect(),
            keys,
            contexts: Finder::default(),
            context: Vec::new(),
            told: Vec::new(),
            contested: Vec::new(),
            rows: 0,
            gathering,
        }
    }

    /// A row begins.
    fn begin(&mut self, row: &Row, (number, above): (u64, Option<u64>)) {
        for (at, key) in &self.keys {
            let value = match key {
                Key::Source => Some(row.source),
                Key::Index => Some(row.index),
                Key::SegmentIndex => Some(row.segment_index.into()),
                Key::Row => Some(number),
                Key::Above => above,
            };
            if let Some(values) = self.gathering.values.get_mut(*at) {
                values.index(value);
            }
        }
        self.rows += 1;
    }

    /// What contexts say of a row.
    fn context(&mut self, said: &[u8]) {
        if self.context != said {
            said.clone_into(&mut self.context);
            self.told.clear();
            let text = [b"{", said.get(1..).unwrap_or_default(), b"}"].concat();
            if let Ok(object) = serde_json::from_slice::<Json<'_>>(&text) {
                let mut found = vec![None; self.columns.len()];
                self.contexts.find(&object, &mut found);
                let texts = found.into_iter().enumerate();
                let texts = texts.filter_map(|(at, found)| Some((at, found?.text()?.to_owned())));
                self.told.extend(texts);
            }
        }
        for (at, text) in std::mem::take(&mut self.told) {
            self.text(at as u16, text.as_bytes());
            self.told.push((at, text));
        }
    }

    /// A text of a column.
    fn text(&mut self, at: u16, text: &[u8]) {
        let at = usize::from(at);
        let Gathering { table, manner, tokens, values, .. } = &mut self.gathering;
        let (Some(values), Some(way), Some(column)) =
            (values.get_mut(at), self.columns.get_mut(at), table.columns.get(at))
        else {
            return;
        };
        if !way.shown || column.kind != ColumnKind::Text {
            return;
        }
        values.up_to(self.rows - 1);
        if way.plain && text.is_ascii() {
            return values.ascii(text);
        }
        let text = String::from_utf8_lossy(text);
        if way.plain {
            return values.text(Some(&text));
        }
        let mut treating = Treating::after(std::mem::take(&mut way.last), column, *manner, tokens);
        treating.text(text.as_bytes(), values);
        way.last = treating.last();
    }

    /// A cell that is no row; `part` of it.
    #[inline]
    fn take(&mut self, (at, part): (u16, Part), cell: Cell, reel: &Reel<'_>) {
        let place = usize::from(at);
        match (cell.said, part) {
            (Said::Text(span) | Said::Link(span), _) => return self.text(at, reel.text(span)),
            (Said::List(span), _) => return self.text(at, reel.tape.text(span)),
            (Said::Ssn(span), part) => return self.ssn(at, part, reel.text(span)),
            (Said::Word(number), Part::Word) => return self.text(at, reel.form.word(number).1),
            _ => {}
        }
        let Gathering { table, manner, tokens, values, .. } = &mut self.gathering;
        let (Some(values), Some(way), Some(column)) =
            (values.get_mut(place), self.columns.get(place), table.columns.get(place))
        else {
            return;
        };
        if !way.shown {
            return;
        }
        let row = self.rows - 1;
        match (cell.said, column.kind) {
            (Said::Code(code), ColumnKind::Text) if way.plain && code & NO_ASCII == 0 => {
                values.up_to(row);
                values.code(code);
            }
            (Said::Code(code), _) => {
                let (text, length) = unpack(code);
                self.text(at, text.get(..length).unwrap_or_default());
            }
            (Said::Word(number), _) => {
                let (text, length) = unpack(reel.form.word(number).0);
                self.text(at, text.get(..length).unwrap_or_default());
            }
            (Said::Money(amount), ColumnKind::Money) | (Said::Number(amount), ColumnKind::Number) => {
                values.up_to(row);
                values.amount(Some(amount).filter(|amount| amount.unsigned_abs() < DIGITS_18));
            }
            (Said::Count(count), ColumnKind::Index) => {
                values.up_to(row);
                values.index(u64::try_from(count).ok());
            }
            (Said::Date(day), ColumnKind::Date) => {
                values.up_to(row);
                values.date(Some(Treating::new(column, *manner, tokens).day(day)));
            }
            (Said::Flag(flag), ColumnKind::Flag) => {
                values.up_to(row);
                values.flag(flag);
            }
            _ => {}
        }
    }

    /// What is left of a social security number.
    fn ssn(&mut self, at: u16, part: Part, text: &[u8]) {
        if !self.columns.get(usize::from(at)).is_some_and(|way| way.shown) {
            return;
        }
        if part == Part::LastFour {
            if let Some(ssn) = Ssn::read(text) {
                self.text(at, ssn.last_four());
            }
            return;
        }
        let mut token = Vec::new();
        self.gathering.tokens.append("ssn", &Ssn::plain(text), &mut token);
        self.text(at, &token);
    }
}

/// What a decimal of 18 digits does not hold.
const DIGITS_18: u64 = 1_000_000_000_000_000_000;

impl<G: Give> Reels<G> {
    /// Of the tables of `gatherings`, which are all of the records of `map` themselves.
    pub(crate) fn new(map: ClaimMap, gatherings: Vec<Gathering>, give: G) -> Self {
        let mut sheets: Vec<Sheet> = gatherings.into_iter().map(Sheet::new).collect();
        let mut of_table = vec![None; map.tables.len()];
        for (number, sheet) in sheets.iter().enumerate() {
            let table = sheet.gathering.table.lines.as_ref().and_then(|lines| lines.table);
            if let Some(place) = table.and_then(|table| of_table.get_mut(table)) {
                *place = Some(number);
            }
        }
        let mut ends = Vec::new();
        for (at, table) in map.tables.iter().enumerate() {
            // what is below a spread row is told in it
            let above = table.parents.iter().copied().find(|parent| map.tables[*parent].rows == RowManner::Spread);
            let sheet = of_table.get(above.unwrap_or(at)).copied().flatten().and_then(|number| sheets.get_mut(number));
            ends.extend(laid_out(table, sheet));
        }
        for Sheet { columns, gathering, contexts, .. } in &mut sheets {
            let known = |at: usize| columns.get(at).is_some_and(|way| way.fields > 0);
            for (at, column) in gathering.table.columns.iter().enumerate() {
                if let Value::Said(path) = &column.value
                    && !known(at)
                {
                    contexts.add(path, at);
                }
            }
        }
        let counts = vec![0; map.tables.len()];
        let main = map.tables.iter().position(|table| !table.context).unwrap_or_default();
        Self { sheets, give, main, map, of_table, ends, counts, waiting: Vec::new() }
    }

    /// Takes the cells from `start` to `end` of a record, which are those of a row of `table`, by its number.
    fn visit(&mut self, (reel, row): (&Reel<'_>, &Row), table: usize, number: u64, (start, end): (usize, usize)) {
        let cells = reel.tape.cells(row.cells);
        let own = self.of_table.get(table).copied().flatten();
        let mut at = start;
        while let Some(cell) = cells.get(at).filter(|_| at < end) {
            at += 1;
            if let Said::Row(count) = cell.said {
                let inside = (at, at + count as usize);
                at = inside.1;
                self.row((reel, row), (table, number), usize::from(cell.place), inside);
            } else if let Some(sheet) = own.and_then(|own| self.sheets.get_mut(own)) {
                let ends = self.ends.get(usize::from(cell.place)).copied().unwrap_or_default();
                let cell = match cell.said {
                    Said::Link(span) if row.hides_link => Cell { said: Said::Ssn(span), ..*cell },
                    _ => *cell,
                };
                sheet.put(ends, cell, reel);
            }
        }
        if let Some(sheet) = own.and_then(|own| self.sheets.get_mut(own)) {
            sheet.settle(reel);
        }
    }

    /// A row of `table` within one of the table `parent`, by its number.
    fn row(
        &mut self,
        from: (&Reel<'_>, &Row),
        (parent, number): (usize, u64),
        table: usize,
        (start, end): (usize, usize),
    ) {
        let parents = self.map.tables.get(table).map_or(&[][..], |table| &table.parents);
        let above = (parent != self.main).then_some(number);
        match parents.iter().position(|known| *known == parent) {
            Some(parent) if parents.len() > 1 => self.waiting.push(Waiting { table, parent, above, start, end }),
            _ => self.begin(from, table, above, (start, end)),
        }
    }

    fn begin(&mut self, from: (&Reel<'_>, &Row), table: usize, above: Option<u64>, inside: (usize, usize)) {
        let Some(count) = self.counts.get_mut(table) else { return };
        let number = *count;
        *count += 1;
        let sheet = self.of_table.get(table).copied().flatten().and_then(|sheet| self.sheets.get_mut(sheet));
        if let Some(sheet) = sheet {
            sheet.begin(from.1, (number, above));
        }
        self.visit(from, table, number, inside);
    }

    /// Takes a record.
    fn record(&mut self, reel: &Reel<'_>, row: &Row) -> Result<(), Error> {
        self.counts.fill(0);
        let main = self.main;
        if let Some(sheet) = self.of_table.get(main).copied().flatten().and_then(|sheet| self.sheets.get_mut(sheet)) {
            sheet.begin(row, (0, None));
            sheet.context(reel.context(row));
        }
        self.visit((reel, row), main, 0, (0, row.cells.len as usize));
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.sort_by_key(|each| each.parent);
        for each in waiting.drain(..) {
            self.begin((reel, row), each.table, each.above, (each.start, each.end));
        }
        self.waiting = waiting;
        for (number, sheet) in self.sheets.iter_mut().enumerate() {
            let more = sheet.rows - sheet.gathering.rows;
            sheet.gathering.more(more, &mut |batch| self.give.give(number, batch))?;
            sheet.rows = sheet.gathering.rows;
        }
        Ok(())
    }

    /// All records are taken; gives the tables back, and what took their rows.
    pub(crate) fn end(mut self) -> Result<(Vec<Gathering>, G), Error> {
        for (number, sheet) in self.sheets.iter_mut().enumerate() {
            sheet.gathering.end(&mut |batch| self.give.give(number, batch))?;
        }
        Ok((self.sheets.into_iter().map(|sheet| sheet.gathering).collect(), self.give))
    }
}

/// The tables of the record map that `tables` have the rows of.
pub(crate) fn wanted(tables: &[&'static Table]) -> Vec<usize> {
    tables.iter().filter_map(|table| table.lines.as_ref()?.table).collect()
}

impl<G: Give> TakeRows for Reels<G> {
    fn take(&mut self, reel: &Reel<'_>) -> Result<(), Error> {
        reel.rows.iter().try_for_each(|row| self.record(reel, row))
    }
}

impl Sheet {
    /// What is said at a place, for each of the columns that it goes to.
    #[inline]
    fn put(&mut self, ends: Ends, cell: Cell, reel: &Reel<'_>) {
        match cell.said {
            Said::Ssn(_) => {
                self.end(ends.last_four, Part::LastFour, cell, reel);
                self.end(ends.token, Part::Token, cell, reel);
            }
            Said::Word(_) => {
                self.end(ends.word, Part::Word, cell, reel);
                self.end(ends.own, Part::Own, cell, reel);
            }
            _ => self.end(ends.own, Part::Own, cell, reel),
        }
    }

    #[inline]
    fn end(&mut self, end: Option<u16>, part: Part, cell: Cell, reel: &Reel<'_>) {
        let Some(at) = end else { return };
        if self.columns.get(usize::from(at)).is_some_and(|way| way.fields > 1) {
            self.contested.push((at, part, cell));
        } else {
            self.take((at, part), cell, reel);
        }
    }

    /// A row is over.
    fn settle(&mut self, reel: &Reel<'_>) {
        while let Some((at, part, cell)) = self.contested.pop() {
            // a number that is none has a token, and no last digits
            let says =
                !matches!((cell.said, part), (Said::Ssn(span), Part::LastFour) if Ssn::read(reel.text(span)).is_none());
            if says {
                self.take((at, part), cell, reel);
                self.contested.retain(|(other, ..)| *other != at);
            }
        }
    }
}

/// The columns of `sheet` that what the fields of `table` say goes to, by field.
fn laid_out(table: &MapTable, mut sheet: Option<&mut Sheet>) -> Vec<Ends> {
    let ends = |field| {
        let mut ends = Ends::default();
        let Some(sheet) = &mut sheet else { return ends };
        for (part, path) in paths(field, table) {
            let mut columns = sheet.gathering.table.columns.iter();
            let at = columns.position(|column| matches!(&column.value, Value::Said(known) if *known == path));
            let Some(at) = at else { continue };
            if let Some(way) = sheet.columns.get_mut(at) {
                way.fields += 1;
            }
            let end = match part {
                Part::Own => &mut ends.own,
                Part::Word => &mut ends.word,
                Part::LastFour => &mut ends.last_four,
                Part::Token => &mut ends.token,
            };
            *end = u16::try_from(at).ok();
        }
        ends
    };
    table.fields.iter().map(ends).collect()
}
