//! The guides for people and programs to read: what there is, and what one says, as JSON.

use serde_json::{Value, json};
use x12::guide::{ElementRule, GuideError, Guides, Key, Overlaid, OverlayInfo, Plan, Role, Slot, Type, Usage};

use crate::error::Error;

/// A fault of guide text with its place: `file:line: what is wrong`.
pub(crate) fn located(name: &str, error: &GuideError) -> String {
    if error.line == 0 {
        format!("{name}: {}", error.message)
    } else {
        format!("{name}:{}: {}", error.line, error.message)
    }
}

/// The guides compiled in, as a JSON list: name, transaction set, version, title, aliases, fingerprint.
#[must_use]
pub fn guides() -> String {
    let guides = Guides::embedded();
    let rows = guides.list().map(|info| {
        json!({
            "name": info.kind,
            "transaction_set": info.set_id,
            "version": info.version,
            "title": info.title,
            "aliases": info.aliases,
            "fingerprint": guides.plan(&info.kind).map_or(String::new(), |plan| fingerprint(&plan)),
        })
    });
    Value::Array(rows.collect()).to_string()
}

/// All that the guide named `name` says, as JSON: its loops in the order of their text, each with what stands in it.
///
/// # Errors
/// [`Error::Usage`] when there is no such guide.
pub fn guide(name: &str) -> Result<String, Error> {
    let plan = Guides::embedded().plan(name).map_err(|error| Error::Usage(error.message))?;
    Ok(described(&plan).to_string())
}

/// As [`guide`], of what an overlay, called `name` in messages, makes of its guide.
///
/// # Errors
/// [`Error::Usage`] when the overlay has a fault.
pub fn overlaid(name: &str, text: &str) -> Result<String, Error> {
    let mut guides = Guides::embedded();
    guides.add_overlay(text).map_err(|error| Error::Usage(located(name, &error)))?;
    let label = guides.overlays().next().map(OverlayInfo::label).unwrap_or_default();
    Ok(guides.overlaid(&label).map(|plan| described(&plan).to_string()).unwrap_or_default())
}

/// The overlays of partners that come as examples, as a JSON list: partner, file, text.
#[must_use]
pub fn partners() -> String {
    let rows = x12::guide::partners().map(|(partner, file, text)| json!([partner, file, text]));
    Value::Array(rows.collect()).to_string()
}

/// What is wrong with some overlays, given by name and text, as a JSON list: file, line (0 for none in particular) and
/// message, in order; two that are for the same parties on the same days are told at the later one.
#[must_use]
pub fn check_overlays(overlays: &[(String, String)]) -> String {
    let mut guides = Guides::embedded();
    let mut rows = Vec::new();
    for (name, text) in overlays {
        let mut faults = guides.check_overlay(text);
        if faults.is_empty() {
            faults.extend(guides.add_overlay(text).err());
        }
        rows.extend(faults.iter().map(|fault| json!({"file": name, "line": fault.line, "message": fault.message})));
    }
    Value::Array(rows).to_string()
}

fn fingerprint(plan: &Plan) -> String {
    format!("{:016x}", plan.fingerprint)
}

fn described(plan: &Plan) -> Value {
    let loops = plan.loops.iter().map(|each| {
        let places = each.slots.clone().filter_map(|at| plan.slot(at).map(|slot| place(plan, at, slot)));
        json!({
            "id": each.id,
            "title": each.title,
            "role": each.role.map(role),
            "segments": places.collect::<Vec<_>>(),
        })
    });
    json!({
        "name": plan.kind,
        "transaction_set": plan.set_id,
        "group": plan.group_id,
        "version": plan.version,
        "title": plan.title,
        "aliases": plan.aliases,
        "fingerprint": fingerprint(plan),
        "overlay": plan.overlay.as_ref().map(Overlaid::label),
        "loops": loops.collect::<Vec<_>>(),
    })
}

