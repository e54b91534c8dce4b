//! Carries what a data-wiping shop knows of a machine from a WipeOS appliance into IQ Reseller (IQR).
//!
//! # The way of the data
//!
//! ```text
//! WipeOS database ──read only──▶ store ──▶ Machine ──▶ mapping ──▶ AssetUpdate ─┐
//!                                                                                ├─▶ plan (pure) ─▶ apply ─▶ IQR, then ledger
//! IQR ──────────GET────────────▶ iqr ───▶ Asset (as IQR has it) ────────────────┘
//! ```
//!
//! One direction, no going back. `preview` stops after the plan and prints it; `sync` applies the same value, so a
//! preview can never differ from what is sent.

pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod digest;
pub mod iqr;
pub mod ledger;
pub mod logging;
pub mod mapping;
pub mod model;
pub mod output;
pub mod secret;
pub mod store;
pub mod sync;
