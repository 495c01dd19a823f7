//! The C ABI: seven functions over JSON jobs.
//!
//! Conventions, the same for every function:
//! - A status is explicit: positive is an outcome, negative an error, 0 never appears.
//! - Every pointer is checked; NULL gives `IM_NULL_POINTER`, or does nothing where the function says so.
//! - Out-parameters are written on success only, but for `out_error`.
//! - A panic inside becomes `IM_PANIC`; it never unwinds into the caller.
//! - Any function may be called from any thread; a job may be shared by threads until it is freed.

mod buffer;
mod guard;
mod job;
mod status;

use std::alloc::System;

use zeroizing_alloc::ZeroAlloc;

pub use buffer::{im_buffer, im_buffer_free};
pub use guard::im_test_panic;
pub use job::{im_job, im_job_cancel, im_job_free, im_job_next_event, im_job_start};
pub use status::{
    IM_ABI_VERSION, IM_END, IM_INTERNAL, IM_INVALID_REQUEST, IM_NULL_POINTER, IM_OK, IM_PANIC, IM_TIMEOUT,
    im_abi_version, im_status,
};

/// Wipes all memory that the library gives back: of a request's passwords and CSV no copy outlives the job, neither our own
/// nor one that a parser made. Here no mail is moved, so it costs nothing that anybody waits for.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);
