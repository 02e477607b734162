//! Names, streets and ways to reach somebody that are nobody's.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::cipher::Cipher;
use super::table::Kind;

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
    let usual = value.len() <= LONGEST && value.len() > 1 && is_usual(value);
    match kind {
        Kind::Keep => {}
        Kind::Text => mask(value),
        Kind::Digits => cipher.digits(value),
        Kind::Zip => zip(cipher, value),
        Kind::Reach if !value.iter().any(u8::is_ascii_control) => reach(cipher, value),
        Kind::Id | Kind::Date | Kind::Reach => cipher.identifier(value),
        _ if !usual => cipher.identifier(value),
        Kind::Street if contains(value, b"BOX") => cipher.digits(value),
        kind => named(cipher, kind, value),
    }
}

/// Letters, digits and what stands between words, with something else at both ends.
fn is_usual(value: &[u8]) -> bool {
    let usual = |byte: &u8| byte.is_ascii_alphanumeric() || b" .,'-&/#".contains(byte);
    let ends = [value.first(), value.last()];
    value.iter().all(usual) && ends.iter().all(|end| end.is_some_and(|byte| *byte != b' '))
}

fn contains(value: &[u8], what: &[u8]) -> bool {
    value.windows(what.len()).any(|window| window.eq_ignore_ascii_case(what))
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
    let hash = cipher.hash(Kind::Zip as u8, value);
    if let Some(rest) = value.get_mut(3..) {
        let mut left = hash;
        for byte in rest.iter_mut().filter(|byte| byte.is_ascii_alphanumeric()) {
            *byte = if byte.is_ascii_digit() { b'0' + (left % 10) as u8 } else { b'A' + (left % 26) as u8 };
            left = left / 10 + left.rotate_left(7) % 10;
        }
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
            // letters of whatever other alphabet
            0x80.. => b'?',
            other => other,
        };
    }
}
