//! Nothing of a request's passwords is left in memory when its job is done.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::ptr;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use imap_migration::{
    IM_END, IM_OK, im_buffer, im_buffer_free, im_job_free, im_job_next_event, im_job_start,
};
use memchr::memmem;
use serde_json::json;

/// A password of which this keeps two halves, apart: it is whole only in what the library, or the test, makes of it.
struct Halved([Vec<u8>; 2]);

impl Halved {
    fn new() -> Self {
        let mut bytes = [0; 24];
        File::open("/dev/urandom").unwrap().read_exact_at(&mut bytes, 0).unwrap();
        let letters = bytes.map(|byte| b'a' + byte % 26);
        Self([letters[..12].to_vec(), letters[12..].to_vec()])
    }

    fn clear(&self) -> String {
        String::from_utf8(self.0.concat()).unwrap()
    }

    /// The same in the middle of base64, where so many bytes stand before it.
    fn in_base64(&self, before: usize) -> Self {
        let text = BASE64_STANDARD.encode(format!("{}{}", "-".repeat(before), self.clear())).into_bytes();
        Self([text[4..16].to_vec(), text[16..28].to_vec()])
    }

    /// How often it stands in these bytes.
    fn count(&self, bytes: &[u8]) -> usize {
        let [first, second] = &self.0;
        let ends = memmem::find_iter(bytes, first).map(|at| at + first.len());
        ends.filter(|end| bytes[*end..].starts_with(second)).count()
    }
}

/// Where in the writable memory of this process it stands, and in which form.
fn places(secret: &Halved) -> Vec<String> {
    let forms = [secret.in_base64(0), secret.in_base64(1), secret.in_base64(2)];
    let memory = File::open("/proc/self/mem").unwrap();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let mut found = Vec::new();
    for region in maps.lines().filter(|line| line.contains(" rw")) {
        let bytes = read(&memory, region);
        let counts = (secret.count(&bytes), forms.iter().map(|form| form.count(&bytes)).sum::<usize>());
        if counts != (0, 0) {
            found.push(format!("{counts:?} in {region}"));
        }
    }
    found
}

fn read(memory: &File, region: &str) -> Vec<u8> {
    let (start, end) = region.split_whitespace().next().unwrap().split_once('-').unwrap();
    let [start, end] = [start, end].map(|address| u64::from_str_radix(address, 16).unwrap());
    let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
    // What the kernel keeps to itself cannot be read, and is none of ours.
    let length = memory.read_at(&mut bytes, start).unwrap_or(0);
    bytes.truncate(length);
    bytes
}

/// Sends a request and pulls all its events, among which there must be this one.
fn run(store: &Path, operation: &str, arguments: serde_json::Value, event: &str) {
    let request = json!({ "store": store, "op": operation, "args": arguments }).to_string();
    // As .NET writes it, so that the parser must make a copy of its own.
    let request = request.replace('/', "\\/");
    let mut job = ptr::null_mut();
    // SAFETY: the request's bytes can be read, the job can be written, and no error is asked for.
    let status = unsafe { im_job_start(request.as_ptr(), request.len(), &mut job, ptr::null_mut()) };
    assert_eq!(status, IM_OK);
    let mut events = String::new();
    loop {
        let mut buffer = im_buffer { ptr: ptr::null_mut(), len: 0 };
        // SAFETY: the job is live, and the buffer can be written.
        match unsafe { im_job_next_event(job, 10_000, &mut buffer) } {
            IM_END => break,
            status => assert_eq!(status, IM_OK),
        }
        // SAFETY: the library has filled the buffer.
        let bytes = unsafe { std::slice::from_raw_parts(buffer.ptr, buffer.len) };
        events.push_str(std::str::from_utf8(bytes).unwrap());
        // SAFETY: the library has filled the buffer, and nobody has freed it.
        unsafe { im_buffer_free(buffer) };
    }
    assert!(events.contains(event), "{events}");
    // SAFETY: the job is live, and nobody uses it any longer.
    unsafe { im_job_free(job) };
}

#[test]
fn nothing_of_a_request_s_passwords_is_left_in_memory_when_its_job_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let secret = Halved::new();
    let endpoint = |name: &str, role: &str| {
        json!({
            "name": name, "role": role, "skip_verification": true, "admin_login_format": "SaslPlain",
            "location": { "place": "imap", "remote_server": "127.0.0.1", "port": 9, "security": "Ssl",
                          "accept_untrusted_certificates": false },
            "credentials": { "user_name": "admin", "password": secret.clear() },
        })
    };
    run(&store, "new_endpoint", endpoint("Old", "source"), "\"item\"");
    run(&store, "new_endpoint", endpoint("New", "target"), "\"item\"");
    let good = format!("EmailAddress,UserName,Password\r\nanna@b.c,anna,{}\r\n", secret.clear());
    let bad = format!("EmailAddress,UserName\r\nanna@b.c,anna,\"{}\r\n", secret.clear());
    for (csv, valid) in [(good.as_str(), "\"valid\":true"), (bad.as_str(), "\"valid\":false")] {
        let csv = BASE64_STANDARD.encode(csv);
        run(&store, "test_csv", json!({ "csv": { "csv": csv } }), valid);
    }
    let csv = json!({ "csv": BASE64_STANDARD.encode(&good) });
    let batch = json!({ "name": "Wave", "source_endpoint": "Old", "target_endpoint": "New", "csv": &csv });
    run(&store, "new_batch", batch, "\"item\"");
    assert!(!places(&secret).is_empty(), "the test itself still holds it");
    drop((good, bad, csv));
    // The last job's task may be at its end a moment after its last event.
    let left = (0..20).map(|_| places(&secret)).find(Vec::is_empty);
    assert!(left.is_some(), "{:#?}", places(&secret));
}
