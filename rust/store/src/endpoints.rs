//! Endpoints: how to reach servers.

use model::contract::EndpointQuery;
use model::name::name_key;
use model::oauth::OAuth;
use model::{Credentials, Endpoint, Error, ErrorKind, Result, Secret, shown};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use uuid::Uuid;

use crate::Store;
use crate::column::{Json, Millis, Word, limit_from_column, limit_to_column};
use crate::fault::Sql;
use crate::secrets::Column;
use crate::twins::refuse_twins_at;
use crate::worker::nudge;

impl Store {
    /// Adds an endpoint. Its name must be new.
    pub fn insert_endpoint(&self, endpoint: &Endpoint) -> Result<()> {
        self.write_wish(|tx| {
            let key = endpoint.name.key();
            let known =
                tx.query_row("SELECT 1 FROM endpoint WHERE name_key = ?", [&key], |_| Ok(())).optional()?;
            if known.is_some() {
                return Err(exists(endpoint).into());
            }
            tx.execute(
                "INSERT INTO endpoint (guid, name, name_key, role, place, place_key, admin_login_format, login_separator,
                                       created_at, modified_at)
                 VALUES (?, ?, ?, ?, '', '', '', '', ?, 0)",
                params![
                    endpoint.guid,
                    endpoint.name.as_str(),
                    key,
                    Word(endpoint.role),
                    Millis(endpoint.created_at)
                ],
            )?;
            self.write_settings(tx, endpoint)
        })
    }

    /// The endpoint of this name or guid, with its password.
    pub fn endpoint(&self, identity: &str) -> Result<Endpoint> {
        self.read(|tx| {
            let id = endpoint_id(tx, identity)?;
            tx.query_row_and_then("SELECT * FROM endpoint WHERE id = ?", [id], |row| self.read_endpoint(row))
        })
    }

    /// The endpoints that are asked for, by name.
    pub fn endpoints(&self, query: &EndpointQuery) -> Result<Vec<Endpoint>> {
        let mut endpoints = match &query.identity {
            Some(identity) => vec![self.endpoint(identity)?],
            None => self.read(|tx| {
                let mut select = tx.prepare_cached("SELECT * FROM endpoint ORDER BY name_key")?;
                select.query_and_then([], |row| self.read_endpoint(row))?.collect()
            })?,
        };
        if let Some(wanted) = &query.endpoint_type {
            endpoints.retain(|endpoint| endpoint.place.endpoint_type().eq_ignore_ascii_case(wanted));
        }
        Ok(endpoints)
    }

    /// Writes what can change of an endpoint: all but its guid, name, role and time of birth. Who waits for its server, or
    /// with its login, tries again.
    pub fn update_endpoint(&self, endpoint: &Endpoint) -> Result<()> {
        self.write_wish(|tx| {
            self.write_settings(tx, endpoint)?;
            refuse_twins_at(tx, endpoint)?;
            nudge(tx)
        })
    }

    /// What a person who signed in is remembered by now; empty where nobody is.
    pub fn refresh_token(&self, endpoint: Uuid) -> Result<Secret> {
        self.read(|tx| self.read_refresh_token(tx, endpoint))
    }

    /// Puts a refresh token in the place of the one that it came for, and on the disk: the old one may be used up. Says whether it
    /// did; it did not where somebody has signed in anew meanwhile.
    pub fn replace_refresh_token(&self, endpoint: Uuid, old: &Secret, new: &Secret) -> Result<bool> {
        self.write_durably(|tx| {
            if self.read_refresh_token(tx, endpoint)? != *old {
                return Ok(false);
            }
            let sealed = self.seal(Column::RefreshToken, endpoint, new)?;
            tx.execute("UPDATE endpoint SET refresh_token = ? WHERE guid = ?", params![sealed, endpoint])?;
            Ok(true)
        })
    }

    /// Removes an endpoint that no batch uses.
    pub fn remove_endpoint(&self, identity: &str) -> Result<()> {
        self.write_wish(|tx| {
            let id = endpoint_id(tx, identity)?;
            let mut users =
                tx.prepare("SELECT name FROM batch WHERE ? IN (source_id, target_id) ORDER BY name_key")?;
            let batches: Vec<String> = users.query_map([id], |row| row.get(0))?.collect::<Result<_, _>>()?;
            if !batches.is_empty() {
                return Err(in_use(identity, &batches).into());
            }
            tx.execute("DELETE FROM endpoint WHERE id = ?", [id])?;
            Ok(())
        })
    }

    /// How many users are in an initial and in an incremental pass through this endpoint now.
    pub fn active_counts(&self, endpoint: Uuid) -> Result<(u32, u32)> {
        self.read(|tx| {
            Ok(tx.query_row(
                "SELECT ifnull(sum(g.users) FILTER (WHERE g.state < 12), 0),
                        ifnull(sum(g.users) FILTER (WHERE g.state >= 12), 0)
                 FROM endpoint e JOIN batch b ON e.id IN (b.source_id, b.target_id)
                 JOIN tally g ON g.batch_id = b.id AND g.state >= 8 WHERE e.guid = ?",
                [endpoint],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?)
        })
    }

    fn write_settings(&self, tx: &Connection, endpoint: &Endpoint) -> Sql<()> {
        let credentials = endpoint.credentials.as_ref();
        let password = match credentials {
            Some(credentials) => self.seal(Column::Endpoint, endpoint.guid, &credentials.password)?,
            None => None,
        };
        let (proof, refresh_token) =
            endpoint.oauth.as_ref().map(|oauth| oauth.grant.secrets()).unwrap_or_default();
        let changed = tx.execute(
            "UPDATE endpoint SET place = :place, place_key = :place_key, max_migrations = :migrations, max_incremental_syncs = :syncs,
                 user_name = :user_name, password = :password, admin_login_format = :format,
                 login_separator = :separator, oauth = :oauth, oauth_proof = :oauth_proof,
                 refresh_token = :refresh_token, claims = :claims, modified_at = :modified_at
             WHERE guid = :guid",
            named_params! {
                ":place": Json(&endpoint.place),
                ":place_key": endpoint.place.key(),
                ":migrations": limit_to_column(endpoint.max_concurrent_migrations),
                ":syncs": limit_to_column(endpoint.max_concurrent_incremental_syncs),
                ":user_name": credentials.map(|credentials| &credentials.user_name),
                ":password": password,
                ":format": Word(endpoint.admin_login_format),
                ":separator": endpoint.login_separator,
                ":oauth": endpoint.oauth.as_ref().map(Json),
                ":oauth_proof": self.seal(Column::OauthProof, endpoint.guid, &proof)?,
                ":refresh_token": self.seal(Column::RefreshToken, endpoint.guid, &refresh_token)?,
                ":claims": endpoint.claims.as_ref().map(Json),
                ":modified_at": Millis(endpoint.modified_at),
                ":guid": endpoint.guid,
            },
        )?;
        if changed == 0 { Err(not_found(endpoint.name.as_str()).into()) } else { Ok(()) }
    }

    fn read_endpoint(&self, row: &Row<'_>) -> Sql<Endpoint> {
        let guid = row.get("guid")?;
        let sealed: Option<Vec<u8>> = row.get("password")?;
        let password = self.unseal(Column::Endpoint, guid, sealed.as_deref())?;
        let user_name: Option<String> = row.get("user_name")?;
        let oauth = match row.get::<_, Option<Json<OAuth>>>("oauth")? {
            Some(Json(oauth)) => Some(self.with_secrets(oauth, guid, row)?),
            None => None,
        };
        Ok(Endpoint {
            guid,
            name: row.get::<_, Word<_>>("name")?.0,
            role: row.get::<_, Word<_>>("role")?.0,
            place: row.get::<_, Json<_>>("place")?.0,
            max_concurrent_migrations: limit_from_column(row.get("max_migrations")?),
            max_concurrent_incremental_syncs: limit_from_column(row.get("max_incremental_syncs")?),
            credentials: user_name.map(|user_name| Credentials { user_name, password }),
            admin_login_format: row.get::<_, Word<_>>("admin_login_format")?.0,
            login_separator: row.get("login_separator")?,
            oauth,
            claims: row.get::<_, Option<Json<_>>>("claims")?.map(|claims| claims.0),
            created_at: row.get::<_, Millis>("created_at")?.0,
            modified_at: row.get::<_, Millis>("modified_at")?.0,
        })
    }

    fn read_refresh_token(&self, tx: &Connection, endpoint: Uuid) -> Sql<Secret> {
        let select = "SELECT refresh_token FROM endpoint WHERE guid = ?";
        let sealed: Option<Option<Vec<u8>>> =
            tx.query_row(select, [endpoint], |row| row.get(0)).optional()?;
        let sealed = sealed.ok_or_else(|| not_found(&endpoint.to_string()))?;
        self.unseal(Column::RefreshToken, endpoint, sealed.as_deref())
    }

    fn with_secrets(&self, mut oauth: OAuth, guid: Uuid, row: &Row<'_>) -> Sql<OAuth> {
        let unseal = |column: Column, name: &str| {
            let sealed: Option<Vec<u8>> = row.get(name)?;
            self.unseal(column, guid, sealed.as_deref())
        };
        let proof = unseal(Column::OauthProof, "oauth_proof")?;
        let refresh_token = unseal(Column::RefreshToken, "refresh_token")?;
        oauth.grant = oauth.grant.with_secrets(proof, refresh_token);
        Ok(oauth)
    }
}

