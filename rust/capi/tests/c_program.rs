//! A C program uses and misuses every function, clean under valgrind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, missing_docs)]

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where cargo puts the cdylib for tests: beside them.
fn library_folder() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().to_owned()
}

fn compile(into: &Path) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let library = library_folder();
    let program = into.join("abi");
    let status = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-g", "-pthread", "-I"])
        .arg(root.join("include"))
        .arg(root.join("../../tests/c/abi.c"))
        .arg("-o")
        .arg(&program)
        .arg("-L")
        .arg(&library)
        .arg("-limap_migration")
        .arg(format!("-Wl,-rpath,{}", library.display()))
        .status()
        .expect("a C compiler, as Rust needs one too");
    assert!(status.success(), "the C program does not compile");
    program
}

#[cfg(target_os = "linux")]
#[test]
fn a_c_program_uses_and_misuses_every_function_clean_under_valgrind() {
    let folder = tempfile::tempdir().unwrap();
    let program = compile(folder.path());
    let store = folder.path().join("store");
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["--quiet", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite"])
        .arg(&program);
    let output = match valgrind.arg(&store).output() {
        Ok(output) => output,
        Err(e) => {
            eprintln!("valgrind is not installed ({e}): the C program runs without it");
            Command::new(&program).arg(&store).output().unwrap()
        }
    };
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{text}", output.status);
}
