//! Claims across the border: nested dicts whose names are the claim map's.

use std::sync::{Arc, OnceLock};

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyString};
use x12::claim::{Cell, ClaimMap, FieldKind, Record, Taps};
use x12::guide::{Guides, Plan};

use crate::values::Values;

/// A kind of claim: its guide and its claim map, bound to each other, and the map's names as Python strings.
pub(crate) struct Kind {
    /// As users say it: `837P`.
    name: &'static str,
    version: &'static str,
    bound: OnceLock<Result<Guide, String>>,
    names: PyOnceLock<Names>,
}

/// A guide and its claim map.
pub(crate) type Guide = (Arc<Plan>, Arc<Taps>);

/// All kinds, made when first asked for.
fn kinds() -> &'static [Kind] {
    static KINDS: OnceLock<Vec<Kind>> = OnceLock::new();
    let kind = |(name, version)| Kind { name, version, bound: OnceLock::new(), names: PyOnceLock::new() };
    KINDS.get_or_init(|| ClaimMap::embedded().map(kind).collect())
}

impl Kind {
    /// Its number among the kinds.
    pub(crate) fn number(&self) -> u16 {
        kinds().iter().position(|kind| kind.name == self.name).unwrap_or_default() as u16
    }

    /// The kind that users call `name`.
    pub(crate) fn named(name: &str) -> PyResult<&'static Self> {
        let found = kinds().iter().find(|kind| kind.name == name);
        found.ok_or_else(|| PyValueError::new_err(format!("there are no claims of {name}")))
    }

    /// The guide and its map.
    pub(crate) fn guide(&self) -> PyResult<&Guide> {
        let make = || {
            let plan = Guides::embedded().plan(self.version).map_err(|error| error.to_string())?;
            let map = ClaimMap::of(self.version).ok_or_else(|| format!("there is no map of {}", self.version))?;
            let taps = Taps::new(map.map_err(|error| error.to_string())?, &plan).map_err(|error| error.to_string())?;
            Ok((plan, Arc::new(taps)))
        };
        self.bound.get_or_init(make).as_ref().map_err(|message| PyValueError::new_err(message.clone()))
    }

    /// The names of the map.
    pub(crate) fn names(&self, py: Python<'_>) -> PyResult<&Names> {
        self.names.get_or_try_init(py, || Names::new(py, &self.guide()?.1))
    }
}

/// The names of the claim map as Python strings, both ways.
pub(crate) struct Names {
    tables: Vec<TableNames>,
}

struct TableNames {
    /// What rows of the table are called in the record they belong to; whether they are a list there.
    list: Py<PyString>,
    many: bool,
    fields: Vec<Py<PyString>>,
    /// Name to column, or to `-1 - table` for the rows that belong here.
    known: Py<PyDict>,
}

impl Names {
    fn new(py: Python<'_>, taps: &Taps) -> PyResult<Self> {
        let mut tables = Vec::new();
        for (index, table) in taps.map.tables.iter().enumerate() {
            let known = PyDict::new(py);
            for (column, field) in table.fields.iter().enumerate() {
                known.set_item(&field.name, column)?;
            }
            for (child, below) in taps.map.tables.iter().enumerate() {
                let above = index == taps.claim && child < taps.claim;
                if above || child > taps.claim && below.parents.contains(&index) {
                    known.set_item(&below.list, -1 - isize::try_from(child)?)?;
                }
            }
            tables.push(TableNames {
                list: PyString::intern(py, &table.list).unbind(),
                many: table.many,
                fields: table.fields.iter().map(|field| PyString::intern(py, &field.name).unbind()).collect(),
                known: known.unbind(),
            });
        }
        Ok(Self { tables })
    }

