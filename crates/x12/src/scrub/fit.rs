//! A rule for several kinds of claims, fitted to one of them: a value that this kind does not have is missing, so that of
//! `first_of` the other part stands alone.

use serde_json::Value as Json;

use crate::claim::Schema;

/// `json` without what the tables of `schema` do not have; `None` when nothing stands in for it. `bound` are the tables of
/// the rows in scope.
pub(super) fn fitted(json: &Json, schema: &Schema, bound: &mut Vec<usize>) -> Option<Json> {
    let Some(all) = json.as_array() else { return Some(json.clone()) };
    let name = all.first().and_then(Json::as_str).unwrap_or_default();
    match (name, all.as_slice()) {
        ("field", [_, var, ups, name]) => {
            let table = reached(var, ups, schema, bound)?;
            let there = schema.tables[table].fields.iter().any(|field| Some(field.name.as_str()) == name.as_str());
            there.then(|| json.clone())
        }
        ("absent" | "duplicate" | "orphan", [_, var, ups]) => reached(var, ups, schema, bound).map(|_| json.clone()),
        ("first_of", [_, first, second]) => match (fitted(first, schema, bound), fitted(second, schema, bound)) {
            (Some(first), Some(second)) => Some(Json::from(vec![all[0].clone(), first, second])),
            (one, other) => one.or(other),
        },
        (_, [_, rows, inner @ ..]) if rows.get(0).and_then(Json::as_str) == Some("rows") => {
            let (above, below) = (reached(rows.get(1)?, rows.get(2)?, schema, bound)?, rows.get(3)?.as_str()?);
            let child = named(schema, below).filter(|child| schema.tables[*child].parents.contains(&above))?;
            bound.push(child);
            let inner: Option<Vec<Json>> = inner.iter().map(|part| fitted(part, schema, bound)).collect();
            bound.pop();
            Some([all[0].clone(), rows.clone()].into_iter().chain(inner?).collect())
        }
        _ => all.iter().map(|part| fitted(part, schema, bound)).collect(),
    }
}

/// True when something in `json` stands in for something else.
pub(super) fn has_choice(json: &Json) -> bool {
    let Some(all) = json.as_array() else { return false };
    all.first().and_then(Json::as_str) == Some("first_of") || all.iter().any(has_choice)
}

fn named(schema: &Schema, name: &str) -> Option<usize> {
    schema.tables.iter().position(|table| table.name == name)
}

/// The table of the row that is so many steps above a bound one.
fn reached(var: &Json, ups: &Json, schema: &Schema, bound: &[usize]) -> Option<usize> {
    let first = *bound.get(usize::try_from(var.as_u64()?).ok()?)?;
    ups.as_array()?.iter().try_fold(first, |table, step| {
        let above = named(schema, step.as_str()?)?;
        schema.tables[table].parents.contains(&above).then_some(above)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::claim::ClaimMap;

    fn schema(version: &str) -> Schema {
        ClaimMap::of(version).unwrap().unwrap().schema()
    }

    #[test]
    fn what_a_kind_of_claim_lacks_gives_way_to_what_stands_in_for_it() {
        let [professional, institutional, dental] = ["005010X222A1", "005010X223A2", "005010X224A2"].map(schema);
        let day = json!(["field", 0, [], "statement_from"]);
        let last = json!(["first_of", ["field", 1, [], "service_to"], ["field", 1, [], "service_from"]]);
        let lines = json!(["max", ["rows", 0, [], "line"], null, last]);
        let rule = json!(["lt", ["first_of", day, lines], ["received"]]);
        let fit = |schema: &Schema| {
            let claim = named(schema, "claim").unwrap();
            fitted(&rule, schema, &mut vec![claim])
        };
        assert_eq!(fit(&institutional), Some(rule.clone()));
        assert_eq!(fit(&professional), Some(json!(["lt", lines, ["received"]])));
        let alone = json!(["max", ["rows", 0, [], "line"], null, ["field", 1, [], "service_from"]]);
        assert_eq!(fit(&dental), Some(json!(["lt", alone, ["received"]])));
    }

    #[test]
    fn what_nothing_stands_in_for_is_told() {
        let schema = schema("005010X222A1");
        let claim = named(&schema, "claim").unwrap();
        let asks = [
            json!(["missing", ["field", 0, [], "statement_from"]]),
            json!(["any", ["rows", 0, [], "procedure"], ["true"]]),
            json!(["absent", 0, ["nowhere"]]),
            json!(["missing", ["first_of", ["field", 0, [], "statement_from"], ["field", 0, [], "facility_type"]]]),
        ];
        for ask in asks {
            assert_eq!(fitted(&ask, &schema, &mut vec![claim]), None, "{ask}");
        }
    }
}
