//! Status numbers and the ABI's version. Numbers, once published, keep their meaning forever.

#![allow(non_camel_case_types, reason = "the names of C")]

/// The outcome of a call: one of the `IM_` numbers.
pub type im_status = i32;

/// The version of this ABI. A host refuses a library of another version.
pub const IM_ABI_VERSION: u32 = 1;

/// The call did what it says.
pub const IM_OK: im_status = 1;
/// No event came within the time given.
pub const IM_TIMEOUT: im_status = 2;
/// The `finished` event has been delivered; nothing follows.
pub const IM_END: im_status = 3;
/// A pointer that must not be NULL was NULL.
pub const IM_NULL_POINTER: im_status = -1;
/// The request is not a JSON request; `out_error` holds the error as JSON.
pub const IM_INVALID_REQUEST: im_status = -2;
/// A defect of the library: it panicked inside and the panic was caught.
pub const IM_PANIC: im_status = -3;
/// A defect of the library or of the machine; `out_error` holds the error as JSON where there is one.
pub const IM_INTERNAL: im_status = -4;

/// Returns the version of this ABI.
///
/// Ownership: none. Threads: any. NULL: no pointers. Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn im_abi_version() -> u32 {
    IM_ABI_VERSION
}
