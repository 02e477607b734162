//! A finding as a line of findings.jsonl.

use x12::wire::decimal;

/// Everything that a line says, ready to be written.
pub(crate) struct Line<'a> {
    pub(crate) code: &'a str,
    pub(crate) severity: &'a str,
    pub(crate) snip: u8,
    pub(crate) scope: &'a str,
    pub(crate) message: &'a str,
    pub(crate) fix: &'a str,
    pub(crate) doc: &'a str,
    pub(crate) file: &'a str,
    pub(crate) interchange_index: Option<u32>,
    pub(crate) group_index: Option<u32>,
    pub(crate) set_index: Option<u32>,
    pub(crate) interchange: Option<&'a [u8]>,
    pub(crate) group: Option<&'a [u8]>,
    pub(crate) set: Option<&'a [u8]>,
    pub(crate) claim_index: Option<u64>,
    pub(crate) claim: Option<&'a str>,
    pub(crate) segment_index: Option<u32>,
    pub(crate) byte_offset: u64,
    pub(crate) loop_id: Option<&'a str>,
    pub(crate) segment: Option<&'a str>,
    pub(crate) element: Option<u8>,
    pub(crate) component: Option<u8>,
    pub(crate) repetition: Option<u16>,
    pub(crate) lx: Option<u32>,
    /// Paths and values.
    pub(crate) evidence: &'a [(String, &'a [u8])],
    /// Values are shown, and not only their shapes.
    pub(crate) in_clear: bool,
    pub(crate) ack: Option<(&'a str, &'a str, &'a str)>,
    pub(crate) rule_version: Option<&'a str>,
    /// The code tables that its rule looks into, each with its release, as a JSON array.
    pub(crate) tables: Option<&'a str>,
    /// The partner's overlay by which it is wrong.
    pub(crate) overlay: Option<&'a str>,
}

/// How wide the number of affected claims is written: it is known last, and put in its place then.
const WIDTH: usize = 10;

/// The affected claims as they are written over their place.
pub(crate) fn affected(claims: u64) -> [u8; WIDTH] {
    let mut digits = [0; 20];
    let digits = decimal(claims.min(9_999_999_999), &mut digits);
    let mut text = [b' '; WIDTH];
    text[WIDTH - digits.len()..].copy_from_slice(digits);
    text
}

