use super::{Days, Disguise};

const KEY: &[u8; 16] = &[7; 16];
const CLAIM: &str = "ISA*00*          *01*SECRET    *ZZ*KANARIA        *ZZ*KANARIB        *260930*1200*^*00501*000000001*0*T*:~\r\n\
GS*HC*KANARIA*KANARIB*20260930*1200*1*X*005010X222A1~ST*837*0001*005010X222A1~BHT*0019*00*KANARIC*20260930*1200*CH~\
NM1*41*2*KANARI BILLING LLC*****46*KANARID~PER*IC*ADA KANARI*TE*3125559876*EM*ADA@KANARI.COM~HL*1**20*1~\
NM1*85*2*KANARI CLINIC*****XX*1234567893~N3*12 KANARI STREET~N4*KANARITOWN*NY*100019999~REF*EI*987654321~HL*2*1*22*0~\
SBR*P*18*KANARI77*KANARI GROUP*****CI~NM1*IL*1*KANARISON*KANARIANN*Q***MI*KANARI0001~N3*PO BOX 771~N4*KANARITOWN*NY*10001~\
DMG*D8*19800229*F~REF*SY*123456789~NM1*PR*2*BIG PAYER*****PI*PAY1~CLM*KANARI99*100***11:B:1*Y*A*Y*Y~DTP*431*RD8*20260901-20260915~\
REF*EA*KANARIMED~NTE*ADD*KANARI FELL ON 5 MAY~HI*ABK:E119~ZZZ*KANARI*X~K3*KANARI~LX*1~SV1*HC:99213:::::KANARI NOTE*100*UN*1***1~\
DTP*472*D8*20260901~REF*6R*KANARI1~SE*20*0001~GE*1*1~IEA*1*000000001~KANARI BEHIND";

fn disguised(text: &str, days: Days, piece: usize) -> String {
    let mut disguise = Disguise::new(KEY, days).unwrap();
    let (mut out, mut kept) = (Vec::new(), Vec::new());
    let mut pieces = text.as_bytes().chunks(piece).peekable();
    while let Some(each) = pieces.next() {
        kept.extend_from_slice(each);
        let used = disguise.feed(&kept, pieces.peek().is_none(), &mut out);
        kept.drain(..used);
    }
    assert!(kept.is_empty());
    String::from_utf8(out).unwrap()
}

fn elements<'t>(text: &'t str, start: &str) -> Vec<&'t str> {
    let segment = text.split('~').find(|segment| segment.trim_start().starts_with(start));
    segment.unwrap_or_default().split('*').collect()
}

#[test]
fn nobody_is_left() {
    let made = disguised(CLAIM, Days::Shift, CLAIM.len());
    for canary in ["KANARI", "SECRET", "123456789", "987654321", "1234567893", "19800229", "3125559876", "771", "9999"]
    {
        assert!(!made.contains(canary), "{canary} in {made}");
    }
}

#[test]
fn what_is_nobodys_stays() {
    let made = disguised(CLAIM, Days::Shift, CLAIM.len());
    assert_eq!(made.matches('~').count(), CLAIM.matches('~').count());
    assert_eq!(made.matches('*').count(), CLAIM.matches('*').count());
    for kept in [
        "GS*HC*",
        "*20260930*1200*1*X*005010X222A1~",
        "HI*ABK:E119~",
        "NM1*PR*2*BIG PAYER*****PI*PAY1~",
        "SV1*HC:99213:::::",
        "IEA*1*000000001~",
        "*100***11:B:1*Y*A*Y*Y~",
    ] {
        assert!(made.contains(kept), "{kept} not in {made}");
    }
    assert_eq!(&made[..35], &CLAIM[..35].replace("SECRET", &made[21..27]));
    assert_eq!(
        elements(&made, "ISA").iter().map(|each| each.len()).collect::<Vec<_>>(),
        elements(CLAIM, "ISA").iter().map(|each| each.len()).collect::<Vec<_>>()
    );
}

