//! One connection's conversation: octets in, octets out, one command at a time.

use testkit::command::Command;

use super::framer::{Framer, Head};
use super::selected::Selected;
use super::{Server, append, fetch, folders, login, selected};
use crate::mail::Account;

/// The state of a conversation.
#[derive(Debug, Default)]
pub(crate) struct Session {
    input: Vec<u8>,
    framer: Framer,
    /// What is to be sent.
    pub(crate) out: Vec<u8>,
    /// Whose mail is open, after the login.
    pub(crate) user: Option<String>,
    pub(super) selected: Option<Selected>,
    /// The tag of an AUTHENTICATE that waits for its response.
    pub(super) authenticating: Option<String>,
    /// Whether the server has said goodbye.
    pub(crate) ended: bool,
    /// How many commands were answered.
    pub(crate) commands: u32,
    /// How many APPENDs took effect.
    pub(crate) appends: u32,
    /// What the last command was, and how it was answered, for the trace.
    pub(crate) last: String,
}

impl Session {
    /// A conversation that begins with the greeting.
    pub(crate) fn greet(server: &Server) -> Self {
        let mut session = Self::default();
        session.untagged(&format!("OK [CAPABILITY {}] Ready", server.manners.capabilities()));
        session
    }

    /// Takes what the client sent.
    pub(crate) fn feed(&mut self, octets: &[u8]) {
        self.input.extend_from_slice(octets);
    }

    /// Answers the next whole command. False where there is none yet.
    pub(crate) fn step(&mut self, server: &mut Server) -> bool {
        if self.ended {
            return false;
        }
        match self.framer.find(&self.input) {
            Head::Short => false,
            Head::Waits => {
                self.out.extend_from_slice(b"+ Go ahead\r\n");
                "+".clone_into(&mut self.last);
                true
            }
            Head::Whole(end) => {
                let octets: Vec<u8> = self.input.drain(..end).collect();
                self.commands += 1;
                server.notice_time();
                self.answer(server, &octets);
                true
            }
        }
    }

    fn answer(&mut self, server: &mut Server, octets: &[u8]) {
        if let Some(tag) = self.authenticating.take() {
            let status = login::finish(self, server, octets);
            return self.complete(&tag, "AUTHENTICATE", &status);
        }
        let Some(command) = Command::parse(octets) else {
            "malformed".clone_into(&mut self.last);
            return self.untagged("BAD Malformed command");
        };
        if let Some(status) = self.run(server, &command) {
            let about = match command.name.as_str() {
                // What was stored, the answer tells; a password is nobody's business.
                "APPEND" | "LOGIN" | "AUTHENTICATE" => command.name.clone(),
                _ => command.told(),
            };
            self.complete(&command.tag, &about, &status);
        }
    }

    fn complete(&mut self, tag: &str, name: &str, status: &str) {
        self.out.extend_from_slice(format!("{tag} {status}\r\n").as_bytes());
        self.last = format!("{name}: {status}");
    }

    /// The status of a command; nothing while it waits for more.
    fn run(&mut self, server: &mut Server, command: &Command) -> Option<String> {
        match command.name.as_str() {
            "CAPABILITY" => self.untagged(&format!("CAPABILITY {}", server.manners.capabilities())),
            "ID" => self.untagged("ID (\"name\" \"simulation\")"),
            "NOOP" => selected::announce(self, server),
            "LOGOUT" => {
                selected::leave(self, server);
                self.untagged("BYE Logging out");
                self.ended = true;
            }
            "LOGIN" => return Some(login::login(self, server, command)),
            "AUTHENTICATE" => return login::authenticate(self, server, command),
            _ => return Some(self.run_inside(server, command)),
        }
        Some("OK Done".to_owned())
    }

    fn run_inside(&mut self, server: &mut Server, command: &Command) -> String {
        let Some(user) = self.user.clone() else { return "BAD Log in first".to_owned() };
        let status = match command.name.as_str() {
            "UID FETCH" => fetch::fetch(self, server, &user, command),
            "APPEND" => append::append(self, server, &user, command),
            "ENABLE" => Some("OK Enabled".to_owned()),
            _ => folders::answer(self, server, &user, command)
                .or_else(|| selected::answer(self, server, &user, command)),
        };
        // Numbers must not shift under a command that uses them; the engine uses none, so news are always welcome but here.
        if !matches!(command.name.as_str(), "UID FETCH" | "UID STORE") {
            selected::announce(self, server);
        }
        status.unwrap_or_else(|| "BAD Wrong arguments".to_owned())
    }

    /// The connection is over.
    pub(crate) fn end(&mut self, server: &mut Server) {
        selected::leave(self, server);
        self.ended = true;
    }

    /// Adds an untagged response.
    pub(super) fn untagged(&mut self, response: &str) {
        self.out.extend_from_slice(format!("* {response}\r\n").as_bytes());
    }
}

/// A user's mail.
pub(super) fn account<'s>(server: &'s mut Server, user: &str) -> Option<&'s mut Account> {
    server.accounts.get_mut(user)
}
