//! The database behind everything: endpoints, batches, users, wishes, ledger, secrets at rest.
