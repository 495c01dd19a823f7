//! What an admin asks for, as requests of the JSON contract (`tests/fixtures/contract` has one of each).

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::Result;
use crate::abi::Abi;
use crate::testbed::Server;

/// The batch's name.
const BATCH: &str = "Demo";

/// A store of its own, and the library that works on it.
pub(crate) struct Migration {
    abi: Abi,
    store: PathBuf,
    worker: PathBuf,
}

impl Migration {
    /// Everything is kept in the folder `store`.
    pub(crate) fn new(abi: Abi, store: &Path, worker: &Path) -> Self {
        Self { abi, store: store.to_owned(), worker: worker.to_owned() }
    }

    /// Whether a server can be reached, in its own words.
    pub(crate) fn test_server(&self, server: &Server) -> Result<Value> {
        let arguments = json!({ "server": location(server), "endpoint": null, "credentials": null });
        let test = self.one("test_connection", arguments)?;
        if test["success"] == true { Ok(test) } else { Err(test["message"].to_string().into()) }
    }

    /// Makes the endpoint `role`, which the server is tested for.
    pub(crate) fn new_endpoint(&self, role: &str, server: &Server) -> Result<Value> {
        let mut place = location(server);
        place["place"] = json!("imap");
        self.one("new_endpoint", json!({ "name": role, "role": role, "location": place }))
    }

    /// Makes the batch of these CSV rows and starts it.
    pub(crate) fn start_batch(&self, csv: &str) -> Result<Value> {
        let arguments = json!({
            "name": BATCH,
            "source_endpoint": "source",
            "target_endpoint": "target",
            "csv": { "csv": STANDARD.encode(csv) },
            "auto_start": true,
        });
        self.one("new_batch", arguments)
    }

    /// Waits until the batch has nothing left to do, and shows how far it is.
    pub(crate) fn wait(&self, show: impl FnMut(&Value)) -> Result<Value> {
        let batch = self.all("wait_batch", json!({ "identity": BATCH, "timeout_seconds": 600 }), show)?;
        batch.into_iter().next().ok_or_else(|| "there is no batch to wait for".into())
    }

    /// The users of the batch.
    pub(crate) fn users(&self) -> Result<Vec<Value>> {
        self.all("get_users", json!({ "batch": BATCH }), |_| ())
    }

    /// What the passes of a user did.
    pub(crate) fn statistics(&self, user: &Value) -> Result<Value> {
        self.one("get_user_statistics", json!({ "identity": user["identity"] }))
    }

    /// Compares both sides of a user, byte for byte: one answer a folder.
    pub(crate) fn verify(&self, user: &Value) -> Result<Vec<Value>> {
        self.all("verify_user", json!({ "identity": user["identity"] }), |_| ())
    }

    /// Removes the batch and both endpoints.
    pub(crate) fn remove(&self) -> Result<()> {
        self.all("remove_batch", json!({ "identity": BATCH }), |_| ())?;
        for endpoint in ["source", "target"] {
            self.all("remove_endpoint", json!({ "identity": endpoint }), |_| ())?;
        }
        Ok(())
    }

    /// Stops the worker that the batch started.
    pub(crate) fn stop_worker(&self) -> Result<()> {
        self.all("stop_worker", json!({}), |_| ()).map(|_| ())
    }

    fn one(&self, operation: &str, arguments: Value) -> Result<Value> {
        let items = self.all(operation, arguments, |_| ())?;
        items.into_iter().next().ok_or_else(|| format!("{operation} answered nothing").into())
    }

    /// All answers to a request; the first error instead, if there was one.
    fn all(&self, operation: &str, arguments: Value, mut progress: impl FnMut(&Value)) -> Result<Vec<Value>> {
        let request =
            json!({ "store": self.store, "worker": self.worker, "op": operation, "args": arguments });
        let (mut items, mut fault) = (Vec::new(), None);
        self.abi.request(&request, |mut event| match event["event"].as_str() {
            Some("item") => items.extend(item(event)),
            Some("progress") => progress(&event["progress"]),
            Some("error") => fault = fault.take().or_else(|| Some(event["error"].take())),
            Some("finished") if event["outcome"] == "cancelled" => {
                fault = fault.take().or_else(|| Some(json!({ "message": "cancelled" })));
            }
            _ => {}
        })?;
        match fault {
            None => Ok(items),
            Some(fault) => Err(format!("{operation}: {fault}").into()),
        }
    }
}

/// An item stands under the key of its type: `{"event":"item","batch":{…}}`.
fn item(event: Value) -> Option<Value> {
    let Value::Object(members) = event else { return None };
    members.into_iter().find(|(key, _)| key != "event").map(|(_, value)| value)
}

/// The test servers' certificate is their own authority.
fn location(server: &Server) -> Value {
    let (host, port) = (&server.host, server.port);
    json!({ "remote_server": host, "port": port, "security": "Tls", "accept_untrusted_certificates": true })
}
