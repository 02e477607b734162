//! What an overlay makes of a guide: its changes applied to the guide's text, which is compiled as any other.
//!
//! A segment or loop that the partner does not take keeps its place, and may come there zero times; qualifiers that the
//! partner drops still lead to their segments. So the walk goes where the guide alone would lead it, and what is
//! wrong only for this partner has one finding.

use std::collections::HashMap;
use std::sync::Arc;

use super::base::{Base, Of};
use super::compile::{bind, compile, digest};
use super::grammar::{CodesText, Content, ElementText, GuideText, LineText, LoopText, SegmentText};
use super::inherit::origins;
use super::overlay::{Change, CodeEdit, Often, OverlayText, SegmentAt};
use super::plan::{Overlaid, Plan, Spot};
use super::text::{GuideError, fault};
use super::words::{TABLE, Usage};

/// The guide `ground`, whose text and base are given, as the overlay has it.
///
/// # Errors
///
/// The first fault of the overlay, with its line.
pub(super) fn overlay(base: &str, guide: &str, overlay: &str, ground: &Arc<Plan>) -> Result<Plan, GuideError> {
    let mut faults = Vec::new();
    let text = OverlayText::read(overlay, &mut faults);
    if let Some(first) = faults.into_iter().next() {
        return Err(first);
    }
    let fingerprint = digest(ground.fingerprint, overlay.as_bytes());
    let made = changed(base, guide, &text.changes)
        .and_then(|(base, guide)| bind(&base, &guide, fingerprint, Some(ground)).map(|plan| (plan, guide)));
    match made {
        Ok((mut plan, guide)) => {
            spread(&mut plan);
            let (name, version, slots) = (text.name.to_owned(), text.version.to_owned(), origins(&guide));
            let statuses = text.statuses.iter().map(|(_, status)| (*status).to_owned()).collect();
            let stated = stated(&guide, &text);
            plan.overlay = Some(Overlaid { name, version, ground: Arc::clone(ground), slots, statuses, stated });
            Ok(plan)
        }
        Err(error) => Err(lint(base, guide, overlay).into_iter().next().unwrap_or(error)),
    }
}

/// Everything that is wrong with an overlay over this guide, in the order of its lines.
pub(super) fn lint(base: &str, guide: &str, overlay: &str) -> Vec<GuideError> {
    let mut faults = Vec::new();
    let text = OverlayText::read(overlay, &mut faults);
    let read = compile(base, guide).and_then(|plan| Ok((plan, Base::parse(base)?, GuideText::parse(guide)?)));
    let (ground, base, mut guide) = match read {
        Ok(read) => read,
        Err(error) => return vec![error],
    };
    let mut before = facts(&ground);
    for (line, change) in &text.changes {
        let mut next = guide.clone();
        let made = apply(change, *line, &mut next, &base).and_then(|()| bind(&base, &next, 0, Some(&ground)));
        match made.map(|plan| facts(&plan)) {
            Ok(after) if after == before => {
                faults.push(GuideError {
                    line: *line,
                    message: "it changes nothing: the guide says so already".to_owned(),
                });
            }
            Ok(after) => (before, guide) = (after, next),
            // a fault of the text that the change made is the change's
            Err(error) => faults.push(GuideError { line: *line, ..error }),
        }
    }
    faults.sort_by_key(|error| error.line);
    faults
}

