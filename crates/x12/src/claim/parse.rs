//! The text of a claim map.

use super::FieldKind;
use super::map::{
    ClaimMap, Condition, ElementPlace, MapError, MapField, MapTable, Opener, Part, RowManner, Saying, SegmentPlace,
};

impl ClaimMap {
    /// Reads a map from its text.
    ///
    /// # Errors
    /// When a line does not follow the format; the error names the line.
    pub fn parse(text: &str) -> Result<Self, MapError> {
        let mut map = Self::default();
        for (at, line) in text.lines().enumerate() {
            statement(&mut map, strip(line)).map_err(|message| MapError { line: at + 1, message })?;
        }
        if map.version.is_empty() {
            return Err(MapError {
                line: 0,
                message: "no `claims KIND VERSION` or `records KIND VERSION` line".to_owned(),
            });
        }
        match map.tables.iter().find(|table| table.openers.is_empty()) {
            Some(table) => Err(MapError { line: 0, message: format!("nothing begins a row of {}", table.name) }),
            None => Ok(map),
        }
    }
}

/// The line without its comment: `#` at the start, or after white space.
fn strip(line: &str) -> &str {
    let line = line.trim();
    if line.starts_with('#') {
        return "";
    }
    line.find(" #").map_or(line, |at| line[..at].trim_end())
}

fn statement(map: &mut ClaimMap, line: &str) -> Result<(), String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        [] => Ok(()),
        ["claims", kind, version] => {
            (map.kind, map.version) = ((*kind).to_owned(), (*version).to_owned());
            Ok(())
        }
        ["records", kind, version] => {
            (map.kind, map.version, map.records) = ((*kind).to_owned(), (*version).to_owned(), true);
            Ok(())
        }
        ["context", name, rest @ ..] => table(map, name, rest, true),
        ["table", name, rest @ ..] => table(map, name, rest, false),
        ["check", ..] => {
            map.checks.extend(line.strip_prefix("check").map(|rest| rest.trim().to_owned()));
            Ok(())
        }
        ["rows", rest @ ..] => rows(map, rest),
        _ => fields(map, line),
    }
}

fn table(map: &mut ClaimMap, name: &str, words: &[&str], context: bool) -> Result<(), String> {
    if map.find(name).is_some() {
        return Err(format!("table {name} is there already"));
    }
    let mut table = MapTable { name: named(name)?, list: name.to_owned(), context, ..MapTable::default() };
    let words = match words {
        [rest @ .., "to", output] => {
            table.output = Some(file_name(output)?);
            rest
        }
        _ => words,
    };
    let (parents, listed) = words.split_at(words.iter().position(|word| *word == "as").unwrap_or(words.len()));
    match listed {
        [] => {}
        ["as", list, manner @ ..] => {
            (table.list, table.many, table.rows) = (keyed(list)?, true, row_manner(manner)?);
        }
        _ => return Err("`as LIST` expected".to_owned()),
    }
    if let Some((of, names)) = parents.split_first() {
        if *of != "of" {
            return Err(format!("`of` expected, not {of}"));
        }
        for parent in names {
            let parent = parent.trim_end_matches(',');
            table.parents.push(map.find(parent).ok_or_else(|| format!("no table {parent} above"))?);
        }
    }
    map.tables.push(table);
    Ok(())
}

fn row_manner(words: &[&str]) -> Result<RowManner, String> {
    match words {
        [] => Ok(RowManner::Object),
        ["plain"] => Ok(RowManner::Plain),
        ["spread"] => Ok(RowManner::Spread),
        _ => Err(format!("`plain` or `spread` expected, not {}", words.join(" "))),
    }
}

fn rows(map: &mut ClaimMap, words: &[&str]) -> Result<(), String> {
    let (words, owner) = match words {
        [rest @ .., "of", owner] => (rest, Some(*owner)),
        _ => (words, None),
    };
    let mut opener = Opener::default();
    let (place, each) = match words.iter().position(|word| *word == "each") {
        Some(at) => (&words[..at], &words[at + 1..]),
        None => (words, &words[..0]),
    };
    opener.at = match place {
        [loop_id] => SegmentPlace { loop_id: (*loop_id).to_owned(), ..SegmentPlace::default() },
        [loop_id, segment] => segment_place(loop_id, segment),
        _ => return Err("`rows LOOP [SEGMENT]` expected".to_owned()),
    };
    for word in each {
        match word.split_once("..") {
            Some((first, last)) => opener.each.extend(number(first)?..=number(last)?),
            None => opener.each.push(number(word)?),
        }
    }
    opener.parent = match owner {
        Some(owner) => {
            let index = map.find(owner).ok_or_else(|| format!("no table {owner}"))?;
            let parents = map.tables.last().map(|table| table.parents.as_slice()).unwrap_or_default();
            Some(parents.iter().position(|parent| *parent == index).ok_or_else(|| format!("{owner} is no parent"))?)
        }
        None => None,
    };
    last_table(map)?.openers.push(opener);
    Ok(())
}

