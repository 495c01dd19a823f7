//! The JSON contract of the C ABI: one tagged request in, tagged events out.
//!
//! Keys are `snake_case`; times are RFC 3339 in UTC; bytes are base64; an absent key means "as it is" or "default".
//! Golden samples lie in `tests/fixtures/contract`; the Rust and the C# tests read the same files.

mod csv_text;
mod environment;
mod event;
mod request;
mod view;

pub use csv_text::CsvText;
pub use environment::Environment;
pub use event::{Event, Item, Outcome, Progress};
pub use request::{
    BatchIdentity, BatchQuery, ConnectionTest, CsvCheck, CsvTest, EndpointChanges, EndpointIdentity,
    EndpointQuery, NewBatch, NewEndpoint, OAuthChanges, Operation, Request, SetBatch, StatisticsQuery,
    UserIdentity, UserQuery, WaitBatch, WorkerStop,
};
pub use view::{
    BatchView, CertificateView, ConnectionTestView, CsvCheckView, CsvFault, EndpointView,
    FolderVerificationView, OAuthView, StoreView, UserErrorView, UserStatisticsView, UserView, WorkerView,
};
