//! Claims one after the other, pulled by the caller.

use std::path::Path;

use crate::batches::Fields;
use crate::desk::{Desk, Handed, HandedClaim, LateFinding};
use crate::error::Error;
use crate::job::Job;
use crate::run::{Line, Sink};
use crate::scrub::Setup;
use crate::source::Source;

/// A file, or the bytes of one, as claims with their findings.
pub struct Reader {
    source: Source,
    line: Line,
    desk: Desk<'static>,
    ended: bool,
}

impl Reader {
    /// Reads the file at `path`, or the standard input for `-`.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path, job: &Job) -> Result<Self, Error> {
        Self::new(Source::open(path, job.signals)?, job)
    }

    /// Reads `content`.
    ///
    /// # Errors
    /// When the job cannot be used.
    pub fn of_bytes(content: Vec<u8>, job: &Job) -> Result<Self, Error> {
        Self::new(Source::of_bytes(content), job)
    }

    fn new(source: Source, job: &Job) -> Result<Self, Error> {
        let setup = Setup::new(job, &Fields::Whole)?;
        let mut desk = setup.desk(job, None, None);
        desk.handed = Some(Handed::default());
        desk.begin_file(&source.name(), 0);
        let line = Line::new(&setup.setting, desk.rules(), job.window.min(256 * 1024));
        Ok(Self { source, line, desk, ended: false })
    }

    /// At most `limit` claims; none at the end of the file.
    ///
    /// # Errors
    /// When the file cannot be read or holds no interchange.
    pub fn next(&mut self, limit: usize) -> Result<Vec<HandedClaim>, Error> {
        while !self.ended && self.waiting() < limit {
            if let Some(mut analysed) = self.line.next(&mut self.source)? {
                self.desk.piece(&mut analysed, &self.source)?;
                self.line.recycle(*analysed, &mut self.source);
            } else {
                self.ended = true;
                self.desk.end_file()?;
            }
        }
        let Some(handed) = &mut self.desk.handed else { return Ok(Vec::new()) };
        let count = limit.min(handed.claims.len());
        Ok(handed.claims.drain(..count).collect())
    }

    /// What was found since it was asked for last, and had no claim to go along with: of claims that were given before, or of
    /// none. Asked for when there are no more claims, it has all that remains.
    pub fn late(&mut self) -> Vec<LateFinding> {
        self.desk.handed.as_mut().map(|handed| std::mem::take(&mut handed.late)).unwrap_or_default()
    }

    fn waiting(&self) -> usize {
        self.desk.handed.as_ref().map_or(0, |handed| handed.claims.len())
    }
}
