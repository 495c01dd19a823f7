//! Batches: make, show, change, and the wishes: start, stop, remove.

use std::time::Instant;

use model::contract::{BatchQuery, Item, NewBatch, SetBatch};
use model::status::Wish;
use model::{
    Batch, BatchOptions, Endpoint, Error, ErrorKind, Limit, Name, Place, Result, Role, UserRow,
    content_filter, folder, login,
};
use store::{Adopt, BatchSummary, Purged, ReportOf};
use uuid::Uuid;

use super::context::{Context, Reply};
use super::served::Served;
use super::telling::{STARTED, changes, created, tell};
use super::{csv, view, worker};

/// Exchange Online's default `-ResultSize` (spec 1.8).
pub(super) const DEFAULT_RESULT_SIZE: Limit = Limit::Count(1000);

pub(super) fn new(context: &Context, args: NewBatch) -> Result<Reply> {
    let name = Name::parse(&args.name)?;
    let source = endpoint_of_role(context, &args.source_endpoint, Role::Source)?;
    let target =
        args.target_endpoint.as_deref().map(|id| endpoint_of_role(context, id, Role::Target)).transpose()?;
    if target.is_none() && !args.options.analyze {
        return Err(Error::new(ErrorKind::InvalidArgument, format!("batch `{name}` has no target endpoint"))
            .object(name.as_str())
            .remedy(
                "name one with -TargetEndpoint, made by New-MigrationEndpoint -IMAP -Target or -Maildir",
            ));
    }
    check_options(&args.options)?;
    let (rows, warnings) = users_of(context, &args, &source)?;
    check_logins(&rows, &source, target.as_ref())?;
    if args.auto_start {
        worker::locate(context)?;
    }
    let batch = Batch {
        guid: Uuid::new_v4(),
        name,
        wish: Wish::Hold,
        source_endpoint: source.name,
        target_endpoint: target.map(|t| t.name),
        options: args.options,
        submitted_by: args.submitted_by,
        created_at: context.now,
        started_at: None,
    };
    let adopt =
        if args.adopt_preexisting || !args.user_ids.is_empty() { Adopt::TakeOver } else { Adopt::Refuse };
    context.store.insert_batch(&batch, &rows, adopt)?;
    tell(context, &batch, created(&batch, rows.len()))?;
    if args.auto_start {
        tell(context, &batch, STARTED)?;
        context.store.start(batch.guid, context.now)?;
        worker::ensure(context)?;
    }
    let made = context.store.batch_summary(batch.name.as_str(), context.now)?;
    Ok(Reply { items: shown(context, vec![made], false)?, warnings })
}

pub(super) fn get(context: &Context, query: BatchQuery) -> Result<Reply> {
    let most = query.result_size.unwrap_or(DEFAULT_RESULT_SIZE);
    let include_report = query.include_report;
    let query = BatchQuery { result_size: Some(one_more(most)), ..query };
    let mut found = context.store.batch_summaries(&query, context.now)?;
    let warnings = cut(&mut found, most);
    Ok(Reply { items: shown(context, found, include_report)?, warnings })
}

pub(super) fn set(context: &Context, args: SetBatch) -> Result<Reply> {
    let mut batch = context.store.batch(&args.identity)?;
    refuse_removed(&batch)?;
    let before = batch.clone();
    let (source, target) = (args.source_endpoint.clone(), args.target_endpoint.clone());
    if let Some(identity) = source {
        batch.source_endpoint = endpoint_of_role(context, &identity, Role::Source)?.name;
    }
    if let Some(identity) = target {
        batch.target_endpoint = Some(endpoint_of_role(context, &identity, Role::Target)?.name);
    }
    let (csv, add_users) = (args.csv.clone(), args.add_users);
    let (sync_now, restore_missing) = (args.sync_now, args.restore_missing);
    apply(&mut batch.options, args);
    check_options(&batch.options)?;
    let mut warnings = Vec::new();
    let rows = match csv {
        None if add_users => {
            return Err(Error::new(ErrorKind::InvalidArgument, "-AddUsers has no users")
                .object(batch.name.as_str())
                .remedy("give them with -CSVData"));
        }
        None => Vec::new(),
        Some(csv) => {
            let source = context.store.endpoint(batch.source_endpoint.as_str())?;
            let target =
                batch.target_endpoint.as_ref().map(|t| context.store.endpoint(t.as_str())).transpose()?;
            let (rows, notes) = csv::rows(&csv, csv::passwords_optional(&source))?;
            check_logins(&rows, &source, target.as_ref())?;
            warnings = notes;
            rows
        }
    };
    context.store.update_batch(&batch)?;
    if batch != before {
        tell(context, &batch, format!("The batch was changed: {}.", changes(&before, &batch).join(", ")))?;
    }
    if !rows.is_empty() {
        context.store.add_users(batch.guid, &rows, Adopt::Refuse, context.now)?;
        tell(context, &batch, format!("{} users were added.", rows.len()))?;
    }
    if restore_missing {
        tell(context, &batch, "Copies that are missing on the target were asked for.")?;
        context.store.request_batch_restore(batch.guid, context.now)?;
        worker::ensure(context)?;
    } else if sync_now {
        tell(context, &batch, "A sync was asked for.")?;
        context.store.request_batch_sync(batch.guid, context.now)?;
        worker::ensure(context)?;
    }
    Ok(Reply { items: Vec::new(), warnings })
}

