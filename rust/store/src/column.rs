//! How values of the model lie in columns: times, words, JSON and numbers of 64 bits.

use jiff::Timestamp;
use model::endpoint::Limit;
use model::status::DataConsistencyScore;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A time as milliseconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Millis(pub(crate) Timestamp);

impl ToSql for Millis {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_millisecond().into())
    }
}

impl FromSql for Millis {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Timestamp::from_millisecond(value.as_i64()?).map(Self).map_err(FromSqlError::other)
    }
}

/// A number of 64 bits, bit for bit: SQLite has none without a sign, and servers choose what they like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bits(pub(crate) u64);

impl ToSql for Bits {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.cast_signed().into())
    }
}

impl FromSql for Bits {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self(value.as_i64()?.cast_unsigned()))
    }
}

/// A value as JSON.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> ToSql for Json<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        serde_json::to_string(&self.0).map(Into::into).map_err(conversion)
    }
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map(Self).map_err(FromSqlError::other)
    }
}

/// A plain enum as the word that JSON has for it.
#[derive(Debug)]
pub(crate) struct Word<T>(pub(crate) T);

impl<T: Serialize> ToSql for Word<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match serde_json::to_value(&self.0).map_err(conversion)? {
            serde_json::Value::String(word) => Ok(word.into()),
            other => Err(conversion(format!("`{other}` is not a word"))),
        }
    }
}

impl<T: DeserializeOwned> FromSql for Word<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = serde_json::Value::String(value.as_str()?.to_owned());
        serde_json::from_value(word).map(Self).map_err(FromSqlError::other)
    }
}

fn conversion(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(error.into())
}

/// A limit; no limit is NULL.
pub(crate) fn limit_to_column(limit: Limit) -> Option<u32> {
    match limit {
        Limit::Count(n) => Some(n),
        Limit::Unlimited => None,
    }
}

/// The limit that a column holds.
pub(crate) fn limit_from_column(count: Option<u32>) -> Limit {
    count.map_or(Limit::Unlimited, Limit::Count)
}

const SCORES: [DataConsistencyScore; 4] = [
    DataConsistencyScore::Perfect,
    DataConsistencyScore::Good,
    DataConsistencyScore::Investigate,
    DataConsistencyScore::Poor,
];

/// The rank of no score.
const NO_SCORE: i64 = -1;

/// A score as its rank, so that SQL can group by it; no score is a rank, too.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rank(pub(crate) Option<DataConsistencyScore>);

impl ToSql for Rank {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.map_or(NO_SCORE, |score| score as i64).into())
    }
}

impl FromSql for Rank {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let rank = value.as_i64()?;
        if rank == NO_SCORE {
            return Ok(Self(None));
        }
        let score = usize::try_from(rank).ok().and_then(|rank| SCORES.get(rank));
        score.map(|score| Self(Some(*score))).ok_or(FromSqlError::OutOfRange(rank))
    }
}
