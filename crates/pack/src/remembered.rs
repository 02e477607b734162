//! Rows of a history: those of the claims of one run, sorted, and sorted ones merged.
//!
//! A row is a key, the digest as sixteen hexadecimals, and a tail: first day, last day and value, four bytes each, the greatest
//! first. Rows ascend. Those of a key whose values are alike and whose days touch are one row.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const KEY: usize = 16;
const TAIL: usize = 12;
const ROW: usize = KEY + TAIL;
/// Of the engine's digests: of a claim and of its parties.
const PAIR: usize = 16;
/// Of the engine's lists: the number of the list, a digest and a tail.
const LISTED: usize = 1 + 8 + TAIL;

type Row = [u8; ROW];

/// Rows that lie in a file: where the first is, and how many there are.
#[derive(Debug)]
pub struct Run {
    /// The file.
    pub path: PathBuf,
    /// Of the first row, in bytes.
    pub at: u64,
    /// How many.
    pub rows: u64,
}

/// What the engine wrote of the claims that were sent, sorted into files: `out.0` of the claims, `out.1` of their parties,
/// and one for each of `lists` lists. How many rows each has. All of it is in memory meanwhile.
///
/// # Errors
/// When a file cannot be read or written.
pub fn gathered(digests: &Path, lists: usize, out: &Path) -> io::Result<Vec<u64>> {
    let mut found: Vec<Vec<Row>> = vec![Vec::new(); lists + 2];
    let ever = ends(i32::MIN, i32::MAX, 0);
    for pair in std::fs::read(digests)?.chunks_exact(PAIR) {
        let (own, parties) = pair.split_at(PAIR / 2);
        let sorts = [(own, own.iter().any(|&byte| byte != 0)), (parties, true)];
        for (to, (digest, _)) in found.iter_mut().zip(sorts).filter(|(_, (_, is_there))| *is_there) {
            to.push(row(digest, &ever));
        }
    }
    for listed in std::fs::read(digests.with_extension("lists"))?.chunks_exact(LISTED) {
        let (head, tail) = listed.split_at(LISTED - TAIL);
        if let Some((number, digest)) = head.split_first()
            && let Some(to) = found.get_mut(usize::from(*number) + 2)
        {
            to.push(row(digest, tail));
        }
    }
    let written = found.into_iter().enumerate().map(|(number, mut rows)| {
        rows.sort_unstable();
        let mut joined = Joined::new(&out.with_extension(number.to_string()))?;
        rows.iter().try_for_each(|row| joined.take(row))?;
        joined.end()
    });
    written.collect()
}

/// Sorted rows of several files as one; how many there are then. A buffer of each is in memory.
///
/// # Errors
/// When a file cannot be read or written, or is cut short.
pub fn merged(runs: &[Run], out: &Path) -> io::Result<u64> {
    let mut open: Vec<Rows> = runs.iter().map(Rows::open).collect::<io::Result<_>>()?;
    let mut next = BinaryHeap::with_capacity(open.len());
    for (number, rows) in open.iter_mut().enumerate() {
        next.extend(rows.next()?.map(|row| Reverse((row, number))));
    }
    let mut joined = Joined::new(out)?;
    while let Some(Reverse((row, number))) = next.pop() {
        joined.take(&row)?;
        if let Some(rows) = open.get_mut(number) {
            next.extend(rows.next()?.map(|row| Reverse((row, number))));
        }
    }
    joined.end()
}

fn row(digest: &[u8], tail: &[u8]) -> Row {
    let mut row = [0; ROW];
    let (key, end) = row.split_at_mut(KEY);
    for (pair, byte) in key.chunks_exact_mut(2).zip(digest) {
        for (to, half) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
            *to = if half < 10 { b'0' + half } else { b'a' - 10 + half };
        }
    }
    end.copy_from_slice(tail);
    row
}

fn ends(first: i32, last: i32, value: i32) -> [u8; TAIL] {
    let mut tail = [0; TAIL];
    for (to, number) in tail.chunks_exact_mut(4).zip([first, last, value]) {
        to.copy_from_slice(&number.to_be_bytes());
    }
    tail
}

/// The rows of a file, one after another.
struct Rows {
    from: BufReader<File>,
    left: u64,
}

impl Rows {
    fn open(run: &Run) -> io::Result<Self> {
        let mut file = File::open(&run.path)?;
        file.seek(SeekFrom::Start(run.at))?;
        Ok(Self { from: BufReader::with_capacity(1 << 16, file), left: run.rows })
    }

    fn next(&mut self) -> io::Result<Option<Row>> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        let mut row = [0; ROW];
        self.from.read_exact(&mut row)?;
        Ok(Some(row))
    }
}

/// Rows as they are written: those of a key that touch are one.
struct Joined {
    out: BufWriter<File>,
    key: [u8; KEY],
    /// First day, last day and value of the rows of that key.
    spans: Vec<(i32, i32, i32)>,
    rows: u64,
}

