//! A guide and its base, bound together: [`Plan`].

use std::collections::HashMap;
use std::ops::Range;

use super::balance::bind_balances;
use super::base::Base;
use super::codes::CodeBuilder;
use super::grammar::{Content, GuideText, LoopText};
use super::index::{Action, Index, LoopFacts, SlotFacts};
use super::inherit::keep_keys;
use super::link::link;
use super::notes::Note;
use super::plan::{ElementRule, Hierarchy, Key, Loop, Plan, Slot};
use super::quick::{Rule, Shape, Shapes};
use super::roles::{bind_roles, bind_sequences};
use super::text::{GuideError, fault};
use super::words::Role;
use crate::finding::{NO_LOOP, Scope};
use crate::wire::SegmentId;

/// Compiles the text of a guide over the text of its base.
///
/// # Errors
///
/// The first fault in either text, with its line.
pub fn compile(base: &str, guide: &str) -> Result<Plan, GuideError> {
    let fingerprint = digest(digest(0xcbf2_9ce4_8422_2325, base.as_bytes()), guide.as_bytes());
    let base = Base::parse(base)
        .map_err(|error| GuideError { message: format!("in the base: {}", error.message), ..error })?;
    let text = GuideText::parse(guide)?;
    bind(&base, &text, fingerprint, None)
}

/// Binds the text of a guide to its base; `ground` is the guide itself, where the text is what an overlay makes of it.
pub(super) fn bind(
    base: &Base<'_>,
    text: &GuideText<'_>,
    fingerprint: u64,
    ground: Option<&Plan>,
) -> Result<Plan, GuideError> {
    Compiler::new(base, text)?.finish(fingerprint, ground)
}

/// FNV-1a, 64 bits.
pub(super) fn digest(seed: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(seed, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

pub(super) struct Compiler<'t> {
    pub base: &'t Base<'t>,
    pub text: &'t GuideText<'t>,
    set: &'t [(&'t str, bool)],
    pub codes: CodeBuilder,
    pub base_codes: HashMap<&'t str, u16>,
    /// How many slots of the guide each segment id has.
    pub uses: HashMap<&'t str, u32>,
    loops: Vec<Loop>,
    slots: Vec<Slot>,
    pub elements: Vec<ElementRule>,
    pub rules: Vec<Rule>,
    pub notes: Vec<Note>,
    pub composite_notes: HashMap<&'t str, (u32, u32)>,
}

impl<'t> Compiler<'t> {
    fn new(base: &'t Base<'t>, text: &'t GuideText<'t>) -> Result<Self, GuideError> {
        let Some(set) = base.sets.get(text.set_id) else {
            return fault(0, format!("the base has no set {}", text.set_id));
        };
        let mut uses = HashMap::new();
        for line in text.loops.iter().flat_map(|known| &known.lines) {
            if let Content::Segment(segment) = &line.of {
                *uses.entry(segment.id).or_insert(0) += 1;
            }
        }
        Ok(Self {
            base,
            text,
            set,
            codes: CodeBuilder::default(),
            base_codes: HashMap::new(),
            uses,
            loops: Vec::new(),
            slots: Vec::new(),
            elements: Vec::new(),
            rules: Vec::new(),
            notes: Vec::new(),
            composite_notes: HashMap::new(),
        })
    }

