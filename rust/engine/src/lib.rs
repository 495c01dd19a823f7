//! Passes, the worker loop, and the service behind the C ABI.

mod base;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod job;
mod net;
mod pass;
mod service;
mod target;
mod verify;
mod worker;

use model::contract::Request;
use tokio::runtime::Handle;

pub use base::world::{Clock, World};
pub use job::{Events, Job, Pulled};
pub use worker::{WorkerEnd, WorkerOptions, serve};

/// Starts a request; its events come through the job.
pub fn start(runtime: &Handle, request: Request) -> Job {
    start_in(World::default(), runtime, request)
}

/// The same in a world of one's own.
pub fn start_in(world: World, runtime: &Handle, request: Request) -> Job {
    let (job, events) = Job::new();
    runtime.spawn(service::run(world, request, events));
    job
}
