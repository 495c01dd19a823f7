//! Writes the configuration of one Dovecot 2.3.
//!
//! See <https://doc.dovecot.org/2.3/>. Everything lies in one folder; nothing is chrooted, so that it also works for an
//! ordinary user; nothing is synced to the disk, because the mail is thrown away.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Layout, Options, UNPRIVILEGED};
use crate::address::Address;
use crate::credentials::{MASTER_SEPARATOR, PASSWORD};

/// The server's log inside its folder.
pub(super) const LOG: &str = "dovecot.log";

/// The home of one user.
pub(super) fn home(folder: &Path, user: &str) -> PathBuf {
    folder.join("mail").join(user.to_lowercase())
}

/// The text in the greeting that tells this server from whatever else may answer on its port.
pub(super) fn greeting(address: &Address) -> String {
    format!("testkit {}:{}", std::process::id(), address.port)
}

/// Writes the configuration, and the rights file where folders are read-only.
pub(super) fn write(
    folder: &Path,
    options: &Options,
    address: &Address,
    key: &Path,
    owner: u32,
) -> io::Result<()> {
    let rights = options.read_only.iter().map(|name| format!("\"{name}\" owner lr\n")).collect::<String>();
    fs::write(folder.join("rights"), rights)?;
    let text = [
        paths(folder, address, key),
        identity(owner)?,
        login(folder, owner),
        storage(options),
        services(address),
        limits(folder, options),
    ]
    .concat();
    fs::write(folder.join("dovecot.conf"), text)
}

fn paths(folder: &Path, address: &Address, key: &Path) -> String {
    let (folder, key) = (folder.display(), key.display());
    let (certificate, greeting) = (address.certificate.display(), greeting(address));
    format!(
        "base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/{LOG}
instance_name = testkit-{port}
login_greeting = {greeting}
protocols = imap
listen = {host}
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
",
        port = address.port,
        host = address.host,
    )
}

/// The internal user that is the current one, or for root `nobody`, so that no account has to be made.
fn identity(owner: u32) -> io::Result<String> {
    let id = owner.to_string();
    let (user, group) = (ask_id(&["-un", &id])?, ask_id(&["-gn", &id])?);
    Ok(format!(
        "default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
"
    ))
}

fn ask_id(arguments: &[&str]) -> io::Result<String> {
    let output = Command::new("id").args(arguments).output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn login(folder: &Path, owner: u32) -> String {
    let folder = folder.display();
    let ids = if owner == UNPRIVILEGED { format!("uid={owner} gid={owner}") } else { format!("uid={owner}") };
    format!(
        "disable_plaintext_auth = no
auth_mechanisms = plain login
auth_master_user_separator = {MASTER_SEPARATOR}
first_valid_uid = 1
passdb {{
  driver = passwd-file
  master = yes
  result_success = continue
  args = {folder}/masters
}}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = {ids} home={folder}/mail/%Lu
}}
"
    )
}

fn storage(options: &Options) -> String {
    let location = match options.layout {
        Layout::Fs => "maildir:~/Maildir:LAYOUT=fs",
        Layout::MaildirPlusPlus => "maildir:~/Maildir",
        Layout::Sdbox => "sdbox:~/sdbox",
    };
    let Options { prefix, separator, .. } = options;
    format!(
        "mail_location = {location}
mail_fsync = never
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
}}
"
    )
}

fn services(address: &Address) -> String {
    let Address { port, tls_port, .. } = address;
    format!(
        "default_vsz_limit = 1G
stats_writer_socket_path =
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"
    )
}

/// Quota, size limit, rights, compression, connections and capabilities, each only where it was asked for.
fn limits(folder: &Path, options: &Options) -> String {
    let mut plugins = Vec::new();
    let mut settings = String::new();
    if options.quota.is_some() || options.max_message.is_some() {
        plugins.push("quota");
        settings += "  quota = count:User quota\n  quota_vsizes = yes\n";
    }
    if let Some(quota) = options.quota {
        settings += &format!("  quota_rule = *:bytes={quota}\n");
    }
    if let Some(size) = options.max_message {
        settings += &format!("  quota_max_mail_size = {size}B\n");
    }
    if !options.read_only.is_empty() {
        plugins.push("acl");
        settings += &format!("  acl = vfile:{}/rights\n", folder.display());
    }
    if options.compress {
        plugins.push("zlib");
    }
    let imap_plugins = plugins.iter().map(|plugin| format!(" imap_{plugin}")).collect::<String>();
    let capability = options.capability.as_ref().map(|list| format!("imap_capability = {list}\n"));
    format!(
        "mail_max_userip_connections = {connections}
mail_plugins = {plugins}
protocol imap {{
  mail_plugins = $mail_plugins{imap_plugins}
}}
plugin {{
{settings}}}
{capability}",
        connections = options.max_connections.unwrap_or(0),
        plugins = plugins.join(" "),
        capability = capability.unwrap_or_default(),
    )
}
