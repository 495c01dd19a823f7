//! The background executable that runs passes: one a store, started on demand, ends when nothing is wanted.

mod arguments;
mod log;
mod starter;

use std::process::ExitCode;

use arguments::{Action, Arguments};
use engine::{WorkerEnd, WorkerOptions, World};
use model::contract::Environment;
use store::Store;
use tokio_util::sync::CancellationToken;
use tracing::error;

fn main() -> ExitCode {
    match arguments::parse(std::env::args_os().skip(1)) {
        Ok(Action::Serve(arguments)) => serve(&arguments),
        Ok(Action::Print(text)) => {
            say(&text);
            ExitCode::SUCCESS
        }
        Err(message) => {
            complain(&message);
            ExitCode::from(2)
        }
    }
}

fn serve(arguments: &Arguments) -> ExitCode {
    if !arguments.foreground {
        starter::leave();
    }
    match run(arguments) {
        Ok(WorkerEnd::AlreadyServed) => {
            complain("another worker serves this store");
            ExitCode::from(3)
        }
        Ok(WorkerEnd::Stopped | WorkerEnd::Idle) => ExitCode::SUCCESS,
        Ok(WorkerEnd::StoreGone) => {
            complain("the store was removed or replaced");
            ExitCode::FAILURE
        }
        Err(e) => {
            error!(error = %e, "Worker failed");
            complain(&e.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> model::Result<WorkerEnd> {
    let folder = Store::location(arguments.store.as_deref(), &Environment::default())?;
    let store = Store::open(&folder)?;
    log::open(&store.worker_log_path(), arguments.foreground);
    drop(store);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| model::Error::internal(format!("cannot start the runtime: {e}")))?;
    let options = WorkerOptions { folder, idle_exit: arguments.idle_exit, world: World::default() };
    runtime.block_on(async {
        let stop = CancellationToken::new();
        tokio::spawn(stop_on_signal(stop.clone()));
        engine::serve(options, stop).await
    })
}

#[cfg(unix)]
async fn stop_on_signal(stop: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    stop.cancel();
}

#[cfg(not(unix))]
async fn stop_on_signal(stop: CancellationToken) {
    if tokio::signal::ctrl_c().await.is_ok() {
        stop.cancel();
    }
}

#[allow(clippy::print_stdout, reason = "what the user asked to see")]
fn say(text: &str) {
    println!("{text}");
}

#[allow(clippy::print_stderr, reason = "a person who starts it by hand reads this")]
fn complain(text: &str) {
    eprintln!("imap-migration-worker: {text}");
}
