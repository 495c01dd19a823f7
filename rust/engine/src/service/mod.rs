//! Answers requests: queries, wishes, tests. Never moves mail; workers do.

mod batch;
mod connection;
mod csv;
mod endpoint;
mod user;
mod view;
mod wait;
mod worker;

use std::path::PathBuf;

use jiff::Timestamp;
use model::contract::{Item, Operation, Request};
use model::{Error, Result};
use store::Store;

use crate::job::Events;

/// What a request runs with.
struct Context {
    store: Store,
    folder: PathBuf,
    worker: Option<String>,
    now: Timestamp,
}

/// What a request without progress answers.
#[derive(Default)]
struct Reply {
    items: Vec<Item>,
    warnings: Vec<String>,
}

impl Reply {
    fn none() -> Self {
        Self::default()
    }

    fn items(items: impl IntoIterator<Item = Item>) -> Self {
        Self { items: items.into_iter().collect(), warnings: Vec::new() }
    }
}

/// Runs one request to its end, or until the host cancels.
pub(crate) async fn run(request: Request, mut events: Events) {
    let cancelled = events.cancelled();
    let outcome = tokio::select! {
        biased;
        () = cancelled.cancelled() => Ok(()),
        outcome = answer(request, &mut events) => outcome,
    };
    if let Err(error) = outcome {
        events.error(error);
    }
}

async fn answer(request: Request, events: &mut Events) -> Result<()> {
    let Request { store, worker, operation } = request;
    let context = blocking(move || Context::open(store.as_deref(), worker)).await?;
    let reply = match operation {
        Operation::OpenStore {} => context.run(move |c| c.open_store()).await,
        Operation::NewEndpoint(args) => endpoint::new(context, *args).await,
        Operation::GetEndpoints(args) => context.run(move |c| endpoint::get(&c, &args)).await,
        Operation::SetEndpoint(args) => endpoint::set(context, *args).await,
        Operation::RemoveEndpoint(args) => context.run(move |c| endpoint::remove(&c, &args.identity)).await,
        Operation::TestConnection(args) => connection::test(context, args).await,
        Operation::TestCsv(args) => context.run(move |c| csv::test(&c, &args)).await,
        Operation::NewBatch(args) => context.run(move |c| batch::new(&c, *args)).await,
        Operation::GetBatches(args) => context.run(move |c| batch::get(&c, args)).await,
        Operation::SetBatch(args) => context.run(move |c| batch::set(&c, *args)).await,
        Operation::StartBatch(args) => context.run(move |c| batch::start(&c, args.identity.as_deref())).await,
        Operation::StopBatch(args) => context.run(move |c| batch::stop(&c, args.identity.as_deref())).await,
        Operation::RemoveBatch(args) => {
            context.run(move |c| batch::remove(&c, args.identity.as_deref())).await
        }
        Operation::WaitBatch(args) => wait::wait(context, args, events).await,
        Operation::GetUsers(args) => context.run(move |c| user::get(&c, args)).await,
        Operation::GetUserStatistics(args) => context.run(move |c| user::statistics(&c, &args)).await,
        Operation::VerifyUser(args) => user::verify(context, args, events).await,
        Operation::GetWorker {} => context.run(move |c| worker::get(&c)).await,
        Operation::StartWorker {} => context.run(move |c| worker::start(&c)).await,
        Operation::StopWorker(args) => context.run(move |c| worker::stop(&c, args)).await,
    }?;
    reply.warnings.into_iter().for_each(|message| events.warning(message));
    reply.items.into_iter().for_each(|item| events.item(item));
    Ok(())
}

impl Context {
    fn open(location: Option<&str>, worker: Option<String>) -> Result<Self> {
        let folder = Store::location(location)?;
        let store = Store::open(&folder)?;
        Ok(Self { store, folder, worker, now: Timestamp::now() })
    }

    /// Runs what touches the disk where it may wait.
    async fn run(self, body: impl FnOnce(Self) -> Result<Reply> + Send + 'static) -> Result<Reply> {
        blocking(move || body(self)).await
    }

    fn open_store(self) -> Result<Reply> {
        Ok(Reply::items([Item::Store(self.store.view()?)]))
    }
}

/// Runs what may block on a thread that may.
pub(crate) async fn blocking<T: Send + 'static>(
    body: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(body)
        .await
        .unwrap_or_else(|e| Err(Error::internal(format!("a task of the engine ended early: {e}"))))
}
