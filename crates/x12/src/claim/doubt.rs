//! What speaks against a value: a code, beside it or where its loop begins, that the guide does not have there.
//!
//! A segment whose qualifier is wrong is placed all the same, where the guide has one of its name, so that what is wrong
//! with it can be told. Its values are then those of somebody else: of a member in the place of a provider, say. Who must
//! know that lays a map with doubts over the guide: fields that have a value only where it is so.

use super::map::{Condition, DoubtedLoop, ElementPlace, MapField, MapTable, Saying, SegmentPlace};
use super::{ClaimMap, FieldKind};
use crate::guide::{Plan, Slot};

impl ClaimMap {
    /// The map, and behind the fields of each table those that speak against its texts, named in their
    /// [`MapField::doubts`]: one for each loop that begins with a code (NM101), and one for each text behind a code
    /// (NM109). They have a value where that code is none that `plan` has there, or is missing; that of a loop also where
    /// the segment that it begins with is lost, or another such stood in it and had no place: what follows is of whom that
    /// one named.
    #[must_use]
    pub fn with_doubts(mut self, plan: &Plan) -> Self {
        for (table, map) in self.tables.iter_mut().enumerate() {
            let loops = map.doubt(plan).into_iter();
            self.doubted.extend(loops.map(|(loop_id, opener, field)| DoubtedLoop { loop_id, opener, table, field }));
        }
        self
    }
}

impl MapTable {
    /// Adds what speaks against its texts; the loops, each with the segment that begins it and the field that is of it.
    fn doubt(&mut self, plan: &Plan) -> Vec<(String, String, usize)> {
        let fields = self.fields.len();
        let (mut more, mut loops): (Vec<MapField>, Vec<(String, String, usize)>) = (Vec::new(), Vec::new());
        for field in self.fields.iter_mut().filter(|field| field.kind == FieldKind::Text) {
            for place in field.places.iter().filter(|place| !place.relative) {
                let id = &place.at.loop_id;
                let known = loops.iter().find(|(known, ..)| known == id).map(|(.., at)| *at);
                let doubt = known.or_else(|| {
                    let (opener, doubt) = of_loop(plan, id)?;
                    let at = fields + more.len();
                    more.push(doubt);
                    loops.push((id.clone(), opener, at));
                    Some(at)
                });
                field.doubts.extend(doubt);
            }
            field.doubts.dedup();
            let places: Vec<ElementPlace> = field.places.iter().filter_map(|place| beside(plan, place)).collect();
            if !places.is_empty() {
                field.doubts.push(fields + more.len());
                more.push(doubt(format!("{}?", field.name), places));
            }
        }
        self.fields.append(&mut more);
        loops
    }
}

fn doubt(name: String, places: Vec<ElementPlace>) -> MapField {
    let (kind, saying, default, doubts) = (FieldKind::Text, Saying::Plain, None, Vec::new());
    MapField { name, kind, saying, default, places, doubts }
}

/// Speaks against a whole loop, if it begins with a segment that begins with a code: any of its elements, where the code
/// is wrong. With it the segment.
fn of_loop(plan: &Plan, id: &str) -> Option<(String, MapField)> {
    let number = plan.find_loop(id)?;
    let opener = plan.slots_of(number).first()?;
    let condition = unlike(plan, opener, 1)?;
    let segment = opener.segment.text();
    let at = SegmentPlace { loop_id: id.to_owned(), segment: segment.clone(), codes: opener.key.values.clone() };
    let place = |element| ElementPlace {
        at: at.clone(),
        element,
        condition: Some(condition.clone()),
        ..ElementPlace::default()
    };
    let elements = rules(plan, opener).map(|rule| rule.element);
    Some((segment, doubt(format!("{id}?"), elements.map(place).collect())))
}

/// Where what stands at `place` stands behind a wrong code, if the guide has a code in front of it.
fn beside(plan: &Plan, place: &ElementPlace) -> Option<ElementPlace> {
    let before = place.element.checked_sub(1).filter(|_| place.component == 0 && !place.relative)?;
    if place.condition.as_ref().is_some_and(|known| (known.element, known.component) == (before, 0)) {
        return None; // only what the code is right for is taken
    }
    let slot = super::taps::slot_named(plan, &place.at).ok()?;
    let condition = unlike(plan, plan.slots.get(slot)?, before)?;
    Some(ElementPlace { condition: Some(condition), default: None, ..place.clone() })
}