#[test]
fn the_same_stays_the_same() {
    let made = disguised(CLAIM, Days::Shift, CLAIM.len());
    assert_eq!(elements(&made, "ISA")[6].trim(), elements(&made, "GS")[2]);
    let cities: Vec<&str> =
        made.split('~').filter(|each| each.starts_with("N4")).filter_map(|each| each.split('*').nth(1)).collect();
    assert_eq!(cities[0], cities[1]);
    let other = Disguise::new(&[8; 16], Days::Shift).map(|mut other| {
        let mut out = Vec::new();
        other.feed(CLAIM.as_bytes(), true, &mut out);
        out
    });
    assert_ne!(other.unwrap(), made.as_bytes());
}

#[test]
fn days_of_a_person_keep_their_distances() {
    let made = disguised(CLAIM, Days::Shift, CLAIM.len());
    let day = |text: &str| crate::claim::days(text.as_bytes());
    let born = day("19800229") - day(elements(&made, "DMG")[2]);
    let served = day("20260901") - day(elements(&made, "DTP*472")[3]);
    let (from, to) = elements(&made, "DTP*431")[3].split_once('-').unwrap();
    assert!(born > 0 && born % 7 == 0 && born == served && day(to) - day(from) == 14);
    let years = disguised(CLAIM, Days::Year, CLAIM.len());
    assert_eq!((elements(&years, "DMG")[2], elements(&years, "DTP*472")[3]), ("19800101", "20260101"));
    let kept = disguised(CLAIM, Days::Keep, CLAIM.len());
    assert_eq!((elements(&kept, "DMG")[2], elements(&kept, "DTP*472")[3]), ("19800229", "20260901"));
}

#[test]
fn hours_stay_but_where_somebody_may_be_born_in_a_year_that_looks_like_one() {
    let with =
        |dmg: &str, dtp: &str| CLAIM.replace("DMG*D8*19800229", dmg).replace("DTP*431*RD8*20260901-20260915", dtp);
    for days in [Days::Shift, Days::Year, Days::Keep] {
        let made = disguised(&with("DMG*TM*1947", "DTP*435*TM*1947"), days, 100);
        assert_eq!((elements(&made, "DMG")[2], elements(&made, "DTP*435")[3]), ("9999", "1947"));
        let made = disguised(&with("DMG*D8*1947", "DTP*222*TM*1947"), days, 100);
        assert_eq!((elements(&made, "DMG")[2], elements(&made, "DTP*222")[3]), ("9999", "9999"));
    }
}

#[test]
fn nine_digits_of_somebody_are_no_taxonomy() {
    let made = disguised(&CLAIM.replace("N3*PO BOX 771~", "PRV*BI*PXC*123456789X~"), Days::Shift, 100);
    assert!(!made.contains("123456789") && made.contains("PRV*BI*PXC*"));
}

#[test]
fn pieces_change_nothing() {
    for days in [Days::Shift, Days::Year] {
        let whole = disguised(CLAIM, days, CLAIM.len());
        for piece in [1, 7, 64, 300] {
            assert_eq!(disguised(CLAIM, days, piece), whole);
        }
    }
}

#[test]
fn days_before_the_person_is_known_wait_for_them() {
    let head = &CLAIM[..CLAIM.find("GS*").unwrap()];
    let text = format!(
        "{head}GS*BE*A*B*20260930*1200*1*X*005010X220A1~ST*834*0001~DTP*007*D8*20260930~INS*Y*18*021***A***FT**D8*20260915~REF*0F*FAM1~DTP*356*D8*20260901~SE*5*0001~GE*1*1~IEA*1*000000001~"
    );
    let made = disguised(&text, Days::Shift, 50);
    let day = |text: &str| crate::claim::days(text.as_bytes());
    assert!((day("20260930") - day(elements(&made, "DTP*007")[3])) % 7 == 0 && !made.contains("DTP*007*D8*20260930"));
    assert_eq!(day(elements(&made, "INS")[12]) - day(elements(&made, "DTP*356")[3]), 14);
    assert_ne!(elements(&made, "INS")[12], "20260915");
}

#[test]
fn a_header_that_is_broken_by_lines_keeps_them() {
    let text = "ISA*00*    *00*   *Z\nZ*KANA\nRI*ZZ*B*260930*1200*^*00501*000000001*0*T*:\nGS*HC*A*B\n";
    let made = disguised(text, Days::Shift, text.len());
    assert_eq!(made.matches('\n').count(), text.matches('\n').count());
    assert!(!made.contains("KANA"));
}
