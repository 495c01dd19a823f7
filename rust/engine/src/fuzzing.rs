//! What fuzzing feeds, and what must hold of it. Nothing else may use it.

use crate::base::header::{HeaderTap, field, identity};
use crate::target::reads_its_own_names;

/// Reads a message's header: what it is known by is the same in whatever pieces it comes.
pub fn header(data: &[u8]) {
    let tapped = |size| {
        let mut tap = HeaderTap::default();
        data.chunks(size).for_each(|piece| tap.pass(piece));
        tap.identity()
    };
    assert_eq!(tapped(1), tapped(1000));
    let _fields = (identity(data), field(data, "Subject"));
}

/// Reads the name of a file in a Maildir folder: it names the message whose file would have that name.
pub fn maildir_name(data: &[u8]) {
    assert!(reads_its_own_names(&String::from_utf8_lossy(data)));
}
