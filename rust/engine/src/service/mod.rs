//! Answers requests: queries, wishes, tests. Never moves mail; workers do.

mod batch;
mod change;
mod connection;
mod context;
mod csv;
mod endpoint;
mod ensure;
mod oauth;
mod pace;
mod probed;
mod program;
mod served;
mod spawn;
mod telling;
mod user;
mod view;
mod wait;
mod wish;
mod worker;

use model::Result;
use model::contract::{Operation, Request};

use crate::base::world::World;
use crate::job::Events;
use context::{Opening, Underway};

/// Runs one request to its end, or until the host cancels. One that has begun to change something is not torn from its
/// answer: it ends as if nobody had cancelled, but waits for nothing any more.
pub(crate) async fn run(world: World, request: Request, mut events: Events) {
    let (cancelled, underway) = (events.cancelled(), Underway::default());
    let outcome = {
        let answer = answer(world, request, &mut events, underway.clone());
        tokio::pin!(answer);
        tokio::select! {
            biased;
            () = cancelled.cancelled() => {
                if !underway.has_begun() {
                    return;
                }
                answer.await
            }
            outcome = &mut answer => outcome,
        }
    };
    if let Err(error) = outcome {
        events.error(error);
    }
    events.conclude();
}

async fn answer(world: World, request: Request, events: &mut Events, underway: Underway) -> Result<()> {
    let cancelled = events.cancelled();
    let (opening, operation) = Opening::of(world, request, cancelled, underway);
    let reply = match operation {
        Operation::OpenStore {} => opening.run(move |c| c.open_store()).await,
        Operation::NewEndpoint(args) => endpoint::new(opening.opened().await?, *args, events).await,
        Operation::GetEndpoints(args) => opening.run(move |c| endpoint::get(&c, &args)).await,
        Operation::SetEndpoint(args) => endpoint::set(opening.opened().await?, *args, events).await,
        Operation::RemoveEndpoint(args) => {
            opening.change(events, move |c| endpoint::remove(c, args.identity)).await
        }
        Operation::TestConnection(args) => connection::test(opening.opened().await?, args).await,
        Operation::TestCsv(args) => opening.run(move |c| csv::test(&c, &args)).await,
        Operation::NewBatch(args) => opening.change(events, move |c| batch::new(c, *args)).await,
        Operation::GetBatches(args) => opening.run(move |c| batch::get(&c, args)).await,
        Operation::SetBatch(args) => opening.change(events, move |c| batch::set(c, *args)).await,
        Operation::StartBatch(args) => {
            opening.change(events, move |c| wish::start(c, args.identity.as_deref())).await
        }
        Operation::StopBatch(args) => {
            opening.change(events, move |c| wish::stop(c, args.identity.as_deref())).await
        }
        Operation::RemoveBatch(args) => {
            opening.change(events, move |c| wish::remove(c, args.identity.as_deref())).await
        }
        Operation::WaitBatch(args) => wait::wait(opening.opened().await?, args, events).await,
        Operation::GetUsers(args) => opening.run(move |c| user::get(&c, args)).await,
        Operation::GetUserStatistics(args) => opening.run(move |c| user::statistics(&c, &args)).await,
        Operation::VerifyUser(args) => user::verify(opening.opened().await?, args, events).await,
        Operation::GetWorker {} => opening.run(move |c| worker::get(&c)).await,
        Operation::StartWorker {} => opening.change(events, |_| Ok(worker::start())).await,
        Operation::StopWorker(args) => opening.change(events, move |_| Ok(worker::stop(args))).await,
    }?;
    reply.warnings.into_iter().for_each(|message| events.warning(message));
    reply.items.into_iter().for_each(|item| events.item(item));
    Ok(())
}
