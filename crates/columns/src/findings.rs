//! Lines of findings.jsonl to rows.

use engine::Error;
use serde_json::{Map, Value as Json};

use crate::builders::Values;
use crate::table::{Column, ColumnKind, Value};

/// Reads `lines` into `values`, one a column; returns how many there were.
pub(crate) fn read(lines: &[u8], columns: &[Column], values: &mut [Values]) -> Result<usize, Error> {
    let mut rows = 0;
    for line in lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let finding: Map<String, Json> = serde_json::from_slice(line)
            .map_err(|error| Error::Internal(format!("a finding cannot be read: {error}")))?;
        for (column, values) in columns.iter().zip(&mut *values) {
            let Value::Finding(name) = column.value else { continue };
            let value = finding.get(name);
            match column.kind {
                ColumnKind::Index => values.index(value.and_then(Json::as_u64)),
                _ => values.text(value.and_then(Json::as_str)),
            }
        }
        rows += 1;
    }
    Ok(rows)
}
