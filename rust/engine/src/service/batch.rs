//! Batches: make, show, change.

use model::address::address_fault;
use model::contract::{BatchQuery, CsvCheck, Item, NewBatch, SetBatch};
use model::status::Wish;
use model::{
    Batch, BatchOptions, Endpoint, Error, ErrorKind, Limit, Name, Place, Result, Role, UserRow,
    content_filter, folder, login,
};
use store::{Adopt, BatchSummary, ReportOf};
use uuid::Uuid;

use super::change::{Change, replace};
use super::context::{Context, Reply};
use super::served::Served;
use super::telling::{changes, created, not_synced, other_mailboxes, other_places, tell};
use super::wish::{self, Asked, refuse_removed};
use super::{csv, view};

/// Exchange Online's default `-ResultSize` (spec 1.8).
pub(super) const DEFAULT_RESULT_SIZE: Limit = Limit::Count(1000);

pub(super) fn new(context: &Context, args: NewBatch) -> Result<Change> {
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
    let (rows, mut warnings) = users_of(context, &args, &source)?;
    check_logins(&rows, &source, target.as_ref())?;
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
    if adopt == Adopt::TakeOver {
        warnings.extend(other_mailboxes(&context.store.records_of_others(&batch, &rows)?));
    }
    let (guid, auto_start) = (batch.guid, args.auto_start);
    let write = move |context: &Context| {
        insert(context, &batch, &rows, adopt)?;
        if auto_start { wish::run(context, &batch) } else { Ok(()) }
    };
    let answer = move |context: &Context| {
        shown(context, vec![context.store.batch_summary(&guid.to_string(), context.now)?], false)
    };
    Ok(Change::writing(write).needing_a_worker(auto_start).answering(answer).warning_of(warnings))
}

fn insert(context: &Context, batch: &Batch, rows: &[UserRow], adopt: Adopt) -> Result<()> {
    context.store.insert_batch(batch, rows, adopt)?;
    tell(context, batch, created(batch, rows.len()))
}

pub(super) fn get(context: &Context, query: BatchQuery) -> Result<Reply> {
    let most = query.result_size.unwrap_or(DEFAULT_RESULT_SIZE);
    let include_report = query.include_report;
    let query = BatchQuery { result_size: Some(one_more(most)), ..query };
    let mut found = context.store.batch_summaries(&query, context.now)?;
    let warnings = cut(&mut found, most);
    Ok(Reply { items: shown(context, found, include_report)?, warnings })
}

pub(super) fn set(context: &Context, mut args: SetBatch) -> Result<Change> {
    let csv = args.csv.take();
    let batch = changed(context, context.store.batch(&args.identity)?, &args)?;
    let (rows, mut warnings) = match csv {
        Some(csv) => new_users(context, &batch, &csv)?,
        None if args.add_users => {
            return Err(Error::new(ErrorKind::InvalidArgument, "-AddUsers has no users")
                .object(batch.name.as_str())
                .remedy("give them with -CSVData"));
        }
        None => Default::default(),
    };
    warnings.extend(other_places(&batch, context.store.records_dropped(&batch)?));
    let asked = Asked::of(&args);
    if asked != Asked::Nothing {
        warnings.extend(not_synced(&context.store.batch_summary(batch.name.as_str(), context.now)?));
    }
    // A sync of a batch that does not run waits for its start.
    let needs_a_worker = asked != Asked::Nothing && batch.wish == Wish::Run;
    let guid = batch.guid.to_string();
    let write = move |context: &Context| {
        // Somebody else may have changed the batch meanwhile: what was not named here stays as it is now.
        let before = context.store.batch(&guid)?;
        let batch = changed(context, before.clone(), &args)?;
        update(context, &before, &batch, &rows)?;
        wish::ask(context, &batch, asked)
    };
    Ok(Change::writing(write).needing_a_worker(needs_a_worker).warning_of(warnings))
}

/// The batch with what was named, checked.
fn changed(context: &Context, mut batch: Batch, args: &SetBatch) -> Result<Batch> {
    refuse_removed(&batch)?;
    if let Some(identity) = &args.source_endpoint {
        batch.source_endpoint = endpoint_of_role(context, identity, Role::Source)?.name;
    }
    if let Some(identity) = &args.target_endpoint {
        batch.target_endpoint = Some(endpoint_of_role(context, identity, Role::Target)?.name);
    }
    apply(&mut batch.options, args);
    check_options(&batch.options)?;
    Ok(batch)
}

fn new_users(context: &Context, batch: &Batch, csv: &CsvCheck) -> Result<(Vec<UserRow>, Vec<String>)> {
    let source = context.store.endpoint(batch.source_endpoint.as_str())?;
    let target = batch.target_endpoint.as_ref().map(|t| context.store.endpoint(t.as_str())).transpose()?;
    let (rows, warnings) = csv::rows(csv, csv::passwords_optional(&source))?;
    check_logins(&rows, &source, target.as_ref())?;
    Ok((rows, warnings))
}

fn update(context: &Context, before: &Batch, batch: &Batch, rows: &[UserRow]) -> Result<()> {
    context.store.update_batch(batch)?;
    if batch != before {
        tell(context, batch, format!("The batch was changed: {}.", changes(before, batch).join(", ")))?;
    }
    if !rows.is_empty() {
        context.store.add_users(batch.guid, rows, Adopt::Refuse, context.now)?;
        tell(context, batch, format!("{} users were added.", rows.len()))?;
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
    check_notification(&options.notification_emails)
}

fn check_notification(addresses: &[String]) -> Result<()> {
    let fault = |(at, address): (usize, &String)| Some((at + 1, address_fault(address)?));
    match addresses.iter().enumerate().find_map(fault) {
        None => Ok(()),
        Some((number, fault)) => Err(Error::new(
            ErrorKind::InvalidArgument,
            format!("address {number} of NotificationEmails {fault}"),
        )
        .remedy("write addresses, as in admin@contoso.com, each a text of its own")),
    }
}

fn apply(options: &mut BatchOptions, args: &SetBatch) {
    options.start_after = args.start_after.or(options.start_after);
    options.complete_after = args.complete_after.or(options.complete_after);
    options.content_filter = args.content_filter.clone().or_else(|| options.content_filter.take());
    replace(&mut options.include_folders, args.include_folders.as_ref());
    replace(&mut options.exclude_folders, args.exclude_folders.as_ref());
    replace(&mut options.repair, args.repair.as_ref());
    replace(&mut options.notification_emails, args.notification_emails.as_ref());
    replace(&mut options.report_interval_seconds, args.report_interval_seconds.as_ref());
    replace(&mut options.skip_reports, args.skip_reports.as_ref());
    replace(&mut options.allow_incremental_syncs, args.allow_incremental_syncs.as_ref());
    replace(&mut options.auto_retry_count, args.auto_retry_count.as_ref());
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
