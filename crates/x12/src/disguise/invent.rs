//! Names, streets and ways to reach somebody that are nobody's.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::cipher::Cipher;
use super::form::{is_laboratory, is_name};
use super::kind::Kind;

/// What names are made of: by word of `synthetic.names`, its parts.
static PARTS: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let lines = include_str!("../../guides/synthetic.names").lines();
    let halves = lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(':'));
    halves.map(|(name, parts)| (name.trim(), parts.split_whitespace().collect())).collect()
});

/// Longer values are turned letter by letter, so that they stay as long as they are.
const LONGEST: usize = 35;

/// Makes `value` one that stands for it; of the same sort and about as long.
pub(super) fn instead(cipher: &Cipher, kind: Kind, value: &mut Vec<u8>) {
    let usual = value.len() <= LONGEST && value.len() > 1 && is_name(value);
    match kind {
        Kind::Text => mask(value),
        Kind::Digits if is_laboratory(value) => cipher.digits(value),
        Kind::Zip if is_zip(value) => zip(cipher, value),
        Kind::Reach if !value.iter().any(u8::is_ascii_control) => reach(cipher, value),
        Kind::Street if is_box(value) && !value.iter().any(u8::is_ascii_control) => post_box(cipher, value),
        Kind::Last | Kind::First | Kind::Contact | Kind::Org | Kind::Street | Kind::City if usual => {
            named(cipher, kind, value);
        }
        _ => cipher.identifier(value),
    }
    blur(value);
}

/// Five digits, nine, or nine with a hyphen.
fn is_zip(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    matches!((value.len(), digits), (5, 5) | (9, 9)) || value.len() == 10 && digits == 9 && value[5] == b'-'
}

/// True for a box of a post office: those words, or their letters, and a number.
fn is_box(value: &[u8]) -> bool {
    let text = value.to_ascii_uppercase();
    let boxes = text.windows(3).enumerate().filter(|(_, word)| word == b"BOX");
    boxes.map(|(at, _)| text.split_at(at)).any(|(before, after)| {
        let before = before.trim_ascii_end();
        let office = [&b"PO"[..], b"P.O", b"P O", b"PO.", b"P.O.", b"P. O.", b"P. O", b"POST OFFICE", b"LOCK"];
        let named = office.iter().filter_map(|office| before.strip_suffix(*office));
        let alone = |rest: &[u8]| rest.last().is_none_or(|byte| !byte.is_ascii_alphanumeric());
        named.into_iter().any(alone) && after.get(3).is_none_or(|byte| !byte.is_ascii_alphabetic())
    })
}

/// Another box, and nothing of what stands beside it.
fn post_box(cipher: &Cipher, value: &mut Vec<u8>) {
    let small = value.iter().any(u8::is_ascii_lowercase);
    let hash = cipher.hash(Kind::Street as u8, &value.to_ascii_uppercase());
    let made = format!("{} {}", if small { "po box" } else { "PO BOX" }, 1 + hash % 9_899);
    value.clear();
    value.extend_from_slice(made.as_bytes());
}

fn named(cipher: &Cipher, kind: Kind, value: &mut Vec<u8>) {
    let small = value.iter().any(u8::is_ascii_lowercase);
    let whole = value.to_ascii_uppercase();
    let hash = cipher.hash(kind as u8, &whole);
    let (name, between) = match kind {
        Kind::First => ("first", ""),
        Kind::City => ("city", ""),
        Kind::Street => ("street", " "),
        Kind::Org => ("org", " "),
        _ => ("last", ""),
    };
    let part = |name: &str, hash: u64| {
        let parts = PARTS.get(name).map_or(&[][..], Vec::as_slice);
        parts.get((hash % parts.len().max(1) as u64) as usize).copied().unwrap_or("NAME")
    };
    let end = format!("{name}+");
    let mut made = format!("{}{between}{}", part(name, hash), part(&end, hash >> 20));
    if kind == Kind::Street {
        made = format!("{} {made}", 1 + (hash >> 40) % 9_899);
    } else if kind == Kind::Org {
        made = format!("{made} {}", 100 + (hash >> 40) % 900);
    }
    value.clear();
    value.extend_from_slice(if small { made.to_lowercase() } else { made }.as_bytes());
}

