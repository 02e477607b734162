//! What a statement about pairs of rows comes to whatever the pair: then none are laid out.

use super::asked::{Asked, Domain, MAX_PAIRS};
use super::expr::{Bool, BoolAt, Children, Test};
use super::logic::{FALSE, NODATA, States, TRUE, join, not, state};
use super::run::Evaluator;

impl Evaluator<'_, '_> {
    /// The state of a statement on any pair of rows of the batch, where that is told by what is known of single rows, or by
    /// a table that is not there. None says nothing.
    pub(super) fn foretold(&mut self, at: BoolAt) -> Option<u8> {
        let nature = self.program.terms.bool(at).nature;
        match &self.program.terms.bool(at).what {
            Bool::Const(holds) => Some(state(*holds)),
            Bool::And(parts) => self.foretold_of(parts, FALSE),
            Bool::Or(parts) => self.foretold_of(parts, TRUE),
            Bool::Not(inner) => self.foretold(*inner).map(not),
            Bool::Test(_, Test::Listed(table)) => self.table(*table).is_none().then_some(NODATA),
            Bool::LookedUp(lookup) => self.table(lookup.table).is_none().then_some(NODATA),
            Bool::Any(children, inner) => {
                (self.foretold(*inner) == Some(FALSE) && self.are_few(*children)).then_some(FALSE)
            }
            Bool::Above(_, inner) if nature.table.is_none() => {
                let own = self.program.terms.bool(*inner).nature;
                let table = own.table.filter(|_| !own.pairs && self.absent(*inner) == FALSE)?;
                self.judge(*inner, Domain::whole(self.frame.rows(table)).all());
                self.scratch.states(*inner).all().filter(|all| *all == FALSE)
            }
            _ => None,
        }
    }

    /// As [`Self::foretold`], of several of which `strong` decides.
    fn foretold_of(&mut self, parts: &[BoolAt], strong: u8) -> Option<u8> {
        let mut all = Some(not(strong));
        for &part in parts {
            let told = self.foretold(part);
            if told == Some(strong) {
                return told;
            }
            all = all.zip(told).map(|(all, told)| join(all, told, strong));
        }
        all
    }

    /// Whether no row has so many of these children that it would be unchecked.
    pub(super) fn are_few(&self, children: Children) -> bool {
        let link = self.program.terms.links[children.link];
        self.frame.rows(link.up.table) <= MAX_PAIRS
    }

    /// As [`Self::any`] of children that are asked about pair by pair, when the answer is foretold; false when it is not.
    pub(super) fn any_foretold(
        &mut self,
        children: Children,
        inner: BoolAt,
        asked: Asked<'_>,
        states: &mut States,
    ) -> bool {
        let Some(above) = children.paired.filter(|_| self.are_few(children)) else { return false };
        match self.foretold(inner) {
            Some(FALSE) => states.fill(asked.len(), FALSE),
            Some(NODATA) => {
                self.find_groups(children.link);
                self.find_way(above.way);
                let (rows, groups) = (self.rows_above(above, asked), &self.scratch.groups[children.link].of);
                states.set_rows(asked.len(), |at| match rows.get(at) {
                    Some(&row) if !groups.of(row).is_empty() => NODATA,
                    _ => FALSE,
                });
            }
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use crate::finding::Catalog;
    use crate::scrub::testing::{Builder, schema};
    use crate::scrub::{Context, Program};

    /// The states of a rule about lines on the lines of some claims, without any table.
    fn states(expr: &Json, claims: &[Json]) -> String {
        let (map, schema) = schema();
        let rule = json!({
            "id": "R", "table": "line", "severity": "error", "snip": 5, "status": "", "title": "t", "fix": "f",
            "expr": expr, "evidence": [["field", 0, [], "charge"]],
        });
        let text = json!({"version": "1", "rules": [rule]}).to_string();
        let program = Program::compile(&text, &schema, &mut Catalog::default()).unwrap();
        let mut builder = Builder::new(&map);
        for claim in claims {
            builder.claim(claim);
        }
        program.states(0, &builder.batch, &builder.bytes, &Context::default())
    }

    fn any(inner: &Json) -> Json {
        json!(["any", ["rows", 0, ["claim"], "line"], inner])
    }

    #[test]
    fn a_table_that_is_not_there_leaves_pairs_unchecked_and_other_faults_told() {
        let paired = json!(["paired", "nowhere", ["field", 1, [], "procedure"], ["field", 0, [], "procedure"], null]);
        let same = |field| json!(["eq", ["field", 1, [], field], ["field", 0, [], field]]);
        let above = |bound: i64| json!(["gt", ["field", 1, [], "charge"], ["money", bound]]);
        let line = |charge, day: i64| json!({"procedure": "99213", "charge": charge, "service_from": day});
        let claims = [json!({"lines": [line(100, 1), line(200, 2), json!({"charge": 300})]}), json!({"lines": []})];
        for (inner, expected) in [
            (paired.clone(), "NNN"),
            (json!(["and", same("service_from"), paired]), "NNN"),
            (json!(["and", same("charge"), same("service_from"), paired]), "NNN"),
            // no line is so dear, whichever is looked up
            (json!(["and", above(900), paired]), "FFF"),
            (json!(["and", above(150), paired]), "NNN"),
            (json!(["or", above(150), paired]), "TTT"),
            (
                json!([
                    "and",
                    same("service_from"),
                    ["lt", ["field", 1, [], "charge"], ["field", 0, [], "charge"]],
                    paired
                ]),
                "FFN",
            ),
        ] {
            assert_eq!(states(&any(&inner), &claims), expected, "{inner}");
        }
    }
}