fn changed<'a>(
    base: &'a str,
    guide: &'a str,
    changes: &[(u32, Change<'a>)],
) -> Result<(Base<'a>, GuideText<'a>), GuideError> {
    let (base, mut guide) = (Base::parse(base)?, GuideText::parse(guide)?);
    changes.iter().try_for_each(|(line, change)| apply(change, *line, &mut guide, &base))?;
    Ok((base, guide))
}

/// Where the statuses of an overlay hold in the guide that it made.
fn stated(guide: &GuideText<'_>, text: &OverlayText<'_>) -> HashMap<Spot, u16> {
    let mut found = HashMap::new();
    for (number, (line, _)) in (1u16..).zip(&text.statuses) {
        for (_, change) in text.changes.iter().filter(|(at, _)| at == line) {
            found.extend(spots(guide, change, *line).into_iter().map(|spot| (spot, number)));
        }
    }
    found
}

/// What a change, made by a line of the overlay, is about.
fn spots(guide: &GuideText<'_>, change: &Change<'_>, line: u32) -> Vec<Spot> {
    let placed = guide.loops.iter().flat_map(|known| known.lines.iter().map(move |line| (known.id, line)));
    let is_meant = |home: &str, each: &LineText<'_>| match (change, &each.of) {
        (
            Change::Segment { at, .. } | Change::Element { at, .. } | Change::Codes { at, .. },
            Content::Segment(here),
        ) => (home, here.id) == (at.loop_id, at.id) && (at.name.is_empty() || here.name == at.name),
        (Change::Loop { id, within, .. }, Content::Use(used)) => {
            id == used && within.is_none_or(|within| within == home)
        }
        (Change::Move { id, from, .. }, Content::Use(used)) => id == used && (*from == home || each.line == line),
        (Change::Add { .. }, Content::Segment(_)) => each.origin.is_none() && each.line == line,
        _ => false,
    };
    let (element, component) = match change {
        Change::Element { place, .. } | Change::Codes { place, .. } => *place,
        _ => (0, 0),
    };
    let slots = (0u32..).zip(placed).filter(|(_, (home, each))| is_meant(home, each));
    slots.map(|(slot, _)| (slot, element, component)).collect()
}

/// What a plan says, so that two can be compared.
fn facts(plan: &Plan) -> Vec<String> {
    let slots = plan.slots.iter().map(|slot| format!("{slot:?}"));
    let codes = |set: Option<u16>| set.map(|set| plan.codes(set));
    let elements = plan.elements.iter().map(|rule| {
        let (own, standard) = (codes(rule.codes), codes(rule.base_codes));
        let rule = super::ElementRule { codes: None, base_codes: None, components: 0..0, ..rule.clone() };
        format!("{rule:?} {own:?} {standard:?}")
    });
    slots.chain(elements).collect()
}

/// A loop that has two places reaches what is around it.
fn spread(plan: &mut Plan) {
    let mut left: Vec<u16> = plan.slots.iter().filter(|slot| slot.max == 0).filter_map(|slot| slot.opens).collect();
    while let Some(index) = left.pop() {
        let known = &plan.loops[usize::from(index)];
        if known.role.is_some() || std::mem::replace(&mut plan.index.loops[usize::from(index)].inherits, true) {
            continue;
        }
        left.extend(plan.slots_of(index).iter().filter_map(|slot| slot.opens));
    }
}

/// Applies one change to the text of a guide.
fn apply<'a>(change: &Change<'a>, line: u32, guide: &mut GuideText<'a>, base: &Base<'a>) -> Result<(), GuideError> {
    match change {
        Change::Segment { at, often } => set_segment(guide, at, *often, line),
        Change::Loop { id, within, often } => set_loop(guide, id, *within, *often, line),
        Change::Element { at, place, says } => set_element(guide, at, *place, says, line),
        Change::Codes { at, place, edit } => set_codes(guide, base, at, *place, edit, line),
        Change::Add { loop_id, line: added } => add(guide, loop_id, added, line),
        Change::Move { id, from, to, often, position } => {
            set_loop(guide, id, Some(from), (false, 0), line)?;
            let of = Content::Use(id);
            let (required, max) = *often;
            let placed = LineText { line, origin: None, required, max, position: *position, of };
            insert(named(guide, to, line)?, placed, line)
        }
    }
}

fn named<'g, 'a>(guide: &'g mut GuideText<'a>, id: &str, line: u32) -> Result<&'g mut LoopText<'a>, GuideError> {
    match guide.loops.iter_mut().find(|known| known.id == id) {
        Some(found) => Ok(found),
        None => fault(line, format!("there is no loop {id}")),
    }
}

