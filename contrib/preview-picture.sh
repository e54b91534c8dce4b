#!/usr/bin/env bash
# Makes contrib/preview.png, the picture of a preview in the README, anew: runs the program against the sandbox and lets a
# browser draw what it prints. It needs Rust, python3, chromium, pngquant and the font DejaVu
# Sans Mono.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cargo build --locked --quiet --bins --examples
built=${CARGO_TARGET_DIR:-target}/debug
work=$(mktemp -d)
mkfifo "$work/stop"
"$built/examples/sandbox" --folder "$work/wipeos" <"$work/stop" >"$work/sandbox.toml" &
sandbox=$!
exec 9>"$work/stop" # held open: the sandbox ends with its stdin
trap 'kill "$sandbox" 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do grep -q asset_creator "$work/sandbox.toml" && break; sleep 0.1; done

shown="preview 413800 --remote"
# shellcheck disable=SC2086
"$built/wipeos-iqr" --config "$work/sandbox.toml" --color always $shown >"$work/shown.txt"
python3 - "$work/shown.txt" "wipeos-iqr $shown" >"$work/shown.html" <<'PYTHON'
import html, re, sys
styles = {"1": "font-weight:bold", "2": "color:#8b949e", "31": "color:#ff7b72", "32": "color:#4cc38a", "33": "color:#e3b341"}
def line(text):
    out, style = "", ""
    for part in re.split(r"(\x1b\[[0-9;]*m)", text):
        if part.startswith("\x1b["):
            codes = part[2:-1].split(";")
            style = "" if codes == ["0"] else ";".join([style, *(styles.get(code, "") for code in codes)])
        elif part:
            out += f'<span style="{style}">{html.escape(part)}</span>'
    return out
text = open(sys.argv[1], encoding="utf-8").read()
print("<!DOCTYPE html><meta charset=utf-8><style>body{margin:0;background:#14171b;color:#e6e9ed}"
      "pre{margin:14px 18px;font:14px/18px 'DejaVu Sans Mono',monospace}</style><pre>"
      f"<span style='color:#8b949e'>$</span> {html.escape(sys.argv[2])}\n" + line(text) + "</pre>")
PYTHON
lines=$(wc -l <"$work/shown.txt")
chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$work/browser" \
    --window-size="712,$(((lines + 1) * 18 + 28))" --screenshot="$work/preview.png" "file://$work/shown.html" 2>"$work/log" ||
    { cat "$work/log" >&2; exit 1; }
# A terminal has few colors: a palette of them is a fifth of the size.
pngquant --speed 1 --strip --force --output contrib/preview.png 32 "$work/preview.png"
ls -l contrib/preview.png
