#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# From a clone to a payment through every provider: installs what is missing, builds, and runs `minipay demo` with the
# arguments given here. Standard output carries what minipay prints, and nothing else.
set -eu
cd "$(dirname "$0")/.."
umask 022

sh data/install-packages.sh >&2
if [ ! -f build/build.ninja ]; then
  meson setup build >&2
fi
ninja -C build >&2
# a clone made with umask 002 may be written by its group, and nobody else's hand may reach a plugin
chmod go-w . build
chmod -R go-w build/plugins
exec meson devenv -C build minipay demo "$@"