/// The line of a segment; with it, whether that segment opens its loop.
fn line_of<'g, 'a>(
    guide: &'g mut GuideText<'a>,
    at: &SegmentAt<'_>,
    line: u32,
) -> Result<(&'g mut LineText<'a>, bool), GuideError> {
    let known = named(guide, at.loop_id, line)?;
    let is_meant = |(_, each): &(usize, &LineText<'_>)| match &each.of {
        Content::Segment(segment) => segment.id == at.id && (at.name.is_empty() || segment.name == at.name),
        Content::Use(_) => false,
    };
    let found: Vec<usize> = known.lines.iter().enumerate().filter(is_meant).map(|(number, _)| number).collect();
    let shown = if at.name.is_empty() { at.id.to_owned() } else { format!("{}/{}", at.id, at.name) };
    match found[..] {
        [number] => Ok((&mut known.lines[number], number == 0)),
        [] => fault(line, format!("loop {} has no segment {shown}", at.loop_id)),
        _ => fault(line, format!("loop {} has several {shown}: say which, as in {}", at.loop_id, names(known, at.id))),
    }
}

fn names(known: &LoopText<'_>, id: &str) -> String {
    let segments = known.lines.iter().filter_map(|line| match &line.of {
        Content::Segment(segment) if segment.id == id => Some(format!("{}/{}", segment.id, segment.name)),
        _ => None,
    });
    segments.collect::<Vec<_>>().join(", ")
}

fn set_segment(guide: &mut GuideText<'_>, at: &SegmentAt<'_>, often: Often, line: u32) -> Result<(), GuideError> {
    let (found, opens) = line_of(guide, at, line)?;
    if opens {
        return fault(line, format!("{} opens loop {}: change the loop", at.id, at.loop_id));
    }
    (found.required, found.max) = often;
    Ok(())
}

fn set_loop(
    guide: &mut GuideText<'_>,
    id: &str,
    within: Option<&str>,
    often: Often,
    line: u32,
) -> Result<(), GuideError> {
    named(guide, id, line)?;
    if let Some(around) = within {
        named(guide, around, line)?;
    }
    let around = guide.loops.iter_mut().filter(|known| within.is_none_or(|within| known.id == within));
    let mut places =
        around.flat_map(|known| &mut known.lines).filter(|each| matches!(each.of, Content::Use(used) if used == id));
    let mut found = false;
    for place in &mut places {
        (place.required, place.max) = often;
        found = true;
    }
    match (found, within) {
        (true, _) => Ok(()),
        (false, Some(within)) => fault(line, format!("loop {within} has no loop {id} in it")),
        (false, None) => fault(line, format!("loop {id} stands in no other")),
    }
}

/// The element or component at `place` of a segment; elements that the guide leaves out at the end are put in.
fn element_at<'s, 'a>(
    segment: &'s mut SegmentText<'a>,
    (element, component): (u8, u8),
    line: u32,
) -> Result<&'s mut ElementText<'a>, GuideError> {
    let list = &mut segment.elements;
    let found = reach(list, element);
    if component == 0 {
        return Ok(found);
    }
    match &mut found.components {
        Some(parts) => Ok(reach(parts, component)),
        None => fault(line, format!("element {element:02} has no components here")),
    }
}

fn reach<'s, 'a>(list: &'s mut Vec<ElementText<'a>>, number: u8) -> &'s mut ElementText<'a> {
    let at = usize::from(number).saturating_sub(1);
    while list.len() <= at {
        list.push(ElementText::not_used());
    }
    &mut list[at]
}

fn segment_of<'g, 'a>(
    guide: &'g mut GuideText<'a>,
    at: &SegmentAt<'_>,
    line: u32,
) -> Result<&'g mut SegmentText<'a>, GuideError> {
    match &mut line_of(guide, at, line)?.0.of {
        Content::Segment(segment) => Ok(segment),
        Content::Use(_) => fault(line, format!("loop {} has no segment {}", at.loop_id, at.id)),
    }
}

fn set_element<'a>(
    guide: &mut GuideText<'a>,
    at: &SegmentAt<'a>,
    place: (u8, u8),
    says: &ElementText<'a>,
    line: u32,
) -> Result<(), GuideError> {
    let element = element_at(segment_of(guide, at, line)?, place, line)?;
    element.usage = says.usage;
    let ElementText { codes, external, min, max, repetitions, components, .. } = says.clone();
    element.codes = codes.or(element.codes.take());
    element.external = external.or(element.external);
    element.min = min.or(element.min);
    element.max = max.or(element.max);
    element.repetitions = repetitions.or(element.repetitions);
    element.components = components.or(element.components.take());
    if says.format_by > 0 {
        element.format_by = says.format_by;
    }
    Ok(())
}

