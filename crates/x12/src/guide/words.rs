//! What the words of a guide mean.

/// What a loop is to the engine, as the guide's `role` lines say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The billing provider's level.
    Provider,
    /// The subscriber's level.
    Subscriber,
    /// The level of a patient who is not the subscriber.
    Patient,
    /// The claim.
    Claim,
    /// The service line.
    Line,
    /// A member, a payment of a claim: what a set that holds no claims is a list of.
    Record,
}

/// Usage of an element in the guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// Always there.
    Required,
    /// There when its situation is.
    Situational,
    /// Never there.
    NotUsed,
}

/// Data type of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Text.
    An,
    /// A code.
    Id,
    /// A date, CCYYMMDD or YYMMDD.
    Dt,
    /// A time, HHMM[SS[d[d]]].
    Tm,
    /// A decimal number with an explicit point.
    R,
    /// An integer with implied decimals.
    N(u8),
    /// Binary.
    B,
    /// A composite; its components follow.
    Composite,
}

/// Room for the positions of one table.
pub(super) const TABLE: u32 = 1 << 20;
