//! What fuzzing feeds: the parsers that see a server's octets first, and what must hold of them. Nothing else may use it.

use crate::append_uid;
use crate::capabilities::Capabilities;
use crate::commands::{list, namespace, server, status};
use crate::fetch_item::FetchItems;
use crate::frame::{Framer, Stop};
use crate::internal_date::InternalDate;
use crate::mailbox_name::MailboxName;
use crate::response::Response;
use crate::token::Lexer;
use crate::under_way::{Append, Ticket, UnderWay};

/// How deep lists are followed: what is deeper was read as often as it is deep.
const DEEPEST: usize = 8;

/// Lexes data, and what its lists hold: every value takes an octet at least.
pub fn token(data: &[u8]) {
    let (mut lists, mut values) = (vec![(data, 0)], 0);
    while let Some((list, depth)) = lists.pop() {
        let mut lexer = Lexer::new(list);
        while let Some(value) = lexer.value() {
            values += 1;
            let _read = (value.number(), value.text().map(<[u8]>::len));
            lists.extend(Some((value.list(), depth + 1)).filter(|(_, depth)| *depth < DEEPEST));
        }
    }
    assert!(values <= DEEPEST * data.len(), "{values} values");
    let rest = Lexer::rest_of_list(data);
    assert!(rest.is_none_or(|rest| rest.len() < data.len()));
}

/// Frames data octet by octet and all at once: both find the same.
pub fn frame(data: &[u8]) {
    for stop in [Stop::AtEnd, Stop::AtBody] {
        let at_once = Framer::new(stop).find(data);
        let mut framer = Framer::new(stop);
        let found = (0..=data.len()).map(|end| framer.find(data.get(..end).unwrap_or_default()));
        let step_by_step = found.into_iter().find(|found| !matches!(found, Ok(None))).unwrap_or(Ok(None));
        // An excess shows as soon as it is announced; all at once there may be an end behind it.
        assert!(step_by_step == at_once || step_by_step.is_err(), "{at_once:?}, but {step_by_step:?}");
    }
    let _tail = Framer::tail().find(data);
}

/// Reads data as a response, by every reader that there is.
pub fn response(data: &[u8]) {
    match Response::parse(data) {
        Response::Done { text, .. } | Response::Status(text) => {
            let code = String::from_utf8_lossy(text.code.unwrap_or_default());
            let places = append_uid::parse(&code, 3);
            assert!(places.is_none_or(|places| places.len() == 3));
        }
        Response::Numbered { rest, .. } | Response::Data { rest, .. } => read_data(rest),
        Response::Continue(_) | Response::Unknown(_) => {}
    }
    let _tail = FetchItems::parse_tail(data);
}

fn read_data(rest: &[u8]) {
    let items = FetchItems::parse(rest);
    assert!(items.uid != Some(0));
    let _read = (list::parse_entry(rest), status::MailboxStatus::parse(rest), namespace::parse(rest));
    let capabilities = Capabilities::parse(rest);
    let _said = (server::parse_id(rest), capabilities.message_limit(), capabilities.append_limit());
}

/// Notes each line as an answer to three appends, asked for or not: no message gets two outcomes, and none is forgotten.
pub fn append(data: &[u8]) {
    [false, true].into_iter().for_each(|flown| answers(data, flown));
}

fn answers(data: &[u8], flown: bool) {
    let mut under_way = UnderWay::default();
    for (number, tickets) in [(1, 1..=1), (2, 2..=4), (3, 5..=6)] {
        let mut append = Append::new(format!("W{number}"), MailboxName::inbox(), true);
        tickets.for_each(|ticket| append.add(Ticket(ticket), 1, flown));
        under_way.open = Some(append);
        if number < 3 {
            under_way.close();
        }
    }
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        under_way.note(&Response::parse(line), None);
    }
    let mut tickets: Vec<Ticket> = under_way.unanswered().collect();
    tickets.extend(std::iter::from_fn(|| under_way.next_outcome()).map(|outcome| outcome.ticket));
    tickets.sort_unstable();
    assert_eq!(tickets, (1..=6).map(Ticket).collect::<Vec<_>>());
}

/// Reads a name, and takes it for a person's: what goes to a server comes back as it was.
pub fn mailbox_name(data: &[u8]) {
    let shown = MailboxName::from_wire(data).to_text();
    let again = MailboxName::from_text(&shown);
    assert!(again.as_bytes().is_ascii());
    assert_eq!(again.to_text(), shown);
}

/// Reads a date: what is sent on is the same instant, in the one form that there is.
pub fn internal_date(data: &[u8]) {
    let date = InternalDate::new(String::from_utf8_lossy(data));
    if let Some(sent) = date.for_append() {
        assert_eq!(sent.len(), 26, "{sent}");
        assert_eq!(InternalDate::new(&*sent).to_epoch_seconds(), date.to_epoch_seconds());
    }
}
