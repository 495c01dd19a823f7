//! What an admin gave, in errors: shown, unless it may be a row of a CSV and so hold a password.

/// Whether a text has line breaks or tabs, two separators, or an address and a separator.
pub fn may_be_row(text: &str) -> bool {
    let separators = text.matches([',', ';', '|']).count();
    text.contains(char::is_control) || separators > 1 || (separators > 0 && text.contains('@'))
}

/// A text as an error may show it: in quotes, or by its length.
pub fn shown(text: &str) -> String {
    if may_be_row(text) {
        format!("a text of {} characters that may be a row of a CSV", text.chars().count())
    } else {
        format!("`{text}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_a_csv_is_shown_by_its_length_and_a_name_as_it_is() {
        for row in [
            "anna@b.c,hunter2",
            "a,b,hunter2",
            "anna@b.c;u;hunter2",
            "a\thunter2",
            "a\nhunter2",
            "a@b|hunter2",
        ] {
            assert_eq!(shown(row), format!("a text of {} characters that may be a row of a CSV", row.len()));
        }
        for name in ["anna@contoso.com", "Wave 1\\anna@contoso.com", "Meier, Anna"] {
            assert_eq!(shown(name), format!("`{name}`"));
        }
    }
}
