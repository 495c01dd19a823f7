//! The wildcards of LIST ([RFC 3501 §6.3.8]).
//!
//! [RFC 3501 §6.3.8]: https://www.rfc-editor.org/rfc/rfc3501#section-6.3.8

/// Whether a name matches: `*` stands for anything, `%` for anything within one level.
pub(super) fn matches(pattern: &str, name: &str, separator: char) -> bool {
    let Some(first) = pattern.chars().next() else { return name.is_empty() };
    let rest = pattern.strip_prefix(first).unwrap_or_default();
    if first == '*' || first == '%' {
        let reach = if first == '%' { name.find(separator).unwrap_or(name.len()) } else { name.len() };
        return (0..=reach).filter_map(|skip| name.get(skip..)).any(|tail| matches(rest, tail, separator));
    }
    name.strip_prefix(first).is_some_and(|tail| matches(rest, tail, separator))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_crosses_levels_and_a_percent_sign_does_not() {
        assert!(matches("*", "a/b/c", '/') && matches("a/*", "a/b/c", '/') && matches("a*c", "a/b/c", '/'));
        assert!(matches("%", "a", '/') && matches("%/b", "a/b", '/'));
        assert!(!matches("%", "a/b", '/') && !matches("a", "ab", '/') && !matches("", "a", '/'));
    }
}
