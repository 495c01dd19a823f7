//! Where things lie: sources relative to the checkout's root, products in `out` and in cargo's target folder.

use std::env::consts::{ARCH, DLL_PREFIX, DLL_SUFFIX, EXE_SUFFIX, OS};
use std::path::{Path, PathBuf};

use crate::process::Result;

/// The folders of one checkout.
pub(crate) struct Layout {
    /// Cargo's target folder.
    target: PathBuf,
}

impl Layout {
    /// Goes to the checkout's root, so that every other path can be relative to it.
    ///
    /// The doors build this program into `xtask` below the target folder: on Windows a running program cannot be
    /// replaced, and the tests build it once more.
    pub(crate) fn find() -> Result<Self> {
        let program = std::env::current_exe()?;
        let target =
            program.ancestors().nth(3).ok_or("this program does not lie in cargo's target folder")?;
        let manifest =
            std::env::var_os("CARGO_MANIFEST_DIR").ok_or("start this program through cargo run")?;
        let root =
            Path::new(&manifest).ancestors().nth(2).ok_or("there is no checkout around this program")?;
        std::env::set_current_dir(root)?;
        Ok(Self { target: target.to_owned() })
    }

    /// The complete, importable module.
    pub(crate) fn module(&self) -> &'static Path {
        Path::new("out/ImapMigration")
    }

    /// The native library in the module.
    pub(crate) fn library(&self) -> PathBuf {
        self.native().join(format!("imap_migration{DLL_SUFFIX}"))
    }

    /// The worker in the module.
    pub(crate) fn worker(&self) -> PathBuf {
        self.native().join(format!("imap-migration-worker{EXE_SUFFIX}"))
    }

    /// The native library as cargo leaves it.
    pub(crate) fn built_library(&self) -> PathBuf {
        self.release(format!("{DLL_PREFIX}imap_migration{DLL_SUFFIX}"))
    }

    /// The worker as cargo leaves it.
    pub(crate) fn built_worker(&self) -> PathBuf {
        self.release(format!("imap-migration-worker{EXE_SUFFIX}"))
    }

    /// Where fuzzing builds, and keeps what it finds.
    pub(crate) fn fuzz(&self) -> PathBuf {
        self.target.join("fuzz")
    }

    /// The program that runs two mail servers for tests.
    pub(crate) fn testbed(&self) -> PathBuf {
        self.release(format!("testbed{EXE_SUFFIX}"))
    }

    /// The demo that drives the C ABI without PowerShell.
    pub(crate) fn demo(&self) -> PathBuf {
        self.release(format!("examples/demo{EXE_SUFFIX}"))
    }

    /// The program that kills the worker and cuts its connections.
    pub(crate) fn torture(&self) -> PathBuf {
        self.release(format!("examples/torture{EXE_SUFFIX}"))
    }

    /// The program that the benchmark runs.
    pub(crate) fn migrate(&self) -> PathBuf {
        self.release(format!("examples/migrate{EXE_SUFFIX}"))
    }

    /// The program that measures far servers, large messages and large folders.
    pub(crate) fn extremes(&self) -> PathBuf {
        self.release(format!("examples/extremes{EXE_SUFFIX}"))
    }

    /// Where the benchmark has its servers and mailboxes.
    pub(crate) fn bench(&self) -> PathBuf {
        self.target.join("bench")
    }

    /// Where mail servers lie that are no packages of this machine.
    pub(crate) fn servers(&self) -> PathBuf {
        self.target.join("servers")
    }

    /// Where mutants are built, and what became of them.
    pub(crate) fn mutants(&self) -> PathBuf {
        self.target.join("mutants")
    }

    /// Where the module is laid out to be packed.
    pub(crate) fn staging(&self) -> PathBuf {
        self.target.join("package")
    }

    fn release(&self, file: String) -> PathBuf {
        self.target.join("release").join(file)
    }

    /// The module's folder for this platform, named as .NET names platforms.
    fn native(&self) -> PathBuf {
        let system = match OS {
            "windows" => "win",
            "macos" => "osx",
            other => other,
        };
        let processor = match ARCH {
            "x86_64" => "x64",
            "aarch64" => "arm64",
            other => other,
        };
        self.module().join(format!("{system}-{processor}"))
    }
}
