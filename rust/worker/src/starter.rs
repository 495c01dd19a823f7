//! Leaves whoever started the worker: it outlives the terminal, the shell and the cron job, and keeps nothing of theirs.

/// Makes a session of its own, and gives back every open file but standard input, output and error. Called before the worker
/// opens anything: an inherited file may be the lock of a cron job, or a pipe that somebody reads to its end.
#[cfg(unix)]
pub(crate) fn leave() {
    // It fails for the leader of a process group, which a job of a shell is: then the shell looks after it. Who is started by
    // the engine is none.
    let _ = rustix::process::setsid();
    for descriptor in inherited() {
        // What is not open any more needs no closing: the listing itself was one of them.
        let _ = nix::unistd::close(descriptor);
    }
    name();
}

/// The starter gave it no console to leave, and no open file.
#[cfg(not(unix))]
pub(crate) fn leave() {}

/// Every open file above standard error, as the system lists them. Where it does not, none is known.
#[cfg(unix)]
fn inherited() -> Vec<i32> {
    let listing = std::fs::read_dir("/dev/fd").into_iter().flatten().flatten();
    listing.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(|fd| *fd > 2).collect()
}

/// Started by the system's loader, it has the loader's name among the processes.
#[cfg(target_os = "linux")]
fn name() {
    // The name is for people: without it everything works.
    let _ = rustix::thread::set_name(c"imap-migration-worker");
}

#[cfg(all(unix, not(target_os = "linux")))]
fn name() {}
