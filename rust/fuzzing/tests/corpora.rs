//! Feeds every target all that fuzzing begins with, and what chance makes of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use fuzzing::TARGETS;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// What fuzzing of a target begins with, by file name.
fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let files =
        fs::read_dir(fuzz().join("corpus").join(target)).unwrap_or_else(|error| panic!("{target}: {error}"));
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// The same with a few octets gone, doubled, swapped or of another kind.
fn altered(data: &[u8], chance: &mut StdRng) -> Vec<u8> {
    const TELLING: &[u8] = b"\r\n ()[]{}\"\\*+$%0129&-\0\xff";
    let mut data = data.to_vec();
    for _ in 0..chance.random_range(1..6) {
        let at = chance.random_range(0..=data.len());
        let end = data.len().min(at + chance.random_range(0..20));
        match chance.random_range(0..4) {
            0 => _ = data.drain(at..end),
            1 => data.insert(at, TELLING[chance.random_range(0..TELLING.len())]),
            2 => data.extend_from_within(at..end),
            _ => data[at..end].reverse(),
        }
    }
    data
}

#[test]
fn every_target_holds_for_all_that_fuzzing_begins_with() {
    for target in TARGETS {
        let files = corpus(target.name);
        assert!(!files.is_empty(), "{} has no corpus", target.name);
        for (path, data) in files {
            println!("{}", path.display());
            (target.feed)(&data);
        }
    }
}

#[test]
fn every_target_holds_for_what_chance_makes_of_it() {
    let mut chance = StdRng::seed_from_u64(13);
    for target in TARGETS {
        for (path, data) in corpus(target.name) {
            for _ in 0..50 {
                let data = altered(&data, &mut chance);
                println!("{}: {}", path.display(), data.escape_ascii());
                (target.feed)(&data);
            }
        }
    }
}

#[test]
fn every_target_has_its_program() {
    let mut names: Vec<_> = TARGETS.iter().map(|target| format!("{}.rs", target.name)).collect();
    names.sort();
    let files = fs::read_dir(fuzz().join("targets")).unwrap();
    let mut found: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    found.sort();
    assert_eq!(found, names);
}