pub(super) fn start(context: &Context, identity: Option<&str>) -> Result<Reply> {
    let batch = one_batch(context, identity)?;
    refuse_removed(&batch)?;
    worker::locate(context)?;
    tell(context, &batch, STARTED)?;
    context.store.start(batch.guid, context.now)?;
    worker::ensure(context)?;
    Ok(Reply::none())
}

pub(super) fn stop(context: &Context, identity: Option<&str>) -> Result<Reply> {
    let batch = one_batch(context, identity)?;
    match batch.wish {
        Wish::Hold => Err(Error::new(
            ErrorKind::InvalidState,
            format!("batch `{}` has not been started, so there is nothing to stop", batch.name),
        )
        .object(batch.name.as_str())
        .remedy("start it with Start-MigrationBatch, or remove it with Remove-MigrationBatch")),
        Wish::Remove => refuse_removed(&batch).map(|()| Reply::none()),
        Wish::Run | Wish::Stop => {
            context.store.set_wish(batch.guid, Wish::Stop)?;
            tell(context, &batch, "The batch was stopped.")?;
            Ok(Reply::none())
        }
    }
}

pub(super) fn remove(context: &Context, identity: Option<&str>) -> Result<Reply> {
    let batch = one_batch(context, identity)?;
    context.store.set_wish(batch.guid, Wish::Remove)?;
    purge(context)?;
    Ok(Reply::none())
}

/// Removes the batch at once where nothing runs any more. The ledgers of its users may take long: a worker does that, and
/// the next one what a host gave up.
fn purge(context: &Context) -> Result<()> {
    let Context { store, cancelled, .. } = context;
    loop {
        let began = Instant::now();
        match store.purge_step()? {
            Purged::Nothing => return Ok(()),
            _ if cancelled.is_cancelled() => return Ok(()),
            Purged::Ledger if store.worker_is_running()? => return Ok(()),
            // Others get their turn between two steps.
            Purged::Users | Purged::Batch | Purged::Ledger => std::thread::sleep(began.elapsed()),
        }
    }
}

/// The batch of that name or guid; without one, the only batch there is (spec 1.9).
fn one_batch(context: &Context, identity: Option<&str>) -> Result<Batch> {
    if let Some(identity) = identity {
        return context.store.batch(identity);
    }
    let mut all = context.store.batch_summaries(&BatchQuery::default(), context.now)?;
    match (all.pop(), all.len()) {
        (Some(only), 0) => Ok(only.batch),
        (found, more) => {
            let count = more + usize::from(found.is_some());
            Err(Error::new(
                ErrorKind::InvalidArgument,
                format!("there are {count} batches, so one must be named"),
            )
            .remedy("name it with -Identity; Get-MigrationBatch lists them"))
        }
    }
}

fn refuse_removed(batch: &Batch) -> Result<()> {
    if batch.wish == Wish::Remove {
        return Err(Error::new(ErrorKind::InvalidState, format!("batch `{}` is being removed", batch.name))
            .object(batch.name.as_str())
            .remedy("wait until it is gone, then make a new one"));
    }
    Ok(())
}

