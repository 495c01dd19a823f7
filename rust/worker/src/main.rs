//! The background executable that runs passes.
fn main() {}
