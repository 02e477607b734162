//! Overlays: what is wrong with one, what it makes of its guide, and which is in force.

use std::sync::Arc;

use super::Route;
use super::embedded::OVERLAYS;
use super::plan::Plan;
use super::registry::{Guides, SetKey};
use crate::wire::{Delimiters, Segment, marks};

const HEAD: &str = "overlay p/x 1\ntitle T\nover 837P 005010X222A1\nwhen ISA08=R\nfrom 2026-01-01\n";

fn faults(changes: &str) -> Vec<(u32, String)> {
    let found = Guides::embedded().check_overlay(&format!("{HEAD}{changes}"));
    found.into_iter().map(|fault| (fault.line, fault.message)).collect()
}

fn segment<'a>(text: &'a str, found: &'a [u32]) -> Segment<'a> {
    Segment::new(text.as_bytes(), 0, found, Delimiters::default())
}

fn plan(changes: &str) -> Arc<Plan> {
    let mut guides = Guides::embedded();
    guides.add_overlay(&format!("{HEAD}{changes}")).unwrap();
    guides.overlaid("p/x").unwrap()
}

#[test]
fn every_overlay_that_comes_along_is_without_fault() {
    let mut guides = Guides::embedded();
    for (partner, name, text) in OVERLAYS {
        assert_eq!(guides.check_overlay(text), [], "{partner}/{name}");
        guides.add_overlay(text).unwrap();
    }
}

#[test]
fn every_fault_is_told_with_its_line() {
    for (change, part) in [
        ("segment 2010ZZ DMG R1", "no loop 2010ZZ"),
        ("segment 2010BA DMX R1", "no segment DMX"),
        ("segment 2010BA REF R1", "several REF: say which, as in REF/ssn, REF/casualty"),
        ("segment 2010BA NM1 S1", "opens loop 2010BA"),
        ("segment 2010BA DMG S1", "changes nothing"),
        ("segment 2010BA DMG Q1", "a usage is R or S"),
        ("loop 2400 in 2000A R1", "has no loop 2400 in it"),
        ("loop ST R1", "stands in no other"),
        ("element 2010BA NM1 09", "an element has a loop"),
        ("element 2010BA NM1 9x R", "an element is written 05"),
        ("element 2010BA NM1 02-1 R", "has no components"),
        ("element 2300 CLM 05 R(R R R R R)", "only 3 components"),
        ("element 2010BA NM1 09 S<=80", "changes nothing"),
        ("element 2010BA NM1 44 R", "only 12 elements"),
        ("element 2010BA NM1 08 R#nothing", "no code set nothing"),
        ("codes 2010BB NM1 08 add PI", "is there already"),
        ("codes 2010BB NM1 08 drop EX", "is not there; those are PI XV"),
        ("codes 2010BB NM1 08 drop PI|XV", "no code is left"),
        ("codes 2010BB NM1 08 rename PI XV", "is there already"),
        ("codes 2010BB NM1 08 swap PI XV", "added, dropped or renamed"),
        ("codes 2010BB NM1 09 add PI", "lists no codes here"),
        ("codes 2010BB NM1 04 add PI", "does not use this element"),
        ("add 2010BA REF/ssn S1 @0350 : R=1L R", "has such a segment"),
        ("add 2010BA REF/more S1 @0350 : R=SY R", "cannot be told apart"),
        ("add 2010BA REF/more S1 @0050 : R=1L R", "before the segment that opens"),
        ("add 2010BA use 2300 S1 @0350", "moved, not added"),
        ("add 2010BA ZZZ S1 @0350 : R", "no segment ZZZ"),
        ("move 2310C from 2400 to 2300 S1 @5000", "has no loop 2310C in it"),
        ("move 2300 from 2000B to 2400 S1 @5000", "within itself"),
        ("move 2310C from 2300 to 2400 S1 5000", "a position begins with @"),
        ("shrink 2300", "no such statement"),
        ("segment 2010BA DMG R1 status A6", "a status is a category"),
        ("segment 2010BA DMG R1 status A6:461", "no claim status code"),
        ("element 2300 CLM 20 - status A1:1", "refuses no claim"),
        ("from 2026-01-02", "stated before"),
    ] {
        let found = faults(&format!("segment 2010BB N3 R1\n{change}\nsegment 2300 PWK -"));
        assert!(matches!(&found[..], [(7, said)] if said.contains(part)), "{change}: {found:?}");
    }
}

