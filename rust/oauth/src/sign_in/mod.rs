//! People who sign in, once: what they are remembered by serves from then on.

mod browser;
mod device;
mod listener;

use model::oauth::{Grant, OAuth, SignIn};
use model::{Error, ErrorKind, Result, Secret};

use crate::answer::{Granted, invalid};
use crate::net::Net;
use crate::server::Server;

/// What a person is asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The address to open: `https://`, or `http://` on this machine.
    pub url: String,
    /// The code to type there, if any.
    pub code: Option<String>,
    /// The same as a sentence.
    pub message: String,
}

/// Lets a person sign in: the refresh token and the access token. It takes as long as the person does, and no longer than 15
/// minutes (codes: as long as they are good). Dropping it ends it.
pub async fn sign_in(
    oauth: &OAuth,
    net: &Net,
    prompt: &(dyn Fn(Prompt) + Send + Sync),
) -> Result<(Secret, Secret)> {
    let server = Server { oauth: oauth.clone(), net: net.clone() };
    let Grant::SignIn { how, .. } = &oauth.grant else {
        return Err(Error::new(ErrorKind::InvalidArgument, "nobody signs in by this grant"));
    };
    let granted = match how {
        SignIn::Browser => server.sign_in_by_browser(prompt).await?,
        SignIn::DeviceCode => server.sign_in_by_device(prompt).await?,
    };
    remembered(&server.token_url()?, granted)
}

fn remembered(url: &str, granted: Granted) -> Result<(Secret, Secret)> {
    let access = granted.token().clone();
    match granted.refresh_token.filter(|token| !token.is_empty()) {
        Some(refresh) => Ok((refresh, access)),
        None => Err(invalid(url, "it gave a token, and no refresh token with it")
            .remedy("leave -Scope out, or add offline_access to it")),
    }
}

impl Server {
    /// A form with who asks: the application, and its secret where it has one.
    fn signing_in<'f>(&'f self, fields: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
        let mut form = fields.to_vec();
        form.push(("client_id", self.application_id()));
        if let Grant::SignIn { client_secret, .. } = &self.oauth.grant
            && !client_secret.is_empty()
        {
            form.push(("client_secret", client_secret.declassify()));
        }
        form
    }
}
