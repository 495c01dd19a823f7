//! Changes: what a dry run says of them, and two of them at once.

use model::contract::{
    BatchIdentity, BatchQuery, ConnectionTest, EndpointChanges, EndpointIdentity, EndpointQuery, Item,
    NewBatch, NewEndpoint, Operation, Outcome, SetBatch, WorkerStop,
};
use model::{BatchOptions, Error, ErrorKind, Limit, Place};
use testkit::PASSWORD;
use testkit::sample::{Options, Sample};

use crate::common::lab::{BATCH, address_of, batch_from, source, target};
use crate::common::{Lab, batch_of};

/// A store with a source, a target, and a batch of one user that was not started; nobody serves it.
fn lab(executable: Option<&std::path::Path>) -> Lab {
    let lab = Lab::unserved(executable);
    let trees = Place::Maildir { path: lab.folder().join("trees").display().to_string() };
    lab.ask(Operation::NewEndpoint(Box::new(source(server("imap.invalid"))))).unwrap();
    lab.ask(Operation::NewEndpoint(Box::new(target(trees)))).unwrap();
    lab.ask(Operation::NewBatch(Box::new(batch_of(&["ada"])))).unwrap();
    lab
}

fn server(host: &str) -> Place {
    Place::Imap(model::ImapServer {
        remote_server: host.to_owned(),
        port: 993,
        security: model::Security::Ssl,
        accept_untrusted_certificates: false,
    })
}

fn of(identity: &str) -> BatchIdentity {
    BatchIdentity { identity: Some(identity.to_owned()) }
}

fn new_endpoint(name: &str, change: impl FnOnce(&mut NewEndpoint)) -> Operation {
    let mut endpoint = NewEndpoint { name: name.to_owned(), ..source(server("imap.invalid")) };
    change(&mut endpoint);
    Operation::NewEndpoint(Box::new(endpoint))
}

fn set_endpoint(change: impl FnOnce(&mut EndpointChanges)) -> Operation {
    let mut changes = EndpointChanges {
        identity: "source".to_owned(),
        skip_verification: true,
        ..EndpointChanges::default()
    };
    change(&mut changes);
    Operation::SetEndpoint(Box::new(changes))
}

fn new_batch(user: &str, change: impl FnOnce(&mut NewBatch)) -> Operation {
    let mut batch = NewBatch { name: "second".to_owned(), ..batch_of(&[user]) };
    change(&mut batch);
    Operation::NewBatch(Box::new(batch))
}

fn set_batch(change: impl FnOnce(&mut SetBatch)) -> Operation {
    let mut changes = SetBatch { identity: BATCH.to_owned(), ..SetBatch::default() };
    change(&mut changes);
    Operation::SetBatch(Box::new(changes))
}

fn remove_endpoint(name: &str) -> Operation {
    Operation::RemoveEndpoint(EndpointIdentity { identity: name.to_owned() })
}

fn test_of(endpoint: &str) -> Operation {
    Operation::TestConnection(ConnectionTest {
        server: None,
        endpoint: Some(endpoint.to_owned()),
        credentials: None,
        test_mailbox: None,
    })
}

/// Everything that a request may change.
fn world(lab: &Lab) -> Vec<Item> {
    let mut all = lab.ask(Operation::GetEndpoints(EndpointQuery::default())).unwrap();
    let batches = BatchQuery { include_report: true, ..BatchQuery::default() };
    all.extend(lab.ask(Operation::GetBatches(batches)).unwrap());
    all.extend(lab.ask(Operation::GetUsers(Default::default())).unwrap());
    all.push(Item::Worker(lab.worker_view()));
    all
}

