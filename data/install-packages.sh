#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs the Debian packages that are missing: what it takes to build and run minipay, and with the word `tests` also
# what the tests start. As root or through sudo; otherwise it prints the one line that would do it and exits with 2.
set -eu

build='binutils ca-certificates gcc gir1.2-glib-2.0 gjs glib-networking gobject-introspection libc6-dev
  libgirepository1.0-dev libglib2.0-dev libjson-glib-dev libsoup-3.0-dev libssl-dev meson ninja-build pkg-config python3
  python3-gi valac'
tests='git nginx-light openssl python3-cryptography valgrind'

# a node from elsewhere serves as well as Debian's
node_major=$(node --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p')
if [ "${node_major:-0}" -lt 18 ] || ! command -v npm >/dev/null 2>&1; then
  tests="$tests nodejs npm"
fi

packages=$build
if [ "${1-}" = tests ]; then
  packages="$build $tests"
fi

missing=
for package in $packages; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  if [ "$status" != installed ]; then
    missing="$missing $package"
  fi
done
if [ -z "$missing" ]; then
  exit 0
fi

line="apt-get install --yes --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
  sudo=
elif command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
  sudo=sudo
else
  echo "these packages are missing, install them as root:" >&2
  echo "$line" >&2
  exit 2
fi

# nginx is started by the tests alone: the installation must not start one. A rule that is there already stays.
rule=/usr/sbin/policy-rc.d
if [ ! -e "$rule" ]; then
  printf '#!/bin/sh\nexit 101\n' | $sudo tee "$rule" >/dev/null
  $sudo chmod 755 "$rule"
  trap '$sudo rm -f "$rule"' EXIT
fi
$sudo env DEBIAN_FRONTEND=noninteractive apt-get update --quiet >&2
$sudo env DEBIAN_FRONTEND=noninteractive $line --quiet >&2
