//! Short digests that stand for a text or a state in the ledger, stable across versions and machines.

use sha2::{Digest, Sha256};

/// 16 bytes that stand for a sequence of texts. Each text is framed by its length, so `["ab", "c"]` and `["a", "bc"]`
/// differ.
#[must_use]
pub fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 16] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut digest = [0; 16];
    digest.copy_from_slice(&hasher.finalize()[..16]);
    digest
}

/// 8 bytes that stand for one text: enough to recognize it among the few texts of one asset.
#[must_use]
pub fn short(text: &[u8]) -> u64 {
    let mut digest = [0; 8];
    digest.copy_from_slice(&Sha256::digest(text)[..8]);
    u64::from_le_bytes(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinguishes_where_one_text_ends_and_the_next_begins() {
        let digest = |parts: &[&str]| of(parts.iter().map(|part| part.as_bytes()));
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_eq!(digest(&["ab", "c"]), digest(&["ab", "c"]));
    }

    #[test]
    fn understands_a_digest_in_an_old_ledger() {
        assert_eq!(short(b"Memory: PASS"), 0x5733_30fc_a371_a383);
    }
}
