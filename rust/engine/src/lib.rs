//! Passes, the worker loop, and the service behind the C ABI.

mod job;
mod lock;
mod pass;
mod service;
mod session;
mod target;
mod verify;
mod worker;

use model::contract::Request;
use tokio::runtime::Handle;

pub use job::{Events, Job, Pulled};
pub use worker::{WorkerEnd, WorkerOptions, serve};

/// Starts a request; its events come through the job.
pub fn start(runtime: &Handle, request: Request) -> Job {
    let (job, events) = Job::new();
    runtime.spawn(service::run(request, events));
    job
}
