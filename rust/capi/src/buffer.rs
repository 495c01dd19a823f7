//! Bytes that cross the ABI: JSON in UTF-8.

#![allow(non_camel_case_types, reason = "the names of C")]

use std::ptr;

use serde_json::Value;

/// Bytes owned by the library until `im_buffer_free`. `ptr` is NULL if and only if there are none.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct im_buffer {
    /// The first byte; not terminated by NUL.
    pub ptr: *mut u8,
    /// How many bytes.
    pub len: usize,
}

impl im_buffer {
    /// Hands bytes over to C.
    pub(crate) fn from_json(value: &Value) -> Self {
        let bytes = value.to_string().into_bytes().into_boxed_slice();
        let len = bytes.len();
        Self { ptr: Box::into_raw(bytes).cast(), len }
    }
}

/// Frees a buffer that the library filled. Each buffer once; a buffer with a NULL pointer is fine.
///
/// Ownership: takes the bytes back. Threads: any. NULL: does nothing. Errors: none.
///
/// # Safety
/// `buffer` comes from this library and has not been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn im_buffer_free(buffer: im_buffer) {
    if buffer.ptr.is_null() {
        return;
    }
    let bytes = ptr::slice_from_raw_parts_mut(buffer.ptr, buffer.len);
    // SAFETY: the caller promises that `from_json` made these bytes and that nobody freed them.
    drop(unsafe { Box::from_raw(bytes) });
}

/// Writes a buffer through an out-pointer, if there is one.
///
/// # Safety
/// `out` is NULL or points to writable memory for a buffer.
pub(crate) unsafe fn write_out(out: *mut im_buffer, value: &Value) {
    if !out.is_null() {
        // SAFETY: not NULL, and the caller promises that it can be written.
        unsafe { out.write(im_buffer::from_json(value)) };
    }
}
