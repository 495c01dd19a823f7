//! Where a browser comes back to: a loopback address that is there for one sign-in.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use model::{Error, ErrorKind, Result, Secret};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use zeroize::Zeroize;

/// How long a browser may take for its request, from when it connects.
const REQUEST: Duration = Duration::from_secs(30);
/// How many connections may be open at once: browsers open some that they never use.
const MOST_OPEN: usize = 32;

/// What a browser brings.
pub(super) enum Back {
    /// A code for tokens.
    Code(Secret),
    /// Why there is none (RFC 6749 §4.1.2.1).
    Refused { error: String, description: String },
}

/// A port of this machine, by IPv4 and where it can be had by IPv6: browsers take `localhost` for either.
pub(super) struct Listener {
    four: TcpListener,
    six: Option<TcpListener>,
    port: u16,
}

impl Listener {
    pub(super) async fn bind() -> Result<Self> {
        let fault = |error: io::Error| {
            Error::new(ErrorKind::ConnectFailed, format!("cannot listen on this machine: {error}"))
        };
        let four = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(fault)?;
        let port = four.local_addr().map_err(fault)?.port();
        let six = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await.ok();
        Ok(Self { four, six, port })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Waits for the browser that brings this state. Any other is sent away.
    pub(super) async fn back(&self, state: &Secret) -> Result<Back> {
        let mut open = JoinSet::new();
        loop {
            tokio::select! {
                stream = self.accept(), if open.len() < MOST_OPEN => {
                    // A browser that left at once is none; accepting fails for want of files, too, which pass.
                    if let Ok(stream) = stream {
                        open.spawn(serve(stream, state.clone()));
                    }
                }
                Some(ended) = open.join_next() => {
                    if let Ok(Some(back)) = ended {
                        return Ok(back);
                    }
                }
            }
        }
    }

    async fn accept(&self) -> io::Result<TcpStream> {
        let six = async {
            match &self.six {
                Some(six) => six.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            accepted = self.four.accept() => accepted,
            accepted = six => accepted,
        }
        .map(|(stream, _)| stream)
    }
}

/// Serves one request, and says what it brought once the browser has its answer.
async fn serve(stream: TcpStream, state: Secret) -> Option<Back> {
    let brought = Arc::new(Mutex::new(None));
    let place = brought.clone();
    let service = service_fn(move |request: Request<_>| {
        let back = read(request.uri().query().unwrap_or_default(), &state);
        let response = page(back.as_ref());
        *place.lock().unwrap_or_else(PoisonError::into_inner) = back;
        std::future::ready(Ok::<_, Infallible>(response))
    });
    let connection = http1::Builder::new()
        .keep_alive(false)
        .timer(TokioTimer::new())
        .header_read_timeout(REQUEST)
        .serve_connection(TokioIo::new(stream), service);
    // What the request brought counts, whether or not the browser waits for its page.
    let _ = tokio::time::timeout(REQUEST, connection).await;
    brought.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// What a request brings, if it is of this sign-in.
fn read(query: &str, state: &Secret) -> Option<Back> {
    let field = |name: &str| {
        let mut fields = form_urlencoded::parse(query.as_bytes());
        fields.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    let brought = Secret::new(field("state")?);
    if brought != *state {
        return None;
    }
    match (field("code"), field("error")) {
        (Some(code), None) if !code.is_empty() => Some(Back::Code(Secret::new(code))),
        (_, Some(error)) => {
            Some(Back::Refused { error, description: field("error_description").unwrap_or_default() })
        }
        (Some(mut code), None) => {
            code.zeroize();
            None
        }
        (None, None) => None,
    }
}

fn page(back: Option<&Back>) -> Response<Full<Bytes>> {
    let (status, text) = match back {
        Some(Back::Code(_)) => {
            (StatusCode::OK, "You are signed in. Close this window and go back to PowerShell.")
        }
        Some(Back::Refused { .. }) => {
            (StatusCode::OK, "The sign-in has failed. Close this window: PowerShell says why.")
        }
        None => (StatusCode::BAD_REQUEST, "This is not the sign-in that PowerShell waits for."),
    };
    let html = format!("<!doctype html><meta charset=\"utf-8\"><title>ImapMigration</title><p>{text}</p>\n");
    let mut response = Response::new(Full::new(Bytes::from(html)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}
