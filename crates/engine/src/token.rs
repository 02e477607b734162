//! Tokens: what stands in files for an identifier that must not be seen.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Makes tokens with one key: HMAC-SHA-256 over the field's name and the value, 128 bits kept.
#[derive(Clone)]
pub struct Tokens {
    mac: Hmac<Sha256>,
    prefix: String,
}

impl Tokens {
    /// With `key` (any length), named `id` in every token.
    pub(crate) fn new(key: &[u8], id: &str) -> Self {
        #[allow(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
        Self { mac, prefix: format!("{id}.") }
    }

    /// The token of `value` in the domain of `field`: equal for equal values, telling nothing else.
    #[must_use]
    pub fn token(&self, field: &str, value: &[u8]) -> String {
        let mut token = Vec::with_capacity(self.prefix.len() + 32);
        self.append(field, value, &mut token);
        String::from_utf8(token).unwrap_or_default()
    }

    /// Appends the token of `value`.
    pub fn append(&self, field: &str, value: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(self.prefix.as_bytes());
        let digest = self.digest(field, value);
        digest[..16].iter().for_each(|byte| out.extend_from_slice(&hex_of(*byte)));
    }

    /// A key of its own for `purpose`, drawn from the key of tokens.
    #[must_use]
    pub fn secret(&self, purpose: &str) -> [u8; 16] {
        let digest = self.digest(purpose, b"");
        std::array::from_fn(|at| digest[at])
    }

    /// The whole digest of `value` in the domain of `field`.
    pub(crate) fn digest(&self, field: &str, value: &[u8]) -> [u8; 32] {
        let mut mac = self.mac.clone();
        mac.update(field.as_bytes());
        mac.update(&[0]);
        mac.update(value);
        mac.finalize().into_bytes().into()
    }
}

/// Lower-case hexadecimals.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    push_hex(&mut text, bytes);
    text
}

/// The two digits of a byte.
fn hex_of(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    text.extend(bytes.iter().flat_map(|byte| hex_of(*byte)).map(char::from));
}
