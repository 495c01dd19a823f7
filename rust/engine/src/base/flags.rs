//! Flags between the plan, which compares them, and the wire, which carries them.

use model::plan::Flags;

/// Stands for a blank in a keyword, as some servers have them: a blank separates flags.
const BLANK: &str = "\u{2420}";

/// The flags of the wire crate as the plan has them.
pub(crate) fn plan_flags(flags: &wire::Flags) -> Flags {
    let words: Vec<&str> = flags.iter().map(wire::Flag::as_str).collect();
    if words.iter().any(|word| word.contains(|c: char| c.is_ascii_whitespace())) {
        let whole = words.iter().map(|word| word.split_ascii_whitespace().collect::<Vec<_>>().join(BLANK));
        return Flags::parse(&whole.collect::<Vec<_>>().join(" "));
    }
    Flags::parse(&words.join(" "))
}

/// A flag as the source writes it.
pub(crate) fn shown(flag: &str) -> String {
    flag.replace(BLANK, " ")
}

/// The flags of a plan as the wire crate has them.
pub(crate) fn wire_flags(flags: &Flags) -> wire::Flags {
    flags.iter().map(wire::Flag::new).collect()
}

/// Flags in one order and system flags in one case, to be compared.
pub(crate) fn sorted(flags: &Flags) -> Vec<String> {
    let case = |flag: &str| if flag.starts_with('\\') { flag.to_ascii_lowercase() } else { flag.to_owned() };
    let mut words: Vec<String> = flags.iter().map(case).collect();
    words.sort();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyword_with_blanks_stays_one_and_is_shown_as_it_was() {
        let flags: wire::Flags = ["\\Seen", "my own tag", "plain"].into_iter().map(wire::Flag::new).collect();
        let planned = plan_flags(&flags);
        let names: Vec<String> = planned.iter().map(shown).collect();
        assert_eq!(names, ["\\Seen", "my own tag", "plain"]);
        assert!(
            !planned.contains("my")
                && wire_flags(&planned).iter().filter(|flag| flag.is_sendable()).count() == 2
        );
    }
}
