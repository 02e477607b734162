//! One interchange in, two out.

use super::control::{ControlKind, Numbers, Sequence};
use super::desk::Desk;
use super::pen::Pen;
use super::side::{Side, Written, WrittenSet};
use super::source::Source;
use super::trailer::Trailer;
use super::{Item, Renumbered};
use crate::position::Span;
use crate::wire::Output;

/// How an interchange is split.
#[derive(Clone, Debug)]
pub struct SplitOptions {
    /// At most so many claims a set; 0 for any number.
    pub claims_per_set: u32,
    /// Where new control numbers go on.
    pub sequence: Sequence,
    /// An interchange's own number was given to another: it is new on both sides, whatever is missing.
    pub renew: bool,
    /// What follows terminators of segments that have to be made up.
    pub suffix: Vec<u8>,
    /// Control numbers stay as they are, whatever is missing: for whoever puts one side in the place of the whole.
    pub keep_controls: bool,
}

impl Default for SplitOptions {
    fn default() -> Self {
        let sequence = Sequence::new(1);
        Self { claims_per_set: 5000, sequence, renew: false, suffix: Vec::new(), keep_controls: false }
    }
}

/// Writes the accepted and the rejected part of interchanges as their items go by.
///
/// Headers and levels are written when the first claim below them is. Where nothing is missing on a side, its
/// bytes are those of the input; where something is, the headers above it get new control numbers, levels are
/// numbered and trailers counted anew. A set, group or interchange whose end says that it is rejected is moved
/// from the accepted side to the rejected one. A level or set without claims goes to the rejected side, and a
/// group or interchange without sets to neither.
#[derive(Debug)]
pub struct Splitter {
    options: SplitOptions,
    source: Source,
    numbers: Numbers,
    accepted: Side,
    rejected: Side,
}

impl Default for Splitter {
    fn default() -> Self {
        Self::new(SplitOptions::default())
    }
}

impl Splitter {
    /// A splitter.
    #[must_use]
    pub fn new(options: SplitOptions) -> Self {
        let numbers = Numbers::new(options.sequence, options.keep_controls);
        let (accepted, rejected) = (Side::default(), Side { index: 1, ..Side::default() });
        Self { options, source: Source::default(), numbers, accepted, rejected }
    }

    /// Where new numbers go on behind the interchanges so far.
    #[must_use]
    pub fn sequence(&self) -> Sequence {
        self.numbers.sequence()
    }

    /// Takes `items`, whose spans are of `piece`, up to and with the end of an interchange, and returns how many
    /// were taken. After that end both outputs are final; an empty one stands for no file.
    pub fn write<O: Output>(&mut self, piece: &[u8], items: &[Item], accepted: &mut O, rejected: &mut O) -> usize {
        let desk = Desk {
            source: &mut self.source,
            numbers: &mut self.numbers,
            suffix: &self.options.suffix,
            claims_per_set: self.options.claims_per_set,
        };
        let mut work = Work {
            desk,
            renew: self.options.renew,
            accepted: (&mut self.accepted, Pen::new(piece, accepted)),
            rejected: (&mut self.rejected, Pen::new(piece, rejected)),
        };
        let mut taken = 0;
        for item in items {
            taken += 1;
            work.take(item);
            if matches!(item, Item::InterchangeClose { .. }) {
                break;
            }
        }
        work.accepted.1.flush();
        work.rejected.1.flush();
        self.source.keep(piece);
        taken
    }

    /// The control numbers that were replaced since the last call, each once its set, group or interchange has
    /// ended.
    pub fn take_renumbered(&mut self) -> Vec<Renumbered> {
        std::mem::take(&mut self.numbers.renumbered)
    }
}

/// The splitter while it takes the items of one piece.
struct Work<'a, O: Output> {
    desk: Desk<'a>,
    renew: bool,
    accepted: (&'a mut Side, Pen<'a, O>),
    rejected: (&'a mut Side, Pen<'a, O>),
}

