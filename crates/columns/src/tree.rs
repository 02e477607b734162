//! A line of JSON as a tree that borrows its text: what is read once, in order, and let go.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'t> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A number.
    Number(Number),
    /// Text; owned only where it has escapes.
    Text(Cow<'t, str>),
    /// A list.
    List(Vec<Self>),
    /// An object's members in their order.
    Object(Vec<(Cow<'t, str>, Self)>),
}

impl<'t> Json<'t> {
    /// The member called `key`, of an object that has one.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let members = self.members();
        members.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// The members of an object; none of anything else.
    pub(crate) fn members(&self) -> &[(Cow<'t, str>, Self)] {
        if let Self::Object(members) = self { members } else { &[] }
    }

    /// The items of a list; none of anything else.
    pub(crate) fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// A whole number that is not negative.
    pub(crate) fn index(&self) -> Option<u64> {
        if let Self::Number(number) = self { number.as_u64() } else { None }
    }

    /// A text.
    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reading)
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Json<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Json<'de>, E> {
        Ok(Json::Flag(flag))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(Number::from_f64(number).map_or(Json::Null, Json::Number))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Json<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Json<'de>, A::Error> {
        let mut members = Vec::with_capacity(MEMBERS);
        while let Some(Key(key)) = from.next_key()? {
            members.push((key, from.next_value()?));
        }
        Ok(Json::Object(members))
    }
}

/// How many members an object has about.
const MEMBERS: usize = 8;

/// The name of a member.
struct Key<'t>(Cow<'t, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Named;
        impl<'de> Visitor<'de> for Named {
            type Value = Key<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a name")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        from.deserialize_str(Named)
    }
}

/// Where in an object the columns of a table are: keys, one within the other.
#[derive(Debug, Default)]
pub(crate) struct Finder {
    /// By key, in the order in which columns have them: what is there.
    keys: Vec<(String, Finder)>,
    /// The column that the value itself is of.
    column: Option<usize>,
}

impl Finder {
    /// Has the column `number` at `path`.
    pub(crate) fn add(&mut self, path: &[String], number: usize) {
        let Some((first, rest)) = path.split_first() else {
            self.column = Some(number);
            return;
        };
        let at = self.keys.iter().position(|(key, _)| key == first).unwrap_or_else(|| {
            self.keys.push((first.clone(), Self::default()));
            self.keys.len() - 1
        });
        self.keys[at].1.add(rest, number);
    }

    /// Lays what `item` has into `found`, by column.
    pub(crate) fn find<'j, 't>(&self, item: &'j Json<'t>, found: &mut [Option<&'j Json<'t>>]) {
        if let Some(place) = self.column.and_then(|column| found.get_mut(column)) {
            *place = Some(item);
        }
        if self.keys.is_empty() {
            return;
        }
        let mut next = 0;
        for (key, value) in item.members() {
            // members mostly come in the order of the columns
            let (before, behind) = self.keys.split_at(next);
            let ahead = behind.iter().chain(before).position(|(known, _)| known == key);
            if let Some((at, (_, within))) =
                ahead.map(|far| (next + far) % self.keys.len()).and_then(|at| Some((at, self.keys.get(at)?)))
            {
                within.find(value, found);
                next = (at + 1) % self.keys.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_says_what_was_written() {
        let read: Json<'_> = serde_json::from_str(r#"{"a": [1, -2, 0.5, null, true], "b": {"c": "x\"y"}}"#).unwrap();
        let list: Vec<String> = read.get("a").unwrap().items().iter().map(|item| format!("{item:?}")).collect();
        assert_eq!(list, ["Number(Number(1))", "Number(Number(-2))", "Number(Number(0.5))", "Null", "Flag(true)"]);
        assert_eq!(read.get("b").and_then(|b| b.get("c")).and_then(Json::text), Some("x\"y"));
        assert_eq!((read.get("a").unwrap().items()[0].index(), read.get("z")), (Some(1), None));
    }

    #[test]
    fn columns_are_found_wherever_their_keys_stand() {
        let mut finder = Finder::default();
        let paths = [vec!["a"], vec!["b", "c"], vec!["d"], vec!["b"]];
        for (number, path) in paths.iter().enumerate() {
            let path: Vec<String> = path.iter().map(|key| (*key).to_owned()).collect();
            finder.add(&path, number);
        }
        for text in [r#"{"a": 1, "b": {"c": 2}, "d": 3}"#, r#"{"x": 0, "d": 3, "b": {"y": 0, "c": 2}, "a": 1}"#] {
            let item: Json<'_> = serde_json::from_str(text).unwrap();
            let mut found = [None; 4];
            finder.find(&item, &mut found);
            assert_eq!(found.map(|each| each.and_then(Json::index)), [Some(1), Some(2), Some(3), None]);
            assert!(found[3].is_some());
        }
    }
}
