//! The guides that come with the library, as text.

/// The bases, by name.
pub(super) const BASES: &[(&str, &str)] = &[("005010", include_str!("../../guides/base/005010.base"))];

/// The guides.
pub(super) const GUIDES: &[&str] = &[
    include_str!("../../guides/270-005010X279A1.guide"),
    include_str!("../../guides/271-005010X279A1.guide"),
    include_str!("../../guides/276-005010X212.guide"),
    include_str!("../../guides/277-005010X212.guide"),
    include_str!("../../guides/277CA-005010X214.guide"),
    include_str!("../../guides/278-005010X217.guide"),
    include_str!("../../guides/820-005010X218.guide"),
    include_str!("../../guides/834-005010X220A1.guide"),
    include_str!("../../guides/835-005010X221A1.guide"),
    include_str!("../../guides/837D-005010X224A2.guide"),
    include_str!("../../guides/837I-005010X223A2.guide"),
    include_str!("../../guides/837P-005010X222A1.guide"),
    include_str!("../../guides/999-005010X231A1.guide"),
    include_str!("../../guides/TA1-00501.guide"),
];

/// The overlays of partners that come as examples: partner, name of the file, text.
pub(super) const OVERLAYS: &[(&str, &str, &str)] = &[
    (
        "example-exchange",
        "enrollment.overlay",
        include_str!("../../guides/partners/example-exchange/enrollment.overlay"),
    ),
    (
        "example-health-plan",
        "professional.overlay",
        include_str!("../../guides/partners/example-health-plan/professional.overlay"),
    ),
];

/// The overlays that come as examples: partner, name of the file, text.
pub fn partners() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    OVERLAYS.iter().copied()
}
