//! Claims in batches by partner, and beside them those that go nowhere: line by line what is to be written down.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Take};
use std::path::Path;

use crate::error::Error;
use crate::rows::{Rows, string};
use crate::sections::Takers;
use crate::sets::{Set, Sets};
use crate::verdict::Verdict;

/// Claims of one line that are in no batch, at most.
const BESIDE: u64 = 500;
/// Bits of an ordinal below the interchange's.
const SHIFT: u64 = 32;
const NO_PARTNER: &str = "NO_PARTNER";
/// Of a claim that is rejected with what stands above it.
const ABOVE: &str = "ABOVE";

/// What is wanted of a section.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The ordinal of the interchange in its file.
    pub at: u64,
    /// Whose batches; None where the section has claims for nobody.
    pub partner: Option<String>,
    /// Whether claims that go nowhere are told too.
    pub beside: bool,
    /// Claims, by index among those that were to be fed, that were left out; ascending.
    pub removed: Vec<u64>,
    /// The index of the interchange's first claim, where some were left out.
    pub base: Option<u64>,
}

/// A claim that replaces or voids an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Its place in the batch.
    pub place: u64,
    /// The number of the original (REF*F8); empty where there is none.
    pub original: String,
    /// What stands for its own CLM01.
    pub own: String,
}

/// A line of the plan.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// A batch.
    Batch {
        /// The set that its claims come from, as JSON.
        set: String,
        /// Delimiters, then ST to SE.
        text: Vec<u8>,
        /// The claims as JSON rows.
        rows: String,
        /// How many.
        claims: u64,
        /// Their charges in cents.
        charges: i64,
        /// Claims that correct an earlier one.
        corrects: Vec<Correction>,
    },
    /// Claims that go nowhere.
    Beside {
        /// The set that they come from, as JSON.
        set: String,
        /// Whether the engine accepted them, and nobody takes them.
        accepted: bool,
        /// The claims as JSON rows, with a code each.
        rows: String,
    },
}

/// The lines of a section, for one partner.
#[derive(Debug)]
pub struct Plan {
    verdicts: Verdicts,
    sets: Option<Sets>,
    beside: Beside,
    ready: VecDeque<Step>,
    ended: bool,
}

impl Plan {
    /// Over verdicts.jsonl at `verdicts`, and the file of the claims that go to the partner.
    ///
    /// # Errors
    ///
    /// Where they cannot be read.
    pub fn open(
        verdicts: &Path,
        span: (u64, u64),
        wanted: Wanted,
        takers: Takers,
        accepted: Option<&Path>,
    ) -> Result<Self, Error> {
        let mut file = File::open(verdicts)?;
        file.seek(SeekFrom::Start(span.0))?;
        Ok(Self {
            verdicts: Verdicts {
                wanted,
                takers,
                file: BufReader::with_capacity(1 << 17, file.take(span.1 - span.0)),
                line: Vec::new(),
                first: None,
                occurrences: HashMap::new(),
                place: None,
                set: String::new(),
            },
            sets: accepted.map(Sets::open).transpose()?,
            beside: Beside::default(),
            ready: VecDeque::new(),
            ended: false,
        })
    }

    /// The next line; None at the end.
    ///
    /// # Errors
    ///
    /// Where the engine's files contradict each other.
    pub fn step(&mut self) -> Result<Option<Step>, Error> {
        while self.ready.is_empty() && !self.ended {
            if let Some(sets) = &mut self.sets
                && let Some(set) = sets.next()?
            {
                let mark = sets.delimiters.together();
                self.batch(&set, mark)?;
            } else {
                self.rest()?;
            }
        }
        Ok(self.ready.pop_front())
    }

    /// The claims of a set are those that come next.
    fn batch(&mut self, set: &Set, mark: [u8; 4]) -> Result<(), Error> {
        let (mut rows, mut name, mut corrects) = (Rows::default(), String::new(), Vec::new());
        let mut originals = set.corrects.iter().peekable();
        while rows.count < set.claims {
            let told = self.verdicts.next(&mut |told| {
                if !told.ours {
                    return self.beside.add(told, &mut self.ready);
                }
                if rows.count == 0 {
                    told.set.clone_into(&mut name);
                }
                if let Some((place, original)) = originals.next_if(|(place, _)| *place == rows.count) {
                    let own = told.verdict.token().to_owned();
                    corrects.push(Correction { place: *place, original: original.clone(), own });
                }
                rows.add(told.ordinal, told.verdict, None)
            })?;
            if !told {
                return Err(Error::Broken("the engine wrote more claims than it accepted"));
            }
        }
        let text = [&mark[..], &set.text].concat();
        let (claims, charges) = (rows.count, rows.charges);
        self.ready.push_back(Step::Batch { set: name, text, claims, charges, rows: rows.text(), corrects });
        Ok(())
    }

