//! Reads the golden samples of the JSON contract; the C# tests read the same files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use model::contract::{Event, Item, Operation, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Every sample of a folder: its name, its JSON, and what it parses to.
fn samples<T: DeserializeOwned>(folder: &str) -> Vec<(String, Value, T)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/contract").join(folder);
    let paths = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    paths
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap();
            let json = serde_json::from_str(&text).unwrap();
            let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, json, value)
        })
        .collect()
}

/// A password is written as null, and what is secret of a grant not at all.
fn without_passwords(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for key in ["client_secret", "private_key", "refresh_token", "input"] {
                fields.remove(key);
            }
            for (key, field) in fields {
                if key == "password" {
                    *field = Value::Null;
                }
                without_passwords(field);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_passwords),
        _ => {}
    }
}

fn assert_round_trips<T: DeserializeOwned + Serialize>(folder: &str) {
    let samples = samples::<T>(folder);
    assert!(!samples.is_empty());
    for (name, mut json, value) in samples {
        without_passwords(&mut json);
        assert_eq!(serde_json::to_value(&value).unwrap(), json, "{name}");
    }
}

#[test]
fn every_request_sample_says_the_same_after_a_round_trip() {
    assert_round_trips::<Request>("requests");
}

#[test]
fn every_event_sample_says_the_same_after_a_round_trip() {
    assert_round_trips::<Event>("events");
}

/// The names of an enum's variants. A new variant does not compile until it is listed.
macro_rules! variants {
    ($type:ident, $($variant:ident => $name:literal),+ $(,)?) => {{
        let _name = |value: &$type| match value { $($type::$variant { .. } => $name),+ };
        (_name as fn(&$type) -> &'static str, [$($name),+])
    }};
}

#[test]
fn every_operation_has_a_sample() {
    let (name, all) = variants!(Operation,
        OpenStore => "open_store", NewEndpoint => "new_endpoint", GetEndpoints => "get_endpoints",
        SetEndpoint => "set_endpoint", RemoveEndpoint => "remove_endpoint", TestConnection => "test_connection",
        TestCsv => "test_csv", NewBatch => "new_batch", GetBatches => "get_batches", SetBatch => "set_batch",
        StartBatch => "start_batch", StopBatch => "stop_batch", RemoveBatch => "remove_batch",
        WaitBatch => "wait_batch", GetUsers => "get_users", GetUserStatistics => "get_user_statistics",
        VerifyUser => "verify_user", GetWorker => "get_worker", StartWorker => "start_worker",
        StopWorker => "stop_worker",
    );
    let sampled: BTreeSet<_> =
        samples::<Request>("requests").iter().map(|(_, _, request)| name(&request.operation)).collect();
    assert_eq!(sampled, BTreeSet::from(all));
}

#[test]
fn every_item_type_has_a_sample() {
    let (name, all) = variants!(Item,
        Store => "store", Endpoint => "endpoint", ConnectionTest => "connection_test", CsvCheck => "csv_check",
        Batch => "batch", User => "user", UserStatistics => "user_statistics",
        FolderVerification => "folder_verification", Worker => "worker",
    );
    let sampled: BTreeSet<_> = samples::<Event>("events")
        .iter()
        .filter_map(|(_, _, event)| if let Event::Item { item } = event { Some(name(item)) } else { None })
        .collect();
    assert_eq!(sampled, BTreeSet::from(all));
}

#[test]
fn every_event_type_has_a_sample() {
    let (name, all) = variants!(Event,
        Item => "item", Progress => "progress", Warning => "warning", SignIn => "sign_in", Error => "error",
        Finished => "finished",
    );
    let sampled: BTreeSet<_> = samples::<Event>("events").iter().map(|(_, _, event)| name(event)).collect();
    assert_eq!(sampled, BTreeSet::from(all));
}

#[test]
fn an_absent_key_means_the_default() {
    let request = |text: &str| serde_json::from_str::<Request>(text).unwrap().operation;
    let batch = request(r#"{"op":"new_batch","args":{"name":"Wave 1","source_endpoint":"Contoso"}}"#);
    let Operation::NewBatch(batch) = batch else { panic!("{batch:?}") };
    assert_eq!((batch.options, batch.csv), (model::BatchOptions::default(), None));
    let endpoint = request(
        r#"{"op":"new_endpoint","args":{"name":"Contoso","location":
            {"place":"imap","remote_server":"imap.contoso.com","port":993,"security":"Ssl"}}}"#,
    );
    let Operation::NewEndpoint(endpoint) = endpoint else { panic!("{endpoint:?}") };
    assert_eq!((endpoint.role, endpoint.skip_verification), (model::Role::Source, false));
    assert_eq!(request(r#"{"op":"get_batches","args":{}}"#), Operation::GetBatches(Default::default()));
}
