//! Jobs: start a request, pull its events, cancel, free.

#![allow(non_camel_case_types, reason = "the names of C")]

use std::time::Duration;

use engine::{Job, Pulled};
use model::contract::Request;
use model::{Error, ErrorKind};
use once_cell::sync::OnceCell;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::buffer::{im_buffer, write_out};
use crate::guard::guard;
use crate::status::{IM_END, IM_INTERNAL, IM_INVALID_REQUEST, IM_NULL_POINTER, IM_OK, IM_TIMEOUT, im_status};

/// A request at work. Made by `im_job_start`; must eventually be given to `im_job_free`.
pub struct im_job {
    job: Job,
}

/// The one runtime of the process. It is never shut down, as the library is never unloaded; where it cannot be made, for
/// want of threads perhaps, the next request tries again.
fn runtime() -> Result<&'static Runtime, Error> {
    static RUNTIME: OnceCell<Runtime> = OnceCell::new();
    let make = || {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("imap-migration")
            .enable_all()
            .build()
    };
    RUNTIME.get_or_try_init(make).map_err(|e| Error::internal(format!("cannot start the runtime: {e}")))
}

fn parse(bytes: &[u8]) -> Result<Request, Error> {
    serde_json::from_slice(bytes).map_err(|e| {
        // serde's text may quote a value of the request, and a value may be a password: the place says enough.
        Error::new(
            ErrorKind::InvalidRequest,
            format!("the request cannot be read at line {}, column {}", e.line(), e.column()),
        )
        .remedy("send one JSON object with `op` and `args` as the contract has it")
    })
}

/// Starts a request: one JSON object, UTF-8, `len` bytes. On `IM_OK`, `*out_job` is the new job.
///
/// Ownership: the request stays the caller's and is not used after the call; the job is the caller's, to be
/// freed by `im_job_free`; `*out_error`, written with `IM_INVALID_REQUEST` and `IM_INTERNAL` only, is the
/// caller's, to be freed by `im_buffer_free`. Threads: any. NULL: `out_error` may be NULL, the others give
/// `IM_NULL_POINTER`. Errors: `IM_NULL_POINTER`, `IM_INVALID_REQUEST`, `IM_INTERNAL`, `IM_PANIC`.
///
/// # Safety
/// `request` points to `len` readable bytes; `out_job` and `out_error` are NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn im_job_start(
    request: *const u8,
    len: usize,
    out_job: *mut *mut im_job,
    out_error: *mut im_buffer,
) -> im_status {
    guard(|| {
        if request.is_null() || out_job.is_null() {
            return IM_NULL_POINTER;
        }
        // SAFETY: not NULL, and the caller promises `len` readable bytes.
        let bytes = unsafe { std::slice::from_raw_parts(request, len) };
        let started = parse(bytes).and_then(|request| Ok(engine::start(runtime()?.handle(), request)));
        match started {
            Ok(job) => {
                let job = Box::into_raw(Box::new(im_job { job }));
                // SAFETY: not NULL, and the caller promises that it can be written.
                unsafe { out_job.write(job) };
                IM_OK
            }
            Err(error) => {
                // SAFETY: the caller promises that `out_error` is NULL or can be written.
                unsafe { write_out(out_error, &json!(error)) };
                if error.kind == ErrorKind::InvalidRequest { IM_INVALID_REQUEST } else { IM_INTERNAL }
            }
        }
    })
}

/// Waits up to `timeout_ms` for the job's next event: one JSON object, UTF-8. The last event is `finished`.
///
/// A job that warns of a change makes it when the host has taken the warning and asks for the next event. Who frees or
/// cancels the job instead has changed nothing.
///
/// Ownership: `*out_event`, written with `IM_OK` only, is the caller's, to be freed by `im_buffer_free`.
/// Threads: any; two that pull from one job share its events between them. NULL: `IM_NULL_POINTER`.
/// Errors: `IM_TIMEOUT` when none came, `IM_END` after the last, `IM_NULL_POINTER`, `IM_PANIC`.
///
/// # Safety
/// `job` is NULL or comes from `im_job_start` and is not freed before this returns; `out_event` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn im_job_next_event(
    job: *const im_job,
    timeout_ms: u32,
    out_event: *mut im_buffer,
) -> im_status {
    guard(|| {
        // SAFETY: NULL, or a live job by the caller's promise.
        let Some(job) = (unsafe { job.as_ref() }) else { return IM_NULL_POINTER };
        if out_event.is_null() {
            return IM_NULL_POINTER;
        }
        match job.job.next(Duration::from_millis(timeout_ms.into())) {
            Pulled::Event(event) => {
                // SAFETY: not NULL, and the caller promises that it can be written.
                unsafe { write_out(out_event, &json!(event)) };
                IM_OK
            }
            Pulled::TimedOut => IM_TIMEOUT,
            Pulled::End => IM_END,
        }
    })
}

/// Asks the job to end. Its `finished` event still comes, soon.
///
/// Ownership: none. Threads: any, any number of times. NULL: `IM_NULL_POINTER`. Errors: `IM_NULL_POINTER`, `IM_PANIC`.
///
/// # Safety
/// `job` is NULL or comes from `im_job_start` and is not freed before this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn im_job_cancel(job: *const im_job) -> im_status {
    guard(|| {
        // SAFETY: NULL, or a live job by the caller's promise.
        let Some(job) = (unsafe { job.as_ref() }) else { return IM_NULL_POINTER };
        job.job.cancel();
        IM_OK
    })
}

/// Frees a job. One that is still at work is cancelled and ends on its own.
///
/// Ownership: takes the job; it must not be used afterwards. Threads: any, when no other uses the job.
/// NULL: does nothing. Errors: none.
///
/// # Safety
/// `job` is NULL or comes from `im_job_start` and has not been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn im_job_free(job: *mut im_job) {
    if job.is_null() {
        return;
    }
    // SAFETY: not NULL, and the caller promises that `im_job_start` made it and that nobody freed it.
    let job = unsafe { Box::from_raw(job) };
    // A panic while cancelling has nobody to be told to.
    let _ = guard(|| {
        job.job.cancel();
        IM_OK
    });
}
