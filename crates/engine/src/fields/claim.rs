//! The fields of a claim that acknowledgments, the worklist and the counts read.

use std::cell::RefCell;
use std::sync::Arc;

use x12::claim::{FieldPlace, Schema};

use super::{Above, At, Fields};

/// The fields that acknowledgments, the worklist and the counts read.
pub(crate) struct ClaimFields {
    pub(crate) all: Fields,
    /// Where the batch's reference stands.
    pub(crate) batch_place: FieldPlace,
    pub(crate) id: At,
    pub(crate) charge: At,
    pub(crate) clearinghouse: At,
    /// The days of a line.
    pub(crate) service: [At; 2],
    /// The days of a claim as a whole, where it says them itself: before those of its lines, and for want of them.
    pub(crate) stated: Option<[At; 2]>,
    pub(crate) treated: Option<[At; 2]>,
    /// What the type of bill is put together from.
    pub(crate) bill: Option<[At; 2]>,
    /// NM102, and NM103 to NM107.
    pub(crate) provider: (At, [At; 4]),
    /// NM109, and the tax number.
    pub(crate) provider_ids: [At; 2],
    /// NM103 to NM107.
    pub(crate) subscriber: [At; 4],
    pub(crate) member_id: At,
    pub(crate) member_id_qualifier: At,
    pub(crate) patient: [At; 4],
    pub(crate) payer: [At; 2],
    pub(crate) set: [At; 7],
    pub(crate) line: [At; 10],
    pub(crate) revenue: At,
    /// The tables above the claim: provider, subscriber, patient, payer.
    pub(crate) above: [Above; 4],
    /// All of them.
    reads: Vec<At>,
}

impl ClaimFields {
    pub(crate) fn new(schema: &Arc<Schema>) -> Self {
        let all = Fields::new(schema);
        let reads = RefCell::<Vec<At>>::default();
        let at = |path: &str| {
            let at = all.at(path);
            reads.borrow_mut().push(at);
            at
        };
        let pair = |one: &str, other: &str| Some([at(one), at(other)]).filter(|all| all[0].found().is_some());
        let batch_place = all
            .schema()
            .tables
            .iter()
            .find(|table| table.name == "set")
            .and_then(|table| table.fields.iter().find(|field| field.name == "reference"))
            .map(|field| field.place.clone())
            .unwrap_or_default();
        Self {
            batch_place,
            id: at("claim.id"),
            charge: at("claim.charge"),
            clearinghouse: at("claim.clearinghouse_reference"),
            service: [at("line.service_from"), at("line.service_to")],
            stated: pair("claim.statement_from", "claim.statement_to"),
            treated: pair("claim.treated_from", "claim.treated_to"),
            bill: pair("claim.facility_type", "claim.frequency"),
            revenue: at("line.revenue"),
            provider: (
                at("provider.entity"),
                ["name", "first", "middle", "suffix"].map(|name| at(&format!("provider.{name}"))),
            ),
            provider_ids: [at("provider.npi"), at("provider.tax_id")],
            subscriber: ["last", "first", "middle", "suffix"].map(|name| at(&format!("subscriber.{name}"))),
            member_id: at("subscriber.member_id"),
            member_id_qualifier: at("subscriber.member_id_qualifier"),
            patient: ["last", "first", "middle", "suffix"].map(|name| at(&format!("patient.{name}"))),
            payer: [at("payer.name"), at("payer.id")],
            set: [
                "submitter_name",
                "submitter_first",
                "submitter_middle",
                "submitter_id",
                "reference",
                "receiver_name",
                "receiver_id",
            ]
            .map(|name| at(&format!("set.{name}"))),
            line: [
                "procedure_qualifier",
                "procedure",
                "modifier_1",
                "modifier_2",
                "modifier_3",
                "modifier_4",
                "charge",
                "units",
                "control",
                "number",
            ]
            .map(|name| at(&format!("line.{name}"))),
            above: ["provider", "subscriber", "patient", "payer"].map(|name| all.above(name)),
            reads: reads.take(),
            all,
        }
    }

    /// All of them, by table and column.
    pub(crate) fn reads(&self) -> impl Iterator<Item = (usize, usize)> {
        self.reads.iter().filter_map(|at| at.found())
    }
}