#[test]
fn a_dry_run_fails_where_the_change_would_with_the_same_error() {
    let lab = lab(None);
    let refused = [
        (ErrorKind::EndpointExists, new_endpoint("SOURCE", |_| {})),
        (ErrorKind::InvalidName, new_endpoint("a/b", |_| {})),
        (
            ErrorKind::InvalidArgument,
            new_endpoint("new", |it| it.max_concurrent_migrations = Some(Limit::Count(0))),
        ),
        (ErrorKind::InvalidArgument, new_endpoint("new", |it| it.location = server("imaps://imap.invalid"))),
        (
            ErrorKind::InvalidArgument,
            set_endpoint(|it| it.remote_server = Some("imap.invalid:993".to_owned())),
        ),
        (ErrorKind::InvalidArgument, set_endpoint(|it| it.path = Some("/tmp".to_owned()))),
        (
            ErrorKind::InvalidArgument,
            set_endpoint(|it| (it.identity, it.port) = ("target".to_owned(), Some(143))),
        ),
        (ErrorKind::EndpointNotFound, set_endpoint(|it| it.identity = "nobody".to_owned())),
        (
            ErrorKind::InvalidArgument,
            set_endpoint(|it| it.max_concurrent_incremental_syncs = Some(Limit::Unlimited)),
        ),
        (ErrorKind::EndpointNotFound, remove_endpoint("nobody")),
        (ErrorKind::EndpointInUse, remove_endpoint("source")),
        (ErrorKind::EndpointNotFound, test_of("nobody")),
        (ErrorKind::BatchExists, new_batch("bob", |it| it.name = BATCH.to_uppercase())),
        (ErrorKind::EndpointNotFound, new_batch("bob", |it| it.source_endpoint = "nobody".to_owned())),
        (ErrorKind::InvalidArgument, new_batch("bob", |it| it.source_endpoint = "target".to_owned())),
        (ErrorKind::InvalidCsv, new_batch("bob", |it| it.csv = batch_from("EmailAddress\nbob\n").csv)),
        (
            ErrorKind::InvalidArgument,
            new_batch("bob", |it| it.options.content_filter = Some("Received".to_owned())),
        ),
        (ErrorKind::UserExists, new_batch("ada", |_| {})),
        // The users are checked before a worker is looked for: none is started for a batch that is not made.
        (ErrorKind::UserExists, new_batch("ada", |it| it.auto_start = true)),
        (ErrorKind::WorkerUnavailable, new_batch("bob", |it| it.auto_start = true)),
        (
            ErrorKind::UserNotFound,
            new_batch("bob", |it| (it.csv, it.user_ids) = (None, vec!["nobody".to_owned()])),
        ),
        (ErrorKind::BatchNotFound, set_batch(|it| it.identity = "nobody".to_owned())),
        (ErrorKind::InvalidArgument, set_batch(|it| it.content_filter = Some("Received".to_owned()))),
        (ErrorKind::InvalidArgument, set_batch(|it| it.add_users = true)),
        (
            ErrorKind::InvalidArgument,
            set_batch(|it| {
                it.notification_emails = Some(vec!["admin@contoso.com".to_owned(), "me".to_owned()])
            }),
        ),
        (ErrorKind::BatchNotFound, Operation::StartBatch(of("nobody"))),
        (ErrorKind::WorkerUnavailable, Operation::StartBatch(of(BATCH))),
        (ErrorKind::InvalidState, Operation::StopBatch(of(BATCH))),
        (ErrorKind::BatchNotFound, Operation::RemoveBatch(of("nobody"))),
        (ErrorKind::WorkerUnavailable, Operation::StartWorker {}),
    ];
    let before = world(&lab);
    for (kind, operation) in refused {
        let dry: Error = lab.ask_dry(operation.clone()).expect_err(&format!("{operation:?}"));
        assert_eq!(dry.kind, kind, "{operation:?}: {dry}");
        assert_eq!(lab.ask(operation.clone()).unwrap_err(), dry, "{operation:?}");
    }
    assert_eq!(world(&lab), before);
}

#[test]
fn a_dry_run_of_what_can_be_done_does_nothing_asks_no_server_and_answers_nothing() {
    let lab = lab(Some(&std::env::current_exe().unwrap()));
    let before = world(&lab);
    for operation in [
        new_endpoint("new", |it| it.skip_verification = false),
        set_endpoint(|it| {
            (it.remote_server, it.skip_verification) = (Some("other.invalid".to_owned()), false)
        }),
        test_of("source"),
        new_batch("bob", |it| it.auto_start = true),
        new_batch("ada", |it| it.adopt_preexisting = true),
        set_batch(|it| (it.add_users, it.csv, it.auto_retry_count) = (true, batch_of(&["bob"]).csv, Some(9))),
        Operation::StartBatch(of(BATCH)),
        Operation::RemoveBatch(of(BATCH)),
        Operation::StartWorker {},
        Operation::StopWorker(WorkerStop::default()),
    ] {
        assert_eq!(lab.ask_dry(operation.clone()), Ok(Vec::new()), "{operation:?}");
    }
    assert_eq!(world(&lab), before);
}