#[test]
fn a_line_states_the_status_of_what_it_changes() {
    let plan = plan(
        "segment 2010BA REF/ssn R1 status A6:148:IL\n\
         element 2300 CLM 05-3 R=1 status A7:535\n\
         element 2300 CLM 02 R<=6\n\
         codes 2010BB NM1 08 drop XV status A7:153:PR\n\
         add 2010BA REF/more R1 @0350 : R=1L R<=10 status A6:163:IL\n\
         move 2320 from 2300 to 2400 S1 @5300 status A7:249\n",
    );
    let overlay = plan.overlay.as_ref().unwrap();
    let stated = |loop_id: &str, segment: &str, name: &str, element, component| {
        let slot = plan.find_slot(loop_id, segment, name).unwrap();
        overlay.status(overlay.stated(slot, element, component))
    };
    assert_eq!(stated("2010BA", "REF", "ssn", 0, 0), Some("A6:148:IL"));
    assert_eq!(stated("2010BA", "REF", "ssn", 2, 0), None, "what the guide says of its elements is the guide's");
    assert_eq!(stated("2010BA", "REF", "casualty", 0, 0), None);
    assert_eq!(stated("2300", "CLM", "", 5, 3), Some("A7:535"));
    assert_eq!(stated("2300", "CLM", "", 5, 1), None);
    assert_eq!(stated("2300", "CLM", "", 2, 0), None);
    assert_eq!(stated("2010BB", "NM1", "", 8, 0), Some("A7:153:PR"));
    assert_eq!(stated("2010BA", "REF", "more", 0, 0), Some("A6:163:IL"));
    assert_eq!(stated("2010BA", "REF", "more", 2, 0), Some("A6:163:IL"));
    let moved = |around: &str| {
        let around = plan.find_loop(around).unwrap();
        let slots = plan.loop_at(around).slots.clone();
        let child = plan.find_loop("2320");
        let slot = slots.into_iter().find(|&slot| plan.slot(slot).is_some_and(|slot| slot.opens == child));
        overlay.status(overlay.stated(slot.unwrap(), 0, 0))
    };
    assert_eq!((moved("2300"), moved("2400")), (Some("A7:249"), Some("A7:249")));
}

#[test]
fn every_fault_of_the_head_is_told() {
    let told = |from: &str, to: &str| {
        let text = format!("{HEAD}until 2026-12-31\nsegment 2300 PWK -").replace(from, to);
        let found = Guides::embedded().check_overlay(&text);
        found.first().map(|fault| (fault.line, fault.message.clone())).unwrap()
    };
    for (from, to, line, part) in [
        ("over 837P 005010X222A1", "over 837P 005010X999", 3, "no guide 837P 005010X999"),
        ("over 837P 005010X222A1", "over 837P", 3, "kind and version"),
        ("overlay p/x 1", "overlay p/x", 1, "a name and a version"),
        ("ISA08=R", "ISA13=R", 4, "ISA05 to ISA08"),
        ("ISA08=R", "ISA08=", 4, "no value"),
        ("ISA08=R", "ISA08=A ISA08=B", 4, "named twice"),
        ("when ISA08=R", "#", 0, "no when"),
        ("2026-01-01", "2026-02-30", 5, "written 2026-01-31"),
        ("2026-12-31", "2025-12-31", 6, "ends before it begins"),
        ("segment 2300 PWK -", "#", 0, "nothing is changed"),
    ] {
        let (at, said) = told(from, to);
        assert!(at == line && said.contains(part), "{to}: line {at}: {said}");
    }
}

#[test]
fn what_is_not_taken_keeps_its_place_and_its_qualifiers() {
    let plan =
        plan("segment 2010AA REF/license -\ncodes 2010AA REF/tax 01 drop SY\nadd 2010AA REF/more S1 @0350 : R=1L R");
    let slot = |name: &str| plan.slot(plan.find_slot("2010AA", "REF", name).unwrap()).unwrap();
    assert_eq!((slot("license").max, slot("license").required), (0, false));
    assert_eq!(slot("tax").key.values, ["EI", "SY"]);
    assert_eq!(slot("more").key.values, ["1L"]);
    let overlay = plan.overlay.as_ref().unwrap();
    assert_eq!(overlay.label(), "p/x 1");
    let at = |plan: &Plan, name: &str| plan.find_slot("2010AA", "REF", name);
    assert_eq!(overlay.ground_slot(at(&plan, "license").unwrap()), at(&overlay.ground, "license"));
    assert_eq!(overlay.ground_slot(at(&plan, "more").unwrap()), None);
    assert_eq!(plan.ground_fingerprint(), overlay.ground.fingerprint);
    assert_ne!(plan.fingerprint, overlay.ground.fingerprint);
}

#[test]
fn an_added_segment_takes_over_a_qualifier_that_its_sibling_drops() {
    let plan = plan("codes 2010AA REF/tax 01 drop SY\nadd 2010AA REF/ssn S1 @0350 : R=SY R<=9");
    let slot = |name: &str| plan.slot(plan.find_slot("2010AA", "REF", name).unwrap()).unwrap();
    assert_eq!(
        (&slot("tax").key.values[..], &slot("ssn").key.values[..]),
        (&["EI".to_owned()][..], &["SY".to_owned()][..])
    );
}

