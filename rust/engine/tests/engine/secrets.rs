//! No password is ever to be read anywhere but on the wire.

use std::fs;

use model::ErrorKind;
use model::contract::{Operation, UserIdentity};
use testkit::sample::{Options, Sample};

use crate::common::lab::{address_of, batch_from};
use crate::common::{Lab, message, put};

const WRONG: &str = "correct-horse-battery";
const RAGGED: &str = "staple-and-more";

#[test]
fn passwords_are_in_no_file_no_event_and_no_error() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    put(from.address(), "ada", "INBOX", [message("one")]);
    let lab = Lab::between(from.address(), to.address());
    let header = "EmailAddress,UserName,Password,TargetUserName,TargetPassword\n";
    let ragged = format!("{header}ada@new.example,ada,{RAGGED},x,ada,test\n");
    let error = lab.ask(Operation::NewBatch(Box::new(batch_from(&ragged)))).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidCsv);

    let rows =
        format!("{},ada,test,ada,test\n{},bob,{WRONG},bob,{WRONG}\n", address_of("ada"), address_of("bob"));
    lab.start(batch_from(&format!("{header}{rows}")));
    lab.wait();
    assert_eq!(lab.failure("bob").kind, ErrorKind::AuthenticationFailed);
    lab.ask(Operation::VerifyUser(UserIdentity { identity: address_of("ada") })).unwrap();
    lab.ask(Operation::VerifyUser(UserIdentity { identity: address_of("bob") })).unwrap_err();

    let events = lab.events();
    let mut places = vec![("the events".to_owned(), events.into_bytes())];
    places.extend(fs::read_dir(lab.folder()).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        (path.display().to_string(), fs::read(&path).unwrap())
    }));
    assert!(places.len() > 2);
    for (place, bytes) in places {
        for secret in [WRONG, RAGGED] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} stands in {place}");
        }
    }
}
