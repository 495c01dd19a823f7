//! The credentials that every test server accepts.

/// The password of every user.
pub const PASSWORD: &str = "test";

/// The administrator who may open any mailbox.
pub const MASTER_USER: &str = "mailadmin";

/// The administrator's password.
pub const MASTER_PASSWORD: &str = "masterpw";

/// What stands between user and administrator in a login name: `user*mailadmin`.
pub const MASTER_SEPARATOR: char = '*';
