//! Outputs that appear all at once: staged beside their final names, renamed when the run is whole.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use x12::wire::Output;

use crate::error::Error;
use crate::trail::Trail;

/// Bytes kept in memory before they are written. Writes end at multiples of it: a write that shares no page with another
/// is the cheapest.
const BUFFER: usize = 128 * 1024;
/// Bytes of a draft that are kept in memory: what a set of the usual size comes to.
const DRAFT: usize = 1024 * 1024;

/// The folder of a run's outputs. Dropped without [`Stage::commit`] it leaves nothing behind.
pub(crate) struct Stage {
    out: PathBuf,
    staging: PathBuf,
    done: Vec<Finished>,
    /// The folder was made for this run.
    made: bool,
    /// The locks on the folder, which one run at a time writes to, and on the staging folder: what nobody holds was left by a
    /// run that was killed.
    _locks: [File; 2],
}

impl Stage {
    /// Makes the folder `out`, which must be empty unless `force`, and a staging folder inside it.
    pub(crate) fn new(out: &Path, force: bool) -> Result<Self, Error> {
        let failed = |error: io::Error| Error::output(out, &error);
        let made = !out.exists();
        let alone = alone(out).map_err(failed)?.ok_or_else(|| {
            let text = "another run is writing there; wait for it, or name another one";
            Error::Usage(format!("{}: {text}", out.display()))
        })?;
        if !force && fs::read_dir(out).map_err(failed)?.next().is_some() {
            let text =
                format!("{}: is not empty; name a new folder, or replace its results with --force", out.display());
            return Err(Error::Usage(text));
        }
        if force {
            forget_killed(out);
        }
        let (staging, lock) = staged(out).map_err(failed)?;
        Ok(Self { out: out.to_owned(), staging, done: Vec::new(), made, _locks: [alone, lock] })
    }

    /// Where files are in the making; what lies there in the end and was not finished goes away.
    pub(crate) fn folder(&self) -> &Path {
        &self.staging
    }

    /// A file that will be called `name`.
    pub(crate) fn file(&self, name: &str) -> StagedFile {
        StagedFile::new(&self.staging, name, BUFFER, Some(Trail::default()))
    }

    /// A file that is thrown away in the end, and is none at all as long as it is small.
    pub(crate) fn draft(&self, name: &str) -> StagedFile {
        StagedFile::new(&self.staging, name, DRAFT, None)
    }

    /// Takes a finished file in: it will be renamed at the end.
    pub(crate) fn finish(&mut self, file: StagedFile) -> Result<(), Error> {
        self.done.push(file.close()?);
        Ok(())
    }

    /// A whole small file.
    pub(crate) fn whole(&mut self, name: &str, content: &[u8]) -> Result<(), Error> {
        let mut file = self.file(name);
        file.append(content);
        self.finish(file)
    }

    /// All finished files.
    pub(crate) fn finished(&self) -> &[Finished] {
        &self.done
    }

    /// Reckons the digests of all finished files to their end; what is left to do for them is done side by side.
    pub(crate) fn settle(&mut self) -> Result<(), Error> {
        let staging = &self.staging;
        let files = Mutex::new(self.done.iter_mut());
        let work = || {
            loop {
                let next = files.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some(file) = next else { return Ok(()) };
                file.settle(staging)?;
            }
        };
        thread::scope(|scope| {
            let other = scope.spawn(work);
            work()?;
            other.join().map_err(|_| Error::Internal("a thread failed".to_owned()))?
        })
    }

    /// Renames everything into place; `marker` last, as the sign that the folder is whole.
    pub(crate) fn commit(mut self, marker: &str) -> Result<(), Error> {
        let failed = |path: &Path, error: &io::Error| Error::output(path, error);
        let old = self.out.join(marker);
        match fs::remove_file(&old) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(&old, &error)),
            _ => {}
        }
        let mut names: Vec<String> = std::mem::take(&mut self.done).into_iter().map(|file| file.name).collect();
        let now: HashSet<&str> = names.iter().map(String::as_str).collect();
        for name in earlier(&self.out).iter().filter(|name| !now.contains(name.as_str())) {
            let old = self.out.join(name);
            match fs::remove_file(&old) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(&old, &error)),
                _ => {}
            }
        }
        names.sort_by_key(|name| name == marker);
        for name in &names {
            let to = self.out.join(name);
            fs::rename(self.staging.join(name), &to).map_err(|error| failed(&to, &error))?;
        }
        Ok(())
    }
}