fn fields(map: &mut ClaimMap, line: &str) -> Result<(), String> {
    let (head, items) = line.split_once(" : ").ok_or("`LOOP SEGMENT : fields` expected")?;
    let words: Vec<&str> = head.split_whitespace().collect();
    let [loop_id, segment] = words.as_slice() else { return Err("`LOOP SEGMENT : fields` expected".to_owned()) };
    let at = segment_place(loop_id, segment);
    let table = last_table(map)?;
    for item in items.split(',') {
        field(table, &at, item)?;
    }
    Ok(())
}

/// `EE[-CC][.from|.to|.date|.time][?EE[-CC][=A|B]] name [kind [as key]] [= default]`
fn field(table: &mut MapTable, at: &SegmentPlace, item: &str) -> Result<(), String> {
    let (declared, default) = match item.split_once(" = ") {
        Some((declared, value)) => (declared, Some(value.trim().to_owned())),
        None => (item, None),
    };
    let words: Vec<&str> = declared.split_whitespace().collect();
    let (place, name, (kind, saying)) = match words.as_slice() {
        [place, name] => (*place, *name, (FieldKind::Text, Saying::Plain)),
        [place, name, kind] => (*place, *name, field_kind(kind, None, name)?),
        [place, name, kind, "as", key] => (*place, *name, field_kind(kind, Some(key), name)?),
        _ => return Err(format!("`ELEMENT name kind` expected, not `{}`", item.trim())),
    };
    let place = ElementPlace { default: default.clone(), ..element_place(at, place)? };
    match table.fields.iter_mut().find(|field| field.name == name) {
        Some(field) if field.kind == kind => {
            field.places.push(place);
            if default.is_some() {
                field.default = default;
            }
        }
        Some(_) => return Err(format!("{name} has another kind above")),
        None => table.fields.push(MapField {
            name: keyed(name)?,
            kind,
            saying,
            default,
            places: vec![place],
            doubts: Vec::new(),
        }),
    }
    Ok(())
}

fn element_place(at: &SegmentPlace, text: &str) -> Result<ElementPlace, String> {
    let mut place = ElementPlace { at: at.clone(), ..ElementPlace::default() };
    let (text, condition) = match text.split_once('?') {
        Some((text, condition)) => (text, Some(condition)),
        None => (text, None),
    };
    if let Some(text) = condition {
        let (position, codes) = text.split_once('=').map_or((text, Vec::new()), |(at, codes)| (at, split(codes)));
        let (element, component) = position_of(position)?;
        place.condition = Some(Condition { element, component, codes, except: false });
    }
    let (text, part) = match text.split_once('.') {
        Some((text, "from")) => (text, Part::From),
        Some((text, "to")) => (text, Part::To),
        Some((text, "date")) => (text, Part::Date),
        Some((text, "time")) => (text, Part::Time),
        Some((_, part)) => return Err(format!("from, to, date or time expected, not {part}")),
        None => (text, Part::Whole),
    };
    place.part = part;
    let absolute = text.strip_prefix('+');
    place.relative = absolute.is_some();
    (place.element, place.component) = position_of(absolute.unwrap_or(text))?;
    if place.element == 0 && !place.relative {
        return Err("elements count from 01".to_owned());
    }
    Ok(place)
}

fn segment_place(loop_id: &str, segment: &str) -> SegmentPlace {
    let (segment, codes) = segment.split_once('=').map_or((segment, Vec::new()), |(id, codes)| (id, split(codes)));
    SegmentPlace { loop_id: loop_id.to_owned(), segment: segment.to_owned(), codes }
}

fn position_of(text: &str) -> Result<(u8, u8), String> {
    match text.split_once('-') {
        Some((element, component)) => Ok((number(element)?, number(component)?)),
        None => Ok((number(text)?, 0)),
    }
}

fn split(codes: &str) -> Vec<String> {
    codes.split('|').map(str::to_owned).collect()
}

fn number(text: &str) -> Result<u8, String> {
    text.parse().map_err(|_| format!("a number expected, not `{text}`"))
}

