//! APPEND of one or several messages ([RFC 3501 §6.3.11], [RFC 3502], [RFC 4315]), and what can go wrong there.
//!
//! [RFC 3501 §6.3.11]: https://www.rfc-editor.org/rfc/rfc3501#section-6.3.11
//! [RFC 3502]: https://www.rfc-editor.org/rfc/rfc3502
//! [RFC 4315]: https://www.rfc-editor.org/rfc/rfc4315

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::strtime;

use super::Shared;
use super::fault::{Fault, Moment};
use super::options::{Options, answer_to};
use super::selected::flags;
use super::session::Session;
use super::store::Incoming;
use crate::command::{Argument, Command};

/// How long it takes to store the messages of a command.
pub(super) fn time(session: &Session, command: &Command) -> Duration {
    let is_message = |argument: &&Argument| matches!(argument, Argument::Literal(_));
    let messages = command.arguments.iter().skip(1).filter(is_message).count();
    session.shared.options.append_time.saturating_mul(u32::try_from(messages).unwrap_or(u32::MAX))
}

/// Stores all messages of the command or none.
pub(super) fn append(session: &mut Session, user: &str, command: &Command, faults: Vec<Fault>) -> String {
    let parsed = command.text(0).zip(command.arguments.get(1..).and_then(messages));
    let Some((folder, messages)) = parsed else { return "BAD Wrong arguments".to_owned() };
    if messages.len() > 1 && !session.shared.options.has("MULTIAPPEND") {
        return "BAD One message at a time".to_owned();
    }
    if let Some(response) = refusal(session, &messages, &faults) {
        let all_the_same = messages.into_iter().take(session.shared.options.stores_refused).collect();
        // Nobody is told where they are, nor that there is no such folder.
        let _stored = session.shared.store().append(user, &folder, all_the_same);
        if response.is_empty() || response.starts_with("BYE") {
            session.closing = Some(Moment::BeforeOk);
        }
        if response.starts_with("BYE") {
            session.untagged(&response);
        }
        return response;
    }
    if let Some(until) = faults.iter().find_map(|fault| match fault {
        Fault::StoreLate { until, .. } => Some(*until),
        _ => None,
    }) {
        session.closing = Some(Moment::BeforeOk);
        session.shared.store().put_off(user, &folder, messages, until);
        return String::new();
    }
    let (messages, filed) = filed(kept(messages, &session.shared), &session.shared.options);
    let has_filed = !filed.is_empty();
    for (folder, message) in filed {
        session.shared.store().create(user, folder);
        session.shared.store().append(user, folder, vec![message]);
    }
    let stored = session.shared.store().append(user, &folder, messages);
    let Some((uid_validity, uids)) = stored else { return "NO [TRYCREATE] No such folder".to_owned() };
    session.closing = faults.iter().find_map(|fault| match fault {
        Fault::Close { moment, .. } => Some(*moment),
        _ => None,
    });
    if has_filed || !session.shared.options.has("UIDPLUS") {
        return "OK Stored".to_owned();
    }
    format!("OK [APPENDUID {uid_validity} {}] Stored", uid_set(&uids))
}

/// The answer by which a fault, or a message that is malformed or poisonous, refuses the command.
fn refusal(session: &Session, messages: &[Incoming], faults: &[Fault]) -> Option<String> {
    let injected = faults.iter().find_map(|fault| match fault {
        Fault::Refuse { response, .. } => Some(response),
        _ => None,
    });
    let options = &session.shared.options;
    let malformed = || messages.iter().find_map(|message| (options.message_refusal)(&message.bytes));
    let poison = session.shared.poison(&options.poison);
    let poisonous = || messages.iter().find_map(|message| answer_to(&message.bytes, poison));
    injected.cloned().or_else(|| malformed().map(str::to_owned)).or_else(poisonous)
}

/// The messages as this server keeps them.
fn kept(mut messages: Vec<Incoming>, shared: &Shared) -> Vec<Incoming> {
    let options = &shared.options;
    for message in &mut messages {
        message.flags.retain(|flag| !options.ignored_by_append.contains(flag));
        if !shared.forgives() {
            message.bytes = (options.keeps_of)(&message.bytes).to_vec();
        }
        if options.rewrites && !message.bytes.is_empty() {
            message.bytes.splice(..0, *b"X-Sample: stored\r\n");
        }
    }
    messages
}

/// The messages that stay where they were sent, and those that go elsewhere.
fn filed(messages: Vec<Incoming>, options: &Options) -> (Vec<Incoming>, Vec<(&'static str, Incoming)>) {
    let (mut own, mut filed) = (Vec::new(), Vec::new());
    for message in messages {
        match (options.files_into)(&message.bytes) {
            Some(folder) => filed.push((folder, message)),
            None => own.push(message),
        }
    }
    (own, filed)
}

/// Flags, time and literal of each message; nothing where they are malformed.
fn messages(mut arguments: &[Argument]) -> Option<Vec<Incoming>> {
    let mut messages = Vec::new();
    while let Some(first) = arguments.first() {
        let flags = if matches!(first, Argument::List(_)) {
            flags(take(&mut arguments, 1)?)
        } else {
            Default::default()
        };
        let internal_date = match arguments.first()? {
            Argument::Quoted(_) => take(&mut arguments, 1)?.first()?.text()?,
            _ => now(),
        };
        let [Argument::Literal(bytes)] = take(&mut arguments, 1)? else { return None };
        messages.push(Incoming { flags, internal_date, bytes: bytes.clone() });
    }
    (!messages.is_empty()).then_some(messages)
}

fn take<'a>(arguments: &mut &'a [Argument], count: usize) -> Option<&'a [Argument]> {
    let (taken, rest) = arguments.split_at_checked(count)?;
    *arguments = rest;
    Some(taken)
}

/// The time of arrival where the client gives none.
fn now() -> String {
    // The pattern is a constant, and all of its fields are present in a timestamp.
    strtime::format("%d-%b-%Y %H:%M:%S +0000", Timestamp::now()).unwrap_or_default()
}

/// UIDs of one APPEND follow each other without a gap.
fn uid_set(uids: &[u32]) -> String {
    match uids {
        [only] => only.to_string(),
        [first, .., last] => format!("{first}:{last}"),
        [] => String::new(),
    }
}
