//! Fuzzes `words` of `tests/fuzz/targets.rs`.
#![no_main]
#![allow(dead_code, reason = "each target uses its part of what all share")]

#[path = "../../tests/fuzz/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    targets::words(bytes);
});
