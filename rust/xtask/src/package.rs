//! Package: the module as a zip with its version, and the zip's SHA-256.

use std::path::Path;

use crate::build;
use crate::layout::Layout;
use crate::process::{Result, command, run};
use crate::tools;

/// Builds the module and packs it so that it unpacks as one folder `ImapMigration`.
pub(crate) fn package(layout: &Layout) -> Result<()> {
    build::build(layout)?;
    let staging = layout.staging();
    build::remove_folder(&staging)?;
    build::copy_folder(layout.module(), &staging.join("ImapMigration"))?;
    let zip = Path::new("out").join(concat!("ImapMigration-", env!("CARGO_PKG_VERSION"), ".zip"));
    let mut pack =
        command(tools::dotnet()?, &["msbuild", "rust/xtask/package.proj", "-nologo", "-nodeReuse:false"]);
    // MSBuild takes relative paths from the project's folder.
    pack.arg(format!("-property:Staging={}", staging.display()));
    pack.arg(format!("-property:Zip={}", std::path::absolute(zip)?.display()));
    run(pack)
}
