#!/usr/bin/env bash
# Builds the Debian package and tries it as a new administrator would: installs it, checks modes and units, runs init,
# auth-test, a preview and a pass against the sandbox as the package's account, installs it over itself, removes and purges
# it.
#
# It changes the machine that it runs on (an account, files in /etc and /var, all but the account gone at the end), so run
# it as root in a container or a chroot that may be thrown away. It needs Rust, a C compiler, cargo-deb and dpkg-dev;
# systemd-analyze, lintian and logrotate are used where they are. With --package FILE a package that exists is tried.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

say() { printf '\n== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null || { printf 'SKIPPED: %s is not here\n' "$1"; return 1; }; }
as_service() { runuser -u wipeos-iqr -- "$@"; }

# expect MODE OWNER:GROUP PATH
expect() {
    local found
    found=$(stat -c '%a %U:%G' "$3") || fail "$3 is not there"
    [ "$found" = "$1 $2" ] || fail "$3 is $found, not $1 $2"
    printf 'ok  %s %s %s\n' "$1" "$2" "$3"
}

[ "$(id -u)" -eq 0 ] || fail "run as root, in a container or a chroot"
! dpkg-query -W wipeos-iqr >/dev/null 2>&1 || fail "wipeos-iqr is installed here already"
[ ! -e /etc/wipeos-iqr ] && [ ! -e /var/lib/wipeos-iqr ] || fail "there is a configuration or a ledger here already"

target=${CARGO_TARGET_DIR:-target}
work=$(mktemp -d)
sandbox=
cleanup() {
    [ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null || true
    dpkg --purge wipeos-iqr >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap cleanup EXIT

if [ "${1-}" = --package ]; then
    package=$2
else
    say "build"
    cargo deb --locked --output "$work/wipeos-iqr.deb"
    package=$work/wipeos-iqr.deb
fi
cargo build --locked --quiet --example sandbox

say "what is in it"
dpkg-deb --info "$package"
dpkg-deb --contents "$package"
if have lintian; then lintian --tag-display-limit 0 "$package" || fail "lintian finds errors"; fi

say "install"
dpkg --install "$package"
expect 755 root:root /usr/bin/wipeos-iqr
expect 750 root:wipeos-iqr /etc/wipeos-iqr
expect 640 root:wipeos-iqr /etc/wipeos-iqr/config.toml
expect 750 wipeos-iqr:wipeos-iqr /var/lib/wipeos-iqr
expect 750 wipeos-iqr:wipeos-iqr /var/log/wipeos-iqr
dpkg-query -W -f '${Conffiles}\n' wipeos-iqr | grep -q /etc/wipeos-iqr/config.toml || fail "the config is no conffile"
[ ! -e /etc/systemd/system/timers.target.wants/wipeos-iqr.timer ] || fail "the timer runs before the config is edited"
if have man; then man -w wipeos-iqr-sync; man -w 5 wipeos-iqr.toml; fi
bash -c 'source /usr/share/bash-completion/completions/wipeos-iqr && complete -p wipeos-iqr'

say "units"
if have systemd-analyze; then
    units=(/usr/lib/systemd/system/wipeos-iqr.service /usr/lib/systemd/system/wipeos-iqr.timer)
    [ -e "${units[0]}" ] || units=("${units[@]/#\/usr/}")
    found=$(systemd-analyze verify "${units[@]}" 2>&1) || fail "systemd-analyze: $found"
    [ -z "$found" ] || fail "systemd-analyze: $found"
    systemd-analyze security --offline=yes --threshold=20 "${units[0]}" | tail -1
fi
if have logrotate; then logrotate --debug /etc/logrotate.d/wipeos-iqr >/dev/null 2>&1 || fail "logrotate"; fi

say "a WipeOS database that another account owns, and an IQR in memory"
chmod 755 "$work"
mkfifo "$work/stop"
"$target/debug/examples/sandbox" --folder "$work/wipeos" <"$work/stop" >"$work/sandbox.toml" &
sandbox=$!
exec 9>"$work/stop" # held open: the sandbox ends with its stdin
for _ in $(seq 100); do grep -q asset_creator "$work/sandbox.toml" && break; sleep 0.1; done
url=$(sed -n 's/^api_url = "\(.*\)"/\1/p' "$work/sandbox.toml")
[ -n "$url" ] || fail "the sandbox does not start"
mv "$work/wipeos/api-key" "$work/api-key"
chown -R games:games "$work/wipeos"
chmod 750 "$work/wipeos"
adduser --quiet wipeos-iqr games

say "init"
wipeos-iqr --config "$work/proposed.toml" init --from-store "$work/wipeos/wipeos.db"
expect 640 root:root "$work/proposed.toml"
! wipeos-iqr --config /etc/wipeos-iqr/config.toml init 2>/dev/null || fail "init overwrites the config"
sed "s|^signin_url = .*|signin_url = \"$url\"|; s|^api_url = .*|api_url = \"$url\"|" "$work/proposed.toml" \
    >/etc/wipeos-iqr/config.toml
install -o wipeos-iqr -m 600 "$work/api-key" /etc/wipeos-iqr/api-key

say "auth-test, a preview and a pass, as the account of the package"
as_service wipeos-iqr auth-test
as_service wipeos-iqr preview 413800 --remote >"$work/preview.txt" || fail "preview"
as_service wipeos-iqr sync -v
[ -z "$(as_service wipeos-iqr sync 2>&1)" ] || fail "a pass with nothing to do says something"
expect 640 wipeos-iqr:wipeos-iqr /var/lib/wipeos-iqr/ledger.db.lock
[ "$(ls "$work/wipeos")" = wipeos.db ] || fail "there is something beside the WipeOS database: $(ls "$work/wipeos")"

say "as the service makes it: all read-only but the state, the key root's and handed over as a credential"
chown root:root /etc/wipeos-iqr/api-key
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl start wipeos-iqr.service || fail "the service; see journalctl -u wipeos-iqr"
else
    install -d -o wipeos-iqr -m 500 "$work/credentials"
    install -o wipeos-iqr -m 400 "$work/api-key" "$work/credentials/iqr-api-key"
    unshare -m sh -ec '
        mount --bind /var/lib/wipeos-iqr /var/lib/wipeos-iqr
        mount -o remount,ro,bind /
        ! touch "$1/wipeos/written" 2>/dev/null || { echo "the disk is not read-only"; exit 1; }
        CREDENTIALS_DIRECTORY=$1/credentials exec setpriv --reuid wipeos-iqr --regid wipeos-iqr --init-groups \
            --no-new-privs --bounding-set=-all wipeos-iqr sync --full -v' sh "$work" || fail "the pass of a service"
fi
as_service wipeos-iqr status

say "installed over itself, what was changed stays"
chmod 600 /etc/wipeos-iqr/config.toml
before=$(sha256sum /etc/wipeos-iqr/config.toml)
dpkg --force-confold --install "$package"
expect 600 root:wipeos-iqr /etc/wipeos-iqr/config.toml
[ "$before" = "$(sha256sum /etc/wipeos-iqr/config.toml)" ] || fail "the config was changed"

say "remove keeps what was made, purge the custody record alone"
dpkg --remove wipeos-iqr
[ -e /etc/wipeos-iqr/api-key ] && [ -e /var/lib/wipeos-iqr/ledger.db ] || fail "remove takes too much"
echo '{}' >/var/lib/wipeos-iqr/custody.jsonl
dpkg --purge wipeos-iqr
[ "$(ls -A /var/lib/wipeos-iqr)" = custody.jsonl ] || fail "purge keeps other than the custody record"
rm -r /var/lib/wipeos-iqr
for path in /etc/wipeos-iqr /var/lib/wipeos-iqr /var/log/wipeos-iqr; do
    [ ! -e "$path" ] || fail "purge leaves $path: $(ls -la "$path")"
done

say "all of it holds"
