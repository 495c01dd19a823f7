//! Takes secrets out of what others say.

/// What is shorter is in many words, and no secret.
const SHORTEST: usize = 4;

/// The text with `***` in place of these secrets. One that holds another goes first, so that nothing of it stays.
pub(crate) fn hide<'s>(mut text: String, secrets: impl Iterator<Item = &'s str>) -> String {
    let mut secrets: Vec<&str> = secrets.filter(|secret| secret.len() >= SHORTEST).collect();
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    for secret in secrets {
        if text.contains(secret) {
            text = text.replace(secret, "***");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_whole_and_short_words_are_none() {
        let hidden = |text: &str, secrets: &[&str]| hide(text.to_owned(), secrets.iter().copied());
        assert_eq!(hidden("`s3cret` is wrong", &["s3cret", "", "is"]), "`***` is wrong");
        assert_eq!(hidden("token-2 and token", &["token", "token-2"]), "*** and ***");
    }
}
