//! IMAP client: connect, TLS, authenticate, lenient lexer, pipelining, streamed literals.
