#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs one test file with the packages of package-lock.json.
#
#   run.sh FOLDER FILE
#
# FOLDER, in the build tree, gets the packages: the first time, and whenever the lock file has changed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
file=$2

if ! node -e 'process.exit (parseInt (process.versions.node) >= 18 ? 0 : 1)'; then
  echo "node 18 or later is needed: install Debian's nodejs and npm" >&2
  exit 1
fi

mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9
if ! cmp -s "$here/package-lock.json" "$folder/installed-lock.json"; then
  cp "$here/package.json" "$here/package-lock.json" "$folder"
  (cd "$folder" && npm ci --ignore-scripts --omit=peer --prefer-offline --no-audit --no-fund >&2)
  cp "$here/package-lock.json" "$folder/installed-lock.json"
fi
exec 9>&-

NODE_PATH="$folder/node_modules" exec node --test-reporter=spec "$here/$file"