#[test]
fn a_moved_loop_has_two_places_and_may_come_to_one() {
    let plan = plan("move 2310C from 2300 to 2000B S2 @1200");
    let index = plan.find_loop("2310C");
    let places: Vec<_> = plan.slots.iter().filter(|slot| slot.opens == index).collect();
    assert_eq!(places.iter().map(|slot| slot.max).collect::<Vec<_>>(), [2, 0]);
    assert!(plan.index.loops[usize::from(index.unwrap())].inherits);
}

#[test]
fn the_closest_overlay_of_the_day_is_in_force() {
    let text = |name: &str, when: &str, days: &str| {
        format!("overlay {name} 1\ntitle T\nover 837P 005010X222A1\nwhen {when}\n{days}\nsegment 2300 PWK -")
    };
    let mut guides = Guides::embedded();
    for (name, when, days) in [
        ("old", "ISA08=R", "from 2025-01-01\nuntil 2025-12-31"),
        ("new", "ISA08=R", "from 2026-01-01"),
        ("close", "ISA08=R GS03=G|H", "from 2026-01-01"),
    ] {
        guides.add_overlay(&text(name, when, days)).unwrap();
    }
    let clash = guides.add_overlay(&text("more", "ISA08=R|S", "from 2025-12-31")).unwrap_err();
    assert!(clash.message.contains("old 1 is for the same parties"), "{clash}");
    assert!(guides.add_overlay(&text("other", "ISA08=S", "from 2026-01-01")).is_ok());
    guides.take_for_today(20_260_101);
    let in_force = |isa08: &str, day: &str, gs03: &str| {
        let parsed = |text: &str| {
            let found = marks(text.as_bytes(), 0, text.len() as u32, Delimiters::default());
            (text.to_owned(), found)
        };
        let (isa, isa_marks) = parsed(&format!("ISA*00**00**ZZ*S*ZZ*{isa08}*{day}*0900"));
        let (gs, gs_marks) = parsed(&format!("GS*HC*S*{gs03}"));
        let parties = guides.parties(&segment(&isa, &isa_marks)).map(|all| all.in_group(&segment(&gs, &gs_marks)));
        let set = SetKey { st01: b"837", st03: b"005010X222A1", gs08: b"", gs01: b"HC" };
        match guides.route_for(set, parties.as_ref(), false) {
            Route::Plan(plan) => plan.overlay.as_ref().map(|overlay| overlay.name.clone()),
            _ => None,
        }
    };
    for (isa08, day, gs03, name) in [
        ("R  ", "251231", "X", Some("old")),
        ("R", "260101", "X", Some("new")),
        ("R", "260101", "G", Some("close")),
        ("R", "251231", "G", Some("old")),
        ("R", "241231", "G", None),
        ("R", "269999", "X", Some("new")),
        ("S", "260101", "X", Some("other")),
        ("T", "260101", "G", None),
    ] {
        assert_eq!(in_force(isa08, day, gs03).as_deref(), name, "{isa08} {day} {gs03}");
    }
}

/// Numbers that look like chance.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below.max(1)
    }
}

#[test]
fn a_mangled_overlay_has_faults_or_can_be_taken() {
    let words = [
        "-", "R", "S1", "R>", "999", "ST", "AK2", "2000", "2110", "IK4", "01-9", "63", "add", "@0100", ":", "in",
        "=A|B",
    ];
    let changes = "segment 2000 IK5 S1\nloop 2100 R2\nelement 2110 IK4 02 R<=3\ncodes 2000 IK5 01 drop A\n\
                   add 2000 AK2/more S1 @0200 : R R\nmove 2110 from 2100 to 2000 S1 @0350\n";
    let text = HEAD.replace("837P 005010X222A1", "999 005010X231A1") + changes;
    let mut dice = Dice(7);
    for round in 0..400 {
        let mut lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(' ').collect()).collect();
        for _ in 0..=dice.roll(3) {
            let line = dice.roll(lines.len());
            let place = dice.roll(lines[line].len());
            match dice.roll(4) {
                0 => lines[line][place] = words[dice.roll(words.len())],
                1 => lines[line].insert(place, words[dice.roll(words.len())]),
                2 => drop(lines[line].remove(place)),
                _ => lines.swap(line, 5.min(place)),
            }
            lines[line].push("");
        }
        let mangled: Vec<String> = lines.iter().map(|line| line.join(" ")).collect();
        let mangled = mangled.join("\n");
        let mut guides = Guides::embedded();
        let faults = guides.check_overlay(&mangled);
        assert!(faults.iter().all(|fault| fault.line as usize <= lines.len()), "{round}: {faults:?}");
        assert!(!faults.is_empty() || guides.add_overlay(&mangled).is_ok(), "{round}: {mangled}");
    }
}