/// That an element of `slot` has none of the codes that the guide has there; nothing where it has none.
fn unlike(plan: &Plan, slot: &Slot, element: u8) -> Option<Condition> {
    let rule = rules(plan, slot).find(|rule| rule.element == element)?;
    Some(Condition { element, component: 0, codes: plan.codes(rule.codes?), except: true })
}

/// The rules of whole elements of `slot`.
fn rules<'p>(plan: &'p Plan, slot: &Slot) -> impl Iterator<Item = &'p crate::guide::ElementRule> + use<'p> {
    let range = slot.elements.start as usize..slot.elements.end as usize;
    plan.elements.get(range).unwrap_or_default().iter().filter(|rule| rule.component == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::harness::walk;
    use crate::claim::{Batch, Builder, Taps};
    use crate::guide::Guides;

    /// The texts of the provider against which something speaks when these segments are its own.
    fn doubted(plan: &Plan, segments: &str) -> Vec<String> {
        let map = ClaimMap::of("005010X222A1").unwrap().unwrap().with_doubts(plan);
        let taps = Taps::new(map, plan).unwrap();
        let text = format!("ST*837*1*005010X222A1~HL*1**20*1~{segments}~");
        let mut batch = Batch::default();
        let mut builder = Builder::new(&taps, &mut batch);
        walk(plan, text.as_bytes(), &mut builder);
        builder.finish();
        let provider = taps.map.find("provider").unwrap();
        let (map, table) = (&taps.map.tables[provider], &batch.tables[provider]);
        let row = table.rows - 1;
        let speaks = |field: &&MapField| field.doubts.iter().any(|doubt| table.columns[*doubt].has(row));
        map.fields.iter().filter(speaks).map(|field| field.name.clone()).collect()
    }

    #[test]
    fn a_wrong_code_speaks_against_what_is_behind_it() {
        let plan = Guides::embedded().plan("005010X222A1").unwrap();
        assert_eq!(doubted(&plan, "NM1*85*2*GROUP*****XX*1200000069"), [""; 0]);
        assert_eq!(doubted(&plan, "NM1*85*2*GROUP*****MI*1200000069"), ["npi"]);
        assert_eq!(doubted(&plan, "NM1*85*2*GROUP******1200000069"), ["npi"]);
        assert_eq!(doubted(&plan, "NM1*85**GROUP*****XX*1200000069"), ["name"]);
    }

    #[test]
    fn who_has_no_place_speaks_against_what_follows() {
        let plan = Guides::embedded().plan("005010X222A1").unwrap();
        let found = doubted(&plan, "NM1*85*2*GROUP*****XX*1200000069~NM1*77*2*OTHER~DMG*D8*20200101*F~N3*A STREET");
        assert!(found.contains(&"address".to_owned()), "{found:?}");
        let found = doubted(&plan, "NM1*85*2*GROUP*****XX*1200000069~DMG*D8*20200101*F~N3*A STREET~NM1*77*2*OTHER");
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn a_wrong_code_where_a_loop_begins_speaks_against_all_of_it() {
        let plan = Guides::embedded().plan("005010X222A1").unwrap();
        let map = ClaimMap::of("005010X222A1").unwrap().unwrap();
        let provider = map.find("provider").unwrap();
        let own = map.tables[provider].fields.len();
        let fields = &map.with_doubts(&plan).tables[provider].fields;
        let loop_of = |name: &str| {
            let field = fields.iter().find(|field| field.name == name).unwrap();
            field.doubts.first().map(|doubt| &fields[*doubt])
        };
        for name in ["name", "first", "npi", "address", "zip", "contact", "email"] {
            let doubt = loop_of(name).unwrap();
            assert_eq!(doubt.name, "2010AA?", "{name}");
            let condition = doubt.places[0].condition.as_ref().unwrap();
            assert_eq!((condition.element, &condition.codes[..], condition.except), (1, &["85".to_owned()][..], true));
        }
        assert_eq!(loop_of("pay_to_address").unwrap().name, "2010AB?");
        assert!(fields[..own].iter().all(|field| field.doubts.iter().all(|doubt| *doubt >= own)));
    }
}
