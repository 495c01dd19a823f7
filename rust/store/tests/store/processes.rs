//! Several connections to one store at once.

use std::collections::BTreeSet;

use model::status::Wish;
use store::Store;

use crate::common::{at, fixture};

#[test]
fn a_change_by_others_or_a_wish_of_our_own_is_noticed_and_our_work_is_not() {
    let fixture = fixture();
    let batch = fixture.run("wave", &["ann@x"]);
    let other = Store::open(fixture.folder.path()).unwrap();
    let changes = || fixture.store.changes().unwrap();

    let mut mark = changes();
    assert_eq!(changes(), mark);
    let _working = fixture.lease(0);
    assert_eq!(changes(), mark, "our own lease");
    fixture.store.set_wish(batch.guid, Wish::Stop).unwrap();
    assert_ne!(changes(), mark, "a wish in this process");
    mark = changes();
    other.set_wish(batch.guid, Wish::Run).unwrap();
    assert_ne!(changes(), mark, "a wish elsewhere");
}

#[test]
fn no_user_is_leased_twice_by_workers_that_race() {
    let fixture = fixture();
    let addresses: Vec<String> = (0..40).map(|n| format!("user{n}@x")).collect();
    fixture.run("wave", &addresses.iter().map(String::as_str).collect::<Vec<_>>());
    let leased = std::thread::scope(|scope| {
        let worker = || {
            let store = Store::open(fixture.folder.path()).unwrap();
            let next = || store.lease_due("racer", at(0), 1, &BTreeSet::new()).unwrap().pop();
            std::iter::from_fn(next).map(|lease| (lease.user.id, lease.epoch)).collect::<Vec<_>>()
        };
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(leased.len(), 20, "as many as the endpoints allow");
    assert!(leased.iter().all(|(_, epoch)| *epoch == 1));
    assert_eq!(leased.iter().map(|(user, _)| user).collect::<BTreeSet<_>>().len(), 20);
}
