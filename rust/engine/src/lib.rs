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

use std::sync::LazyLock;

use model::contract::Request;
use tokio::runtime::Handle;

pub use base::credentials::Credentials;
pub use base::world::{Clock, World};
pub use job::{Events, Job, Pulled};
pub use worker::{WorkerEnd, WorkerOptions, serve};

/// The world of this process: requests that come one after another have the same tokens.
static WORLD: LazyLock<World> = LazyLock::new(World::default);

/// Starts a request; its events come through the job.
pub fn start(runtime: &Handle, request: Request) -> Job {
    start_in(WORLD.clone(), runtime, request)
}

/// The same in a world of one's own.
pub fn start_in(world: World, runtime: &Handle, request: Request) -> Job {
    let (job, events) = Job::new();
    runtime.spawn(service::run(world, request, events));
    job
}
