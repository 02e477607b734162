//! What all pieces of a run are read with.

use std::sync::Arc;

use x12::guide::Guides;
use x12::validate::Options;
use x12::wire::Limits;

use crate::batches::Maps;
use crate::records::Recording;

/// What all pieces share.
pub(crate) struct Setting {
    pub(crate) guides: Arc<Guides>,
    pub(crate) maps: Maps,
    pub(crate) options: Options,
    pub(crate) aliases: bool,
    pub(crate) limits: Limits,
    /// How records are written, where they are wanted.
    pub(crate) recording: Option<Arc<Recording>>,
}
