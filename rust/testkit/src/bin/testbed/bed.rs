//! The two servers and the users on them.

use std::io;
use std::thread;

use serde_json::{Value, json};
use testkit::mail::{self, Plan};
use testkit::{Address, MASTER_PASSWORD, MASTER_SEPARATOR, MASTER_USER, PASSWORD};

use crate::arguments::Arguments;
use crate::server::{Kind, Server};
use crate::tokens::Authority;

/// How many mailboxes are filled at once.
const PARALLEL: usize = 4;

/// All that one testbed holds.
pub(crate) struct Bed {
    kind: Kind,
    pub(crate) source: Server,
    pub(crate) target: Server,
    pub(crate) authority: Option<Authority>,
    users: Vec<User>,
    /// For what is appended later: no two messages are the same by chance.
    last_seed: u64,
}

#[derive(Debug, Clone)]
struct User {
    name: String,
    plan: Plan,
}

impl Bed {
    /// Starts both servers and fills them.
    pub(crate) fn start(arguments: &Arguments) -> io::Result<Self> {
        let kind = arguments.kind.unwrap_or_else(Kind::installed);
        let source = Server::start(kind, arguments.source_layout)?;
        let authority = arguments.tokens.then(Authority::start).transpose()?;
        let target = match &authority {
            Some(authority) => authority.mail_server()?,
            None => Server::start(kind, arguments.target_layout)?,
        };
        let users = (1..=arguments.users).map(|number| User {
            name: format!("user{number}"),
            plan: Plan { seed: arguments.seed.wrapping_add(number as u64), messages: arguments.messages },
        });
        let users = users.collect::<Vec<_>>();
        fill(source.address(), &users, 100)?;
        if arguments.adopted > 0 {
            fill(target.address(), &users, arguments.adopted)?;
        }
        let last_seed = arguments.seed.wrapping_mul(1_000_003);
        Ok(Self { kind, source, target, authority, users, last_seed })
    }

    /// A seed that was not used yet.
    pub(crate) fn next_seed(&mut self) -> u64 {
        self.last_seed = self.last_seed.wrapping_add(1);
        self.last_seed
    }

    /// What the parent has to know.
    pub(crate) fn describe(&self) -> Value {
        let user =
            |user: &User| json!({ "name": user.name, "password": PASSWORD, "messages": user.plan.messages });
        json!({
            "source": self.source.address(),
            "target": self.target.address(),
            "master": { "user": MASTER_USER, "password": MASTER_PASSWORD, "separator": MASTER_SEPARATOR },
            "users": self.users.iter().map(user).collect::<Vec<_>>(),
            "server": self.kind.describe(),
            "tokens": self.authority.as_ref().map(Authority::describe),
        })
    }
}

/// Fills the mailboxes with this share of their mail, some at a time.
fn fill(server: &Address, users: &[User], percent: usize) -> io::Result<()> {
    for users in users.chunks(PARALLEL) {
        thread::scope(|scope| {
            let fill = |user: &User| mail::fill_part(server, &user.name, user.plan, percent);
            let threads = users.iter().map(|user| scope.spawn(move || fill(user))).collect::<Vec<_>>();
            threads.into_iter().try_for_each(|thread| match thread.join() {
                Ok(filled) => filled.map(drop),
                Err(_) => Err(io::Error::other("a thread that filled a mailbox panicked")),
            })
        })?;
    }
    Ok(())
}
