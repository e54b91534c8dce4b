//! What is known of a machine, turned into what IQR shall say of it. Pure: no I/O, no clock.

pub mod capacity;
pub mod chassis;
pub mod manufacturer;
pub mod model_name;
pub mod one_line;
pub mod placeholder;
pub mod processor;

#[cfg(test)]
mod fixtures;
