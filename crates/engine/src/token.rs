//! Tokens: what stands in files for an identifier that must not be seen.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Makes tokens with one key: HMAC-SHA-256 over the field's name and the value, 128 bits kept.
#[derive(Clone)]
pub(crate) struct Tokens {
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
    pub(crate) fn token(&self, field: &str, value: &[u8]) -> String {
        let digest = self.digest(field, value);
        format!("{}{}", self.prefix, hex(&digest[..16]))
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
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
