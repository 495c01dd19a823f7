//! Servers for tests: a scripted one, real ones, and the mail to put on them.
