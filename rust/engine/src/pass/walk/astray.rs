//! The end of a pass in which the target said OK to messages that are not where they were sent: they are looked for.

use model::Result;

use super::connect::Ends;
use super::patience::unless;
use super::restore::read;
use crate::base::lock::lock;
use crate::base::stop::Ended;
use crate::pass::context::Context;
use crate::pass::folder::astray::find;

/// Looks through the target for what went astray, if anything did.
pub(crate) async fn run(context: &Context, ends: Ends) -> Result<Ended> {
    let astray = std::mem::take(&mut *lock(&context.astray));
    if astray.is_empty() {
        return Ok(Ended::Complete);
    }
    context.meter.stage("EnumeratingFolders", None);
    let Some(mut connected) = ends.connect_again(context).await? else { return Ok(Ended::Stopped) };
    let (pages, _) = read(context).await?;
    let finding = async { find(context, &mut connected.target, &pages, astray).await.map(Some) };
    Ok(unless(&context.stop, finding).await?.map_or(Ended::Stopped, |()| Ended::Complete))
}