    /// A record as a dict; what is missing is left out.
    pub(crate) fn dict<'py>(
        &self,
        py: Python<'py>,
        record: &Record<'_>,
        values: &mut Values,
    ) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        let Some(names) = self.tables.get(usize::from(record.table)) else { return Ok(dict) };
        for (column, cell) in &record.cells {
            if let Some(name) = names.fields.get(usize::from(*column)) {
                dict.set_item(name.bind(py), values.of(py, cell)?)?;
            }
        }
        for inner in &record.records {
            let Some(names) = self.tables.get(usize::from(inner.table)) else { continue };
            let (name, value) = (names.list.bind(py), self.dict(py, inner, values)?);
            if !names.many {
                dict.set_item(name, value)?;
            } else if let Some(list) = dict.get_item(name)? {
                list.cast::<PyList>()?.append(value)?;
            } else {
                dict.set_item(name, PyList::new(py, [value])?)?;
            }
        }
        Ok(dict)
    }

    /// What the column of a table is called.
    pub(crate) fn field(&self, table: u16, column: u16) -> Option<&Py<PyString>> {
        self.tables.get(usize::from(table))?.fields.get(usize::from(column))
    }

    /// What rows of the table are called in the record that they belong to, and whether there may be several.
    pub(crate) fn list(&self, table: u16) -> Option<(&Py<PyString>, bool)> {
        self.tables.get(usize::from(table)).map(|names| (&names.list, names.many))
    }

    /// The table of the rows that belong to those of `table` under that name.
    pub(crate) fn child(&self, table: usize, name: &Bound<'_, PyAny>) -> PyResult<Option<usize>> {
        let Some(names) = self.tables.get(table) else { return Ok(None) };
        let at: Option<isize> = names.known.bind(name.py()).get_item(name)?.map(|at| at.extract()).transpose()?;
        Ok(at.and_then(|at| usize::try_from(-1 - at).ok()))
    }

    /// A claim's dict as a record. Values may be text as it stands in the file, or numbers and dates.
    ///
    /// Claims in a row share their provider and subscriber: `seen` holds, by table, the dict that was read last and its
    /// record. It is good for one call only, since between calls a dict may change.
    pub(crate) fn record<'py>(
        &self,
        taps: &Taps,
        claim: &Bound<'py, PyDict>,
        seen: &mut Seen<'py>,
    ) -> PyResult<Record<'static>> {
        self.read(taps, taps.claim, claim, seen)
    }

    fn read<'py>(
        &self,
        taps: &Taps,
        index: usize,
        dict: &Bound<'py, PyDict>,
        seen: &mut Seen<'py>,
    ) -> PyResult<Record<'static>> {
        let mut record = Record::new(index as u16);
        let (Some(names), Some(def)) = (self.tables.get(index), taps.schema.tables.get(index)) else {
            return Ok(record);
        };
        let known = names.known.bind(dict.py());
        for (name, value) in dict.iter() {
            if value.is_none() {
                continue;
            }
            let Some(at) = known.get_item(&name)? else {
                let message = format!("a {} has no field {name}", def.name);
                return Err(PyValueError::new_err(message));
            };
            let at: isize = at.extract()?;
            if let Ok(column) = usize::try_from(at) {
                let kind = def.fields.get(column).map_or(FieldKind::Text, |field| field.kind);
                record.cells.push((column as u16, Cell::Text(plain(&value, kind)?.into())));
                continue;
            }
            let child = (-1 - at).unsigned_abs();
            if let Ok(inner) = value.cast::<PyDict>() {
                record.records.push(self.once(taps, child, inner, seen)?);
                continue;
            }
            for inner in value.try_iter()? {
                record.records.push(self.read(taps, child, inner?.cast::<PyDict>()?, seen)?);
            }
        }
        record.cells.sort_unstable_by_key(|cell| cell.0);
        // Whatever order the dict has, rows are written in the order of their tables.
        record.records.sort_by_key(|record| record.table);
        Ok(record)
    }
}

impl Names {
    /// A dict that may be the same object as in the claim before.
    fn once<'py>(
        &self,
        taps: &Taps,
        index: usize,
        dict: &Bound<'py, PyDict>,
        seen: &mut Seen<'py>,
    ) -> PyResult<Record<'static>> {
        if let Some((_, record)) =
            seen.iter().find(|(last, record)| last.is(dict) && usize::from(record.table) == index)
        {
            return Ok(record.clone());
        }
        let record = self.read(taps, index, dict, seen)?;
        seen.retain(|(_, last)| usize::from(last.table) != index);
        seen.push((dict.clone(), record.clone()));
        Ok(record)
    }
}

/// The dicts above the claim that were read last, by table, and their records.
pub(crate) type Seen<'py> = Vec<(Bound<'py, PyDict>, Record<'static>)>;

/// A value as plain text. Numbers never in exponent form.
fn plain(value: &Bound<'_, PyAny>, kind: FieldKind) -> PyResult<Vec<u8>> {
    if let Ok(text) = value.cast::<PyString>() {
        let text = text.to_cow()?;
        if text.bytes().any(|byte| byte.is_ascii_control()) {
            return Err(PyValueError::new_err("a value holds a line break or another control character"));
        }
        return Ok(text.as_bytes().to_vec());
    }
    if value.is_instance_of::<PyDict>() || value.is_instance_of::<PyList>() {
        return Err(PyTypeError::new_err("a field holds text, a number or a date"));
    }
    let amount = matches!(kind, FieldKind::Money | FieldKind::Number);
    let shown =
        if amount { value.call_method1(intern!(value.py(), "__format__"), ("f",))? } else { value.str()?.into_any() };
    let shown = shown.cast::<PyString>()?.to_cow()?.as_bytes().to_vec();
    if amount && !shown.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-')) {
        return Err(PyValueError::new_err("an amount is no number, or is infinite"));
    }
    Ok(shown)
}