fn set_codes<'a>(
    guide: &mut GuideText<'a>,
    base: &Base<'a>,
    at: &SegmentAt<'a>,
    place: (u8, u8),
    edit: &CodeEdit<'a>,
    line: u32,
) -> Result<(), GuideError> {
    let sets = guide.codes.clone();
    let element = element_at(segment_of(guide, at, line)?, place, line)?;
    if element.usage == Usage::NotUsed {
        return fault(line, "the guide does not use this element: say what it is with element first");
    }
    let mut codes: Vec<&'a str> = match &element.codes {
        Some(CodesText::Inline(list)) => list.split('|').collect(),
        Some(CodesText::Named(name)) => sets.get(name).cloned().unwrap_or_default(),
        Some(CodesText::Listed(list)) => list.clone(),
        None => standard_codes(base, at.id, place),
    };
    if codes.is_empty() {
        return fault(line, "the guide lists no codes here: give them with element, as in R=A|B");
    }
    edit_codes(&mut codes, edit, line)?;
    element.codes = Some(CodesText::Listed(codes));
    Ok(())
}

fn edit_codes<'a>(codes: &mut Vec<&'a str>, edit: &CodeEdit<'a>, line: u32) -> Result<(), GuideError> {
    let there = |codes: &[&str], code: &str| {
        let known = codes.contains(&code);
        if known { Ok(()) } else { fault(line, format!("code {code} is not there; those are {}", codes.join(" "))) }
    };
    let absent = |codes: &[&str], code: &str| {
        if codes.contains(&code) { fault(line, format!("code {code} is there already")) } else { Ok(()) }
    };
    match edit {
        CodeEdit::Add(more) => {
            for code in more {
                absent(codes, code)?;
                codes.push(code);
            }
        }
        CodeEdit::Drop(less) => {
            for code in less {
                there(codes, code)?;
                codes.retain(|known| known != code);
            }
            if codes.is_empty() {
                return fault(line, "no code is left");
            }
        }
        CodeEdit::Rename(old, new) => {
            there(codes, old)?;
            absent(codes, new)?;
            for code in codes.iter_mut().filter(|code| *code == old) {
                *code = new;
            }
        }
    }
    Ok(())
}

/// The codes that the standard lists for an element or a component.
fn standard_codes<'a>(base: &Base<'a>, segment: &str, (element, component): (u8, u8)) -> Vec<&'a str> {
    let member = base.segments.get(segment).and_then(|known| known.members.get(usize::from(element).wrapping_sub(1)));
    let member = match (member.map(|member| member.of), usize::from(component).checked_sub(1)) {
        (Some(Of::Composite(name)), Some(at)) => base.composites.get(name).and_then(|known| known.members.get(at)),
        _ => member,
    };
    match member.map(|member| member.of) {
        Some(Of::Element(id)) => base.elements.get(id).map(|known| known.codes.clone()).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn add<'a>(guide: &mut GuideText<'a>, loop_id: &str, added: &LineText<'a>, line: u32) -> Result<(), GuideError> {
    let known = named(guide, loop_id, line)?;
    let Content::Segment(fresh) = &added.of else { return fault(line, "a loop is moved, not added") };
    let same = |each: &LineText<'_>| matches!(&each.of, Content::Segment(segment) if (segment.id, segment.name) == (fresh.id, fresh.name));
    if known.lines.iter().any(same) {
        return fault(
            line,
            format!("loop {loop_id} has such a segment: give this one a name, as in {}/more", fresh.id),
        );
    }
    insert(known, added.clone(), line)
}

/// Puts a line where its position says: behind all others of that position, in the table where such a position is.
fn insert<'a>(known: &mut LoopText<'a>, mut added: LineText<'a>, line: u32) -> Result<(), GuideError> {
    let near = |each: &&LineText<'_>| each.position % TABLE >= added.position;
    let table = known.lines.iter().skip(1).find(near).or(known.lines.last()).map_or(0, |near| near.position / TABLE);
    added.position += table * TABLE;
    let at = known.lines.partition_point(|each| each.position <= added.position);
    if at == 0 {
        return fault(line, format!("it would stand before the segment that opens loop {}", known.id));
    }
    known.lines.insert(at, added);
    Ok(())
}
