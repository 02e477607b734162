//! Outcomes to accepted and rejected interchanges.
