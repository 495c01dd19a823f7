//! Requests that cannot be answered as they are: each has its own error, and nothing half made stays.

use model::contract::{
    BatchIdentity, BatchQuery, CsvCheck, CsvTest, EndpointChanges, EndpointIdentity, EndpointQuery, Item,
    NewBatch, NewEndpoint, Operation, Outcome, SetBatch, StatisticsQuery, WaitBatch,
};
use model::status::{BatchStatus, UserStatus};
use model::{AdminLoginFormat, Credentials, Error, ErrorKind, Place, Secret};
use testkit::sample::{Options, Sample};

use crate::common::lab::{BATCH, source, target};
use crate::common::{Lab, batch_of, message, put};

fn lab() -> Lab {
    let lab = Lab::unserved(None);
    let trees = lab.folder().join("trees").display().to_string();
    let server = Place::Imap(model::ImapServer {
        remote_server: "imap.invalid".to_owned(),
        port: 993,
        security: model::Security::Ssl,
        accept_untrusted_certificates: false,
    });
    lab.ask(Operation::NewEndpoint(Box::new(source(server)))).unwrap();
    lab.ask(Operation::NewEndpoint(Box::new(target(Place::Maildir { path: trees })))).unwrap();
    lab
}

fn refusal(lab: &Lab, operation: Operation) -> Error {
    let error = lab.ask(operation).unwrap_err();
    assert!(error.remedy.is_some(), "no remedy: {error}");
    error
}

fn of(identity: Option<&str>) -> BatchIdentity {
    BatchIdentity { identity: identity.map(str::to_owned) }
}

fn named(name: &str, users: &[&str]) -> Operation {
    Operation::NewBatch(Box::new(NewBatch { name: name.to_owned(), ..batch_of(users) }))
}

#[test]
fn unknown_names_are_errors_of_their_own() {
    let lab = lab();
    let nobody = "nobody".to_owned();
    let endpoint = refusal(&lab, Operation::RemoveEndpoint(EndpointIdentity { identity: nobody.clone() }));
    assert_eq!((endpoint.kind, endpoint.object.as_deref()), (ErrorKind::EndpointNotFound, Some("nobody")));
    assert_eq!(refusal(&lab, Operation::StartBatch(of(Some("nobody")))).kind, ErrorKind::BatchNotFound);
    let user = StatisticsQuery { identity: nobody, ..StatisticsQuery::default() };
    assert_eq!(refusal(&lab, Operation::GetUserStatistics(user)).kind, ErrorKind::UserNotFound);
}

#[test]
fn an_endpoint_that_a_batch_uses_stays_and_the_batch_is_named() {
    let lab = lab();
    lab.ask(named("Wave 1", &["ada"])).unwrap();
    let error = refusal(&lab, Operation::RemoveEndpoint(EndpointIdentity { identity: "source".to_owned() }));
    assert_eq!(error.kind, ErrorKind::EndpointInUse);
    assert!(error.message.contains("Wave 1"), "{error}");
    lab.ask(Operation::RemoveBatch(of(Some("wave 1")))).unwrap();
    lab.ask(Operation::RemoveEndpoint(EndpointIdentity { identity: "source".to_owned() })).unwrap();
}

#[test]
fn a_name_is_taken_in_any_case_and_has_no_odd_characters() {
    let lab = lab();
    lab.ask(named("Wave", &["ada"])).unwrap();
    assert_eq!(refusal(&lab, named("wAVE", &["bob"])).kind, ErrorKind::BatchExists);
    assert_eq!(refusal(&lab, named("a/b", &["bob"])).kind, ErrorKind::InvalidName);
    assert_eq!(lab.users().len(), 1);
}

#[test]
fn a_batch_that_was_not_started_can_be_neither_stopped_nor_waited_for() {
    let lab = lab();
    lab.ask(named(BATCH, &["ada"])).unwrap();
    assert_eq!(refusal(&lab, Operation::StopBatch(of(Some(BATCH)))).kind, ErrorKind::InvalidState);
    let wait = WaitBatch { identity: BATCH.to_owned(), timeout_seconds: Some(1) };
    assert_eq!(refusal(&lab, Operation::WaitBatch(wait)).kind, ErrorKind::InvalidState);
    assert_eq!(lab.batch().unwrap().status, BatchStatus::Created);
}

