//! Whole documents, read segment by segment. All persons are made up.

use super::claim_status::{StatusSet, Submitter};
use super::*;
use crate::claim::{MISSING, NO_DATE};
use crate::wire::{Delimiters, MemoryOutput, Output};

const STAMP: Stamp = Stamp { date: *b"20260105", time: *b"0830" };
/// 2026-01-01 in days.
const NEW_YEAR: i32 = 20_454;

fn isa() -> Isa {
    Isa {
        sender_qualifier: b"ZZ".to_vec(),
        sender: b"CLINIC".to_vec(),
        receiver_qualifier: b"30".to_vec(),
        receiver: b"PAYER".to_vec(),
        date: b"260104".to_vec(),
        time: b"1159".to_vec(),
        control: b"000000031".to_vec(),
        wants_ta1: true,
        usage: b'T',
    }
}

fn gs(control: &str) -> Gs {
    Gs {
        kind: b"HC".to_vec(),
        sender: b"CLINICAPP".to_vec(),
        receiver: b"PAYERAPP".to_vec(),
        control: control.as_bytes().to_vec(),
        version: b"005010X222A1".to_vec(),
    }
}

fn envelope() -> Envelope {
    Envelope::new(isa(), Delimiters::default(), b"\n", STAMP, 77)
}

fn text(out: &[u8]) -> String {
    String::from_utf8(out.to_vec()).expect("ASCII")
}

mod claim_statuses;
mod implementations;
mod reread;

mod envelopes {
    use super::*;

    #[test]
    fn a_ta1_stands_alone_and_goes_back_to_the_sender() {
        let mut out = Vec::new();
        ta1::write(&mut out, envelope(), Receipt::Rejected, "001");
        assert_eq!(
            text(&out),
            "ISA*00*          *00*          *30*PAYER          *ZZ*CLINIC         *260105*0830*^*00501*000000077*0*T*:~\n\
             TA1*000000031*260104*1159*R*001~\n\
             IEA*0*000000077~\n"
        );
    }

    #[test]
    fn a_receipt_without_fault_has_no_note() {
        let mut out = Vec::new();
        ta1::write(&mut out, envelope(), Receipt::Accepted, "024");
        assert!(text(&out).contains("TA1*000000031*260104*1159*A*000~"));
    }

    #[test]
    fn a_ta1_is_due_when_asked_for_or_when_something_is_wrong() {
        assert!(ta1::is_due(true, Receipt::Accepted));
        assert!(ta1::is_due(false, Receipt::Errors));
        assert!(!ta1::is_due(false, Receipt::Accepted));
    }

    #[test]
    fn an_unreadable_header_is_answered_in_due_form() {
        let isa = Isa {
            sender: b"A*VERY~LONG SENDER NAME".to_vec(),
            sender_qualifier: b"#".to_vec(),
            date: b"26AB04".to_vec(),
            control: b"12X".to_vec(),
            usage: b'?',
            ..Isa::default()
        };
        let delimiters = Delimiters { element: b'*', component: b'*', repetition: None, terminator: b'A' };
        let mut out = Vec::new();
        let envelope = Envelope::new(isa, delimiters, b"", STAMP, 1);
        ta1::write(&mut out, envelope, Receipt::Rejected, "022");
        assert_eq!(
            text(&out),
            "ISA*00*          *00*          *ZZ*UNKNOWN        *ZZ*AVERYLONG SENDE*260105*0830*^*00501*000000001*0*P*:~\
             TA1*000000012*260105*0830*R*022~IEA*0*000000001~"
        );
    }

    #[test]
    fn the_delimiters_of_the_interchange_are_kept() {
        let delimiters = Delimiters { element: b'|', component: b'^', repetition: None, terminator: b'\n' };
        let mut out = Vec::new();
        ta1::write(&mut out, Envelope::new(isa(), delimiters, b"", STAMP, 1), Receipt::Errors, "020");
        assert!(text(&out).contains("|260105|0830|!|00501|000000001|0|T|^\nTA1|000000031|260104|1159|E|020\n"));
    }

    #[test]
    fn groups_that_go_another_way_have_a_gs_of_their_own() {
        let mut out = Vec::new();
        let mut envelope = envelope();
        assert_eq!(envelope.set(&mut out, &gs("1"), "FA", "V"), 1);
        assert_eq!(envelope.set(&mut out, &gs("2"), "FA", "V"), 2);
        let other = Gs { sender: b"OTHER".to_vec(), ..gs("3") };
        assert_eq!(envelope.set(&mut out, &other, "FA", "V"), 1);
        envelope.close(&mut out);
        let tail = text(&out).split_once('\n').expect("ISA").1.to_owned();
        assert_eq!(
            tail,
            "GS*FA*PAYERAPP*CLINICAPP*20260105*0830*77*X*V~\nGE*2*77~\n\
             GS*FA*PAYERAPP*OTHER*20260105*0830*78*X*V~\nGE*1*78~\nIEA*2*000000077~\n"
        );
    }

    #[test]
    fn an_envelope_without_groups_writes_nothing() {
        let mut out = Vec::new();
        envelope().close(&mut out);
        assert_eq!(text(&out), "");
    }
}