    /// Behind the last set there are only claims that go nowhere.
    fn rest(&mut self) -> Result<(), Error> {
        let (beside, ready) = (&mut self.beside, &mut self.ready);
        while self.verdicts.next(&mut |told| {
            if told.ours {
                return Err(Error::Broken("the engine accepted more claims than it wrote"));
            }
            beside.add(told, ready)
        })? {}
        beside.flush(ready);
        self.ended = true;
        Ok(())
    }
}

/// A claim that is wanted.
struct Told<'t> {
    verdict: &'t Verdict<'t>,
    /// Whether it goes to the partner.
    ours: bool,
    ordinal: u64,
    /// The set that it comes from, as JSON.
    set: &'t str,
}

/// The lines of verdicts.jsonl that are wanted.
#[derive(Debug)]
struct Verdicts {
    wanted: Wanted,
    takers: Takers,
    file: BufReader<Take<File>>,
    line: Vec<u8>,
    first: Option<u64>,
    /// By GS06 and ST02, how many sets of those numbers there were.
    occurrences: HashMap<(String, String), u64>,
    place: Option<(u64, u64)>,
    set: String,
}

impl Verdicts {
    /// Gives the next one to `take`; false at the end.
    fn next(&mut self, take: &mut dyn FnMut(Told<'_>) -> Result<(), Error>) -> Result<bool, Error> {
        let mut line = std::mem::take(&mut self.line);
        let found = loop {
            line.clear();
            if self.file.read_until(b'\n', &mut line)? == 0 {
                break false;
            }
            let verdict = Verdict::read(&line)?;
            let ordinal = self.ordinal(&verdict);
            self.enter(&verdict);
            let target = if verdict.accepted { self.takers.of(verdict.payer.as_deref()) } else { None };
            let ours = target.is_some() && target == self.wanted.partner.as_deref();
            if ours || (target.is_none() && self.wanted.beside) {
                take(Told { verdict: &verdict, ours, ordinal, set: &self.set })?;
                break true;
            }
        };
        self.line = line;
        Ok(found)
    }

    /// The interchange's ordinal, and behind it the claim's number in the interchange as it was sent.
    fn ordinal(&mut self, verdict: &Verdict<'_>) -> u64 {
        let mut index = verdict.claim_index;
        for &one in &self.wanted.removed {
            if one > index {
                break;
            }
            index += 1;
        }
        let base = self.wanted.base;
        let first = *self.first.get_or_insert_with(|| base.unwrap_or(index));
        self.wanted.at << SHIFT | index.saturating_sub(first)
    }

    /// Another set may begin: its name is the interchange's ordinal, GS06, ST02 and how many like it came before.
    fn enter(&mut self, verdict: &Verdict<'_>) {
        let place = (verdict.group_index, verdict.set_index);
        if self.place == Some(place) {
            return;
        }
        self.place = Some(place);
        let before = self.occurrences.entry((verdict.group().to_owned(), verdict.set().to_owned())).or_default();
        self.set = format!("[{},", self.wanted.at);
        string(&mut self.set, verdict.group());
        self.set.push(',');
        string(&mut self.set, verdict.set());
        self.set.push(',');
        self.set.push_str(&before.to_string());
        self.set.push(']');
        *before += 1;
    }
}

/// Claims that go nowhere: those of one set, and of one fate, together.
#[derive(Debug, Default)]
struct Beside {
    set: String,
    accepted: bool,
    rows: Rows,
}

impl Beside {
    // what `Verdicts::next` takes is one value, given away
    #[allow(clippy::needless_pass_by_value, reason = "a claim is told once")]
    fn add(&mut self, told: Told<'_>, ready: &mut VecDeque<Step>) -> Result<(), Error> {
        let verdict = told.verdict;
        if self.rows.count >= BESIDE || self.set != told.set || self.accepted != verdict.accepted {
            self.flush(ready);
            told.set.clone_into(&mut self.set);
            self.accepted = verdict.accepted;
        }
        let code = if verdict.accepted { NO_PARTNER } else { verdict.code().unwrap_or(ABOVE) };
        self.rows.add(told.ordinal, verdict, Some(code))
    }

