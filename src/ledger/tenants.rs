//! The tenant of IQR to which a ledger belongs. Data sent to one tenant says nothing of another, so each has a ledger
//! of its own. The one in use stands at `ledger.path`; those of other tenants stand beside it until the config comes
//! back to them.

use std::fmt::Write;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::database::{Ledger, WRITABLE};
use super::durability::Durability;
use super::error::Error;
use super::lock::PRIVATE;
use super::run_ledger::RunLedger;
use super::{codec, schema};
use crate::digest;
use crate::escape::in_full;
use crate::files;
use crate::model::{InventoryId, Sent};
use crate::secret::Secret;
use crate::sqlite;

/// The suffix of the name of another tenant's ledger; its number follows.
const SUFFIX: &str = ".tenant-";

/// Names of single values.
const TENANT: &str = "tenant";
const KEY: &str = "api key digest";
const SALT: &str = "api key salt";
const OWED: &str = "comparison with the tenant is owed";

impl Ledger {
    /// Opens the ledger of a tenant for reading, in use or not; `None` when there is none.
    ///
    /// # Errors
    ///
    /// When it cannot be used; see [`Error`].
    pub fn open_for(path: &Path, tenant: &str) -> Result<Option<Self>, Error> {
        let Some(ledger) = Self::open(path)? else { return Ok(None) };
        if ledger.is_of(tenant)? {
            return Ok(Some(ledger));
        }
        let is_ours = |other: &Self| other.tenant().is_ok_and(|known| known.as_deref() == Some(tenant));
        let ours = ledger.detached()?.into_iter().find(is_ours);
        // What stands beside the ledger in use, such as the lock file, is found by its name.
        Ok(ours.map(|other| Self { path: ledger.path.clone(), ..other }))
    }

    /// Returns the tenant that this ledger belongs to; `None` before a pass of this version.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn tenant(&self) -> Result<Option<String>, Error> {
        self.setting(TENANT)
    }

    /// Whether this ledger may belong to the tenant: its URLs are the same, or no pass of this version has used it.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn is_of(&self, tenant: &str) -> Result<bool, Error> {
        Ok(self.tenant()?.is_none_or(|known| known == tenant))
    }

    /// Whether the tenant was last asked with this key; `None` where that is not known.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn is_key(&self, key: &Secret) -> Result<Option<bool>, Error> {
        let known = self.setting::<Vec<u8>>(SALT)?.zip(self.setting::<Vec<u8>>(KEY)?);
        Ok(known.map(|(salt, digest)| digest == key_digest(&salt, key)))
    }

    /// Whether every client is still to be compared with what this tenant shows.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn owes_comparison(&self) -> Result<bool, Error> {
        Ok(self.setting::<bool>(OWED)?.unwrap_or_default())
    }

    /// Returns the assets that were sent last, with the texts that were sent, at most `limit`.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn newest_assets(&self, limit: u32) -> Result<Vec<(InventoryId, Sent)>, Error> {
        let sql = "SELECT inventory_id, description, extended_description, lines, other_lines, earlier, printed
                   FROM asset ORDER BY at DESC LIMIT ?1";
        self.rows(sql, [limit], |row| Ok((InventoryId::from_record(row.get("inventory_id")?), codec::sent(row)?)))
    }

    /// Whether nothing was sent and nothing was evaluated.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn is_blank(&self) -> Result<bool, Error> {
        let is_empty = |table: &str| {
            let sql = format!("SELECT NOT EXISTS (SELECT 1 FROM {table})");
            self.row(&sql, [], |row| row.get::<_, bool>(0)).map(|is_empty| is_empty == Some(true))
        };
        Ok(self.watermark()?.is_none() && is_empty("asset")? && is_empty("intent")?)
    }

    /// Returns the ledgers of other tenants, the last used first. A ledger that cannot be read is skipped with a
    /// warning.
    ///
    /// # Errors
    ///
    /// When the folder or this ledger cannot be read.
    pub fn detached(&self) -> Result<Vec<Self>, Error> {
        let own = self.setting::<Vec<u8>>(SALT)?.map(|salt| self.detached_path(&salt));
        let mut found = Vec::new();
        for path in detached_paths(&self.path)? {
            // An older state of this ledger, from before it came back into use.
            if own.as_ref().is_some_and(|own| own.file_name() == path.file_name()) {
                continue;
            }
            let used_at = path.metadata().and_then(|metadata| metadata.modified()).ok();
            match Self::open_detached(&path) {
                Ok(ledger) => found.push((used_at, ledger)),
                Err(error) => log::warn!("{}; what was sent to that tenant counts as not known", in_full(&error)),
            }
        }
        found.sort_by_key(|(used_at, _)| std::cmp::Reverse(*used_at));
        Ok(found.into_iter().map(|(_, ledger)| ledger).collect())
    }

    /// Opens a ledger of another tenant. No process writes to it.
    fn open_detached(path: &Path) -> Result<Self, Error> {
        // SQLite would wait for the other end of a pipe.
        if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            return Err(Error::NoFile(path.to_owned()));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let opened = Connection::open_with_flags(sqlite::unchanging(path), flags);
        let ledger = opened.and_then(|connection| Self::configured(connection, path));
        let ledger = ledger.map_err(|source| Error::from(source).at(path))?;
        schema::check(&ledger.connection).map_err(|error| error.at(path))?;
        // The copy of a damaged ledger would fail every pass from then on.
        match ledger.row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))? {
            Some(found) if found != "ok" => Err(Error::Damaged(found).at(path)),
            Some(_) | None => Ok(ledger),
        }
    }

    /// Returns the path of this ledger while another tenant's is in use.
    fn detached_path(&self, salt: &[u8]) -> PathBuf {
        let number = salt.iter().take(8).fold(String::new(), |mut number, byte| {
            _ = write!(number, "{byte:02x}");
            number
        });
        files::beside(&self.path, &format!("{SUFFIX}{number}"))
    }
}