    fn finish(mut self, fingerprint: u64, ground: Option<&Plan>) -> Result<Plan, GuideError> {
        for (index, text) in (0u16..).zip(&self.text.loops) {
            self.bind_loop(index, text)?;
        }
        if let Some(ground) = ground {
            keep_keys(&mut self.slots, self.text, ground);
        }
        self.bind_openers();
        let mut shapes = Shapes::new(&self.rules, &self.notes, &self.codes.sets);
        let slots = self.slots.iter();
        let of_slots: Vec<Shape> =
            slots.map(|slot| shapes.shape(bounds(&slot.elements), bounds(&slot.notes))).collect();
        let composites = shapes.composites();
        let text = self.text;
        let mut plan = Plan {
            kind: text.kind.to_owned(),
            version: text.version.to_owned(),
            title: text.title.to_owned(),
            set_id: text.set_id.to_owned(),
            group_id: text.group.to_owned(),
            aliases: text.aliases.iter().map(|&alias| alias.to_owned()).collect(),
            fingerprint,
            overlay: None,
            loops: self.loops,
            slots: self.slots,
            elements: self.elements,
            hierarchy: hierarchy(text),
            cuts: text
                .cuts
                .iter()
                .map(|(id, values)| {
                    (SegmentId::new(id.as_bytes()), values.iter().map(|&value| value.to_owned()).collect())
                })
                .collect(),
            index: Index {
                rules: self.rules,
                composites,
                notes: self.notes,
                codes: self.codes.sets,
                ..Index::default()
            },
        };
        let slots = plan.slots.iter().zip(of_slots).enumerate();
        plan.index.slots = slots.map(|(at, (slot, shape))| slot_facts(&plan, at, slot, shape)).collect();
        bind_roles(&mut plan, text)?;
        plan.index.loops = plan.loops.iter().map(|known| loop_facts(&plan, known)).collect();
        link(&mut plan, text, self.base)?;
        bind_sequences(&mut plan, text)?;
        bind_balances(&mut plan, text)?;
        Ok(plan)
    }

    fn bind_loop(&mut self, index: u16, text: &'t LoopText<'t>) -> Result<(), GuideError> {
        let from = len(&self.slots);
        for line in &text.lines {
            let mut slot = match &line.of {
                Content::Use(id) => self.child(id, line.line)?,
                Content::Segment(segment) => self.segment(segment, line.line)?,
            };
            let id = slot.segment;
            slot.loop_index = index;
            slot.required = line.required;
            slot.max = line.max;
            slot.position = line.position;
            slot.mandatory =
                index == 0 && self.set.iter().any(|(name, root)| *root && SegmentId::new(name.as_bytes()) == id);
            self.slots.push(slot);
        }
        self.loops.push(Loop {
            id: text.id.to_owned(),
            title: text.title.to_owned(),
            role: None,
            scope: Scope::Set,
            slots: from..len(&self.slots),
            seals: false,
        });
        Ok(())
    }

    fn child(&self, id: &str, line: u32) -> Result<Slot, GuideError> {
        let Some(at) = self.text.loops.iter().position(|known| known.id == id) else {
            return fault(line, format!("there is no loop {id}"));
        };
        let opener = self.text.loops[at].lines.first().map(|first| &first.of);
        let Some(Content::Segment(opener)) = opener else { return fault(line, format!("no segment opens loop {id}")) };
        Ok(Slot { opens: u16::try_from(at).ok(), ..blank(SegmentId::new(opener.id.as_bytes())) })
    }

    /// The slots of child loops take key and length from the segment that opens them.
    fn bind_openers(&mut self) {
        for at in 0..self.slots.len() {
            let Some(child) = self.slots[at].opens else { continue };
            let opener = self.loops[usize::from(child)].slots.start as usize;
            self.slots[at].key = self.slots[opener].key.clone();
            self.slots[at].base_len = self.slots[opener].base_len;
        }
    }
}

pub(super) fn blank(segment: SegmentId) -> Slot {
    Slot {
        loop_index: 0,
        segment,
        name: String::new(),
        required: false,
        mandatory: false,
        max: 1,
        position: 0,
        opens: None,
        elements: 0..0,
        key: Key::default(),
        notes: 0..0,
        base_len: 0,
    }
}

fn bounds(range: &Range<u32>) -> (u32, u32) {
    (range.start, range.end)
}

