//! (stand-in)
use crate::model::{Chassis, Machine, TemplateKind};
/// Choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChassisChoice {
    /// c
    pub chassis: Chassis,
    /// t
    pub template: TemplateKind,
    /// b
    pub because: String,
}
pub fn choose(machine: &Machine) -> ChassisChoice {
    let (chassis, template) = match machine.chassis_type {
        Some(3) => (Chassis::Desktop, TemplateKind::Desktop),
        Some(30) => (Chassis::Tablet, TemplateKind::Laptop),
        _ => (Chassis::Unknown, TemplateKind::Default),
    };
    ChassisChoice { chassis, template, because: "stub".into() }
}
