//! Any bytes are an answer of a service or an error in words.
#![no_main]

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    wipeos_iqr::iqr::fuzzing::decode(body);
    wipeos_iqr::iqmetrix::fuzzing::decode(body);
    wipeos_iqr::iqtech::fuzzing::decode(body);
});
