//! Passes, the worker loop, and the service behind the C ABI.