/// How often, and how long apart in milliseconds, a folder is asked for: who only looks whether a run is writing there holds
/// it for a moment too.
const ASKED: (u32, u64) = (20, 5);

/// The lock on the folder `out`, which is made if it is not there; none while another run holds it.
fn alone(out: &Path) -> io::Result<Option<File>> {
    for _ in 0..ASKED.0 {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(out)?;
        let lock = File::open(out)?;
        match lock.try_lock() {
            Ok(()) if is_there(&lock, out) => return Ok(Some(lock)),
            // whoever made it has taken it away again
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(ASKED.1)),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(None)
}

/// A staging folder in `out`, held by its lock. Its number is that of the process, or the next that is free: another
/// container on the same disk may have a process of the same number.
fn staged(out: &Path) -> io::Result<(PathBuf, File)> {
    let mut number = u64::from(std::process::id());
    loop {
        let staging = out.join(format!(".staging-{number}"));
        match fs::DirBuilder::new().mode(0o700).create(&staging) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
            // whoever took it for one that was left, before the lock was there, has removed it
            Ok(()) => match held(&staging) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                lock => return Ok((staging, lock?)),
            },
        }
    }
}

/// The lock on a folder that is there.
fn held(folder: &Path) -> io::Result<File> {
    let lock = File::open(folder)?;
    lock.lock()?;
    if is_there(&lock, folder) { Ok(lock) } else { Err(io::ErrorKind::NotFound.into()) }
}

/// True when what is open is what stands under that name.
fn is_there(open: &File, path: &Path) -> bool {
    let place = |facts: fs::Metadata| (facts.dev(), facts.ino());
    open.metadata().ok().map(place) == fs::metadata(path).ok().map(place)
}

