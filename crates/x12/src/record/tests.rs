//! Whole sets through the record maps.

use crate::claim::{ClaimMap, Taps};
use crate::guide::Guides;
use crate::record::{Differences, Form, Words};

#[test]
fn every_record_map_fits_its_guide() {
    let guides = Guides::embedded();
    for kind in ["834", "835"] {
        let (version, map) = ClaimMap::of_records(kind).unwrap();
        let plan = guides.plan(version).unwrap();
        let taps = Taps::new(map.unwrap(), &plan).unwrap();
        let form = Form::new(&taps.map, &Words::default(), &Differences::default()).unwrap();
        assert_eq!(form.records[0].table, taps.claim);
    }
}
