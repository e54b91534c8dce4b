//! The secrets of `[iqmetrix]` and `[iqtech]`, and secrets in settings.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::iqtech;
use super::lookups::SECTION;
use crate::config::{Config, ConfigError, SecretName};
use crate::iqmetrix::Secrets;

/// A folder with a config in it, and the files of secrets.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(self, file: &str, text: &str) -> Self {
        let path = self.0.path().join(file);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        self
    }

    /// Reads a config whose secrets are all in this folder.
    fn parse(&self, source: &str) -> Result<Config, ConfigError> {
        let files = "client_secret_file = 'secret'\npassword_file = 'word'\nbasic_token_file = 'token'\n";
        let source =
            format!("iqr.api_key_file = 'key'\n{}", source.replace("[iqmetrix]\n", &format!("[iqmetrix]\n{files}")));
        let source = source.replace("[iqtech]\n", "[iqtech]\nclient_secret_file = 'tech'\n");
        Config::parse(&source, &self.0.path().join("c.toml"))
    }

    fn message(&self, source: &str) -> String {
        self.parse(source).map_or_else(|error| error.to_string(), |_| String::new())
    }
}

fn exposed(secrets: &Secrets) -> Vec<&str> {
    match secrets {
        Secrets::Password { client_secret, password } => vec![client_secret.expose(), password.expose()],
        Secrets::Basic(token) => vec![token.expose()],
    }
}

#[test]
fn reads_only_the_secrets_that_auth_needs() {
    let both = Folder::new().with("secret", " s3cr3t\n").with("word", "my word \n");
    let config = both.parse(SECTION).unwrap();
    assert_eq!(exposed(&config.iqmetrix_secrets().unwrap()), ["s3cr3t", "my word "]);
    let origins = config.iqmetrix_secret_origins().unwrap();
    assert!(origins.len() == 2 && origins[0].ends_with("/secret") && origins[1].ends_with("/word"), "{origins:?}");
    let folder = Folder::new().with("token", "dG9rZW4=");
    let basic = folder.parse("[iqmetrix]\nauth = 'basic'").unwrap();
    assert_eq!(exposed(&basic.iqmetrix_secrets().unwrap()), ["dG9rZW4="]);
    assert!(basic.iqmetrix_secret_origins().unwrap()[0].ends_with("/token"));
}

#[test]
fn names_the_secret_that_is_missing() {
    let message =
        |folder: Folder, source: &str| folder.parse(source).unwrap().iqmetrix_secrets().unwrap_err().to_string();
    assert!(message(Folder::new(), SECTION).starts_with("no iQmetrix client secret: write it to "));
    assert!(message(Folder::new().with("secret", "x"), SECTION).starts_with("no iQmetrix password: write it to "));
    assert!(message(Folder::new(), "[iqmetrix]\nauth = 'basic'").starts_with("no iQmetrix basic token: write it to "));
    let none = message(Folder::new(), "");
    assert!(none.starts_with("the config has no section [iqmetrix]"), "{none}");
}

#[test]
fn reads_the_one_secret_of_iqtech() {
    let folder = Folder::new().with("tech", " s3cr3t\n");
    let config = folder.parse(iqtech::SECTION).unwrap();
    assert_eq!(config.iqtech_secret().unwrap().expose(), "s3cr3t");
    assert!(config.iqtech_secret_origin().unwrap().ends_with("/tech"));
    let missing = Folder::new().parse(iqtech::SECTION).unwrap().iqtech_secret().unwrap_err().to_string();
    assert!(missing.starts_with("no iQ Tech client secret: write it to "), "{missing}");
    let none = folder.parse("").unwrap().iqtech_secret().unwrap_err().to_string();
    assert!(none.starts_with("the config has no section [iqtech]"), "{none}");
}

#[test]
fn refuses_each_secret_in_a_setting_and_names_it() {
    let long = "q7Zr81mWxT0bLpV4nYcE9sKd";
    for (file, name, text) in [
        ("key", SecretName::ApiKey, long),
        ("secret", SecretName::IqmetrixClientSecret, long),
        ("word", SecretName::IqmetrixPassword, long),
        ("word", SecretName::IqmetrixPassword, "Summer 2026"),
        ("word", SecretName::IqmetrixPassword, "correct!horse"),
        ("token", SecretName::IqmetrixBasicToken, long),
        ("tech", SecretName::IqtechClientSecret, long),
    ] {
        let folder = Folder::new().with(file, &format!("{text}\n"));
        let both = format!("{}{SECTION}", iqtech::SECTION);
        for source in [
            format!("{both}url = 'https://{text}.invalid'\n"),
            format!("{both}imei_slot = 'my {text}'"),
            format!("{both}paths.companies = 'x?key={text}'"),
            format!("{both}[templates]\ndescription = '{text}'"),
            format!("{both}[store]\nslots = ['a', 'x{text}']"),
        ] {
            let message = folder.message(&source);
            assert!(message.contains(&format!("this is the {name} itself; take it out")), "{message}");
            assert!(!message.contains(text), "{message}");
        }
        let header = folder.message(&format!("{both}[iqr.headers]\nx = '{text}'"));
        assert_eq!(header.is_empty(), name == SecretName::ApiKey, "{header}");
    }
}

#[test]
fn compares_a_password_like_a_word_with_whole_settings() {
    let folder = Folder::new().with("word", "warehouse\n");
    let place = folder.message("[iqmetrix]\nclient_id = 'c'\nusername = 'warehouse'");
    assert!(place.contains(":7:12: this is the iQmetrix password itself"), "{place}");
    assert!(place.contains("and change the password, for configs are shown"), "{place}");
    assert_eq!(folder.message("[iqmetrix]\nclient_id = 'the warehouse'\nusername = 'Warehouse'"), "");
    assert_eq!(Folder::new().with("word", "IMEI").message(SECTION), "", "too short to be told from words");
}

#[test]
fn searches_no_secret_that_its_own_path_names() {
    let folder = Folder::new().with("word", "word").with("secret", "secret");
    assert_eq!(folder.message("[iqmetrix]\nclient_id = 'secret'\nusername = 'word'"), "");
    let folder = Folder::new().with("word", "Summer2026").with("tech", "Summer2026");
    assert_eq!(folder.message("# Summer2026\n[store]\nslots = ['Summer2026']"), "", "no section, no search");
}

#[test]
fn says_where_a_secret_in_the_section_belongs() {
    for (key, file) in [
        ("client_secret", "client_secret_file"),
        ("secret", "client_secret_file"),
        ("password", "password_file"),
        ("basic_token", "basic_token_file"),
        ("token", "basic_token_file"),
    ] {
        let message = Folder::new().message(&format!("{SECTION}{key} = 'x'"));
        let expected = format!("`iqmetrix.{key}` does not belong in this file: keep the secret in a file of its own");
        assert!(message.contains(&expected) && message.ends_with(&format!("`iqmetrix.{file}`")), "{message}");
    }
    for key in ["client_secret", "secret"] {
        let message = Folder::new().message(&format!("{}{key} = 'x'", iqtech::SECTION));
        assert!(message.ends_with("`iqtech.client_secret_file`"), "{message}");
    }
}