impl RunLedger {
    /// Records the tenant that this ledger is of, and with which key it was asked. Of the key only a salted digest is
    /// kept.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn set_tenant(&mut self, tenant: &str, key: &Secret) -> Result<(), Error> {
        let digest = key_digest(&self.salt()?, key);
        self.set(&[(TENANT, &tenant), (KEY, &digest)])
    }

    /// Returns the salt that is hashed with the key, random and this ledger's own.
    fn salt(&mut self) -> Result<Vec<u8>, Error> {
        if let Some(salt) = self.setting(SALT)? {
            return Ok(salt);
        }
        let salt: Vec<u8> = self.row("SELECT randomblob(16)", [], |row| row.get(0))?.unwrap_or_default();
        self.set(&[(SALT, &salt)])?;
        Ok(salt)
    }

    /// Detaches this ledger and continues with `other`, or with a new one: there every client is still to be compared,
    /// behind fresh news. A dry run leaves no file.
    ///
    /// # Errors
    ///
    /// When one of them cannot be written; then this one is still in use.
    pub fn change_tenant(&mut self, other: Option<&Ledger>, tenant: &str, key: &Secret) -> Result<(), Error> {
        let salt = self.salt()?;
        if self.lock.is_some() {
            self.save(&self.detached_path(&salt))?;
        }
        let fresh = if other.is_none() { Some(self.anew(tenant, key)?) } else { None };
        let Some(from) = other.or(fresh.as_deref()) else { return Ok(()) };
        // The file of `other` may be removed only when the copy is durable.
        from.copy_into(&mut self.ledger.connection).map_err(|source| self.at(source))?;
        let durability = Durability::of_ledger(self);
        durability.ensure(durability.note_commit())?;
        schema::migrate(&mut self.ledger.connection).map_err(|error| error.at(&self.ledger.path))?;
        if let Some(other) = other.filter(|_| self.lock.is_some()) {
            fs::remove_file(&other.path).unwrap_or_else(|error| {
                log::info!("{} cannot be removed: {error}; it is not read any more", other.path.display());
            });
        }
        Ok(())
    }

    /// Makes a ledger for another tenant, which has nothing but the watermark. It names its tenant from the first
    /// moment: a pass that comes no further than the change must not leave one that is taken for another tenant's.
    fn anew(&self, tenant: &str, key: &Secret) -> Result<Self, Error> {
        let mut fresh = Self::new(Ledger::connect(Path::new(""), WRITABLE)?, None);
        fresh.ledger.prepare()?;
        fresh.set_tenant(tenant, key)?;
        if let Some(watermark) = self.watermark()? {
            fresh.set_watermark(&watermark)?;
            fresh.set_overlap_rows(&self.overlap_rows()?)?;
            fresh.set(&[(OWED, &true)])?;
        }
        Ok(fresh)
    }

    /// Makes a copy, whole or not at all.
    fn save(&self, path: &Path) -> Result<(), Error> {
        let draft = files::beside(path, ".new");
        let failed = |source| Error::Io { path: draft.clone(), source };
        if draft.symlink_metadata().is_ok() {
            fs::remove_file(&draft).map_err(failed)?;
        }
        let saved = self.write_copy(&draft).and_then(|()| fs::rename(&draft, path).map_err(failed));
        if saved.is_err() {
            _ = fs::remove_file(&draft);
        }
        saved?;
        File::open(files::folder_of(path)).and_then(|folder| folder.sync_all()).map_err(failed)
    }

    fn write_copy(&self, path: &Path) -> Result<(), Error> {
        let failed = |source| Error::Io { path: path.to_owned(), source };
        let file = File::options().write(true).create_new(true).mode(PRIVATE).open(path).map_err(failed)?;
        // A pass that root makes must not close it to the account that makes the others.
        if rustix::process::geteuid().is_root() {
            let ledger = self.path.metadata().map_err(failed)?;
            fchown(&file, Some(ledger.uid()), Some(ledger.gid())).map_err(failed)?;
        }
        let name = path.to_str().ok_or_else(|| failed(io::ErrorKind::InvalidFilename.into()))?;
        self.connection.execute("VACUUM INTO ?1", [name]).map_err(|source| Error::from(source).at(path))?;
        file.sync_all().map_err(failed)
    }

    /// Records that every client was compared with what this tenant shows.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn settle_owed_comparison(&mut self) -> Result<(), Error> {
        if self.owes_comparison()? { self.unset(OWED) } else { Ok(()) }
    }
}

fn key_digest(salt: &[u8], key: &Secret) -> [u8; 16] {
    digest::of([salt, key.expose().as_bytes()])
}

/// Returns the files of other tenants' ledgers beside this one, in no order.
fn detached_paths(ledger: &Path) -> Result<Vec<PathBuf>, Error> {
    let folder = files::folder_of(ledger);
    let failed = |source| Error::Io { path: folder.to_owned(), source };
    let Some(name) = ledger.file_name().and_then(|name| name.to_str()) else { return Ok(Vec::new()) };
    let begin = format!("{name}{SUFFIX}");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let number = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix(&begin));
        if number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            found.push(path);
        }
    }
    Ok(found)
}
