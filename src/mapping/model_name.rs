//! (stand-in)
/// Lenovo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LenovoModel {
    /// Name.
    Name,
    /// Type.
    MachineType,
}
pub fn model_name(_: &str, model: Option<&str>, _: Option<&str>, _: Option<&str>, _: LenovoModel) -> String {
    model.filter(|m| !super::is_placeholder(m)).unwrap_or_default().to_owned()
}
pub fn machine_type(_: &str, _: Option<&str>, _: Option<&str>) -> Option<String> {
    None
}
