//! The C ABI as a host sees it: loads the library from its file, sends requests, pulls events.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use libc::{c_void, size_t};
use libloading::Library;
use serde_json::Value;

use crate::Result;

/// The one version of the ABI that this host speaks.
const ABI_VERSION: u32 = 1;

// The statuses of imap_migration.h.
const IM_OK: i32 = 1;
const IM_TIMEOUT: i32 = 2;
const IM_END: i32 = 3;

/// How long to wait for an event before looking whether the user pressed Ctrl+C.
const PATIENCE_MS: u32 = 200;

/// Set by Ctrl+C: the request at work is cancelled, and the demo cleans up.
pub(crate) static INTERRUPTED: AtomicBool = AtomicBool::new(false);

#[repr(C)]
struct Buffer {
    ptr: *mut u8,
    len: size_t,
}

type Job = *mut c_void;

/// The functions of the library.
pub(crate) struct Abi {
    start: unsafe extern "C" fn(*const u8, size_t, *mut Job, *mut Buffer) -> i32,
    next_event: unsafe extern "C" fn(Job, u32, *mut Buffer) -> i32,
    cancel: unsafe extern "C" fn(Job) -> i32,
    free: unsafe extern "C" fn(Job),
    free_buffer: unsafe extern "C" fn(Buffer),
}

impl Abi {
    /// Loads the library, for as long as the process lives.
    pub(crate) fn load(file: &Path) -> Result<Self> {
        // SAFETY: loading runs no initialiser of ours.
        let library = unsafe { Library::new(file)? };
        let library: &'static Library = Box::leak(Box::new(library));
        // SAFETY: the signature is that of imap_migration.h.
        let version = unsafe { library.get::<unsafe extern "C" fn() -> u32>("im_abi_version")? };
        // SAFETY: the function takes nothing.
        let version = unsafe { version() };
        if version != ABI_VERSION {
            return Err(format!("the library has ABI version {version}, this program {ABI_VERSION}").into());
        }
        Ok(Self {
            // SAFETY: the signature is that of imap_migration.h, here and below.
            start: unsafe { *library.get("im_job_start")? },
            // SAFETY: as above.
            next_event: unsafe { *library.get("im_job_next_event")? },
            // SAFETY: as above.
            cancel: unsafe { *library.get("im_job_cancel")? },
            // SAFETY: as above.
            free: unsafe { *library.get("im_job_free")? },
            // SAFETY: as above.
            free_buffer: unsafe { *library.get("im_buffer_free")? },
        })
    }

    /// Sends a request and hands each of its events over, the last one too.
    pub(crate) fn request(&self, request: &Value, mut each: impl FnMut(Value)) -> Result<()> {
        let request = request.to_string();
        let mut job = std::ptr::null_mut();
        let mut fault = self.buffer();
        // SAFETY: the request is readable, and both places can be written.
        let status =
            unsafe { (self.start)(request.as_ptr(), request.len(), &raw mut job, &raw mut fault.buffer) };
        if status != IM_OK {
            return Err(format!("the request was refused with status {status}: {}", fault.text()).into());
        }
        let pulled = self.pull(job, &mut each);
        // SAFETY: the job comes from im_job_start, and nobody uses it afterwards.
        unsafe { (self.free)(job) };
        pulled
    }

    fn pull(&self, job: Job, each: &mut impl FnMut(Value)) -> Result<()> {
        loop {
            if INTERRUPTED.load(Ordering::Relaxed) {
                // SAFETY: the job is alive.
                unsafe { (self.cancel)(job) };
            }
            let mut event = self.buffer();
            // SAFETY: the job is alive, and the buffer can be written.
            match unsafe { (self.next_event)(job, PATIENCE_MS, &raw mut event.buffer) } {
                IM_OK => each(serde_json::from_str(&event.text())?),
                IM_TIMEOUT => {}
                IM_END => return Ok(()),
                status => return Err(format!("no event, but status {status}").into()),
            }
        }
    }

    fn buffer(&self) -> OwnedBuffer {
        let buffer = Buffer { ptr: std::ptr::null_mut(), len: 0 };
        OwnedBuffer { buffer, free: self.free_buffer }
    }
}

/// A buffer that goes back to the library, whatever happens.
struct OwnedBuffer {
    buffer: Buffer,
    free: unsafe extern "C" fn(Buffer),
}

impl OwnedBuffer {
    fn text(&self) -> String {
        if self.buffer.ptr.is_null() {
            return String::new();
        }
        // SAFETY: the library wrote pointer and length together, and the buffer is not freed yet.
        let bytes = unsafe { std::slice::from_raw_parts(self.buffer.ptr, self.buffer.len) };
        String::from_utf8_lossy(bytes).into_owned()
    }
}

impl Drop for OwnedBuffer {
    fn drop(&mut self) {
        let buffer = Buffer { ptr: self.buffer.ptr, len: self.buffer.len };
        // SAFETY: the buffer is the library's or NULL, and is given back once.
        unsafe { (self.free)(buffer) };
    }
}
