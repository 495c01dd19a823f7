//! How fast a CSV of the largest size is checked and read.
#![allow(clippy::unwrap_used, missing_docs)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use model::csv::{CsvCheckOptions, MAX_ROWS, check};

/// A file of so many rows, as a spreadsheet writes it.
fn file(row: impl Fn(usize) -> String) -> Vec<u8> {
    let rows = (0..MAX_ROWS).map(row).collect::<String>();
    format!("EmailAddress,UserName,Password\r\n{rows}").into_bytes()
}

fn csv(criterion: &mut Criterion) {
    let good = file(|n| format!("user{n}@contoso.example,user{n}@old.example,\"pass,\"\"word\"\" {n}\"\r\n"));
    let twins = file(|n| format!("user{}@contoso.example,user{n},secret{n}\r\n", n / 2));
    let broken = file(|n| format!("user{n}@contoso.example,user{n},\"secret{n}\r\n"));
    let mut group = criterion.benchmark_group("csv");
    group.sample_size(20).throughput(Throughput::Elements(MAX_ROWS as u64));
    for (name, bytes, errors) in [
        ("without faults", good, 0),
        ("every other row a twin", twins, 1_001),
        ("every row broken", broken, 1_001),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| assert_eq!(check(&bytes, &CsvCheckOptions::default()).view.errors.len(), errors));
        });
    }
}

criterion_group!(benches, csv);
criterion_main!(benches);
