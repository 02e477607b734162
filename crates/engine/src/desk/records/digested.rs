//! The digest of a file, in the lines that say where its records come from: it is known when the file is over.

use memchr::memmem;
use x12::wire::Output;

/// Stands in a line until then, with its key. No text in a line has these bytes, since its quotes are escaped.
pub(super) const TO_COME: &str = r#","sha256":"0000000000000000000000000000000000000000000000000000000000000000""#;

/// What of it the digest takes the place of.
const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Bytes looked through at a time.
const CHUNK: usize = 64 * 1024;

/// Puts `digest`, in hexadecimals, where it was to come in `output` from `from` on.
pub(super) fn fill_in(output: &mut impl Output, from: u64, digest: &str) {
    let known = TO_COME.replace(ZEROS, digest);
    let mut buffer = vec![0; CHUNK];
    let mut at = from;
    loop {
        let mut count = 0;
        while let Some(room) = buffer.get_mut(count..).filter(|room| !room.is_empty()) {
            match output.read(at + count as u64, room) {
                0 => break,
                more => count += more,
            }
        }
        let Some(bytes) = buffer.get_mut(..count).filter(|bytes| bytes.len() >= known.len()) else { return };
        let places: Vec<usize> = memmem::find_iter(bytes, TO_COME).collect();
        for place in &places {
            bytes[*place..place + known.len()].copy_from_slice(known.as_bytes());
        }
        if !places.is_empty() {
            output.patch(at, bytes);
        }
        at += (count - known.len() + 1) as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use x12::wire::MemoryOutput;

    #[test]
    fn the_digest_is_put_where_it_was_to_come_and_nowhere_else() {
        let digest = crate::digest(b"a file");
        let line =
            |said: &str, number: usize| format!("{{\"id\":{number},\"of\":\"\\\",\\\"sha256\\\":\\\"00\"{said}}}\n");
        let text = |said: &str| (0..2_000).map(|number| line(said, number)).collect::<String>();
        let mut output = MemoryOutput::default();
        output.append(text(TO_COME).as_bytes());
        let earlier = output.len();
        output.append(text(TO_COME).as_bytes());
        fill_in(&mut output, earlier, &digest);
        let expected = text(TO_COME) + &text(&format!(r#","sha256":"{digest}""#));
        assert!(output.bytes == expected.as_bytes());
    }
}