/// Removes what runs that were killed left in `out`: it holds claims, and nobody comes back for it.
fn forget_killed(out: &Path) {
    let Ok(entries) = fs::read_dir(out) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let run = name.to_str().and_then(|name| name.strip_prefix(".staging-"));
        let is_staging = run.is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()));
        if is_staging && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let Ok(folder) = File::open(entry.path()) else { continue };
            if folder.try_lock().is_ok() {
                // a failure leaves it where it was, and changes no result
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

/// The names of the files that the run before wrote to `out`, as its run.json lists them.
fn earlier(out: &Path) -> Vec<String> {
    let text = fs::read(out.join("run.json")).unwrap_or_default();
    let run: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    let names = run["outputs"].as_array().into_iter().flatten().filter_map(|row| row["file"].as_str());
    names.filter(|name| !name.contains('/') && !matches!(*name, "" | "." | "..")).map(str::to_owned).collect()
}

impl Drop for Stage {
    fn drop(&mut self) {
        // What is left is of no use to anybody, and a failure to remove it changes no result.
        let _ = fs::remove_dir_all(&self.staging);
        if self.made {
            let _ = fs::remove_dir(&self.out); // stays when it is not empty
        }
    }
}

/// A file that is complete.
pub(crate) struct Finished {
    pub(crate) name: String,
    pub(crate) len: u64,
    digest: Digest,
}

impl Finished {
    /// SHA-256, as lower-case hexadecimals; none before it was settled.
    pub(crate) fn digest(&self) -> Option<String> {
        match &self.digest {
            Digest::Known(digest) => Some(crate::token::hex(digest)),
            Digest::Behind(_) => None,
        }
    }

    fn settle(&mut self, staging: &Path) -> Result<(), Error> {
        let Digest::Behind(trail) = &self.digest else { return Ok(()) };
        let path = staging.join(&self.name);
        let failed = |error: io::Error| Error::output(&path, &error);
        let opened = File::open(&path).map_err(failed)?;
        let digest = trail.clone().finish(&opened, self.len).map_err(failed)?;
        self.digest = Digest::Known(digest);
        Ok(())
    }
}

/// SHA-256 of a finished file: known, or so far.
enum Digest {
    Known([u8; 32]),
    Behind(Box<Trail>),
}

/// A file in the making. It remembers its first failure and says so when it is closed.
pub struct StagedFile {
    path: PathBuf,
    name: String,
    file: Option<File>,
    buffer: Vec<u8>,
    /// How many bytes are kept in memory.
    most: usize,
    written: u64,
    trail: Option<Trail>,
    failure: Option<io::Error>,
}

impl StagedFile {
    fn new(folder: &Path, name: &str, most: usize, trail: Option<Trail>) -> Self {
        Self {
            path: folder.join(name),
            name: name.to_owned(),
            file: None,
            buffer: Vec::new(),
            most,
            written: 0,
            trail,
            failure: None,
        }
    }

    /// Writes what is buffered.
    fn flush(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        self.write(&buffer);
        self.buffer = buffer;
        self.buffer.clear();
    }

    /// Writes `bytes` behind what is written.
    fn write(&mut self, bytes: &[u8]) {
        if self.failure.is_some() || bytes.is_empty() {
            return;
        }
        match self.try_write(bytes) {
            Ok(()) => self.written += bytes.len() as u64,
            Err(error) => self.failure = Some(error),
        }
    }

    fn try_write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(create(&self.path)?),
        };
        file.write_all_at(bytes, self.written)?;
        match &mut self.trail {
            Some(trail) => trail.add(file, self.written, bytes),
            None => Ok(()),
        }
    }

    /// Appends more than there is room for.
    #[cold]
    fn append_through(&mut self, bytes: &[u8]) {
        let (most, len) = (self.most as u64, self.len());
        let (first, rest) = bytes.split_at(bytes.len().min((most - len % most) as usize));
        self.buffer.reserve_exact(first.len());
        self.buffer.extend_from_slice(first);
        self.flush();
        let (through, rest) = rest.split_at(rest.len() - rest.len() % self.most);
        self.write(through);
        self.buffer.extend_from_slice(rest);
    }

    /// Lets `write` add to the end.
    pub(crate) fn compose(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.buffer);
        if self.buffer.len() >= self.most {
            self.flush();
        }
    }

    /// True when an earlier write failed.
    pub(crate) fn check(&mut self) -> Result<(), Error> {
        match &self.failure {
            None => Ok(()),
            Some(error) => Err(Error::output(&self.path, error)),
        }
    }

    fn close(mut self) -> Result<Finished, Error> {
        self.flush();
        if self.file.is_none() && self.failure.is_none() {
            match create(&self.path) {
                Ok(file) => self.file = Some(file),
                Err(error) => self.failure = Some(error),
            }
        }
        self.check()?;
        let (trail, len) = (self.trail.unwrap_or_default(), self.written);
        let digest = trail.whole(len).map_or_else(|| Digest::Behind(Box::new(trail)), Digest::Known);
        Ok(Finished { name: self.name, len, digest })
    }

    /// Throws the file away.
    pub(crate) fn discard(self) {
        if self.file.is_some() {
            // It lies in the staging folder, which goes away as a whole; removing it early saves room.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// For libraries that write by themselves. A failure is remembered, and told when the file is handed in.
impl io::Write for StagedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Output::append(self, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A new file that nobody else may read.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(path)
}

impl Output for StagedFile {
    fn len(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }

    #[inline]
    fn append(&mut self, bytes: &[u8]) {
        let wanted = self.buffer.len() + bytes.len();
        if wanted >= self.most {
            return self.append_through(bytes);
        }
        if wanted > self.buffer.capacity() {
            let room = (2 * wanted).min(self.most);
            self.buffer.reserve_exact(room - self.buffer.len());
        }
        self.buffer.extend_from_slice(bytes);
    }

    fn patch(&mut self, at: u64, bytes: &[u8]) {
        let end = at + bytes.len() as u64;
        if at < self.written && end > self.written {
            self.flush();
        }
        if at >= self.written {
            let from = (at - self.written) as usize;
            if let Some(room) = self.buffer.get_mut(from..from + bytes.len()) {
                room.copy_from_slice(bytes);
            }
        } else if let Some(file) = &self.file {
            if let Err(error) = file.write_all_at(bytes, at) {
                self.failure.get_or_insert(error);
            }
            if let Some(trail) = &mut self.trail {
                trail.forget(at);
            }
        }
    }

    fn read(&mut self, at: u64, buffer: &mut [u8]) -> usize {
        if at >= self.written {
            let rest = self.buffer.get((at - self.written) as usize..).unwrap_or_default();
            let count = rest.len().min(buffer.len());
            buffer[..count].copy_from_slice(&rest[..count]);
            return count;
        }
        let Some(file) = &self.file else { return 0 };
        let count = usize::try_from(self.written - at).unwrap_or(usize::MAX).min(buffer.len());
        match file.read_exact_at(&mut buffer[..count], at) {
            Ok(()) => count,
            Err(error) => {
                self.failure.get_or_insert(error);
                0
            }
        }
    }

    fn at_hand(&self, at: u64) -> &[u8] {
        let from = at.checked_sub(self.written).and_then(|from| usize::try_from(from).ok());
        from.and_then(|from| self.buffer.get(from..)).unwrap_or_default()
    }

    fn truncate(&mut self, len: u64) {
        if len >= self.written {
            self.buffer.truncate(usize::try_from(len - self.written).unwrap_or(usize::MAX));
            return;
        }
        self.buffer.clear();
        self.written = len;
        if let Some(trail) = &mut self.trail {
            trail.forget(len);
        }
        if let Some(Err(error)) = self.file.as_ref().map(|file| file.set_len(len)) {
            self.failure.get_or_insert(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use x12::wire::MemoryOutput;

    /// Numbers that look like chance.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, below: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % below.max(1)
        }
    }

    fn work(output: &mut impl Output, dice: &mut Dice) {
        let len = output.len();
        let bytes: Vec<u8> = (0..dice.roll(9)).map(|_| b'a' + dice.roll(26) as u8).collect();
        match dice.roll(12) {
            0 if dice.roll(9) == 0 => output.truncate(dice.roll(len)),
            0..3 if len > 20 => output.patch(dice.roll(len - 10), &bytes),
            3 if len > 20 => output.splice(len - 1 - dice.roll(len.min(200_000) - 10), 1, &bytes),
            4 => output.append(&bytes.repeat(1 + dice.roll(60_000) as usize)),
            _ => output.append(&bytes.repeat(1 + dice.roll(200) as usize)),
        }
    }

    #[test]
    fn a_staged_file_is_its_twin_in_memory() {
        let out = std::env::temp_dir().join(format!("scrubjay-twin-{}", std::process::id()));
        for seed in 0..12 {
            let mut stage = Stage::new(&out, true).unwrap();
            let (mut file, mut twin) = (stage.file("a"), MemoryOutput::default());
            let (mut first, mut second) = (Dice(seed), Dice(seed));
            for _ in 0..400 {
                work(&mut file, &mut first);
                work(&mut twin, &mut second);
                assert_eq!(file.len(), twin.len());
                assert!(file.buffer.len() <= 2 * BUFFER);
            }
            stage.finish(file).unwrap();
            stage.settle().unwrap();
            let done = &stage.finished()[0];
            assert!(fs::read(stage.staging.join("a")).unwrap() == twin.bytes);
            assert_eq!((done.len, done.digest()), (twin.len(), Some(crate::digest(&twin.bytes))), "{seed}");
        }
    }

    #[test]
    fn one_run_at_a_time_writes_to_a_folder() {
        let out = std::env::temp_dir().join(format!("scrubjay-alone-{}", std::process::id()));
        let first = Stage::new(&out, false).unwrap();
        for force in [false, true] {
            let refused = Stage::new(&out, force).err().unwrap();
            assert!(matches!(&refused, Error::Usage(text) if text.contains("another run is writing there")));
        }
        drop(first);
        assert!(!out.exists());
        drop(Stage::new(&out, false).unwrap());
    }

    #[test]
    fn force_takes_away_what_the_run_before_wrote_and_what_a_killed_run_left() {
        let out = std::env::temp_dir().join(format!("scrubjay-stage-{}", std::process::id()));
        // under the number of this very process, as another container may have left it, and one that somebody holds
        let killed = out.join(format!(".staging-{}", std::process::id()));
        fs::create_dir_all(&killed).unwrap();
        let (alive, _lock) = staged(&out).unwrap();
        fs::write(killed.join("old.accepted.837"), "x").unwrap();
        fs::write(out.join("mine.txt"), "x").unwrap();
        fs::write(out.join("old.accepted.837"), "x").unwrap();
        fs::write(out.join("run.json"), r#"{"outputs":[{"file":"old.accepted.837"},{"file":"../mine.txt"}]}"#).unwrap();
        let mut stage = Stage::new(&out, true).unwrap();
        stage.whole("run.json", b"{}").unwrap();
        stage.whole("summary.json", b"{}").unwrap();
        stage.commit("summary.json").unwrap();
        let mut left: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        fs::remove_dir_all(&out).unwrap();
        let alive = alive.file_name().unwrap().to_str().unwrap();
        assert_eq!(left, [alive, "mine.txt", "run.json", "summary.json"]);
    }
}
