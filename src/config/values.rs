//! Checks of single values: pure functions from a text to a value, or to the end of a sentence that says why not. No
//! message repeats the text.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::flaw::Flaw;

const DURATION: &str = "must be a length of time such as \"30s\", \"10m\", \"1h\" or \"90d\"";
const MAX_DAYS: u64 = 1000;

/// Parses a text that is not blank and fits on a line.
pub(super) fn text(text: &str) -> Result<String, Flaw> {
    if text.trim().is_empty() {
        return Err("must not be blank".into());
    }
    if text.chars().any(char::is_control) {
        return Err("must not hold control characters".into());
    }
    Ok(text.trim().to_owned())
}

/// Parses a text that fits on a line and may be blank.
pub(super) fn optional_text(written: &str) -> Result<String, Flaw> {
    if written.trim().is_empty() { Ok(String::new()) } else { text(written) }
}

/// Parses one of a few words.
pub(super) fn word<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, Flaw> {
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
        return Ok(*value);
    }
    let quoted: Vec<_> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
    let (last, others) = quoted.split_last().ok_or("must not be given")?;
    Err(format!("must be {} or {last}", others.join(", ")).into())
}

/// Parses a number and a unit: `ms`, `s`, `m`, `h` or `d`. More than nothing, at most 1000 days.
pub(super) fn duration(text: &str) -> Result<Duration, Flaw> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).ok_or(DURATION)?;
    let (number, unit) = text.split_at(unit_at);
    let millis = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(DURATION.into()),
    };
    if number.is_empty() {
        return Err(DURATION.into());
    }
    match number.parse::<u64>().ok().and_then(|number| number.checked_mul(millis)) {
        Some(0) => Err("must be longer than zero".into()),
        Some(millis) if millis <= MAX_DAYS * 86_400_000 => Ok(Duration::from_millis(millis)),
        _ => Err(format!("must be at most \"{MAX_DAYS}d\"").into()),
    }
}

/// The URL of a service, without the slash at its end. The API key travels to it, so it is https; plain http stays on
/// this machine.
pub(super) fn service_url(text: &str) -> Result<String, Flaw> {
    let (scheme, host) = parts(text)?;
    match scheme {
        "https" => Ok(text.trim_end_matches('/').to_owned()),
        "http" if is_loopback(host) => Ok(text.trim_end_matches('/').to_owned()),
        "http" => Err("must begin with https:// (http:// is for services on this machine only)".into()),
        _ => Err("must be a URL that begins with https://".into()),
    }
}

/// Parses the URL of one endpoint, path included, by the rules of [`service_url`]. A slash at its end is the path's.
pub(super) fn endpoint_url(text: &str) -> Result<String, Flaw> {
    let host = service_url(text)?;
    let has_path = host.split_once("://").is_some_and(|(_, rest)| rest.contains('/'));
    if has_path { Ok(text.to_owned()) } else { Err("must be a URL with the path of the endpoint".into()) }
}

/// Parses the URL of a monitor, without the slash at its end. The monitor learns only that a pass was made, and may
/// stand in the same network: plain http is good enough.
///
/// The URL may have a query, such as `?create=1`.
pub(super) fn monitor_url(text: &str) -> Result<String, Flaw> {
    let (bare, query) = text.split_at(text.find('?').unwrap_or(text.len()));
    let scheme = parts(bare)?.0;
    if !query.bytes().skip(1).all(|byte| byte == b'?' || is_path_byte(byte)) {
        return Err("must be a URL without blanks and `#`".into());
    }
    match scheme {
        "https" | "http" => Ok(bare.trim_end_matches('/').to_owned() + query),
        _ => Err("must be a URL that begins with https:// or http://".into()),
    }
}

/// Scheme and host.
fn parts(text: &str) -> Result<(&str, &str), Flaw> {
    let (scheme, rest) = text.split_once("://").ok_or("must be a URL that begins with https://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if authority.contains('@') {
        return Err("must not hold a user name or password".into());
    }
    if !path.bytes().all(is_path_byte) {
        return Err("must be a URL without blanks, `?` and `#`".into());
    }
    let host = host(authority).ok_or("must be a URL with a host and, if need be, a port")?;
    Ok((scheme, host))
}

/// The host of `host`, `host:port`, `[v6]` or `[v6]:port`.
fn host(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').filter(|(host, _)| host.parse::<Ipv6Addr>().is_ok())?,
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':');
    let port_is_sound = match port.strip_prefix(':') {
        Some(digits) => {
            digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok_and(|port| port > 0)
        }
        None => port.is_empty(),
    };
    (port_is_sound && !host.is_empty() && host.bytes().all(name)).then_some(host)
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || host.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
}

fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'\\' | b'"' | b'<' | b'>')
}

/// Whether a key, by its name, holds a secret.
pub(super) fn sounds_secret(key: &str) -> bool {
    let folded: String = key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    ["apikey", "apitoken", "token", "password", "secret", "key"].iter().any(|word| folded.ends_with(word))
}

/// Returns a name in the form in which names are compared: without case and blanks.
pub(super) fn folded(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// The candidate that `name` is probably meant to be: at most a third of its characters apart.
pub(super) fn nearest<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let name = folded(name);
    candidates
        .map(|candidate| (strsim::damerau_levenshtein(&name, &folded(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_duration_as_a_number_and_a_unit() {
        for (text, millis) in
            [("200ms", 200), ("30s", 30_000), ("10m", 600_000), ("1h", 3_600_000), ("90d", 7_776_000_000)]
        {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in
            ["", "s", "30", "30 s", "-1s", "1.5h", "1h30m", "30S", "1w", "0s", "0d", "1001d", "99999999999999999999s"]
        {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn keeps_plain_http_on_this_machine() {
        for url in [
            "https://api.iqreseller.com",
            "https://api.iqreseller.com:8443/v1",
            "http://localhost:8080",
            "http://LOCALHOST",
            "http://127.0.0.1:1",
            "http://127.255.255.254",
            "http://[::1]:8080",
        ] {
            assert_eq!(service_url(url), Ok(url.to_owned()));
            assert_eq!(service_url(&format!("{url}/")), Ok(url.to_owned()));
        }
        for url in [
            "",
            "api.iqreseller.com",
            "ftp://api.iqreseller.com",
            "HTTP://127.0.0.1",
            "http://api.iqreseller.com",
            "http://127.0.0.1.example.com",
            "http://127.0.0.1@example.com",
            "http://localhost.example.com",
            "http://128.0.0.1",
            "http://[::2]",
            "http://2130706433",
            "https://",
            "https:///path",
            "https://user:pass@api.iqreseller.com",
            "https://api.iqreseller.com:0",
            "https://api.iqreseller.com:65536",
            "https://api.iqreseller.com:+1",
            "https://api.iqreseller.com:",
            "https://api iqreseller.com",
            "https://api.iqreseller.com/a b",
            "https://api.iqreseller.com?key=1",
            "https://api.iqreseller.com/?key=1",
            "https://api.iqreseller.com\r\nx: y",
            "https://[::1",
            "https://[nonsense]",
        ] {
            assert!(service_url(url).is_err(), "{url}");
        }
    }

    #[test]
    fn distinguishes_a_near_miss_from_a_stranger() {
        let settings = ["time_budget", "comments", "verify_writes"];
        assert_eq!(nearest("time_budgt", settings.into_iter()), Some("time_budget"));
        assert_eq!(nearest("Time Budget", settings.into_iter()), Some("time_budget"));
        assert_eq!(nearest("coment", settings.into_iter()), Some("comments"));
        assert_eq!(nearest("colour", settings.into_iter()), None);
    }
}
