//! Flags between the plan, which compares them, and the wire, which carries them.

use model::plan::Flags;

/// The flags of the wire crate as the plan has them.
pub(crate) fn plan_flags(flags: &wire::Flags) -> Flags {
    let words: Vec<&str> = flags.iter().map(wire::Flag::as_str).collect();
    Flags::parse(&words.join(" "))
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
