//! Lists of several pages, one page at a time.

use serde_json::Value;

use super::row::Row;
use super::service::SERVICE;
use crate::digest;
use crate::web::{Bad, Cause, Error, Failure, Outcome};

/// The largest number of pages that are asked for.
const MAX_PAGES: u32 = 1000;

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Page<T> {
    pub items: T,
    /// The one figure of a page that counts: the others contradict each other in the vendor's document.
    pub has_next: bool,
    /// The items as they came.
    digest: [u8; 16],
}

/// The pages of a list, each asked for when it is taken, in the time of the client. Nothing comes behind an error.
///
/// A page that equals the one before it is not understood, and page 1,001 is never asked for: both are errors.
pub struct Pages<'a, T> {
    fetch: Box<dyn Fn(u32) -> Result<Page<T>, Error> + 'a>,
    /// The request as messages show it.
    shown: String,
    /// The number of the next page; `None` where there is none.
    next: Option<u32>,
    before: Option<[u8; 16]>,
}

impl<'a, T> Pages<'a, T> {
    pub(super) fn new(shown: String, fetch: impl Fn(u32) -> Result<Page<T>, Error> + 'a) -> Self {
        Self { fetch: Box::new(fetch), shown, next: Some(1), before: None }
    }

    fn take(&mut self, number: u32) -> Result<T, Error> {
        if number > MAX_PAGES {
            return Err(self.not_understood(format!("the list has more than {MAX_PAGES} pages; ask for less")));
        }
        let page = (self.fetch)(number)?;
        if self.before == Some(page.digest) {
            return Err(self.not_understood(format!("page {number} is the same as the one before it")));
        }
        self.before = Some(page.digest);
        self.next = page.has_next.then_some(number + 1);
        Ok(page.items)
    }

    fn not_understood(&self, why: String) -> Error {
        let (request, cause) = (self.shown.clone(), Cause::BadAnswer(why));
        Failure { service: &SERVICE, request, cause, outcome: Outcome::Refused, only_this: false }.into()
    }
}

impl<T> Iterator for Pages<'_, T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let number = self.next.take()?;
        Some(self.take(number))
    }
}

impl<T> std::fmt::Debug for Pages<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pages").field("shown", &self.shown).field("next", &self.next).finish_non_exhaustive()
    }
}

/// Decodes `{"items":[..],"metaData":{..}}`, one item of which `read` turns into any number of rows.
pub(super) fn page<T>(row: Row<'_>, read: impl Fn(Row<'_>) -> Result<Vec<T>, Bad>) -> Result<Page<Vec<T>>, Bad> {
    let items: Vec<Vec<T>> = row.list("items")?.into_iter().map(read).collect::<Result<_, _>>()?;
    let meta = row.object("metaData")?;
    let has_next = meta.map(|meta| meta.flag("hasNextPage")).transpose()?.flatten();
    let digest = digest_of(row.member("items"));
    Ok(Page { items: items.into_iter().flatten().collect(), has_next: has_next == Some(true), digest })
}

/// Decodes an answer that is itself a page; its machines or reservations are what it is compared by.
pub(super) fn bare_page<T>(row: Row<'_>, read: impl Fn(Row<'_>) -> Result<T, Bad>) -> Result<Page<T>, Bad> {
    let items = read(row)?;
    let digest = digest_of(row.member("machineDetails").or_else(|| row.member("reservationDetails")));
    Ok(Page { items, has_next: row.flag("hasNextPage")? == Some(true), digest })
}

fn digest_of(items: Option<&Value>) -> [u8; 16] {
    digest::of([items.map(Value::to_string).unwrap_or_default().as_bytes()])
}