/// A place in a loop: of a segment, or of a child loop, which has its elements where it stands itself.
fn place(plan: &Plan, at: u32, slot: &Slot) -> Value {
    let child = slot.opens.map(|index| plan.loop_at(index));
    let elements = if child.is_some() { &[] } else { plan.element_rules(at) };
    json!({
        "segment": slot.segment.text(),
        "name": slot.name,
        "loop": child.map(|child| child.id.as_str()),
        "usage": if slot.max == 0 { "not used" } else if slot.required { "required" } else { "situational" },
        "max": (slot.max != u32::MAX).then_some(slot.max),
        "position": slot.standard_position(),
        "key": key(&slot.key),
        "notes": if child.is_some() { Vec::new() } else { plan.notes(at) },
        "elements": elements.iter().map(|rule| element(plan, rule)).collect::<Vec<_>>(),
    })
}

fn key(key: &Key) -> Value {
    if key.element == 0 {
        return Value::Null;
    }
    json!({"element": key.element, "component": (key.component > 0).then_some(key.component), "codes": key.values})
}

fn element(plan: &Plan, rule: &ElementRule) -> Value {
    let composite = rule.kind == Type::Composite;
    json!({
        "element": rule.element,
        "component": (rule.component > 0).then_some(rule.component),
        "data_element": (rule.data_element > 0).then_some(rule.data_element),
        "composite": rule.composite,
        "usage": usage(rule.usage),
        "type": kind(rule.kind),
        "min": (!composite).then_some(rule.length.0),
        "max": (!composite).then_some(rule.length.1),
        "repeat": rule.repetitions,
        "codes": rule.codes.map(|set| plan.codes(set)),
        "standard_codes": rule.base_codes.filter(|_| rule.codes.is_none()).map(|set| plan.codes(set)),
        "external": rule.external,
        "format_by": (rule.format_by > 0).then_some(rule.format_by),
        "components": plan.component_rules(rule).iter().map(|part| element(plan, part)).collect::<Vec<_>>(),
    })
}

fn usage(usage: Usage) -> &'static str {
    match usage {
        Usage::Required => "required",
        Usage::Situational => "situational",
        Usage::NotUsed => "not used",
    }
}

fn kind(kind: Type) -> String {
    match kind {
        Type::An => "AN".to_owned(),
        Type::Id => "ID".to_owned(),
        Type::Dt => "DT".to_owned(),
        Type::Tm => "TM".to_owned(),
        Type::R => "R".to_owned(),
        Type::N(places) => format!("N{places}"),
        Type::B => "B".to_owned(),
        Type::Composite => "composite".to_owned(),
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Provider => "provider",
        Role::Subscriber => "subscriber",
        Role::Patient => "patient",
        Role::Claim => "claim",
        Role::Line => "line",
        Role::Record => "record",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_guide_has_a_fingerprint_of_its_own() {
        let rows: Vec<Value> = serde_json::from_str(&guides()).unwrap();
        let mut prints: Vec<_> = rows.iter().map(|row| row["fingerprint"].as_str().unwrap()).collect();
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), rows.len());
    }

    #[test]
    fn a_guide_is_told_down_to_the_component() {
        let guide: Value = serde_json::from_str(&guide("837P").unwrap()).unwrap();
        let find = |list: &Value, name: &str, of: &str| {
            list.as_array().unwrap().iter().find(|each| each[name] == of).cloned().unwrap()
        };
        let claim = find(&guide["loops"], "id", "2300");
        assert_eq!(claim["role"], "claim");
        let clm = find(&claim["segments"], "segment", "CLM");
        let parts = &clm["elements"][4];
        assert_eq!((parts["composite"].as_str(), &parts["components"][1]["codes"]), (Some("C023"), &json!(["B"])));
        let supplement = find(&claim["segments"], "loop", "2400");
        assert_eq!((supplement["max"].as_u64(), supplement["usage"].as_str()), (Some(50), Some("required")));
        assert!(matches!(super::guide("850"), Err(Error::Usage(text)) if text.contains("850")));
    }
}
