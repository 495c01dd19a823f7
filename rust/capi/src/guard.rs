//! The guard around every export: a panic becomes a status, and the host lives on.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::status::{IM_OK, IM_PANIC, im_status};

/// Runs the body of an export. What a panic leaves behind is only reachable through the job, whose queue
/// cannot be half changed.
pub(crate) fn guard(body: impl FnOnce() -> im_status) -> im_status {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(IM_PANIC)
}

/// Panics inside and returns `IM_PANIC`: proves that the guard holds in this build.
///
/// Ownership: none. Threads: any. NULL: no pointers. Errors: always `IM_PANIC`.
#[unsafe(no_mangle)]
#[allow(clippy::panic, reason = "what it is for")]
pub extern "C" fn im_test_panic() -> im_status {
    guard(|| {
        if std::hint::black_box(true) {
            std::panic::panic_any("im_test_panic");
        }
        IM_OK
    })
}
