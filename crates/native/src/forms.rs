//! Claims as the models of Python, made in place: what the engine read is of the types that the models ask for, so that it
//! is not validated a second time.

use std::collections::HashMap;

use engine::HandedClaim;
use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PySet, PyTuple};
use x12::claim::Record;

use crate::claims::{Kind, Names};
use crate::values::Values;

/// How many sets of names are kept.
const SHAPES: usize = 4096;

/// How many of them are looked at first: rows of a table are often alike.
const RECENT: usize = 4;

/// What the claims of one kind are made of.
#[pyclass(frozen)]
pub(crate) struct Forms {
    kind: &'static Kind,
    number: u16,
    /// The table of the claims.
    claim: usize,
    /// By table of the claim map.
    tables: Vec<Option<Form>>,
    /// `object.__new__`: a model has another.
    new: Py<PyAny>,
    /// What sets the parts of an instance: a frozen model does not let it be done in the usual way.
    parts: [Py<PyAny>; 4],
}

/// What pydantic keeps an instance in: its fields, which of them are told, and two that no model of ours has.
const PARTS: [&str; 4] = ["__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__"];

/// The setter of a part of the instances of `class`: that of the base which has it.
fn setter(class: &Bound<'_, PyAny>, part: &str) -> PyResult<Py<PyAny>> {
    for base in class.getattr("__mro__")?.try_iter()? {
        let own = base?.getattr("__dict__")?;
        if own.contains(part)? {
            return Ok(own.get_item(part)?.getattr("__set__")?.unbind());
        }
    }
    Err(PyValueError::new_err(format!("no model keeps {part}")))
}

/// A model.
struct Form {
    class: Py<PyAny>,
    /// Its fields, as they are where nothing is told.
    blank: Py<PyDict>,
}

#[pymethods]
impl Forms {
    /// `form` is the model of the claims of `kind`, the fields of one that tells nothing, and by name the same of the rows
    /// within.
    #[new]
    fn new(py: Python<'_>, kind: &str, form: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let kind = Kind::named(kind)?;
        let taps = &kind.guide()?.1;
        let class = form.get_item(0)?;
        let [fields, told, extra, private] = PARTS.map(|part| setter(&class, part));
        let parts = [fields?, told?, extra?, private?];
        let object = py.import("builtins")?.getattr("object")?;
        let mut forms = Self {
            kind,
            number: kind.number(),
            claim: taps.claim,
            tables: taps.map.tables.iter().map(|_| None).collect(),
            new: object.getattr(intern!(py, "__new__"))?.unbind(),
            parts,
        };
        forms.bind(kind.names(py)?, taps.claim, form)?;
        Ok(forms)
    }
}

