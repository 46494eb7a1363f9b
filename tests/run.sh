#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs what is missing, builds, and passes every test: all suites plain, then the C suites under the address and
# undefined-behaviour sanitizers. The suite interop fetches an independent client from the npm registry.
# MINIPAY_TEST_REPEAT (default 1) multiplies the repeat counts of the long tests.
# MINIPAY_TEST_BILL_MIB (default 64) is the size of the bills whose memory is measured; 1024 is what is promised.
set -eu
cd "$(dirname "$0")/.."
umask 022

MINIPAY_TEST_REPEAT=${MINIPAY_TEST_REPEAT:-1}
export MINIPAY_TEST_REPEAT

sh data/install-packages.sh tests

started=$(date +%s)
passed=0
failed=0
skipped=0
minutes=

build_in () { # folder, options of meson setup
  folder=$1
  shift
  if [ ! -f "$folder/build.ninja" ]; then
    meson setup "$folder" "$@"
  fi
  ninja -C "$folder"
  # a clone made with umask 002 may be written by its group, and nobody else's hand may reach a plugin
  chmod go-w . "$folder"
  chmod -R go-w "$folder/plugins"
}

count () { # folder, result
  grep -c "\"result\": \"$2\"" "$1/meson-logs/testlog.json" || true
}

run_suite () { # folder, suite, name to print
  before=$(date +%s)
  meson test -C "$1" --no-rebuild --suite "$2" --print-errorlogs || true
  all=$(grep -c '"result":' "$1/meson-logs/testlog.json" || true)
  ok=$(count "$1" OK)
  skip=$(count "$1" SKIP)
  passed=$((passed + ok))
  skipped=$((skipped + skip))
  failed=$((failed + all - ok - skip))
  if [ "$all" = 0 ]; then
    echo "suite $3 has no tests" >&2
    failed=$((failed + 1))
  fi
  seconds=$(($(date +%s) - before))
  minutes="$minutes
$(printf '  %-22s %3d tests, %d min %02d s' "$3" "$all" $((seconds / 60)) $((seconds % 60)))"
}

build_in build
for suite in lint unit plugins modules integration bindings interop performance; do
  run_suite build $suite $suite
done

build_in build-sanitize -Db_sanitize=address,undefined -Db_lundef=false -Dintrospection=false
for suite in unit plugins modules integration; do
  run_suite build-sanitize $suite "$suite, sanitized"
done

seconds=$(($(date +%s) - started))
echo "$minutes"
printf '  all of it took %d min %02d s\n\n' $((seconds / 60)) $((seconds % 60))
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$skipped" = 0 ]
