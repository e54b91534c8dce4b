//! The facts by which the key of a client is known to stand for the same machine still.

use super::{Machine, Timestamp, is_same_serial};

/// The time when a client was made, and the serial number of its machine. A WipeOS database that is replaced gives the
/// same keys to other machines, which differ in these two.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registration {
    /// The time when the client was made, where WipeOS knows it.
    pub created_at: Option<Timestamp>,
    /// The serial number, unless it is a filler.
    pub serial_number: Option<String>,
}

impl Registration {
    /// The registration of a machine.
    #[must_use]
    pub fn from_machine(machine: &Machine) -> Self {
        Self { created_at: machine.created_at, serial_number: machine.real_serial().map(str::to_owned) }
    }

    /// Whether clients of one key with these two are one machine. A part that one of them lacks decides nothing.
    #[must_use]
    pub fn is_same_machine(&self, other: &Self) -> bool {
        let is_other_time = self.created_at.zip(other.created_at).is_some_and(|(one, another)| one != another);
        let serials = self.serial_number.as_deref().zip(other.serial_number.as_deref());
        let is_other_serial = serials.is_some_and(|(one, another)| !is_same_serial(one, another));
        !is_other_time && !is_other_serial
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration(created_at: Option<i64>, serial_number: Option<&str>) -> Registration {
        let created_at = created_at.map(Timestamp::from_unix_millis);
        Registration { created_at, serial_number: serial_number.map(str::to_owned) }
    }

    #[test]
    fn separates_machines_by_time_and_by_serial() {
        let known = registration(Some(1_000), Some("5CG7123XYZ"));
        assert!(known.is_same_machine(&known));
        assert!(known.is_same_machine(&registration(Some(1_000), Some(" 5cg7123xyz"))), "case and blanks say nothing");
        assert!(!known.is_same_machine(&registration(Some(2_000), Some("5CG7123XYZ"))), "another time");
        assert!(!known.is_same_machine(&registration(Some(1_000), Some("5CG7123XYA"))), "another serial number");
        assert!(!registration(None, Some("A1B2C3")).is_same_machine(&registration(None, Some("A1B2C4"))));
    }

    #[test]
    fn lets_the_key_decide_where_nothing_else_is_known() {
        let known = registration(Some(1_000), Some("5CG7123XYZ"));
        for other in [registration(None, None), registration(None, Some("5CG7123XYZ")), registration(Some(1_000), None)]
        {
            assert!(known.is_same_machine(&other) && other.is_same_machine(&known), "{other:?}");
        }
    }

    #[test]
    fn takes_no_filler_for_a_serial() {
        let machine = Machine { serial_number: Some("To be filled by O.E.M.".to_owned()), ..Machine::default() };
        assert_eq!(Registration::from_machine(&machine), Registration::default());
    }
}