/// The key of the endpoint of this name or guid.
pub(crate) fn endpoint_id(tx: &Connection, identity: &str) -> Sql<i64> {
    let id = tx
        .prepare_cached("SELECT id FROM endpoint WHERE name_key = ? OR guid = ?")?
        .query_row(params![name_key(identity), Uuid::parse_str(identity).ok()], |row| row.get(0))
        .optional()?;
    id.ok_or_else(|| not_found(identity).into())
}

fn not_found(identity: &str) -> Error {
    Error::new(ErrorKind::EndpointNotFound, format!("there is no endpoint {}", shown(identity)))
        .object_given(identity)
        .remedy("see Get-MigrationEndpoint for the endpoints that there are")
}

fn exists(endpoint: &Endpoint) -> Error {
    Error::new(ErrorKind::EndpointExists, format!("there is already an endpoint `{}`", endpoint.name))
        .object(endpoint.name.as_str())
        .remedy("choose another name, or change the endpoint with Set-MigrationEndpoint")
}

fn in_use(identity: &str, batches: &[String]) -> Error {
    let message = format!("the endpoint `{identity}` is used by {}", list(batches));
    Error::new(ErrorKind::EndpointInUse, message)
        .object(identity)
        .remedy("remove these batches with Remove-MigrationBatch first, or give them another endpoint")
}

/// The first names of a list that may be long.
fn list(batches: &[String]) -> String {
    const SHOWN: usize = 10;
    let names: Vec<String> = batches.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = batches.len().saturating_sub(SHOWN);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    let word = if batches.len() == 1 { "the batch" } else { "the batches" };
    format!("{word} {}{tail}", names.join(", "))
}
