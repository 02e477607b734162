//! Text as JSON.

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
    words.iter().chain([&last]).fold(0, |odd, word| odd | odd_word(u64::from_le_bytes(*word))) == 0
}

/// A high bit is set where one of the bytes of `word` is a control, no ASCII, a quote or a backslash.
pub(super) fn odd_word(word: u64) -> u64 {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn said(say: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        say(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_is_json() {
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
