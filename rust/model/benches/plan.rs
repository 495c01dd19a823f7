//! How fast a folder is planned: comparing it with the ledger, and finding out which copies are there already.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use model::plan::{
    Candidate, Digest, Flags, Identity, LedgerRow, Reconciliation, Tail, plan_folder, reconcile,
};

/// The messages of a folder that is as large as folders get.
const LARGE: u32 = 500_000;

/// The messages of a folder that was copied before the ledger knew.
const UNKNOWN: u32 = 50_000;

fn listing(flags: &str) -> Vec<(u32, Flags)> {
    (1..=LARGE).map(|uid| (uid, Flags::parse(flags))).collect()
}

fn ledger(flags: &str) -> Vec<LedgerRow> {
    listing(flags).into_iter().map(|(uid, flags)| LedgerRow { uid, target_uid: Some(uid), flags }).collect()
}

fn plan(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plan_folder");
    group.sample_size(20).throughput(Throughput::Elements(LARGE.into()));
    let cases = [
        ("first contact", listing("\\Seen"), Vec::new(), LARGE as usize, 0),
        ("nothing changed", listing("\\Seen $Forwarded"), ledger("\\Seen $Forwarded"), 0, 0),
        ("the same in another order", listing("\\Seen $Forwarded"), ledger("$Forwarded \\Seen"), 0, 0),
        ("all flags changed", listing("\\Seen $Forwarded"), ledger("\\Flagged"), 0, LARGE as usize),
    ];
    for (name, source, rows, copies, changes) in cases {
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || (source.clone(), rows.clone()),
                |(source, rows)| {
                    let plan = plan_folder(source, rows).unwrap();
                    assert_eq!((plan.copy.len(), plan.flag_changes.len()), (copies, changes));
                    plan
                },
                BatchSize::PerIteration,
            );
        });
    }
}

/// Messages of which so many have one Message-ID, size and date.
fn candidates(alike: u32, digest: impl Fn(u32) -> Digest) -> Vec<Candidate> {
    let message = |uid: u32| Candidate {
        uid,
        identity: Some(Identity::of_message_id(u128::from(uid / alike).to_be_bytes())),
        size: Some(u64::from(uid / alike)),
        received: Some(i64::from(uid / alike)),
        digest: digest(uid),
        ..Candidate::default()
    };
    (1..=UNKNOWN).map(message).collect()
}

/// A digest that no other message has.
fn own_digest(uid: u32) -> Digest {
    let mut digest = [0; 32];
    digest[..4].copy_from_slice(&uid.to_be_bytes());
    Digest::Is(digest)
}

fn reconciliation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reconcile");
    group.sample_size(20).throughput(Throughput::Elements(UNKNOWN.into()));
    let cases = [
        ("all by Message-ID, size and date", candidates(1, |_| Digest::NotRead)),
        ("pairs of twins by digest", candidates(2, own_digest)),
        ("one Message-ID for all, by digest", candidates(UNKNOWN + 1, own_digest)),
    ];
    for (name, messages) in cases {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let Reconciliation::Done { adopted } = reconcile(&messages, &messages, Tail::Whole) else {
                    panic!("digests are there");
                };
                assert_eq!(adopted.len(), UNKNOWN as usize);
            });
        });
    }
    let nothing = candidates(1, |_| Digest::NotRead);
    group.bench_function("an empty target", |bencher| bencher.iter(|| reconcile(&nothing, &[], Tail::Whole)));
}

criterion_group!(benches, plan, reconciliation);
criterion_main!(benches);
