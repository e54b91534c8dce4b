//! `iqtech employee pin`. A PIN comes from stdin and goes into one request body, and nowhere else.

use std::io::{self, Read};

use anyhow::{Result, anyhow};

use super::connection::connect;
use super::employee_changes::report;
use super::outcome::value_of;
use crate::cli::{Global, PinArgs};
use crate::commands::{Exit, Usage, load};
use crate::iqtech::PinBody;
use crate::secret::Secret;
use crate::terminal;

/// The largest input that is read, in bytes.
const MAX_INPUT: u64 = 4096;

/// Changes a PIN.
pub(super) fn run(global: &Global, args: &PinArgs) -> Result<Exit> {
    let config = load(global)?;
    let client = connect(&config)?;
    let (old_pin, pin) = if terminal::is_there() { ask()? } else { read()? };
    let body = PinBody {
        account_id: args.account_id.clone(),
        employee_number: Some(args.number.clone()),
        old_pin: Some(old_pin),
        pin: Some(pin),
        emplid: args.emplid.clone(),
    };
    let check = "have the employee try the new PIN at a machine";
    value_of(client.set_employee_pin(&body), check)?;
    report(&args.number, args.json, "has the new PIN")
}

fn ask() -> Result<(Secret, Secret)> {
    let ask = |prompt: &str| -> Result<Secret> {
        let typed =
            terminal::ask_secret(prompt)?.ok_or_else(|| anyhow!("the question was broken off; nothing is sent"))?;
        pin(typed.expose())
    };
    Ok((ask("Old PIN")?, ask("New PIN")?))
}

/// Reads the old PIN and the new one, one a line.
fn read() -> Result<(Secret, Secret)> {
    const FORM: &str = "stdin must have two lines: the old PIN and the new one";
    let mut bytes = Vec::new();
    io::stdin().take(MAX_INPUT + 1).read_to_end(&mut bytes)?;
    let text = String::from_utf8(bytes).map_err(|_| Usage("what stdin has is no text".to_owned()))?;
    let mut lines = text.lines();
    match (lines.next(), lines.next(), lines.next()) {
        (Some(old), Some(new), None) => Ok((pin(old)?, pin(new)?)),
        (..) => Err(Usage(FORM.to_owned()).into()),
    }
}

fn pin(typed: &str) -> Result<Secret> {
    match typed.trim() {
        "" => Err(Usage("a PIN is blank; nothing is sent".to_owned()).into()),
        pin => Ok(Secret::new(pin)),
    }
}
