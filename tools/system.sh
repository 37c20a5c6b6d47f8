#!/usr/bin/env bash
# Provides what the tests use beyond Python: a Chromium and PostgreSQL's server programs.
# Without the right to install them it says so; only in CI is that a failure.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }

as_root() {
    if [[ $EUID == 0 ]]; then "$@"; else sudo -n "$@"; fi
}

have_browser() {
    local name
    for name in chromium google-chrome google-chrome-stable; do
        command -v "$name" >/dev/null && return
    done
    .venv/bin/python - <<'PYTHON'
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    sys.exit(not Path(playwright.chromium.executable_path).exists())
PYTHON
}

have_postgres() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null; }

can_apt() { command -v apt-get >/dev/null && as_root true 2>/dev/null; }

apt_install() {
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Ubuntu's chromium is a stub for a snap, which containers cannot run.
apt_has_chromium() { [[ $(. /etc/os-release && echo "${ID:-}") == debian ]]; }

install_browser() {
    say "Installing a Chromium for the browser tests."
    if can_apt && apt_has_chromium; then
        apt_install chromium fonts-noto-cjk
    elif can_apt; then
        as_root "$PWD/.venv/bin/playwright" install-deps chromium >/dev/null && .venv/bin/playwright install chromium
    else
        .venv/bin/playwright install chromium
    fi
}

missing=()
have_browser || install_browser || true
have_browser || missing+=("a Chromium (sudo apt install chromium)")
if ! have_postgres && can_apt; then
    say "Installing PostgreSQL for the store's tests."
    apt_install postgresql || true
fi
have_postgres || missing+=("PostgreSQL (sudo apt install postgresql)")

for what in "${missing[@]}"; do
    say "Not found: $what. The tests that need it cannot run here."
done
[[ -z ${CI:-} || ${#missing[@]} == 0 ]]