impl Line<'_> {
    /// Appends the line; returns where in `out` the number of affected claims stands.
    pub(crate) fn write(&self, out: &mut Vec<u8>, claims: u64) -> usize {
        text(out, r#"{"code":"#, Some(self.code));
        text(out, r#","severity":"#, Some(self.severity));
        number(out, r#","snip":"#, Some(self.snip));
        text(out, r#","scope":"#, Some(self.scope));
        text(out, r#","message":"#, Some(self.message));
        text(out, r#","fix":"#, (!self.fix.is_empty()).then_some(self.fix));
        text(out, r#","doc":"#, Some(self.doc));
        text(out, r#","file":"#, Some(self.file));
        number(out, r#","interchange_index":"#, self.interchange_index);
        number(out, r#","group_index":"#, self.group_index);
        number(out, r#","set_index":"#, self.set_index);
        bytes(out, r#","interchange":"#, self.interchange);
        bytes(out, r#","group":"#, self.group);
        bytes(out, r#","set":"#, self.set);
        number(out, r#","claim_index":"#, self.claim_index);
        out.extend_from_slice(br#","claims_affected":"#);
        let place = out.len();
        out.extend_from_slice(&affected(claims));
        text(out, r#","claim":"#, self.claim);
        number(out, r#","segment_index":"#, self.segment_index);
        number(out, r#","byte_offset":"#, Some(self.byte_offset));
        text(out, r#","loop":"#, self.loop_id);
        text(out, r#","segment":"#, self.segment);
        number(out, r#","element":"#, self.element);
        number(out, r#","component":"#, self.component);
        number(out, r#","repetition":"#, self.repetition);
        number(out, r#","line":"#, self.lx);
        self.write_evidence(out);
        out.extend_from_slice(br#","ack":["#);
        if let Some((kind, segment, codes)) = self.ack {
            text(out, r#"{"kind":"#, Some(kind));
            text(out, r#","segment":"#, Some(segment));
            text(out, r#","codes":["#, Some(codes));
            out.extend_from_slice(b"]}");
        }
        text(out, r#"],"rule_version":"#, self.rule_version);
        out.extend_from_slice(br#","tables":"#);
        out.extend_from_slice(self.tables.unwrap_or("[]").as_bytes());
        text(out, r#","overlay":"#, self.overlay);
        out.extend_from_slice(b"}\n");
        place
    }

    fn write_evidence(&self, out: &mut Vec<u8>) {
        let mut before = r#","evidence":[{"path":"#;
        for (path, value) in self.evidence.iter().filter(|(path, _)| !path.is_empty()) {
            text(out, before, Some(path));
            out.extend_from_slice(br#","masked":"#);
            if self.in_clear {
                string(out, &String::from_utf8_lossy(value));
            } else {
                string(out, &masked(value));
            }
            out.push(b'}');
            before = r#",{"path":"#;
        }
        if before.starts_with(",{") {
            out.push(b']');
        } else {
            out.extend_from_slice(br#","evidence":[]"#);
        }
    }
}

/// A key, with what stands before it, and its value.
pub(super) fn text(out: &mut Vec<u8>, key: &str, value: Option<&str>) {
    out.extend_from_slice(key.as_bytes());
    match value {
        Some(value) => string(out, value),
        None => out.extend_from_slice(b"null"),
    }
}

/// The same of bytes.
pub(super) fn bytes(out: &mut Vec<u8>, key: &str, value: Option<&[u8]>) {
    text(out, key, value.map(String::from_utf8_lossy).as_deref());
}

/// The same of a number.
pub(super) fn number<N: Into<u64>>(out: &mut Vec<u8>, key: &str, value: Option<N>) {
    out.extend_from_slice(key.as_bytes());
    match value {
        Some(value) => out.extend_from_slice(decimal(value.into(), &mut [0; 20])),
        None => out.extend_from_slice(b"null"),
    }
}

fn string(out: &mut Vec<u8>, value: &str) {
    let odd = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    if !value.bytes().fold(false, |any, byte| any | odd(byte)) {
        out.push(b'"');
        out.extend_from_slice(value.as_bytes());
        out.push(b'"');
    } else if serde_json::to_writer(&mut *out, value).is_err() {
        out.extend_from_slice(b"\"\"");
    }
}

/// The shape of a value without the value: letters become `A`, digits `9`; at most 40 characters.
#[must_use]
pub fn masked(value: &[u8]) -> String {
    value
        .iter()
        .take(40)
        .map(|&byte| match byte {
            b'0'..=b'9' => '9',
            byte if byte.is_ascii_alphabetic() => 'A',
            b' ' => ' ',
            byte if byte.is_ascii_punctuation() => byte as char,
            _ => '?',
        })
        .collect()
}

/// Appends `number` in decimal digits.
pub(super) fn push_number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(decimal(number, &mut [0; 20]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_json_with_room_for_the_count() {
        let line = Line {
            code: "INVALID_NPI",
            severity: "error",
            snip: 5,
            scope: "provider",
            message: "say \"why\"",
            fix: "",
            doc: "d",
            file: "f.837",
            interchange_index: Some(0),
            group_index: None,
            set_index: None,
            interchange: Some(b"000000001"),
            group: None,
            set: None,
            claim_index: None,
            claim: None,
            segment_index: Some(8),
            byte_offset: 400,
            loop_id: Some("2010AA"),
            segment: Some("NM1"),
            element: Some(9),
            component: None,
            repetition: None,
            lx: None,
            evidence: &[("2010AA.NM109".to_owned(), b"12A-4 \xff")],
            in_clear: false,
            ack: Some(("277CA", "STC", "A7:562:85")),
            rule_version: None,
            tables: Some(r#"["icd10cm FY2027"]"#),
            overlay: None,
        };
        let mut out = Vec::new();
        let place = line.write(&mut out, 0);
        out[place..place + WIDTH].copy_from_slice(&affected(12));
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(value["claims_affected"], 12);
        assert_eq!(value["message"], "say \"why\"");
        assert_eq!(value["evidence"][0]["masked"], "99A-9 ?");
        assert_eq!(value["ack"][0]["codes"][0], "A7:562:85");
        assert_eq!(value["tables"][0], "icd10cm FY2027");
        assert!(value["fix"].is_null() && value["group"].is_null());
    }
}
