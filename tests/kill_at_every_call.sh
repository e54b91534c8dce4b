#!/bin/sh
# Kills a pass of 20 clients at every system call that counts, one after another, and checks after each that one clean
# pass brings everything to its place. Needs strace and the right to trace; takes some minutes.
set -eu
cd "$(dirname "$0")/.."
command -v strace >/dev/null || { echo "strace is needed (apt-get install strace)" >&2; exit 1; }
WIPEOS_TEST_EVERY_CALL=1 exec cargo test --test integration "${1:-strace_kill}" -- --nocapture
