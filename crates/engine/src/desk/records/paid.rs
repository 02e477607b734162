//! What payments come to: sums that go back with the set that they are of.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use x12::claim::unpack;

use crate::records::{Adjusted, Claimed};

/// Most reasons that are told apart; what comes beyond them is added up as one without a code.
const MOST: usize = 500;

/// Sums of payments, in cents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Paid {
    /// What payers say that they pay.
    payments: Sum,
    /// Claims that are written, by status: how many, and what was charged, paid and left to patients.
    claims: BTreeMap<u64, [i128; 4]>,
    /// Claims that are held back: how many, and what was charged and paid.
    held: [i128; 3],
    /// By group and reason.
    adjustments: BTreeMap<(u64, u64), Sum>,
    /// By reason.
    providers: BTreeMap<u64, Sum>,
}

/// How often, and what it comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    times: u64,
    cents: i128,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.times += other.times;
        self.cents += other.cents;
    }

    fn one(cents: i64) -> Self {
        Self { times: 1, cents: cents.into() }
    }
}

impl Paid {
    /// A payment as a whole.
    pub(crate) fn payment(&mut self, cents: i64) {
        self.payments.add(Sum::one(cents));
    }

    /// A claim that is written, and its adjustments.
    pub(crate) fn claim<'a>(&mut self, claim: Claimed, adjusted: impl Iterator<Item = &'a Adjusted>) {
        let Claimed { status, charge, paid, patient } = claim;
        add(place(&mut self.claims, status), [1, charge.into(), paid.into(), patient.into()]);
        for each in adjusted {
            let (group, reason) = each.why;
            place(&mut self.adjustments, (group, told(reason))).add(Sum::one(each.cents));
        }
    }

    /// A claim that is held back.
    pub(crate) fn hold(&mut self, claim: Claimed) {
        add(&mut self.held, [1, claim.charge.into(), claim.paid.into()]);
    }

    /// An adjustment that is of no claim.
    pub(crate) fn provider(&mut self, reason: u64, cents: i64) {
        place(&mut self.providers, reason).add(Sum::one(cents));
    }

    /// Adds what was summed up beside it.
    pub(crate) fn add(&mut self, other: Self) {
        self.payments.add(other.payments);
        add(&mut self.held, other.held);
        other.claims.into_iter().for_each(|(status, sums)| add(place(&mut self.claims, status), sums));
        other.adjustments.into_iter().for_each(|(why, sum)| place(&mut self.adjustments, why).add(sum));
        other.providers.into_iter().for_each(|(why, sum)| place(&mut self.providers, why).add(sum));
    }

    /// As summary.json has it: amounts are dollars.
    pub(crate) fn summary(&self) -> Value {
        let claims = self.claims.iter().map(|(status, [claims, charge, paid, patient])| {
            json!({
                "status_code": text(*status),
                "claims": u64::try_from(*claims).unwrap_or_default(),
                "charge": dollars(*charge),
                "paid": dollars(*paid),
                "patient_responsibility": dollars(*patient),
            })
        });
        let adjustments = self.adjustments.iter().map(|((group, reason), sum)| {
            let (group, reason) = (text(*group), text(*reason));
            json!({"group_code": group, "reason_code": reason, "times": sum.times, "amount": dollars(sum.cents)})
        });
        let providers = self.providers.iter().map(
            |(reason, sum)| json!({"reason_code": text(*reason), "times": sum.times, "amount": dollars(sum.cents)}),
        );
        let [held, charge, paid] = self.held;
        json!({
            "payments": self.payments.times,
            "amount": dollars(self.payments.cents),
            "claims": claims.collect::<Vec<_>>(),
            "held": {"claims": u64::try_from(held).unwrap_or_default(), "charge": dollars(charge), "paid": dollars(paid)},
            "adjustments": adjustments.collect::<Vec<_>>(),
            "provider_adjustments": providers.collect::<Vec<_>>(),
        })
    }
}

/// The sums of `key`; where there are too many already, those of what has no code.
fn place<K: Ord + Default, V: Default>(sums: &mut BTreeMap<K, V>, key: K) -> &mut V {
    let key = if sums.len() < MOST || sums.contains_key(&key) { key } else { K::default() };
    sums.entry(key).or_default()
}

/// A reason that may be told: no more than a letter and three digits, as the list of reasons (CARC) has them. The guide takes any
/// five characters there, and a name would stand on a page that names nobody.
fn told(reason: u64) -> u64 {
    let (text, length) = unpack(reason);
    let text = text.get(..length).unwrap_or_default();
    let digits = match text.split_first() {
        Some((first, rest)) if first.is_ascii_uppercase() => rest,
        _ => text,
    };
    if matches!(digits.len(), 1..=3) && digits.iter().all(u8::is_ascii_digit) { reason } else { 0 }
}

fn add<const N: usize>(sums: &mut [i128; N], more: [i128; N]) {
    sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}

fn text(code: u64) -> String {
    let (text, length) = unpack(code);
    String::from_utf8_lossy(text.get(..length).unwrap_or_default()).into_owned()
}

fn dollars(cents: i128) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
}

#[cfg(test)]
mod tests {
    use x12::claim::pack;

    use super::*;

    fn code(text: &str) -> u64 {
        pack(text.as_bytes()).unwrap()
    }

    #[test]
    fn sums_are_added_and_told_in_dollars() {
        let claimed = Claimed { status: code("1"), charge: 10_000, paid: 8_005, patient: 500 };
        let adjusted = Adjusted { claim: 0, why: (code("CO"), code("45")), cents: 1_495 };
        let (mut all, mut one) = (Paid::default(), Paid::default());
        one.payment(8_005);
        one.claim(claimed, [adjusted, adjusted].iter());
        one.hold(claimed);
        one.provider(code("WO"), -5);
        all.add(one.clone());
        all.add(one);
        let told = all.summary();
        assert_eq!((&told["payments"], &told["amount"]), (&json!(2), &json!("160.10")));
        assert_eq!(told["claims"][0]["patient_responsibility"], "10.00");
        assert_eq!(told["held"], json!({"claims": 2, "charge": "200.00", "paid": "160.10"}));
        let wanted = json!([{"group_code": "CO", "reason_code": "45", "times": 4, "amount": "59.80"}]);
        assert_eq!(told["adjustments"], wanted);
        assert_eq!(told["provider_adjustments"][0]["amount"], "-0.10");
    }

    #[test]
    fn what_is_no_reason_is_added_up_without_its_name() {
        let mut paid = Paid::default();
        for reason in ["45", "B7", "P12", "304", "SMITH", "15222", "A", "45x"] {
            let adjusted = Adjusted { claim: 0, why: (code("CO"), code(reason)), cents: 100 };
            paid.claim(Claimed::default(), [adjusted].iter());
        }
        let told = paid.summary();
        let reasons = told["adjustments"].as_array().unwrap().iter();
        let reasons: Vec<_> =
            reasons.map(|each| (each["reason_code"].as_str().unwrap(), each["times"].as_u64().unwrap())).collect();
        assert_eq!(reasons.iter().find(|(reason, _)| reason.is_empty()), Some(&("", 4)));
        assert_eq!(reasons.len(), 5);
    }

    #[test]
    fn reasons_without_end_are_added_up_as_one() {
        let mut paid = Paid::default();
        (0..10_000).for_each(|number| paid.provider(code(&format!("R{number}")), 1));
        let told = paid.summary();
        let told = told["provider_adjustments"].as_array().unwrap();
        assert_eq!(told.len(), MOST + 1);
        assert_eq!(told[0], json!({"reason_code": "", "times": 9_500, "amount": "95.00"}));
    }
}