/// The kind, and how the field `name` of that kind is said; `key` is that of the word for a code.
fn field_kind(text: &str, key: Option<&&str>, name: &str) -> Result<(FieldKind, Saying), String> {
    let (text, of) = text.split_once(':').map_or((text, None), |(text, of)| (text, Some(of)));
    let kind = match (text, of) {
        ("text", None) => (FieldKind::Text, Saying::Plain),
        ("code", None) => (FieldKind::Code, Saying::Plain),
        ("money", None) => (FieldKind::Money, Saying::Plain),
        ("number", None) => (FieldKind::Number, Saying::Plain),
        ("date", None) => (FieldKind::Date, Saying::Plain),
        ("count", None) => (FieldKind::Number, Saying::Count),
        ("list", None) => (FieldKind::Text, Saying::Listed),
        ("unsaid", None) => (FieldKind::Code, Saying::Unsaid),
        ("id", None) => (FieldKind::Text, Saying::Id),
        ("flag", codes) => (FieldKind::Code, Saying::Flag(split(codes.unwrap_or("Y")))),
        ("itin", None) => {
            let key = key.copied().ok_or_else(|| format!("`as KEY` expected for {name}"))?;
            (FieldKind::Text, Saying::TaxId(keyed(key)?))
        }
        ("ssn", prefix) => (FieldKind::Text, Saying::Ssn(keyed(prefix.unwrap_or("ssn"))?)),
        ("link", Some(prefix)) => (FieldKind::Text, Saying::Link(keyed(prefix)?)),
        ("code", Some(list)) => {
            let own = name.rsplit('.').next().unwrap_or(name);
            let own = own.strip_suffix("_code").filter(|_| key.is_none());
            let key = own.or(key.copied()).ok_or_else(|| format!("`as KEY` expected for the word of {name}"))?;
            (FieldKind::Code, Saying::Word { list: keyed(list)?, key: keyed(key)? })
        }
        _ => return Err(format!("no kind {text}")),
    };
    Ok(kind)
}

/// A name as a key of JSON: several names, each within the one before, joined by dots.
fn keyed(text: &str) -> Result<String, String> {
    text.split('.').try_for_each(|name| named(name).map(drop))?;
    Ok(text.to_owned())
}

/// A file's name without its ending.
fn file_name(text: &str) -> Result<String, String> {
    let good = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') && !text.is_empty();
    if good { Ok(text.to_owned()) } else { Err(format!("`{text}` is no file name")) }
}

/// A name of a table or field: what Python and rules can write.
fn named(text: &str) -> Result<String, String> {
    let good = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if good && text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase()) {
        Ok(text.to_owned())
    } else {
        Err(format!("`{text}` is no name"))
    }
}

fn last_table(map: &mut ClaimMap) -> Result<&mut MapTable, String> {
    map.tables.last_mut().ok_or_else(|| "no table yet".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "claims T 1\ncontext top\n rows ST\n ST BHT : 02 purpose code = 00 # said once\n\
        table row of top as rows_\n rows 2300 HI=BG|BH each 01..03 05 of top\n \
        2300 HI=BG|BH : +0-2 code code, 03.from?01-1=BG start date\n";

    #[test]
    fn rows_elements_parts_and_conditions_are_read() {
        let map = ClaimMap::parse(SMALL).unwrap();
        assert_eq!(map.tables[0].fields[0].default.as_deref(), Some("00"));
        let row = &map.tables[1];
        assert_eq!((row.list.as_str(), row.many, row.context), ("rows_", true, false));
        assert_eq!(row.openers[0].each, [1, 2, 3, 5]);
        assert_eq!(row.openers[0].parent, Some(0));
        assert_eq!(row.openers[0].at.codes, ["BG", "BH"]);
        assert!(row.fields[0].places[0].relative);
        let start = &row.fields[1].places[0];
        assert_eq!((start.element, start.part), (3, Part::From));
        let expected = Condition { element: 1, component: 1, codes: vec!["BG".into()], except: false };
        assert_eq!(start.condition, Some(expected));
    }

    #[test]
    fn a_wrong_line_is_named() {
        for (text, line) in [
            ("claims T 1\ntable x of y\n", 2),
            ("claims T 1\ntable X\n", 2),
            ("claims T 1\nST BHT : 02 a\n", 2),
            ("claims T 1\ntable x\n rows ST\n ST BHT : 02 a blob\n", 4),
            ("claims T 1\ntable x\n rows ST\n ST BHT : 00 a\n", 4),
            ("claims T 1\ntable x\n rows ST\n ST BHT : 03.day a date\n", 4),
            ("claims T 1\ntable x\n rows ST\n ST BHT : 02 a, 03 a code\n", 4),
            ("claims T 1\ntable x\n", 0),
            ("", 0),
        ] {
            assert_eq!(ClaimMap::parse(text).unwrap_err().line, line, "{text}");
        }
    }
}
