//! The C ABI: seven functions over JSON jobs.
