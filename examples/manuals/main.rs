//! Writes the manual pages and the shell completions of `wipeos-iqr` into `contrib/`: from the definition of its command
//! line, the commented config and the texts below `pages/`. To be run after each change of these; a test compares.
//!
//! ```text
//! cargo run --example manuals
//! ```

mod files;

use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    let contrib = Path::new(env!("CARGO_MANIFEST_DIR")).join("contrib");
    for folder in files::FOLDERS {
        match fs::remove_dir_all(contrib.join(folder)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir_all(contrib.join(folder))?,
        }
    }
    for (path, contents) in files::made()? {
        fs::write(contrib.join(path), contents)?;
    }
    Ok(())
}
