//! A small set to walk in tests, and short forms of what is found. Synthetic people only.

use std::sync::{Arc, OnceLock};

use super::visitor::Visitor;
use super::{At, Options, Walker};
use crate::finding::{BUILT_IN, Finding};
use crate::guide::{Guides, Plan};
use crate::position::Span;
use crate::wire::{Delimiters, Segment};

/// Two providers, three subscribers, a patient, five claims, one of them after another payer.
pub(super) const SET: &str = "\
ST*837*0001*005010X222A1~
BHT*0019*00*B1*20240105*1200*CH~
NM1*41*2*SENDER*****46*S1~
PER*IC*PAT DOE*TE*5550001111~
NM1*40*2*RECEIVER*****46*R1~
HL*1**20*1~
PRV*BI*PXC*207Q00000X~
NM1*85*2*CLINIC ONE*****XX*1234567893~
N3*1 MAIN ST~
N4*SPRINGFIELD*IL*62701~
REF*EI*123456789~
HL*2*1*22*0~
SBR*P*18*G1******CI~
NM1*IL*1*ROE*RICHARD****MI*M1~
N3*2 OAK ST~
N4*SPRINGFIELD*IL*62701~
DMG*D8*19720229*M~
NM1*PR*2*PAYER ONE*****PI*P1~
CLM*C1*150***11:B:1*Y*A*Y*Y~
DTP*431*D8*20240101~
REF*D9*CH1~
HI*ABK:J209*ABF:I10~
NM1*82*1*WELBY*MARCUS****XX*1234567893~
PRV*PE*PXC*207Q00000X~
LX*1~
SV1*HC:99213*100*UN*1***1:2~
DTP*472*D8*20240102~
REF*6R*L1~
LX*2~
SV1*HC:85025*50*UN*1***1~
DTP*472*RD8*20240102-20240103~
CLM*C2*75.5***11:B:1*Y*A*Y*Y~
HI*ABK:J209~
LX*1~
SV1*HC:99212*75.50*UN*1***1~
DTP*472*D8*20240102~
HL*3*1*22*1~
SBR*P**G2******CI~
NM1*IL*1*POE*PAULA****MI*M2~
NM1*PR*2*PAYER ONE*****PI*P1~
HL*4*3*23*0~
PAT*19~
NM1*QC*1*POE*PETER~
N3*3 ELM ST~
N4*SPRINGFIELD*IL*62701~
DMG*D8*20150101*M~
CLM*C3*100***11:B:1*Y*A*Y*Y~
HI*ABK:J209~
SBR*S*18*******CI~
CAS*PR*1*10~
AMT*D*50~
OI***Y***Y~
NM1*IL*1*POE*PAULA****MI*M9~
NM1*PR*2*OTHER PAYER*****PI*OP1~
LX*1~
SV1*HC:99213*100*UN*1***1~
DTP*472*D8*20240102~
SVD*OP1*60*HC:99213**1~
CAS*CO*45*40~
DTP*573*D8*20240110~
HL*5**20*1~
NM1*85*2*CLINIC TWO*****XX*1234567893~
N3*4 MAIN ST~
N4*SPRINGFIELD*IL*62701~
REF*EI*987654321~
HL*6*5*22*0~
SBR*P*18*G3******CI~
NM1*IL*1*LOE*LAURA****MI*M3~
N3*5 OAK ST~
N4*SPRINGFIELD*IL*62701~
DMG*D8*19800101*F~
NM1*PR*2*PAYER TWO*****PI*P2~
N3*6 PINE ST~
N4*SPRINGFIELD*IL*62701~
CLM*C4*20***11:B:1*Y*A*Y*Y~
HI*ABK:J209~
LX*1~
SV1*HC:99211*20*UN*1***1~
DTP*472*D8*20240102~
SE*81*0001~
";

/// The professional guide.
pub(super) fn plan() -> Arc<Plan> {
    static PLAN: OnceLock<Arc<Plan>> = OnceLock::new();
    Arc::clone(PLAN.get_or_init(|| Guides::embedded().plan("837P").unwrap()))
}

/// The segments of a set, without their terminators.
pub(super) fn segments(text: &str) -> Vec<String> {
    text.split_inclusive('~')
        .map(|segment| segment.trim().trim_end_matches('~').to_owned())
        .filter(|s| !s.is_empty())
        .collect()
}

/// The bytes of segments, and each one's start and separators.
pub(super) struct Tape {
    pub bytes: Vec<u8>,
    pub marks: Vec<u32>,
    pub segments: Vec<(u32, usize, usize)>,
}

impl Tape {
    pub(super) fn new<S: AsRef<str>>(segments: &[S]) -> Self {
        let mut tape = Self { bytes: Vec::new(), marks: Vec::new(), segments: Vec::new() };
        for segment in segments {
            let (start, first) = (tape.bytes.len() as u32, tape.marks.len());
            for byte in segment.as_ref().bytes().chain([b'~']) {
                if b"*:^~".contains(&byte) {
                    tape.marks.push(tape.bytes.len() as u32);
                }
                tape.bytes.push(byte);
            }
            tape.segments.push((start, first, tape.marks.len()));
        }
        tape
    }

    pub(super) fn segment(&self, at: usize) -> Segment<'_> {
        let (start, from, to) = self.segments[at];
        Segment::new(&self.bytes, start, &self.marks[from..to], Delimiters::default())
    }

    pub(super) fn len(&self) -> usize {
        self.segments.len()
    }
}

/// Walks a whole set.
pub(super) fn walk_with<S: AsRef<str>>(segments: &[S], options: Options, visitor: &mut impl Visitor) -> Vec<Finding> {
    let tape = Tape::new(segments);
    let mut walker = Walker::new(options);
    let mut findings = Vec::new();
    walker.begin(plan());
    for at in 0..tape.len() {
        walker.segment(&tape.segment(at), At::default(), visitor, &mut findings);
    }
    walker.end(At::default(), visitor, &mut findings);
    for finding in &findings {
        let span = finding.value;
        assert!(span == Span::default() || !span.of(&tape.bytes).is_empty(), "a span lies in the buffer");
    }
    findings
}

pub(super) fn walk<S: AsRef<str>>(segments: &[S]) -> Vec<Finding> {
    walk_with(segments, Options::default(), &mut ())
}

/// `2300/CLM05-1 CODE`, with the segment's ordinal before it where that is asked for.
pub(super) fn short(finding: &Finding) -> String {
    let place = finding.position;
    let element = if place.element > 0 { format!("{:02}", place.element) } else { String::new() };
    let component = if place.component > 0 { format!("-{}", place.component) } else { String::new() };
    let (plan, code) = (plan(), BUILT_IN[usize::from(finding.code.0)].0);
    format!("{}/{}{element}{component} {code}", plan.loop_at(finding.loop_index).id, finding.segment.text())
}

pub(super) fn found<S: AsRef<str>>(segments: &[S]) -> Vec<String> {
    walk(segments).iter().map(short).collect()
}

/// The sample with `change` done to its segments.
pub(super) fn edited(change: impl FnOnce(&mut Vec<String>)) -> Vec<String> {
    let mut list = segments(SET);
    change(&mut list);
    list
}

/// Number of the first segment that begins with `prefix`.
pub(super) fn at(list: &[String], prefix: &str) -> usize {
    list.iter().position(|segment| segment.starts_with(prefix)).unwrap()
}

/// The sample with the first segment that begins with `from` replaced by `to`.
pub(super) fn replaced(from: &str, to: &str) -> Vec<String> {
    edited(|list| {
        let place = at(list, from);
        to.clone_into(&mut list[place]);
    })
}
