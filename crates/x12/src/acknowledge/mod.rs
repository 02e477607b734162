//! Outcomes and findings to TA1, 999 and 277CA.
