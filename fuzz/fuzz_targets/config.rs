//! Any text is a config or a list of problems, each with its place.
#![no_main]

#[path = "../properties.rs"]
#[expect(dead_code, reason = "each target has one property")]
mod properties;

libfuzzer_sys::fuzz_target!(|text: &str| properties::config(text));