impl Joined {
    fn new(path: &Path) -> io::Result<Self> {
        let out = BufWriter::with_capacity(1 << 18, File::create_new(path)?);
        Ok(Self { out, key: [0; KEY], spans: Vec::new(), rows: 0 })
    }

    fn take(&mut self, row: &Row) -> io::Result<()> {
        let (key, tail) = row.split_at(KEY);
        if key != self.key {
            self.close()?;
            self.key.copy_from_slice(key);
        }
        let mut numbers =
            tail.chunks_exact(4).map(|four| four.iter().fold(0_i32, |sum, &byte| sum << 8 | i32::from(byte)));
        let mut number = || numbers.next().unwrap_or_default();
        self.spans.push((number(), number(), number()));
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        self.spans.sort_unstable();
        let mut open: Option<(i32, i32, i32)> = None;
        for (first, last, value) in std::mem::take(&mut self.spans) {
            open = match open {
                Some((begin, end, own)) if own == value && first <= end.saturating_add(1) => {
                    Some((begin, end.max(last), own))
                }
                other => {
                    self.write(other)?;
                    Some((first, last, value))
                }
            };
        }
        self.write(open)
    }

    fn write(&mut self, span: Option<(i32, i32, i32)>) -> io::Result<()> {
        let Some((first, last, value)) = span else { return Ok(()) };
        self.rows += 1;
        self.out.write_all(&self.key)?;
        self.out.write_all(&ends(first, last, value))
    }

    fn end(mut self) -> io::Result<u64> {
        self.close()?;
        self.out.flush()?;
        Ok(self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(rows: &[(u8, i32, i32, i32)], path: &Path) -> Run {
        let bytes: Vec<u8> =
            rows.iter().flat_map(|&(key, first, last, value)| row(&[key; 8], &ends(first, last, value))).collect();
        std::fs::write(path, &bytes).unwrap();
        Run { path: path.to_owned(), at: 0, rows: rows.len() as u64 }
    }

    fn read(path: &Path) -> Vec<(u8, i32, i32, i32)> {
        let number = |four: &[u8]| i32::from_be_bytes(four.try_into().unwrap());
        let text = std::fs::read(path).unwrap();
        let rows = text.chunks_exact(ROW).map(|row| {
            let key = u8::from_str_radix(std::str::from_utf8(&row[..2]).unwrap(), 16).unwrap();
            (key, number(&row[16..20]), number(&row[20..24]), number(&row[24..]))
        });
        rows.collect()
    }

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("remembered-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        folder
    }

    #[test]
    fn the_same_row_counts_once_and_days_that_touch_are_one_row() {
        let at = folder("merged");
        let older = written(&[(1, -5, -5, 7), (2, 1, 1, 7), (0xfe, i32::MIN, i32::MAX, 0)], &at.join("a"));
        let newer = written(&[(1, -5, -5, 7), (1, -4, -4, 7), (1, -3, -3, 8), (1, 9, 9, 7)], &at.join("b"));
        assert_eq!(merged(&[older, newer], &at.join("out")).unwrap(), 5);
        let wanted = [(1, -5, -4, 7), (1, -3, -3, 8), (1, 9, 9, 7), (2, 1, 1, 7), (0xfe, i32::MIN, i32::MAX, 0)];
        assert_eq!(read(&at.join("out")), wanted);
        std::fs::remove_dir_all(at).unwrap();
    }

    #[test]
    fn what_the_engine_wrote_is_sorted_and_a_claim_without_a_digest_left_out() {
        let at = folder("gathered");
        let pairs = [[9; 8], [1; 8], [0; 8], [2; 8], [3; 8], [2; 8]];
        std::fs::write(at.join("sent"), pairs.concat()).unwrap();
        let listed = |list: u8, key: u8| [&[list][..], &[key; 8], &ends(4, 4, 2)].concat();
        std::fs::write(at.join("sent.lists"), [listed(1, 8), listed(0, 7), listed(1, 6), listed(9, 5)].concat())
            .unwrap();
        assert_eq!(gathered(&at.join("sent"), 2, &at.join("out")).unwrap(), [2, 2, 1, 2]);
        let ever = |key| (key, i32::MIN, i32::MAX, 0);
        assert_eq!(read(&at.join("out.0")), [ever(3), ever(9)]);
        assert_eq!(read(&at.join("out.1")), [ever(1), ever(2)]);
        assert_eq!(read(&at.join("out.3")), [(6, 4, 4, 2), (8, 4, 4, 2)]);
        std::fs::remove_dir_all(at).unwrap();
    }

    #[test]
    fn a_file_that_is_cut_short_is_told() {
        let at = folder("cut");
        let run = written(&[(1, 1, 1, 1)], &at.join("a"));
        assert!(merged(&[Run { rows: 2, ..run }], &at.join("out")).is_err());
        std::fs::remove_dir_all(at).unwrap();
    }
}
