//! Notices for assets left behind: the inventory ID of a client was changed, and the old asset still shows what was
//! sent for its machine.
//!
//! This program does not write to such an asset. A notice names it to a person, who corrects it in IQR and dismisses
//! the notice.

use super::request::Request;
use crate::ledger::{self, LeftBehind, Move, RunLedger, SentRecord};
use crate::model::{ClientId, InventoryId, Registration, Timestamp};
use crate::store::{Fingerprint, Store};
use crate::sync::evaluate::Evaluated;

/// The maximum number of clients read on each side to decide whether the WipeOS database was replaced or a key was
/// reused.
const MAX_NEIGHBORS: i64 = 8;

/// Records the asset that a client leaves behind, just before its outcome: one commit holds both.
///
/// # Errors
///
/// When the ledger cannot be read or written.
pub(super) fn record(
    store: &Store,
    ledger: &mut RunLedger,
    evaluated: &Evaluated,
    request: &Request<'_>,
) -> Result<(), ledger::Error> {
    let (Some(departure), Some(registration)) = (&evaluated.departure, &evaluated.registration) else { return Ok(()) };
    let rule = request.config.store.id_rule;
    let now = evaluated.inventory_id.as_deref().and_then(|typed| InventoryId::parse(Some(typed), rule).ok());
    let moved = Move {
        client_id: evaluated.client_id,
        registration,
        now: now.as_ref().map(InventoryId::as_str),
        at: request.started_at,
    };
    ledger.follow(&moved)?;
    let notice = match &departure.left {
        Some(left) if !left.registration.is_same_machine(registration) => {
            return record_replacement(store, ledger, left, &moved);
        }
        Some(left) => ledger.notice_left(left, &moved, (is_slip(left.fingerprint, evaluated.fingerprint), None))?,
        None => None,
    };
    if departure.may_have_begun {
        ledger.notice_begun(&moved)?;
    }
    if let Some(notice) = notice {
        let level = if notice.is_attention { log::Level::Warn } else { log::Level::Info };
        log::log!(level, "{}; {}", sentence(&notice), advice(&notice));
    }
    Ok(())
}

/// Whether the ID was mistyped: the machine was neither wiped nor tested since the send. Where that is not known, a
/// person has to decide.
fn is_slip(then: Option<Fingerprint>, now: Option<Fingerprint>) -> bool {
    then.zip(now).is_none_or(|(then, now)| then.wipes == now.wipes && then.logs == now.logs)
}

/// Records that the client belongs to another machine than before. WipeOS no longer has the old machine, which is worth
/// a notice only where the whole database was replaced.
fn record_replacement(
    store: &Store,
    ledger: &mut RunLedger,
    left: &SentRecord,
    moved: &Move<'_>,
) -> Result<(), ledger::Error> {
    let replaced_at = match ledger.replaced_since(left.at)? {
        Some(at) => at,
        None if is_replaced(store, ledger, left.client_id, moved.at)? => moved.at,
        None => return Ok(()),
    };
    if let Some(notice) = ledger.notice_left(left, moved, (false, Some(replaced_at)))?
        && replaced_at == moved.at
    {
        log::info!("{}", sentence(&notice));
    }
    Ok(())
}

/// Whether the neighbors of this client, too, belong to other machines than before this pass. SQLite reuses a key only
/// where no greater one is left: an unchanged client with a greater key shows that the rows were replaced.
fn is_replaced(
    store: &Store,
    ledger: &RunLedger,
    client: ClientId,
    pass_began: Timestamp,
) -> Result<bool, ledger::Error> {
    let is_evidence = |beside: &&SentRecord| beside.at < pass_began && beside.registration != Registration::default();
    let beside = ledger.sent_beside(client, MAX_NEIGHBORS)?;
    let mut unchanged = beside.iter().filter(is_evidence).filter(|beside| is_unchanged(store, beside)).peekable();
    Ok(unchanged.peek().is_none() || unchanged.any(|beside| beside.client_id > client))
}

/// Whether a client still belongs to the recorded machine. A client that cannot be read proves nothing, and must not
/// keep an outcome from being recorded.
fn is_unchanged(store: &Store, record: &SentRecord) -> bool {
    let now = store.registration(record.client_id).ok().flatten();
    now.is_some_and(|now| now.is_same_machine(&record.registration))
}

/// Returns a sentence on what an asset shows that is not its own.
#[must_use]
pub fn sentence(notice: &LeftBehind) -> String {
    let LeftBehind { inventory_id, sent_at, now, .. } = notice;
    if let Some(replacement) = notice.replacement {
        let (at, assets) = (replacement.at.date_text(), replacement.assets);
        let assets = if assets == 1 { "1 asset shows".to_owned() } else { format!("{assets} assets show") };
        return format!(
            "the WipeOS database was replaced on {at}: {assets} what machines of the old one sent, such as asset {inventory_id}"
        );
    }
    let now = match now {
        Some(now) => format!("is now {now}"),
        None => "has no inventory ID now".to_owned(),
    };
    format!(
        "asset {inventory_id} still shows what {} sent on {}; that machine {now}",
        machine(notice),
        sent_at.date_text()
    )
}

/// Names the machine, by its serial number if it is known.
fn machine(notice: &LeftBehind) -> String {
    match &notice.registration.serial_number {
        Some(serial) => format!("machine {}", crate::model::excerpt(serial)),
        None => format!("the machine of client {}", notice.client_id),
    }
}

/// Returns the next step for a person.
#[must_use]
pub fn advice(notice: &LeftBehind) -> String {
    let id = &notice.inventory_id;
    let dismissal = format!("`wipeos-iqr dismiss {id} --reason TEXT`");
    match (notice.replacement, notice.is_attention) {
        (Some(_), _) => format!("look at them in IQR if they are still in the shop; {dismissal} ends this notice"),
        (None, true) => {
            format!(
                "correct asset {id} in IQR by hand, then {dismissal}; if the new ID is the slip, correct that in WipeOS"
            )
        }
        (None, false) => format!(
            "the machine was wiped or tested again since, so it may have been received again: if asset {id} shows what it \
             should not, correct it in IQR by hand; {dismissal} ends this notice"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separates_a_slip_from_a_machine_received_again() {
        let then = Fingerprint { updated: 11, wipes: 22, logs: 33 };
        assert!(is_slip(Some(then), Some(Fingerprint { updated: 12, ..then })), "an edit alone");
        assert!(!is_slip(Some(then), Some(Fingerprint { wipes: 23, ..then })));
        assert!(!is_slip(Some(then), Some(Fingerprint { logs: 34, ..then })));
        assert!(is_slip(None, Some(then)), "what is not known is for a person to look at");
    }

    #[test]
    fn names_the_machine_and_where_it_is_now() {
        let at = Timestamp::from_unix_millis(1_714_554_000_000);
        let serial_number = Some("5CG7123XYZ".to_owned());
        let notice = LeftBehind {
            inventory_id: "400999".to_owned(),
            client_id: ClientId(17),
            registration: Registration { created_at: None, serial_number },
            sent_at: at,
            now: Some("400001".to_owned()),
            is_attention: true,
            noticed_at: at,
            replacement: None,
        };
        let expected =
            "asset 400999 still shows what machine 5CG7123XYZ sent on 2024-05-01; that machine is now 400001";
        assert_eq!(sentence(&notice), expected);
        let nameless = LeftBehind { registration: Registration::default(), now: None, ..notice };
        let expected = "asset 400999 still shows what the machine of client 17 sent on 2024-05-01; that machine has no inventory ID now";
        assert_eq!(sentence(&nameless), expected);
    }
}