impl Forms {
    fn bind(&mut self, names: &Names, table: usize, form: &Bound<'_, PyTuple>) -> PyResult<()> {
        let (class, blank, within): (Bound<'_, PyAny>, Bound<'_, PyDict>, Bound<'_, PyDict>) = form.extract()?;
        let Some(place) = self.tables.get_mut(table) else { return Ok(()) };
        *place = Some(Form { class: class.unbind(), blank: blank.unbind() });
        for (name, inner) in within {
            let Some(child) = names.child(table, &name)? else {
                return Err(PyValueError::new_err(format!("the claim map has no rows {name}")));
            };
            self.bind(names, child, inner.cast::<PyTuple>()?)?;
        }
        Ok(())
    }

    fn form(&self, table: u16) -> PyResult<&Form> {
        let form = self.tables.get(usize::from(table)).and_then(Option::as_ref);
        form.ok_or_else(|| PyValueError::new_err("no model has these rows"))
    }
}

/// What is kept from batch to batch.
#[derive(Default)]
pub(crate) struct Kept {
    values: Values,
    /// By the columns and inner rows that are there, with kind and table in front: the set of their names.
    told: HashMap<Vec<u16>, Py<PySet>>,
    /// The key of that which is being looked for.
    shape: Vec<u16>,
    /// By kind and table, those that were asked for last.
    recent: Vec<Vec<Recent>>,
}

/// A set of names, the kind that it is of, and its shape.
struct Recent {
    kind: u16,
    shape: Vec<u16>,
    names: Py<PySet>,
}

impl Recent {
    fn is_of(&self, kind: u16, row: &Record<'_>) -> bool {
        let Some((columns, tables)) = self.shape.split_at_checked(row.cells.len()) else { return false };
        self.kind == kind
            && columns.iter().eq(row.cells.iter().map(|(column, _)| column))
            && tables.split_first().is_some_and(|(first, tables)| {
                *first == u16::MAX
                    && tables.iter().eq(row.records.chunk_by(alike).filter_map(|rows| Some(&rows.first()?.table)))
            })
    }
}

/// Rows of one table.
fn alike(one: &Record<'_>, other: &Record<'_>) -> bool {
    one.table == other.table
}

/// Makes claims, one after the other. A row above them that is like the one before is made once: no model changes.
pub(crate) struct Maker<'a, 'py> {
    py: Python<'py>,
    kept: &'a mut Kept,
    /// By kind and table, the row that was made last.
    above: HashMap<(u16, u16), (&'a Record<'a>, Bound<'py, PyAny>)>,
}

impl<'a, 'py> Maker<'a, 'py> {
    pub(crate) fn new(py: Python<'py>, kept: &'a mut Kept) -> Self {
        Self { py, kept, above: HashMap::new() }
    }

    /// A claim as a model, where `forms` has its kind, or as a dict.
    pub(crate) fn made(
        &mut self,
        forms: Option<&Bound<'py, PyDict>>,
        claim: &'a HandedClaim,
    ) -> PyResult<Bound<'py, PyAny>> {
        let kind = &claim.taps.map.kind;
        if let Some(form) = forms.map(|forms| forms.get_item(kind)).transpose()?.flatten() {
            return self.claim(form.cast::<Forms>()?.get(), &claim.record);
        }
        let dict = Kind::named(kind)?.names(self.py)?.dict(self.py, &claim.record, &mut self.kept.values)?;
        dict.set_item(intern!(self.py, "kind"), kind)?;
        Ok(dict.into_any())
    }

    fn claim(&mut self, forms: &Forms, claim: &'a Record<'_>) -> PyResult<Bound<'py, PyAny>> {
        let names = forms.kind.names(self.py)?;
        let fields = self.cells(forms, names, claim)?;
        for rows in claim.records.chunk_by(alike) {
            let Some((name, many)) = rows.first().and_then(|row| names.list(row.table)) else { continue };
            let made = match rows {
                [row] if !many => self.above(forms, names, row)?,
                _ => self.rows(forms, names, rows, many)?,
            };
            fields.set_item(name.bind(self.py), made)?;
        }
        self.instance(forms, names, claim, fields)
    }

