//! How the worker executable is run where it lies, also when the one who unpacked it gave nobody the right to run it.

use std::path::Path;
use std::process::Command;

use model::{Error, ErrorKind, Result};

/// The file name of the executable on this system.
pub(super) const EXECUTABLE: &str =
    if cfg!(windows) { "imap-migration-worker.exe" } else { "imap-migration-worker" };

/// Runs the executable itself.
#[cfg(not(target_os = "linux"))]
#[allow(clippy::unnecessary_wraps, reason = "on Linux it can fail")]
pub(super) fn command(executable: &Path) -> Result<Command> {
    Ok(Command::new(executable))
}

/// Runs the executable itself, or has the system's loader run it: PowerShell's galleries unpack files without their right
/// to be run, and the folder need not be ours to change. What a file system forbids to be run is not run by a detour.
#[cfg(target_os = "linux")]
pub(super) fn command(executable: &Path) -> Result<Command> {
    use rustix::fs::{Access, StatVfsMountFlags, access, statvfs};
    if access(executable, Access::EXEC_OK).is_ok() {
        return Ok(Command::new(executable));
    }
    let shown = executable.display();
    if statvfs(executable).is_ok_and(|system| system.f_flag.contains(StatVfsMountFlags::NOEXEC)) {
        return Err(failure(
            format!(
                "cannot start `{shown}`: its file system is mounted so that no program runs there (noexec)"
            ),
            "install the module elsewhere, or copy the executable elsewhere and name it in IMAP_MIGRATION_WORKER",
        ));
    }
    let loader = loader(executable).ok_or_else(|| {
        failure(
            format!("cannot start `{shown}`: this account has no right to run it"),
            format!("give it that right: `chmod +x '{shown}'`"),
        )
    })?;
    let mut command = Command::new(loader);
    command.arg(executable);
    Ok(command)
}

/// No worker can be started, and what to do.
pub(super) fn failure(message: String, remedy: impl Into<String>) -> Error {
    Error::new(ErrorKind::WorkerUnavailable, message).object(EXECUTABLE).remedy(remedy)
}

/// The loader that the executable asks for (ELF's `PT_INTERP`).
#[cfg(target_os = "linux")]
fn loader(executable: &Path) -> Option<std::path::PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    use std::os::unix::fs::FileExt;
    let file = std::fs::File::open(executable).ok()?;
    let elf = elf::ElfStream::<elf::endian::NativeEndian, _>::open_stream(&file).ok()?;
    let interpreter = elf.segments().iter().find(|segment| segment.p_type == elf::abi::PT_INTERP)?;
    let mut path = vec![0; usize::try_from(interpreter.p_filesz).ok().filter(|length| *length < 4096)?];
    file.read_exact_at(&mut path, interpreter.p_offset).ok()?;
    path.pop_if(|last| *last == 0);
    Some(std::ffi::OsString::from_vec(path).into())
}
