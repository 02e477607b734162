//! Healthcare X12 without I/O: bytes in, values out.
//!
//! The way of the data: [`wire`] → [`validate`] (against a [`guide`]) → [`claim`] → [`scrub`] →
//! [`acknowledge`] and [`split`]. Upper rooms use lower ones, never the other way.

pub mod acknowledge;
pub mod claim;
pub mod disguise;
pub mod finding;
pub mod guide;
pub mod position;
pub mod record;
pub mod scrub;
pub mod split;
pub mod validate;
pub mod wire;