fn slot_facts(plan: &Plan, at: usize, slot: &Slot, shape: Shape) -> SlotFacts {
    SlotFacts {
        elements: bounds(&slot.elements),
        notes: bounds(&slot.notes),
        shape,
        position: slot.position,
        max: slot.max,
        segment: slot.segment,
        loop_index: slot.loop_index,
        opens: slot.opens.unwrap_or(NO_LOOP),
        rel: u16::try_from(at - plan.loop_at(slot.loop_index).slots.start as usize).unwrap_or(u16::MAX),
        mandatory: slot.mandatory,
        action: Action::None,
        wanted: 0,
    }
}

fn loop_facts(plan: &Plan, known: &Loop) -> LoopFacts {
    let &Slot { segment: opener, position, .. } = &plan.slots[known.slots.start as usize];
    LoopFacts {
        first: known.slots.start,
        len: known.slots.end - known.slots.start,
        position,
        required: (0, 0),
        wanted: 0,
        scope: known.scope,
        role: known.role,
        seals: known.seals,
        level: plan.hierarchy.is_some_and(|hierarchy| hierarchy.segment == opener),
        inherits: false,
        sequence: 0,
        is_claim: known.role == Some(Role::Claim),
        is_line: known.role == Some(Role::Line),
        is_payer: false,
        sums: (0, 0),
    }
}

fn hierarchy(text: &GuideText<'_>) -> Option<Hierarchy> {
    text.hierarchy.map(|(_, segment, [id, parent, level, child], may_stay_alone)| Hierarchy {
        may_stay_alone,
        segment: SegmentId::new(segment.as_bytes()),
        id,
        parent,
        level,
        child,
    })
}

pub(super) fn len<T>(list: &[T]) -> u32 {
    short(list.len())
}

pub(super) fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::Usage;

    const BASE: &str = "\
de 1 ID 1 3 : A B C
de 2 AN 1 30
de 3 N0 1 9
composite C1 {P0102} : M1 O2
segment ST {} : M2 M2 O2
segment AA {P0102} : M1 O2 O3
segment BB {} : M3 O=C1 O^5=2
segment CC {} : M1
segment SE {} : M3
set 900 : ST M, AA M, BB O, CC O, SE M
";

    const GUIDE: &str = "\
guide T V1
title Test
base b 900
group GG
alias V2 V3
role claim L1
sequence L1 BB 01
codes few B C

loop ST
  ST R1 @10 : R=900 R R=V1
  AA/one R1 @20 : R=A R<=5
  AA/two S2 @20 : R#few S
  use L1 R> @30
  SE R1 @90 : R

loop L1 First
  BB R1 @30 : R R(R=A|B S@list) S^3
  CC S> @40 {} : S
