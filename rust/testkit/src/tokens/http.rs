//! HTTP, and which address is which.

use std::convert::Infallible;
use std::io;
use std::net::TcpListener as StdListener;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{CONTENT_TYPE, DATE, LOCATION, RETRY_AFTER};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};

use super::Shared;
use super::fault::Fault;
use super::grants::{Authority, Fields, check_tenant, field, now, token};
use super::refusal::{Refusal, refusal};

/// A body, whole or broken off.
struct Answer {
    rest: Option<Bytes>,
    breaks_off: bool,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let broken = || io::Error::other("broken off on purpose");
        Poll::Ready(match self.rest.take() {
            Some(rest) => Some(Ok(Frame::data(rest))),
            None if self.breaks_off => Some(Err(broken())),
            None => None,
        })
    }
}

/// Serves until the runtime ends.
pub(super) async fn serve(shared: Arc<Shared>, listener: StdListener) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(connection(shared.clone(), stream));
    }
}

async fn connection(shared: Arc<Shared>, stream: TcpStream) {
    let address = stream.local_addr().map(|address| address.to_string()).unwrap_or_default();
    let service = service_fn(move |request| answer(shared.clone(), address.clone(), request));
    // A client that leaves in the middle is the client's affair.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    shared: Arc<Shared>,
    address: String,
    request: Request<Incoming>,
) -> Result<Response<Answer>, io::Error> {
    let fault = shared.state().faults.next();
    let response = match fault {
        Some(Fault::Silence) => std::future::pending::<Result<Response<Answer>, Infallible>>().await.ok(),
        Some(Fault::Cut) => None,
        fault => Some(respond(&shared, &address, request, fault).await),
    };
    response.ok_or_else(|| io::Error::other("cut on purpose"))
}

async fn respond(
    shared: &Shared,
    address: &str,
    request: Request<Incoming>,
    fault: Option<Fault>,
) -> Response<Answer> {
    let (path, query) =
        (request.uri().path().to_owned(), parse(request.uri().query().unwrap_or_default().as_bytes()));
    let method = request.method().clone();
    let form = parse(&read(request.into_body()).await);
    let (authority, kind) = route(&path);
    let grant = if kind == Kind::Token { field(&form, "grant_type") } else { kind.word() };
    *shared.state().counts.entry(grant.to_owned()).or_default() += 1;
    let origin = format!("http://{address}");
    let done = match (fault, kind, method) {
        (Some(Fault::Busy(wait)), ..) => return busy(shared, wait),
        (Some(Fault::Page(status)), ..) => {
            return page(shared, status, "<html><body>Welcome to this network</body></html>");
        }
        (Some(Fault::Body(body)), ..) => return page(shared, 200, &body),
        (Some(Fault::Half), ..) => return half(),
        (Some(Fault::Refuse(error, code)), Kind::Authorize, _) => {
            return back(shared, &query, Err(refusal(error, code, "It is refused.")));
        }
        (Some(Fault::Refuse(error, code)), ..) => Err(refusal(error, code, "It is refused.")),
        (_, Kind::Token, Method::POST) => token(shared, &authority, &format!("{origin}{path}"), &form),
        (_, Kind::Device, Method::POST) => check_tenant(shared, &authority)
            .map(|()| shared.state().sign_ins.device(&shared.options, &origin)),
        (_, Kind::Authorize, Method::GET) => {
            let person = &shared.options.person;
            let code =
                check_tenant(shared, &authority).and_then(|()| shared.state().sign_ins.code(&query, person));
            return back(shared, &query, code);
        }
        _ => return page(shared, 404, "nothing here"),
    };
    match done {
        Ok(json) => json_response(shared, StatusCode::OK, &json),
        Err(refusal) => json_response(shared, refusal.status(), &refusal.json()),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Token,
    Device,
    Authorize,
    Unknown,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Device => "devicecode",
            Self::Authorize => "authorize",
            Self::Unknown => "unknown",
        }
    }
}

fn route(path: &str) -> (Authority, Kind) {
    match path {
        "/token" => return (Authority::Google, Kind::Token),
        "/device/code" => return (Authority::Google, Kind::Device),
        "/o/oauth2/v2/auth" => return (Authority::Google, Kind::Authorize),
        _ => {}
    }
    let (tenant, rest) = path.trim_start_matches('/').split_once('/').unwrap_or((path, ""));
    let kind = match rest {
        "oauth2/v2.0/token" => Kind::Token,
        "oauth2/v2.0/devicecode" => Kind::Device,
        "oauth2/v2.0/authorize" => Kind::Authorize,
        _ => Kind::Unknown,
    };
    (Authority::Tenant(tenant.to_owned()), kind)
}

fn parse(text: &[u8]) -> Fields {
    form_urlencoded::parse(text).into_owned().collect()
}

async fn read(mut body: Incoming) -> Vec<u8> {
    let mut read = Vec::new();
    while let Some(Ok(frame)) = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
    {
        read.extend(frame.into_data().unwrap_or_default());
    }
    read
}

/// Sends a browser back to where it came from, with a code or a refusal (RFC 6749 §4.1.2).
fn back(shared: &Shared, query: &Fields, code: Result<String, Refusal>) -> Response<Answer> {
    let mut fields = form_urlencoded::Serializer::new(String::new());
    match code {
        Ok(code) => fields.append_pair("code", &code),
        Err(refusal) => fields
            .append_pair("error", refusal.error)
            .append_pair("error_description", &refusal.description()),
    };
    fields.append_pair("state", field(query, "state"));
    let to = format!("{}?{}", field(query, "redirect_uri"), fields.finish());
    let mut response = page(shared, 302, "");
    if let Ok(to) = to.parse() {
        response.headers_mut().insert(LOCATION, to);
    }
    response
}

fn json_response(shared: &Shared, status: StatusCode, json: &Value) -> Response<Answer> {
    let mut response = page(shared, status.as_u16(), &json.to_string());
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/json"));
    response
}

fn busy(shared: &Shared, wait: Option<u64>) -> Response<Answer> {
    let mut response = page(shared, 429, "too many requests");
    if let Some(wait) = wait {
        response.headers_mut().insert(RETRY_AFTER, wait.into());
    }
    response
}

fn half() -> Response<Answer> {
    let rest = Some(Bytes::from_static(br#"{"access_token":"ey"#));
    Response::new(Answer { rest, breaks_off: true })
}

fn page(shared: &Shared, status: u16, body: &str) -> Response<Answer> {
    let rest = Some(Bytes::copy_from_slice(body.as_bytes()));
    let mut response = Response::new(Answer { rest, breaks_off: false });
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    let date = Timestamp::from_second(now(shared)).unwrap_or_default();
    if let Ok(date) = date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string().parse() {
        response.headers_mut().insert(DATE, date);
    }
    response
}
