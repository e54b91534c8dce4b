//! (stand-in)
pub fn processor_text(brand: &str, cores: Option<u32>, _packages: Option<u32>) -> String {
    let text =
        brand.replace("(R)", "").replace("(TM)", "").replace(" CPU @", "").replace("GHz", " GHz").replacen('-', " ", 1);
    cores.map_or(text.clone(), |cores| format!("{text} {cores} Cores"))
}
pub fn processor_speed(_brand: &str) -> Option<String> {
    None
}
