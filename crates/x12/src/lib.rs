//! Healthcare X12 as values: bytes in, findings and documents out.