#[test]
fn without_a_name_only_the_only_batch_is_meant() {
    let lab = lab();
    assert_eq!(refusal(&lab, Operation::RemoveBatch(of(None))).kind, ErrorKind::InvalidArgument);
    lab.ask(named("one", &["ada"])).unwrap();
    lab.ask(named("two", &["bob"])).unwrap();
    assert_eq!(refusal(&lab, Operation::RemoveBatch(of(None))).kind, ErrorKind::InvalidArgument);
    assert_eq!(lab.users().len(), 2);
    lab.ask(Operation::RemoveBatch(of(Some("one")))).unwrap();
    lab.ask(Operation::RemoveBatch(of(None))).unwrap();
    assert_eq!(lab.users().len(), 0);
}

#[test]
fn a_batch_is_not_started_where_no_worker_can_be() {
    let lab = lab();
    lab.ask(named(BATCH, &["ada"])).unwrap();
    let error = refusal(&lab, Operation::StartBatch(of(Some(BATCH))));
    assert_eq!(error.kind, ErrorKind::WorkerUnavailable);
    assert_eq!(lab.batch().unwrap().status, BatchStatus::Created);
}

#[test]
fn a_row_without_what_the_target_needs_is_named_before_anything_is_made() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    let lab = Lab::between(from.address(), to.address());
    let csv = "EmailAddress,UserName,Password\nada@new.example,ada,test\n";
    let error = refusal(&lab, Operation::NewBatch(Box::new(crate::common::lab::batch_from(csv))));
    assert!(error.to_string().contains("TargetPassword"), "{error}");
    assert_eq!(error.user.as_deref(), Some("ada@new.example"));
    assert!(lab.batch().is_none());
}

#[test]
fn a_csv_needs_no_passwords_where_an_administrator_logs_in() {
    let lab = Lab::unserved(None);
    let mut endpoint = source(Place::Imap(model::ImapServer {
        remote_server: "imap.invalid".to_owned(),
        port: 993,
        security: model::Security::Ssl,
        accept_untrusted_certificates: false,
    }));
    endpoint.credentials = Some(Credentials { user_name: "admin".to_owned(), password: Secret::new("x") });
    endpoint.admin_login_format = AdminLoginFormat::Dovecot;
    lab.ask(Operation::NewEndpoint(Box::new(endpoint))).unwrap();
    let csv = crate::common::lab::batch_from("EmailAddress,UserName\nada@new.example,ada\n").csv.unwrap();
    let valid = |source_endpoint: Option<String>| {
        let test = CsvTest { csv: csv.clone(), source_endpoint };
        match lab.ask(Operation::TestCsv(test)).unwrap().pop() {
            Some(Item::CsvCheck(view)) => view.valid,
            other => panic!("a check brought {other:?}"),
        }
    };
    assert!(valid(Some("source".to_owned())));
    assert!(!valid(None));
}

/// A batch can be stopped in mid-copy, goes on later, and can be removed in mid-copy.
#[test]
fn a_batch_stops_goes_on_and_is_removed_while_it_runs() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    let large = "x".repeat(60_000);
    put(
        from.address(),
        "ada",
        "INBOX",
        (0..150).map(|n| crate::common::mailbox::message_with(&format!("m{n}"), &large)),
    );
    put(from.address(), "ada", "Later", [message("later")]);
    let lab = Lab::between(from.address(), to.address());
    lab.start(batch_of(&["ada"]));
    lab.stop();
    assert_eq!(lab.wait().status, BatchStatus::Stopped);
    lab.start_again();
    lab.synced();
    assert_eq!((to.messages("ada", "INBOX").len(), to.messages("ada", "Later").len()), (150, 1));
    lab.sync_now();
    lab.ask(Operation::RemoveBatch(of(Some(BATCH)))).unwrap();
    assert!(lab.batch().is_none(), "whoever is answered finds the name free");
    let change = SetBatch { identity: BATCH.to_owned(), ..SetBatch::default() };
    assert_eq!(refusal(&lab, Operation::SetBatch(Box::new(change))).kind, ErrorKind::BatchNotFound);
}

