//! The `charter` program.

fn main() {}