    fn flush(&mut self, ready: &mut VecDeque<Step>) {
        if self.rows.count > 0 {
            let rows = std::mem::take(&mut self.rows).text();
            ready.push_back(Step::Beside { set: self.set.clone(), accepted: self.accepted, rows });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;
    use crate::sections::sections;

    const ISA: &str =
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260630*1200*^*00501*000000007*0*T*:~";

    /// A folder of a test, with what the engine would have written.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str, verdicts: &[String], accepted: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("scrubjay-pack-{}-{name}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("verdicts.jsonl"), verdicts.concat()).unwrap();
            fs::write(folder.join("accepted.837"), format!("{ISA}GS*HC~{accepted}GE*1*1~IEA*1*000000007~")).unwrap();
            Self(folder)
        }

        fn plan(&self, partner: Option<&str>, beside: bool) -> Result<Vec<Step>, Error> {
            let mut route =
                |payer: Option<&str>| Ok(payer.filter(|&payer| payer == "P").map(|_| "clearing".to_owned()));
            let path = self.0.join("verdicts.jsonl");
            let (sections, takers) = sections(&path, &mut route)?;
            let wanted = Wanted { at: 2, partner: partner.map(str::to_owned), beside, removed: vec![1], base: None };
            let accepted = partner.map(|_| self.0.join("accepted.837"));
            let span = (sections[0].start, sections[0].end);
            let mut plan = Plan::open(&path, span, wanted, takers, accepted.as_deref())?;
            std::iter::from_fn(|| plan.step().transpose()).collect()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn verdict(index: u64, set: u64, accepted: bool, payer: &str) -> String {
        format!(
            "{{\"accepted\":{accepted:>5},\"file\":\"a.837\",\"interchange_index\":0,\"group_index\":0,\"set_index\":{set},\
             \"interchange\":\"000000007 \",\"group\":\"1\",\"set\":\"0001\",\"claim_index\":{index},\"kind\":\"837P\",\
             \"claim\":\"k.{index}\",\"clearinghouse\":null,\"provider\":null,\"payer\":\"{payer}\",\"charge\":\"1.50\",\
             \"codes\":[\"FIRST\",\"SECOND\"]}}\n"
        )
    }

    const SET: &str = "ST*837*0001~CLM*1*1.5***11:B:7~REF*F8*OLD ~LX*1~REF*F8*NOT~CLM*2*1.5***11:B:1~SE*5*0001~\n";

    #[test]
    fn a_set_becomes_a_batch_with_its_claims_and_what_they_correct() {
        let verdicts = [verdict(10, 0, true, "P"), verdict(11, 0, false, "P"), verdict(12, 0, true, "P")];
        let folder = Folder::new("batch", &verdicts, SET);
        let steps = folder.plan(Some("clearing"), true).unwrap();
        let first = 2_u64 << 32;
        let text = format!("*:^~{}", SET.trim_end()).into_bytes();
        let rows = format!("[[{first},\"k.10\",\"\",150,null],[{},\"k.12\",\"\",150,null]]", first + 2);
        let corrects = vec![Correction { place: 0, original: "OLD".to_owned(), own: "k.10".to_owned() }];
        let set = "[2,\"1\",\"0001\",0]".to_owned();
        assert_eq!(steps[0], Step::Batch { set: set.clone(), text, rows, claims: 2, charges: 300, corrects });
        let rows = format!("[[{},\"k.11\",\"\",150,\"FIRST\"]]", first + 1);
        assert_eq!(steps[1..], [Step::Beside { set, accepted: false, rows }]);
    }

    #[test]
    fn claims_that_nobody_takes_stand_apart_and_sets_of_one_number_are_told_apart() {
        let verdicts = [verdict(0, 0, true, "?"), verdict(1, 1, true, "?"), verdict(2, 1, false, "P")];
        let folder = Folder::new("beside", &verdicts, SET);
        let steps = folder.plan(None, true).unwrap();
        let sets: Vec<_> = steps
            .iter()
            .map(|step| match step {
                Step::Beside { set, accepted, rows } => (set.as_str(), *accepted, rows.contains("NO_PARTNER")),
                Step::Batch { .. } => panic!("nobody takes them"),
            })
            .collect();
        let (one, two) = ("[2,\"1\",\"0001\",0]", "[2,\"1\",\"0001\",1]");
        assert_eq!(sets, [(one, true, true), (two, true, true), (two, false, false)]);
    }

    #[test]
    fn files_that_contradict_each_other_are_our_failure() {
        let folder = Folder::new("more", &[verdict(0, 0, true, "P")], SET);
        assert!(matches!(folder.plan(Some("clearing"), true), Err(Error::Broken(_))));
        let three = [verdict(0, 0, true, "P"), verdict(1, 0, true, "P"), verdict(2, 0, true, "P")];
        let folder = Folder::new("less", &three, SET);
        assert!(matches!(folder.plan(Some("clearing"), true), Err(Error::Broken(_))));
        let folder = Folder::new("none", &["{}\n".to_owned()], SET);
        assert!(matches!(folder.plan(None, true), Err(Error::Broken(_))));
    }
}
