//! What the parent may ask for while the servers run.

use std::io;

use serde::Deserialize;
use serde_json::{Value, json};
use testkit::mail;

use crate::bed::Bed;
use crate::server::Server;
use crate::tokens::Wish;

/// One line of standard input.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Request {
    Append { user: String, folder: String, count: usize },
    Flag { user: String, folder: String, messages: String, flags: Vec<String> },
    Delete { user: String, folder: String, messages: String },
    Stop(Side),
    Start(Side),
    Tokens(Wish),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Side {
    Source,
    Target,
}

/// Does what a line asks for and tells how that went.
pub(crate) fn answer(bed: &mut Bed, line: &str) -> Value {
    let result =
        serde_json::from_str(line).map_err(io::Error::other).and_then(|request| execute(bed, request));
    match result {
        Ok(()) => json!({ "done": serde_json::from_str::<Value>(line).unwrap_or_default() }),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

fn execute(bed: &mut Bed, request: Request) -> io::Result<()> {
    let source = bed.source.address().clone();
    match request {
        Request::Append { user, folder, count } => {
            let seed = bed.next_seed();
            mail::append(&source, &user, &folder, seed, count).map(drop)
        }
        Request::Flag { user, folder, messages, flags } => {
            mail::add_flags(&source, &user, &folder, &messages, &flags)
        }
        Request::Delete { user, folder, messages } => mail::delete(&source, &user, &folder, &messages),
        Request::Stop(side) => {
            server(bed, side).stop();
            Ok(())
        }
        Request::Start(side) => server(bed, side).restart(),
        Request::Tokens(wish) => {
            let authority =
                bed.authority.as_ref().ok_or_else(|| io::Error::other("there is no token server"))?;
            authority.grant(wish);
            Ok(())
        }
    }
}

fn server(bed: &mut Bed, side: Side) -> &mut Server {
    match side {
        Side::Source => &mut bed.source,
        Side::Target => &mut bed.target,
    }
}