impl<O: Output> Work<'_, O> {
    fn take(&mut self, item: &Item) {
        match *item {
            Item::InterchangeOpen { raw, version, control, delimiters, repeated } => {
                self.desk.source.delimiters = delimiters;
                let head = &mut self.desk.source.interchange;
                head.open(raw, control, Span::default(), 0);
                head.version = head.kept.inside(version);
                self.desk.numbers.forget(ControlKind::Group);
                for side in [&mut *self.accepted.0, &mut *self.rejected.0] {
                    side.interchange = Written::default();
                    side.interchange.changed = self.renew || repeated;
                }
            }
            Item::GroupOpen { raw, control, repeated } => {
                self.desk.source.group.open(raw, control, Span::default(), 0);
                self.desk.numbers.see(ControlKind::Group, self.desk.source.group.control(self.accepted.1.piece));
                self.desk.numbers.forget(ControlKind::Set);
                for (side, pen) in [&mut self.accepted, &mut self.rejected] {
                    side.group = Written::default();
                    if repeated {
                        side.change_group(&mut self.desk, pen);
                    }
                    side.before_group = side.interchange.changed;
                }
            }
            Item::SetOpen { raw, control, batch, segments, repeated } => {
                self.desk.source.set.open(raw, control, batch, segments);
                self.desk.source.last = None;
                self.desk.numbers.see(ControlKind::Set, self.desk.source.set.control(self.accepted.1.piece));
                for (side, pen) in [&mut self.accepted, &mut self.rejected] {
                    side.set = WrittenSet::default();
                    if repeated {
                        side.change_set(&mut self.desk, pen);
                    }
                    side.before_set = (side.interchange.changed, side.group.changed);
                }
            }
            Item::Level { depth, raw, id, parent, child, segments } if self.desk.source.set.active => {
                self.end_levels(depth);
                self.desk.source.last = None;
                let level = self.desk.source.push();
                level.depth = depth;
                level.kept.set(raw);
                level.segments = segments;
                (level.id, level.parent, level.child) =
                    (level.kept.inside(id), level.kept.inside(parent), level.kept.inside(child));
            }
            Item::Claim { raw, segments, accepted } if self.desk.source.set.active => {
                let (to, other) = (&mut self.accepted, &mut self.rejected);
                let (to, other) = if accepted { (to, other) } else { (other, to) };
                other.0.change_set(&mut self.desk, &mut other.1);
                to.0.claim(&mut self.desk, &mut to.1, raw, segments);
                self.desk.source.last = Some(accepted);
            }
            Item::More { raw, segments } if self.desk.source.set.active => {
                if self.desk.source.last.is_none() && self.desk.source.extend(self.accepted.1.piece, raw, segments) {
                    return;
                }
                let (to, other) = (&mut self.accepted, &mut self.rejected);
                let (to, other) = if self.desk.source.last == Some(true) { (to, other) } else { (other, to) };
                other.0.change_set(&mut self.desk, &mut other.1);
                to.0.more(&mut self.desk, &mut to.1, raw, segments);
            }
            Item::Level { .. } | Item::Claim { .. } | Item::More { .. } => {}
            Item::SetClose { raw, count, control, accepted } => {
                self.close_set(Trailer { raw, count, control }, accepted);
            }
            Item::GroupClose { raw, count, control, accepted } => {
                self.close_group(Trailer { raw, count, control }, accepted);
            }
            Item::InterchangeClose { raw, count, control, accepted } => {
                self.close_interchange(Trailer { raw, count, control }, accepted);
            }
        }
    }

    /// Ends all open levels at `depth` or deeper. One that was never written has no claims: it is rejected.
    fn end_levels(&mut self, depth: u8) {
        while let Some(level) = self.desk.source.levels().last().filter(|level| level.depth >= depth) {
            if !level.on.iter().any(|on| on.ever) {
                self.accepted.0.change_set(&mut self.desk, &mut self.accepted.1);
                self.rejected.0.ensure_levels(&mut self.desk, &mut self.rejected.1);
            }
            let at = self.desk.source.levels().len() - 1;
            for (side, pen) in [&mut self.accepted, &mut self.rejected] {
                side.end_level(self.desk.source, pen, at);
            }
            self.desk.source.pop();
        }
    }

    fn close_set(&mut self, trailer: Trailer, is_accepted: bool) {
        if !self.desk.source.set.active {
            return;
        }
        self.end_levels(0);
        let (accepted, pen) = &mut self.accepted;
        let (rejected, rejected_pen) = &mut self.rejected;
        if accepted.set.mark.is_none() && rejected.set.mark.is_none() {
            accepted.change_set(&mut self.desk, pen);
            rejected.ensure_set(&mut self.desk, rejected_pen);
        }
        accepted.close_set(&mut self.desk, pen, Some(trailer));
        rejected.close_set(&mut self.desk, rejected_pen, Some(trailer));
        if !is_accepted {
            self.reject_set();
        }
        self.desk.source.set.active = false;
    }

    /// Moves what came of the open set from the accepted side to the rejected one, as sets of their own.
    fn reject_set(&mut self) {
        let (accepted, pen) = &mut self.accepted;
        let (rejected, rejected_pen) = &mut self.rejected;
        let Some(mark) = accepted.set.mark else { return };
        if rejected.set.mark.is_none() {
            let (interchange, group) = rejected.before_set;
            if !group {
                rejected.restore_group(&mut self.desk, rejected_pen);
            }
            if !interchange {
                rejected.restore_interchange(&mut self.desk, rejected_pen);
            }
        }
        rejected.ensure_group(&mut self.desk, rejected_pen);
        pen.move_tail(mark.at, rejected_pen);
        rejected.group.children += accepted.set.count;
        accepted.group.children = accepted.group.children.saturating_sub(accepted.set.count);
        accepted.prune(pen);
        accepted.change_group(&mut self.desk, pen);
    }

    fn close_group(&mut self, trailer: Trailer, is_accepted: bool) {
        if !self.desk.source.group.active {
            return;
        }
        if !is_accepted && self.accepted.0.group.open {
            self.reject_group();
        }
        for (side, pen) in [&mut self.accepted, &mut self.rejected] {
            if side.group.open {
                side.close_group(&mut self.desk, pen, trailer);
            } else {
                side.change_interchange(&mut self.desk, pen);
            }
        }
        self.desk.source.group.active = false;
    }

    /// Moves what came of the open group from the accepted side to the rejected one.
    fn reject_group(&mut self) {
        let (accepted, pen) = &mut self.accepted;
        let (rejected, rejected_pen) = &mut self.rejected;
        if rejected.group.open {
            pen.move_tail(accepted.group.body.at, rejected_pen);
            rejected.group.children += accepted.group.children;
        } else {
            if !rejected.before_group {
                rejected.restore_interchange(&mut self.desk, rejected_pen);
            }
            rejected.ensure_interchange(&mut self.desk, rejected_pen);
            let start = accepted.group.start.at;
            rejected.group = accepted.group.moved(start, rejected_pen.position());
            rejected.interchange.children += 1;
            pen.move_tail(start, rejected_pen);
        }
        accepted.group.children = 0;
        accepted.prune(pen);
    }

    fn close_interchange(&mut self, trailer: Trailer, is_accepted: bool) {
        if !self.desk.source.interchange.active {
            return;
        }
        let (accepted, pen) = &mut self.accepted;
        let (rejected, rejected_pen) = &mut self.rejected;
        if !is_accepted && accepted.interchange.open {
            if rejected.interchange.open {
                pen.move_tail(accepted.interchange.body.at, rejected_pen);
                rejected.interchange.children += accepted.interchange.children;
            } else {
                let start = accepted.interchange.start.at;
                rejected.interchange = accepted.interchange.moved(start, rejected_pen.position());
                pen.move_tail(start, rejected_pen);
            }
            accepted.interchange.children = 0;
            accepted.prune(pen);
        }
        accepted.close_interchange(&mut self.desk, pen, trailer);
        rejected.close_interchange(&mut self.desk, rejected_pen, trailer);
        self.desk.source.interchange.active = false;
    }
}

#[cfg(test)]
mod tests;
