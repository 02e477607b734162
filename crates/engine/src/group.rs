//! The open functional group: what routes its sets.

use std::sync::Arc;

use x12::guide::{Guides, Parties, Route, SetKey};
use x12::wire::Segment;

/// A functional group, as far as sets are routed by it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) functional_id: Vec<u8>,
    pub(crate) version: Vec<u8>,
    /// Where a partner's overlay may ask for them.
    pub(crate) parties: Option<Parties>,
}

impl Group {
    /// The group that `segment`, a `GS`, opens between the parties of its interchange.
    pub(crate) fn of(segment: &Segment<'_>, parties: Option<&Arc<Parties>>) -> Self {
        let parties = parties.map(|parties| parties.in_group(segment));
        Self { functional_id: segment.element(1).to_vec(), version: segment.element(8).to_vec(), parties }
    }

    /// The guide of the set that `st` opens in `group`.
    pub(crate) fn route(group: Option<&Self>, st: &Segment<'_>, guides: &Guides, aliases: bool) -> Route {
        let (gs01, gs08) = group.map_or((&[][..], &[][..]), |group| (&group.functional_id[..], &group.version[..]));
        let set = SetKey { st01: st.element(1), st03: st.element(3), gs08, gs01 };
        guides.route_for(set, group.and_then(|group| group.parties.as_ref()), aliases)
    }
}
