//! Values as JSON.

use crate::claim::civil;
use crate::wire::decimal;

/// Appends `text` as a JSON string. What is no UTF-8 is replaced.
pub fn string(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    if is_plain(text) {
        out.extend_from_slice(text);
    } else {
        escaped(out, &String::from_utf8_lossy(text));
    }
    out.push(b'"');
}

/// True when all of `text` is printable ASCII that JSON takes as it stands; eight bytes are looked at together.
fn is_plain(text: &[u8]) -> bool {
    let (words, rest) = text.as_chunks::<8>();
    let mut last = [b' '; 8];
    last[..rest.len()].copy_from_slice(rest);
    words.iter().chain([&last]).fold(0, |odd, word| odd | odd_bytes(u64::from_le_bytes(*word))) == 0
}

/// A high bit is set where one of the bytes of `word` is a control, no ASCII, a quote or a backslash.
fn odd_bytes(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    let none_of = |byte: u8| {
        let other = word ^ (ONES * u64::from(byte));
        other.wrapping_sub(ONES) & !other
    };
    let controls = word.wrapping_sub(ONES * 0x20) & !word;
    (word | controls | none_of(b'"') | none_of(b'\\') | none_of(0x7f)) & (ONES * 0x80)
}

#[cold]
fn escaped(out: &mut Vec<u8>, text: &str) {
    for each in text.chars() {
        match each {
            '"' | '\\' => out.extend([b'\\', each as u8]),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            control if control < ' ' || control == '\x7f' => {
                out.extend_from_slice(format!("\\u{:04x}", u32::from(control)).as_bytes());
            }
            other => out.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// Appends cents as dollars, in quotes, always with two places.
pub(super) fn money(out: &mut Vec<u8>, cents: i64) {
    out.push(b'"');
    if cents < 0 {
        out.push(b'-');
    }
    let cents = cents.unsigned_abs();
    out.extend_from_slice(decimal(cents / 100, &mut [0; 20]));
    let rest = (cents % 100) as u8;
    out.extend([b'.', b'0' + rest / 10, b'0' + rest % 10, b'"']);
}

/// Appends thousandths, in quotes, with as few places as they need.
pub(super) fn number(out: &mut Vec<u8>, thousandths: i64) {
    out.push(b'"');
    crate::claim::write_amount(out, thousandths, 3);
    out.push(b'"');
}

/// Appends whole thousands as the number that they are; false for what is no whole number.
pub(super) fn count(out: &mut Vec<u8>, thousandths: i64) -> bool {
    if thousandths % 1000 != 0 {
        return false;
    }
    if thousandths < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(decimal(thousandths.unsigned_abs() / 1000, &mut [0; 20]));
    true
}

/// Appends days since 1970-01-01 as a date.
pub(super) fn date(out: &mut Vec<u8>, days: i32) {
    let (year, month, day) = civil(days);
    let number = (year.clamp(0, 9999) * 10_000 + month * 100 + day).unsigned_abs();
    let mut text = *b"\"0000-00-00\"";
    let mut rest = number;
    for at in [10, 9, 7, 6, 4, 3, 2, 1] {
        text[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.extend_from_slice(&text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(say: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        say(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_are_json() {
        assert_eq!(said(|out| money(out, -1205)), r#""-12.05""#);
        assert_eq!(said(|out| money(out, 7)), r#""0.07""#);
        assert_eq!(said(|out| number(out, 1500)), r#""1.5""#);
        assert_eq!(said(|out| assert!(count(out, 3000) && !count(out, 1))), "3");
        assert_eq!(said(|out| date(out, 20_726)), r#""2026-09-30""#);
        for text in [
            "plain",
            "plainly longer than eight",
            "1234567\"",
            "12345678\\",
            "\u{7f}",
            "say \"no\" \\ \n\t\r\u{1}",
            "Zoë",
            "",
        ] {
            let json = said(|out| string(out, text.as_bytes()));
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
        assert_eq!(said(|out| string(out, b"a\xffb")), "\"a\u{fffd}b\"");
    }
}
