//! worklist.csv: for the person who fixes claims, and therefore in clear.

/// The first line.
pub(crate) const HEADER: &str =
    "file,claim,patient,payer,service_date,charge,code,severity,reason,field,value,fix,segment_index\r\n";

/// Appends a row; every cell is safe to open in a spreadsheet.
pub(crate) fn row(out: &mut Vec<u8>, cells: &[&[u8]]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_cell(out, cell);
    }
    out.extend_from_slice(b"\r\n");
}

fn write_cell(out: &mut Vec<u8>, cell: &[u8]) {
    let text = String::from_utf8_lossy(cell);
    let formula = matches!(cell.first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\n'));
    let quoted = formula || text.contains(['"', ',', '\r', '\n', '\'']);
    if !quoted {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    if formula {
        out.push(b'\'');
    }
    for character in text.chars() {
        match character {
            '"' => out.extend_from_slice(b"\"\""),
            '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\x7f' => out.push(b'?'),
            other => out.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_no_formulas() {
        let mut out = Vec::new();
        row(&mut out, &[b"=1+1", b"plain", b"a,\"b\"", b"-5", b"O'NEIL", b"\xff"]);
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "\"'=1+1\",plain,\"a,\"\"b\"\"\",\"'-5\",\"O'NEIL\",\u{fffd}\r\n");
    }
}
