//! Migration users: show, statistics, verification.

use std::collections::BTreeMap;

use model::contract::{Item, StatisticsQuery, UserIdentity, UserQuery};
use model::status::BatchFacts;
use model::{Batch, Endpoint, Error, ErrorKind, Name, Result, User};

use store::ReportOf;

use super::batch::{DEFAULT_RESULT_SIZE, cut, one_more};
use super::context::{Context, Reply};
use super::view;
use crate::base::blocking::blocking;
use crate::job::Events;
use crate::verify;

pub(super) fn get(context: &Context, query: UserQuery) -> Result<Reply> {
    let most = query.result_size.unwrap_or(DEFAULT_RESULT_SIZE);
    let query = UserQuery { result_size: Some(one_more(most)), ..query };
    let mut users = context.store.users(&query)?;
    let warnings = cut(&mut users, most);
    let mut batches = Batches::default();
    let items: Result<Vec<Item>> = users
        .iter()
        .map(|user| Ok(Item::User(Box::new(view::user(user, batches.of(context, &user.batch)?.wish)))))
        .collect();
    Ok(Reply { items: items?, warnings })
}

pub(super) fn statistics(context: &Context, query: &StatisticsQuery) -> Result<Reply> {
    let mut batches = Batches::default();
    let show = |user: User| {
        let skipped = context.store.skipped_items(user.id, query.limit_skipped_items_to)?;
        let report =
            if query.include_report { context.store.report(ReportOf::User(user.id))? } else { Vec::new() };
        let batch = batches.of(context, &user.batch)?;
        Ok(Item::UserStatistics(Box::new(view::statistics(user, batch, skipped, report))))
    };
    let items: Result<Vec<Item>> = context.store.user(&query.identity)?.into_iter().map(show).collect();
    Ok(Reply { items: items?, warnings: Vec::new() })
}

pub(super) async fn verify(context: Context, args: UserIdentity, events: &mut Events) -> Result<Reply> {
    let Context { store, world, .. } = context;
    let jobs = blocking(move || verifications(&store, store.users_with_passwords(&[args.identity])?)).await?;
    for job in jobs {
        verify::verify(&world, job, |folder| events.item(Item::FolderVerification(Box::new(folder)))).await?;
    }
    Ok(Reply::none())
}

/// What is to be compared. The user of an analysis has no copy: that matters only where nobody else goes by the name.
fn verifications(store: &store::Store, users: Vec<User>) -> Result<Vec<verify::Verification>> {
    let mut found = Vec::new();
    let mut uncopied = None;
    for user in users {
        let batch = store.batch(user.batch.as_str())?;
        match &batch.target_endpoint {
            Some(target) => {
                let target = store.endpoint(target.as_str())?;
                found.push(verification(store, user, batch, target)?);
            }
            None => uncopied = Some((user, batch)),
        }
    }
    match uncopied {
        Some((user, batch)) if found.is_empty() => Err(Error::new(
            ErrorKind::InvalidState,
            format!("batch `{}` only analyzes: there is nothing to compare", batch.name),
        )
        .object(batch.name.as_str())
        .user(user.row.email_address)),
        _ => Ok(found),
    }
}

fn verification(
    store: &store::Store,
    user: User,
    batch: Batch,
    target: Endpoint,
) -> Result<verify::Verification> {
    let source = store.endpoint(batch.source_endpoint.as_str())?;
    let pages = store.ledger_folders(user.id)?.into_iter();
    let pages = pages.map(|(id, page)| (page.source_name.clone(), (id, page))).collect();
    Ok(verify::Verification { user, batch, source, target, pages })
}

/// What users' statuses need of their batches, each looked up once.
#[derive(Default)]
struct Batches(BTreeMap<String, BatchFacts>);

impl Batches {
    fn of(&mut self, context: &Context, batch: &Name) -> Result<BatchFacts> {
        if let Some(facts) = self.0.get(batch.as_str()) {
            return Ok(*facts);
        }
        let facts = context.store.batch(batch.as_str())?.facts();
        self.0.insert(batch.to_string(), facts);
        Ok(facts)
    }
}