    /// The fields of a row, without the rows within.
    fn cells(&mut self, forms: &Forms, names: &Names, row: &Record<'_>) -> PyResult<Bound<'py, PyDict>> {
        let fields = forms.form(row.table)?.blank.bind(self.py).copy()?;
        for (column, cell) in &row.cells {
            let Some(name) = names.field(row.table, *column) else { continue };
            fields.set_item(name.bind(self.py), self.kept.values.of(self.py, cell)?)?;
        }
        Ok(fields)
    }

    /// A row with those within.
    fn row(&mut self, forms: &Forms, names: &Names, row: &Record<'_>) -> PyResult<Bound<'py, PyAny>> {
        let fields = self.cells(forms, names, row)?;
        for rows in row.records.chunk_by(alike) {
            let Some((name, many)) = rows.first().and_then(|row| names.list(row.table)) else { continue };
            fields.set_item(name.bind(self.py), self.rows(forms, names, rows, many)?)?;
        }
        self.instance(forms, names, row, fields)
    }

    /// Rows of one table: all of them, or where there can be but one, the last.
    fn rows(&mut self, forms: &Forms, names: &Names, rows: &[Record<'_>], many: bool) -> PyResult<Bound<'py, PyAny>> {
        if let (false, Some(row)) = (many, rows.last()) {
            return self.row(forms, names, row);
        }
        let made = rows.iter().map(|row| self.row(forms, names, row)).collect::<PyResult<Vec<_>>>()?;
        Ok(PyTuple::new(self.py, made)?.into_any())
    }

    /// A row above a claim.
    fn above(&mut self, forms: &Forms, names: &Names, row: &'a Record<'a>) -> PyResult<Bound<'py, PyAny>> {
        let key = (forms.number, row.table);
        if let Some((_, made)) = self.above.get(&key).filter(|(last, _)| *last == row) {
            return Ok(made.clone());
        }
        let made = self.row(forms, names, row)?;
        self.above.insert(key, (row, made.clone()));
        Ok(made)
    }

    /// What pydantic would make of the same fields.
    fn instance(
        &mut self,
        forms: &Forms,
        names: &Names,
        row: &Record<'_>,
        fields: Bound<'py, PyDict>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        let made = forms.new.bind(py).call1((forms.form(row.table)?.class.bind(py),))?;
        let [whole, names_told, extra, private] = &forms.parts;
        whole.bind(py).call1((&made, fields))?;
        names_told.bind(py).call1((&made, self.told(forms, names, row)?))?;
        extra.bind(py).call1((&made, py.None()))?;
        private.bind(py).call1((&made, py.None()))?;
        Ok(made)
    }

    /// The names of the fields that are told: one set for rows that tell the same, since a frozen model never changes its own.
    fn told(&mut self, forms: &Forms, names: &Names, row: &Record<'_>) -> PyResult<Bound<'py, PySet>> {
        let table = usize::from(row.table);
        if self.kept.recent.len() <= table {
            self.kept.recent.resize_with(table + 1, Vec::new);
        }
        if let Some(known) = self.kept.recent[table].iter().find(|known| known.is_of(forms.number, row)) {
            return Ok(known.names.bind(self.py).clone());
        }
        let set = self.known(forms, names, row)?;
        let recent = &mut self.kept.recent[table];
        recent.truncate(RECENT - 1);
        let shape = self.kept.shape.get(2..).unwrap_or_default().to_vec();
        recent.insert(0, Recent { kind: forms.number, shape, names: set.clone().unbind() });
        Ok(set)
    }

    /// The same, of all that are kept.
    fn known(&mut self, forms: &Forms, names: &Names, row: &Record<'_>) -> PyResult<Bound<'py, PySet>> {
        let shape = &mut self.kept.shape;
        shape.clear();
        shape.extend([forms.number, row.table]);
        shape.extend(row.cells.iter().map(|(column, _)| *column));
        // no column has that number
        shape.push(u16::MAX);
        shape.extend(row.records.chunk_by(alike).filter_map(|rows| Some(rows.first()?.table)));
        if let Some(set) = self.kept.told.get(shape.as_slice()) {
            return Ok(set.bind(self.py).clone());
        }
        let set = PySet::empty(self.py)?;
        for name in row.cells.iter().filter_map(|(column, _)| names.field(row.table, *column)) {
            set.add(name.bind(self.py))?;
        }
        for (name, _) in row.records.iter().filter_map(|row| names.list(row.table)) {
            set.add(name.bind(self.py))?;
        }
        if usize::from(row.table) == forms.claim {
            set.add(intern!(self.py, "kind"))?;
        }
        if self.kept.told.len() < SHAPES {
            self.kept.told.insert(self.kept.shape.clone(), set.clone().unbind());
        }
        Ok(set)
    }
}