/// -WarningAction Stop
#[test]
fn a_host_that_stops_at_a_warning_has_changed_nothing() {
    let lab = lab();
    let trees = lab.folder().join("other trees");
    let place = Place::Maildir { path: trees.display().to_string() };
    let many = Some(model::Limit::Count(101));
    let new = NewEndpoint {
        name: "other".to_owned(),
        max_concurrent_migrations: many,
        skip_verification: false,
        ..target(place)
    };
    let set = EndpointChanges {
        identity: "target".to_owned(),
        max_concurrent_migrations: many,
        skip_verification: true,
        ..EndpointChanges::default()
    };
    lab.ask(named(BATCH, &["ada"])).unwrap();
    let add =
        SetBatch { identity: BATCH.to_owned(), add_users: true, csv: Some(odd_csv()), ..SetBatch::default() };
    let batch = NewBatch { name: "second".to_owned(), csv: Some(odd_csv()), ..batch_of(&[]) };
    for operation in [
        Operation::NewEndpoint(Box::new(new)),
        Operation::SetEndpoint(Box::new(set)),
        Operation::SetBatch(Box::new(add)),
        Operation::NewBatch(Box::new(batch)),
    ] {
        assert_eq!(lab.stop_at_warning(operation.clone()), Outcome::Cancelled, "{operation:?}");
    }
    assert_eq!(lab.ask(Operation::GetEndpoints(EndpointQuery::default())).unwrap().len(), 2);
    let Item::Endpoint(target) = endpoint(&lab, "target") else { panic!("no endpoint") };
    assert_ne!(Some(target.max_concurrent_migrations), many);
    assert!(!trees.exists());
    assert_eq!(lab.users().len(), 1);
    assert_eq!(lab.ask(Operation::GetBatches(BatchQuery::default())).unwrap().len(), 1);
}

fn endpoint(lab: &Lab, name: &str) -> Item {
    let query = EndpointQuery { identity: Some(name.to_owned()), ..EndpointQuery::default() };
    lab.ask(Operation::GetEndpoints(query)).unwrap().pop().unwrap()
}

/// A CSV with a column that nobody knows, which is a warning.
fn odd_csv() -> CsvCheck {
    let csv = "EmailAddress,UserName,Password,Colour\neve@new.example,eve,test,blue\n";
    CsvCheck { allow_unknown_columns: true, ..crate::common::lab::batch_from(csv).csv.unwrap() }
}

#[test]
fn a_change_of_a_batch_of_which_a_part_is_refused_is_not_made_at_all() {
    let lab = lab();
    lab.ask(named(BATCH, &["ada"])).unwrap();
    lab.ask(named("other", &["bob"])).unwrap();
    let change = SetBatch {
        identity: BATCH.to_owned(),
        add_users: true,
        csv: batch_of(&["eve", "bob"]).csv,
        auto_retry_count: Some(9),
        ..SetBatch::default()
    };
    let before = lab.batch().unwrap();
    assert_eq!(refusal(&lab, Operation::SetBatch(Box::new(change))).kind, ErrorKind::UserExists);
    assert_eq!(lab.batch().unwrap(), before);
    lab.serve();
    lab.start_again();
    lab.stop_serving();
    let before = lab.batch().unwrap();
    let sync = SetBatch {
        identity: BATCH.to_owned(),
        sync_now: true,
        auto_retry_count: Some(9),
        ..SetBatch::default()
    };
    assert_eq!(refusal(&lab, Operation::SetBatch(Box::new(sync))).kind, ErrorKind::WorkerUnavailable);
    assert_eq!(lab.batch().unwrap(), before);
}

#[test]
fn a_sync_that_does_not_reach_everybody_says_so() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    let lab = Lab::between(from.address(), to.address());
    from.refuse_logins(1);
    lab.start(batch_of(&["ada"]));
    lab.until(UserStatus::Failed);
    lab.sync_now();
    assert!(
        lab.events().contains("1 user that has failed in the batch `batch` is not synced"),
        "{}",
        lab.events()
    );
    assert!(!lab.events().contains("is not running"));
    lab.stop();
    lab.sync_now();
    assert!(lab.events().contains("the batch `batch` is not running, so the sync begins when"));
}

/// Ctrl+C may come at any moment: before the batch is written, while it is, after it was.
#[test]
fn what_is_answered_as_cancelled_was_not_done_and_what_was_done_is_not() {
    let lab = lab();
    for pause in (0..40).map(|n| std::time::Duration::from_micros(n * n * 10)) {
        let began = std::time::Instant::now();
        let is_time = || while began.elapsed() < pause {};
        let outcome = lab.cancel(named(BATCH, &["ada"]), is_time);
        let there = lab.batch().is_some();
        assert_eq!(outcome, if there { Outcome::Completed } else { Outcome::Cancelled }, "{pause:?}");
        if there {
            lab.ask(Operation::RemoveBatch(of(Some(BATCH)))).unwrap();
        }
    }
}