#[test]
fn a_sync_of_a_batch_that_does_not_run_starts_no_worker() {
    let lab = lab(None);
    lab.ask(set_batch(|it| it.sync_now = true)).unwrap();
    lab.ask(set_batch(|it| it.restore_missing = true)).unwrap();
    assert!(!lab.worker_view().running);
}

#[test]
fn of_two_changes_of_a_batch_at_once_both_are_made() {
    let lab = lab(None);
    // The first is held up by its warning, that the batch does not run.
    let first = set_batch(|it| (it.sync_now, it.auto_retry_count) = (true, Some(9)));
    lab.ask_after_warning(first, || {
        lab.ask(set_batch(|it| it.exclude_folders = Some(vec!["Old".to_owned()]))).unwrap();
    });
    let options = lab.batch().unwrap().options;
    let both = BatchOptions {
        auto_retry_count: 9,
        exclude_folders: vec!["Old".to_owned()],
        ..BatchOptions::default()
    };
    assert_eq!(options, both);
}

#[test]
fn of_two_changes_of_an_endpoint_at_once_both_are_made() {
    let lab = lab(None);
    let first = set_endpoint(|it| it.max_concurrent_migrations = Some(Limit::Count(101)));
    lab.ask_after_warning(first, || {
        lab.ask(set_endpoint(|it| it.remote_server = Some("other.invalid".to_owned()))).unwrap();
    });
    let found = lab.ask(Operation::GetEndpoints(EndpointQuery::default())).unwrap();
    let Some(Item::Endpoint(endpoint)) = found.first() else { panic!("{found:?}") };
    assert_eq!(endpoint.remote_server.as_deref(), Some("other.invalid"));
    assert_eq!(endpoint.max_concurrent_migrations, Limit::Count(101));
}

#[test]
fn a_separator_that_no_login_uses_is_warned_of() {
    let lab = lab(None);
    lab.ask(set_endpoint(|it| it.login_separator = Some("+".to_owned()))).unwrap();
    assert!(lab.events().contains("LoginSeparator means something only with"));
    lab.forget_events();
    let dovecot = set_endpoint(|it| it.admin_login_format = Some(model::AdminLoginFormat::Dovecot));
    lab.ask(dovecot).unwrap();
    lab.ask(set_endpoint(|it| it.login_separator = Some("*".to_owned()))).unwrap();
    assert!(!lab.events().contains("LoginSeparator means"));
}

#[test]
fn who_gets_other_mailboxes_and_drops_or_keeps_a_record_is_told_before_it_is_done() {
    let [from, to] = [(), ()].map(|()| Sample::start(Options::default()).unwrap());
    let lab = Lab::between(from.address(), to.address());
    lab.start(batch_of(&["ada"]));
    lab.wait();
    let before = lab.users();
    let tree = Place::Maildir { path: lab.folder().join("trees").display().to_string() };
    let elsewhere = NewEndpoint { name: "elsewhere".to_owned(), ..target(tree) };
    lab.ask(Operation::NewEndpoint(Box::new(elsewhere))).unwrap();
    let csv = format!(
        "EmailAddress,UserName,Password,TargetUserName,TargetPassword\n{},ada,{PASSWORD},bob,{PASSWORD}\n",
        address_of("ada")
    );
    for operation in [
        new_batch("ada", |it| (it.csv, it.adopt_preexisting) = (batch_from(&csv).csv, true)),
        set_endpoint(|it| (it.port, it.security) = (Some(1), Some(model::Security::Ssl))),
        set_batch(|it| it.target_endpoint = Some("elsewhere".to_owned())),
    ] {
        assert_eq!(lab.stop_at_warning(operation.clone()), Outcome::Cancelled, "{operation:?}");
    }
    assert_eq!(lab.users(), before);
}