/// The area stays, as far as it is told of without its people: the first three digits.
fn zip(cipher: &Cipher, value: &mut [u8]) {
    let mut left = cipher.hash(Kind::Zip as u8, value);
    for byte in value.iter_mut().skip(3).filter(|byte| byte.is_ascii_digit()) {
        *byte = b'0' + (left % 10) as u8;
        left = left / 10 + left.rotate_left(7) % 10;
    }
}

/// A telephone number, an address of mail or of a page.
fn reach(cipher: &Cipher, value: &mut Vec<u8>) {
    let hash = cipher.hash(Kind::Reach as u8, &value.to_ascii_uppercase());
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let made = if value.contains(&b'@') {
        format!("USER{:06}@EXAMPLE.ORG", hash % 1_000_000)
    } else if value.iter().any(u8::is_ascii_alphabetic) && value.contains(&b'.') {
        format!("EXAMPLE.ORG/{:06}", hash % 1_000_000)
    } else if digits == 10 && value.len() == 10 {
        // 555-01xx is for stories
        format!("{}55501{:02}", 200 + hash % 789, (hash >> 20) % 100)
    } else {
        return cipher.identifier(value);
    };
    value.clear();
    value.extend_from_slice(made.as_bytes());
}

/// Letters and digits go; how long it was stays.
pub(super) fn mask(value: &mut [u8]) {
    for byte in value {
        *byte = match *byte {
            b'0'..=b'9' => b'9',
            b'a'..=b'z' => b'x',
            b'A'..=b'Z' => b'X',
            other => other,
        };
    }
}

/// Characters beyond ASCII become others that are as long and say nothing; bytes that are no characters, others that are none.
pub(super) fn blur(value: &mut Vec<u8>) {
    if value.is_ascii() {
        return;
    }
    let mut made = Vec::with_capacity(value.len());
    for chunk in value.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character.len_utf8() {
                1 => made.push(character as u8),
                2 => made.extend_from_slice("\u{bf}".as_bytes()),
                3 => made.extend_from_slice("\u{fffd}".as_bytes()),
                _ => made.extend_from_slice("\u{1f000}".as_bytes()),
            }
        }
        made.extend(chunk.invalid().iter().map(|byte| if *byte < 0xc0 { 0xbf } else { 0xff }));
    }
    *value = made;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_a_box_and_a_street_with_these_letters_is_none() {
        for text in ["PO BOX 12", "P.O. Box 12", "12 KANARI LN POB OX PO BOX 7", "LOCK BOX 3", "post office box 9"] {
            assert!(is_box(text.as_bytes()), "{text}");
        }
        for text in ["12 BOXWOOD LN", "PO BOXWOOD", "BOX 7", "12 PENNYPO BOX"] {
            assert!(!is_box(text.as_bytes()), "{text}");
        }
        let mut street = b"PO BOX 771 KANARI LANE".to_vec();
        instead(&Cipher::new(&[7; 16]), Kind::Street, &mut street);
        assert!(street.starts_with(b"PO BOX ") && street.len() < 12);
        let mut broken = b"PO BOX 77\n1".to_vec();
        instead(&Cipher::new(&[7; 16]), Kind::Street, &mut broken);
        assert_eq!(broken.iter().position(|byte| *byte == b'\n'), Some(9));
    }

    #[test]
    fn characters_of_other_alphabets_say_nothing_and_are_as_long() {
        for text in ["\u{41a}\u{430}NARI", "NU\u{d1}EZ", "\u{4e2d}\u{6587}", "\u{1f600}"] {
            let mut value = text.as_bytes().to_vec();
            blur(&mut value);
            let made = String::from_utf8(value).unwrap();
            assert_eq!((made.len(), made.chars().count()), (text.len(), text.chars().count()));
            assert!(made.chars().all(|each| each.is_ascii() || "\u{bf}\u{fffd}\u{1f000}".contains(each)), "{made}");
        }
        let mut latin = b"JOS\xc9 \x93X".to_vec();
        blur(&mut latin);
        assert_eq!(latin, b"JOS\xff \xbfX");
    }
}
