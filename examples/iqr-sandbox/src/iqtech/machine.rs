//! Vending machines with their planograms: the two of the document, and others that are made up.

use serde_json::{Value, json};

/// A machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// `machineName`.
    pub name: String,
    /// `controlBoardSerialNo`.
    pub serial: String,
    /// `location`.
    pub location: String,
    /// `machineType`.
    pub kind: i64,
    /// `status`.
    pub is_online: bool,
    /// `lastActivity`, as it goes out.
    pub last_activity: String,
    /// `controlBoardVersion`.
    pub version: Option<String>,
    /// `machinePlanogram`.
    pub slots: Vec<Slot>,
}

/// A selection of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// `selection`.
    pub selection: String,
    /// `productName`.
    pub product: String,
    /// `productItemNumber`.
    pub item_number: String,
    /// `criticalLevel`.
    pub critical: i64,
    /// `lowLevel`.
    pub low: i64,
    /// `parLevel`.
    pub par: i64,
    /// `maxDepth`.
    pub max_depth: i64,
    /// `currentCount`.
    pub count: i64,
    /// `price`, a text.
    pub price: String,
}

impl Slot {
    /// Creates a slot of the document's product with a count, the levels critical, low and par, and the depth.
    #[must_use]
    pub fn new(selection: &str, count: i64, [critical, low, par, max_depth]: [i64; 4]) -> Self {
        Self {
            selection: selection.to_owned(),
            product: "Binder clips- Medium".to_owned(),
            item_number: "5678".to_owned(),
            critical,
            low,
            par,
            max_depth,
            count,
            price: "0.00".to_owned(),
        }
    }
}

impl Machine {
    /// The serials of the document's two machines.
    pub const SERIALS: [&'static str; 2] = ["WTN42246643220217481", "WTNVMmUEkdEMgJe"];

    /// Returns the two machines of the document: the first one is critically low, the second one has no levels.
    #[must_use]
    pub fn named() -> Vec<Self> {
        vec![
            Self {
                name: " Test Machine Waukee Touchscreen".to_owned(),
                serial: Self::SERIALS[0].to_owned(),
                location: "Waukee Test Office".to_owned(),
                kind: 2,
                is_online: true,
                last_activity: "2024-04-24T16:06:57.6305139".to_owned(),
                version: Some("5161".to_owned()),
                slots: vec![Slot::new("100", 2, [5, 6, 0, 15])],
            },
            Self {
                name: "Virtual Tracker Example".to_owned(),
                serial: Self::SERIALS[1].to_owned(),
                location: "Testing Machines".to_owned(),
                kind: 3,
                is_online: true,
                last_activity: "2023-07-17T16:40:40.045444".to_owned(),
                version: None,
                slots: vec![Slot::new("100", 31, [0; 4])],
            },
        ]
    }

    /// Makes up a machine with so many slots, none of them low: everything depends on its place, from 0, alone.
    #[must_use]
    pub fn made_up(place: usize, slots: usize) -> Self {
        let slot = |number: usize| Slot {
            product: ["SSD 512 GB", "RAM 16 GB", "Caddy 2.5\"", "Screws, M3"][number % 4].to_owned(),
            item_number: (9000 + number).to_string(),
            price: "12.50".to_owned(),
            ..Slot::new(&(100 + number).to_string(), 20, [2, 5, 18, 24])
        };
        Self {
            name: format!("Bench {}", place + 1),
            serial: format!("WTN9{place:016}"),
            location: "Shop".to_owned(),
            kind: 2,
            is_online: place % 5 != 4,
            last_activity: "2024-04-24T16:06:57".to_owned(),
            version: Some("5161".to_owned()),
            slots: (0..slots).map(slot).collect(),
        }
    }

    pub(super) fn item(&self) -> Value {
        let slot = |slot: &Slot| {
            json!({
                "selection": slot.selection,
                "productName": slot.product,
                "productItemNumber": slot.item_number,
                "criticalLevel": slot.critical,
                "lowLevel": slot.low,
                "parLevel": slot.par,
                "maxDepth": slot.max_depth,
                "currentCount": slot.count,
                "price": slot.price,
            })
        };
        json!({
            "machine": {
                "machineName": self.name,
                "controlBoardSerialNo": self.serial,
                "machineSerialNo": null,
                "location": self.location,
                "machineType": self.kind,
                "status": self.is_online,
                "lastActivity": self.last_activity,
                "controlBoardVersion": self.version,
            },
            "machinePlanogram": self.slots.iter().map(slot).collect::<Vec<Value>>(),
        })
    }
}