fn endpoint_of_role(context: &Context, identity: &str, role: Role) -> Result<Endpoint> {
    let endpoint = context.store.endpoint(identity)?;
    if endpoint.role == role {
        return Ok(endpoint);
    }
    let (is, wanted) = match role {
        Role::Source => ("a target", "source"),
        Role::Target => ("a source", "target"),
    };
    Err(Error::new(
        ErrorKind::InvalidArgument,
        format!("endpoint `{}` is {is} and cannot be the {wanted}", endpoint.name),
    )
    .object(endpoint.name.as_str())
    .remedy(format!(
        "make one with New-MigrationEndpoint{}",
        if role == Role::Target { " -Target" } else { "" }
    )))
}

fn users_of(context: &Context, args: &NewBatch, source: &Endpoint) -> Result<(Vec<UserRow>, Vec<String>)> {
    match (&args.csv, args.user_ids.as_slice()) {
        (Some(csv), []) => csv::rows(csv, csv::passwords_optional(source)),
        (None, [_, ..]) => {
            let users = context.store.users_with_passwords(&args.user_ids)?;
            Ok((users.into_iter().map(|user| user.row).collect(), Vec::new()))
        }
        _ => Err(Error::new(ErrorKind::InvalidArgument, format!("batch `{}` has no users", args.name))
            .object(args.name.as_str())
            .remedy(
                "give them with -CSVData ([System.IO.File]::ReadAllBytes('users.csv')), -Users or -UserIds",
            )),
    }
}

/// Every row must have what it takes to log in on both sides: better said now than at three in the morning.
fn check_logins(rows: &[UserRow], source: &Endpoint, target: Option<&Endpoint>) -> Result<()> {
    // A Maildir tree asks nobody who he is.
    let target = target.filter(|target| matches!(target.place, Place::Imap(_)));
    for row in rows {
        login::source_login(source, row)?;
        target.map(|target| login::target_login(target, row)).transpose()?;
    }
    Ok(())
}

fn check_options(options: &BatchOptions) -> Result<()> {
    folder::FolderFilter::parse(&options.include_folders, &options.exclude_folders)?;
    options.content_filter.as_deref().map(content_filter::ContentFilter::parse).transpose()?;
    Ok(())
}

fn apply(options: &mut BatchOptions, args: SetBatch) {
    fn replace<T>(slot: &mut T, value: Option<T>) {
        if let Some(value) = value {
            *slot = value;
        }
    }
    options.start_after = args.start_after.or(options.start_after);
    options.complete_after = args.complete_after.or(options.complete_after);
    options.content_filter = args.content_filter.or_else(|| options.content_filter.take());
    replace(&mut options.include_folders, args.include_folders);
    replace(&mut options.exclude_folders, args.exclude_folders);
    replace(&mut options.repair, args.repair);
    replace(&mut options.notification_emails, args.notification_emails);
    replace(&mut options.report_interval_seconds, args.report_interval_seconds);
    replace(&mut options.skip_reports, args.skip_reports);
    replace(&mut options.allow_incremental_syncs, args.allow_incremental_syncs);
    replace(&mut options.auto_retry_count, args.auto_retry_count);
}

/// A limit that shows whether there is more.
pub(super) fn one_more(most: Limit) -> Limit {
    match most {
        Limit::Count(n) => Limit::Count(n.saturating_add(1)),
        Limit::Unlimited => Limit::Unlimited,
    }
}

/// Cuts what was found with [`one_more`] back to the limit, and warns if there is more.
pub(super) fn cut<T>(found: &mut Vec<T>, most: Limit) -> Vec<String> {
    if found.len() <= most.as_usize() {
        return Vec::new();
    }
    found.truncate(most.as_usize());
    vec![format!("there are more than {most} results; use -ResultSize Unlimited to see them all")]
}

pub(super) fn shown(context: &Context, found: Vec<BatchSummary>, with_report: bool) -> Result<Vec<Item>> {
    let served = Served::of(context)?;
    let show = |summary: BatchSummary| {
        let report =
            if with_report { context.store.report(ReportOf::Batch(summary.batch.guid))? } else { Vec::new() };
        let message = served.message(&summary);
        Ok(Item::Batch(Box::new(view::batch(summary, report, message, context.now))))
    };
    found.into_iter().map(show).collect()
}
