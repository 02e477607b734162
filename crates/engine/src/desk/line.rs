//! A finding as a line of findings.jsonl.

use std::io::Write;

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
    pub(crate) evidence: &'a [(String, String)],
    pub(crate) ack: Option<(&'a str, &'a str, &'a str)>,
    pub(crate) rule_version: Option<&'a str>,
}

/// How wide the number of affected claims is written: it is known last, and put in its place then.
const WIDTH: usize = 10;

/// The affected claims as they are written over their place.
pub(crate) fn affected(claims: u64) -> String {
    format!("{claims:>WIDTH$}")
}

impl Line<'_> {
    /// Appends the line; returns where in `out` the number of affected claims stands.
    pub(crate) fn write(&self, out: &mut Vec<u8>, claims: u64) -> usize {
        out.push(b'{');
        text(out, "code", Some(self.code));
        text(out, "severity", Some(self.severity));
        number(out, "snip", Some(self.snip));
        text(out, "scope", Some(self.scope));
        text(out, "message", Some(self.message));
        text(out, "fix", (!self.fix.is_empty()).then_some(self.fix));
        text(out, "doc", Some(self.doc));
        text(out, "file", Some(self.file));
        number(out, "interchange_index", self.interchange_index);
        number(out, "group_index", self.group_index);
        number(out, "set_index", self.set_index);
        bytes(out, "interchange", self.interchange);
        bytes(out, "group", self.group);
        bytes(out, "set", self.set);
        number(out, "claim_index", self.claim_index);
        key(out, "claims_affected");
        let place = out.len();
        out.extend_from_slice(affected(claims).as_bytes());
        text(out, "claim", self.claim);
        number(out, "segment_index", self.segment_index);
        number(out, "byte_offset", Some(self.byte_offset));
        text(out, "loop", self.loop_id);
        text(out, "segment", self.segment);
        number(out, "element", self.element);
        number(out, "component", self.component);
        number(out, "repetition", self.repetition);
        number(out, "line", self.lx);
        key(out, "evidence");
        out.push(b'[');
        for (at, (path, masked)) in self.evidence.iter().enumerate() {
            out.extend_from_slice(if at == 0 { b"{" } else { b",{" });
            text(out, "path", Some(path));
            text(out, "masked", Some(masked));
            out.push(b'}');
        }
        out.push(b']');
        key(out, "ack");
        out.push(b'[');
        if let Some((kind, segment, codes)) = self.ack {
            out.push(b'{');
            text(out, "kind", Some(kind));
            text(out, "segment", Some(segment));
            key(out, "codes");
            out.push(b'[');
            string(out, codes);
            out.extend_from_slice(b"]}");
        }
        out.push(b']');
        text(out, "rule_version", self.rule_version);
        out.extend_from_slice(b"}\n");
        place
    }
}

fn key(out: &mut Vec<u8>, name: &str) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

fn text(out: &mut Vec<u8>, name: &str, value: Option<&str>) {
    key(out, name);
    match value {
        Some(value) => string(out, value),
        None => out.extend_from_slice(b"null"),
    }
}

fn bytes(out: &mut Vec<u8>, name: &str, value: Option<&[u8]>) {
    text(out, name, value.map(String::from_utf8_lossy).as_deref());
}

fn number<N: std::fmt::Display>(out: &mut Vec<u8>, name: &str, value: Option<N>) {
    key(out, name);
    match value {
        // A Vec takes every write.
        Some(value) => drop(write!(out, "{value}")),
        None => out.extend_from_slice(b"null"),
    }
}

fn string(out: &mut Vec<u8>, value: &str) {
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.extend_from_slice(b"\"\"");
    }
}

/// The shape of a value without the value: letters become `A`, digits `9`; at most 40 characters.
pub(crate) fn masked(value: &[u8]) -> String {
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
            evidence: &[("2010AA.NM109".to_owned(), masked(b"12A-4 \xff"))],
            ack: Some(("277CA", "STC", "A7:562:85")),
            rule_version: None,
        };
        let mut out = Vec::new();
        let place = line.write(&mut out, 0);
        out[place..place + WIDTH].copy_from_slice(affected(12).as_bytes());
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(value["claims_affected"], 12);
        assert_eq!(value["message"], "say \"why\"");
        assert_eq!(value["evidence"][0]["masked"], "99A-9 ?");
        assert_eq!(value["ack"][0]["codes"][0], "A7:562:85");
        assert!(value["fix"].is_null() && value["group"].is_null());
    }
}