";

    fn message(guide: &str) -> (u32, String) {
        let error = compile(BASE, guide).unwrap_err();
        (error.line, error.message)
    }

    #[test]
    fn a_plan_can_be_asked() {
        let plan = compile(BASE, GUIDE).unwrap();
        let slot = plan.find_slot("ST", "AA", "two").unwrap();
        assert_eq!(plan.slot(slot).unwrap().key.values, ["B", "C"]);
        assert!(plan.slot(slot).unwrap().mandatory);
        let rules = plan.element_rules(slot);
        assert_eq!(rules.len(), 3, "every element of the base segment has a rule");
        assert_eq!(plan.codes(rules[0].codes.unwrap()), ["B", "C"]);
        assert_eq!((rules[1].usage, rules[2].usage), (Usage::Situational, Usage::NotUsed));
        let opener = plan.find_slot("L1", "BB", "").unwrap();
        let rules = plan.element_rules(opener);
        let parts = plan.component_rules(&rules[1]);
        assert_eq!((parts.len(), parts[0].component, parts[1].external.as_deref()), (2, 1, Some("list")));
        assert_eq!(rules[2].repetitions, 3);
        let home = plan.slots.iter().position(|slot| slot.opens.is_some()).unwrap();
        assert_eq!(
            plan.element_rules(u32::try_from(home).unwrap()).len(),
            3,
            "a child loop's slot has its opener's rules"
        );
        assert_eq!(plan.loop_at(1).scope, Scope::Claim);
        assert!(plan.loop_at(1).seals);
        assert_eq!(plan.claim_opener(), Some(SegmentId::new(b"BB")));
        let versions = plan.element_rules(plan.find_slot("ST", "ST", "").unwrap())[2].codes.unwrap();
        assert_eq!(plan.codes(versions).len(), 3, "later errata are as good where the set names its guide");
    }

    #[test]
    fn only_a_required_element_is_a_key_unasked() {
        let key = |line: &str| {
            let plan = compile(BASE, &GUIDE.replace("AA/two S2 @20 : R#few S", line)).unwrap();
            plan.slot(plan.find_slot("ST", "AA", "two").unwrap()).unwrap().key.clone()
        };
        assert_eq!(key("AA/two S2 @20 : R#few S").element, 1);
        assert_eq!(key("AA/two S2 @20 : S#few S"), Key::default());
        assert_eq!(key("AA/two S2 @20 key 01 : S#few S").element, 1);
    }

    #[test]
    fn the_same_text_has_the_same_fingerprint() {
        let one = compile(BASE, GUIDE).unwrap().fingerprint;
        assert_eq!(compile(BASE, GUIDE).unwrap().fingerprint, one);
        assert_ne!(compile(BASE, &GUIDE.replace("<=5", "<=6")).unwrap().fingerprint, one);
    }

    #[test]
    fn faults_of_a_guide_are_told_with_their_line() {
        for (from, to, line, part) in [
            ("base b 900", "base b 901", 0, "no set 901"),
            ("title Test", "# none", 0, "no title"),
            ("use L1", "use L2", 14, "no loop L2"),
            ("SE R1", "ZZ R1", 15, "no segment ZZ"),
            ("R=A R<=5", "R=A R R R", 12, "only 3 elements"),
            ("R=A R<=5", "R(R) R", 12, "no composite"),
            ("R R(R=A|B S@list) S^3", "R R S", 18, "say what is in it"),
            ("R R(R=A|B S@list) S^3", "R R(R S S) S", 18, "only 2 components"),
            ("R#few S", "R#many S", 13, "no code set many"),
            ("R#few S", "R=A S", 0, "cannot be told apart"),
            ("AA/one R1 @20", "AA/one R1 @20 key 02", 12, "has no codes"),
            ("role claim L1", "role claim L9", 6, "no loop L9"),
            ("sequence L1 BB 01", "sequence L1 CC 01", 7, "does not open"),
            ("sequence L1 BB 01", "balance L1 NOTHING", 7, "no such balance"),
            ("sequence L1 BB 01", "balance L1 CLAIM_TOTAL BB09x = L1 BB01", 7, "has no BB09x"),
            ("sequence L1 BB 01", "balance ST NOTHING SE01 = L1:BB01", 7, "no such balance: NOTHING"),
            ("sequence L1 BB 01", "balance ST MEMBER_COUNT_MISMATCH SE01 = L1:BB01 -", 7, "a term is missing"),
            ("sequence L1 BB 01", "balance ST MEMBER_COUNT_MISMATCH SE01 = BB01", 7, "no BB of its own"),
            ("sequence L1 BB 01", "balance ST MEMBER_COUNT_MISMATCH SE01 = L1:BB01 L1:BB01", 7, "take turns"),
            ("sequence L1 BB 01", "balance ST MEMBER_COUNT_MISMATCH SE = L1:BB01", 7, "the total is one element"),
            ("sequence L1 BB 01", "balance ST MEMBER_COUNT_MISMATCH SE01 = L1:BB01[1]", 7, "no condition"),
            ("sequence L1 BB 01", "balance ST MEMBER_COUNT_MISMATCH SE01 = L1:BB01/09", 7, "has no element 09"),
            ("CC S> @40 {} : S", "use L1 S1 @40", 0, "within itself"),
            ("R<=5", "R<=5>=9", 12, "above the longest"),
        ] {
            let (at, said) = message(&GUIDE.replacen(from, to, 1));
            assert!(at == line && said.contains(part), "{to}: line {at}: {said}");
        }
    }
}
