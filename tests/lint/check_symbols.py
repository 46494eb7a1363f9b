#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Looks at what was built, with nm and readelf: who shows which names, who needs whom, and how it is hardened.

    check_symbols.py --library FILE --sandbox FILE --core FILE [--program FILE]... [--module FILE]...
                     [--instrumented] [--optimized]

One fault a line; exit status 1 when there is one. --instrumented: built with a sanitizer, which adds names.
"""

import argparse
import os
import re
import subprocess
import sys

# What only the library itself may need: plugins speak to minipay alone.
HIDDEN_FROM_MODULES = ('libsoup', 'libcrypto', 'libssl', 'libjson-glib', 'libgmodule', 'libsqlite', 'libpq')


def run(*command):
    result = subprocess.run(command, env=dict(os.environ, LC_ALL='C'), capture_output=True, text=True, check=True)
    return result.stdout


class Binary:
    """What nm and readelf say of one file; the tests make one from texts."""

    def __init__(self, name, dynamic_symbols, symbols, readelf):
        self.name = name
        self.exported = names_of(dynamic_symbols, defined=True)
        self.imported = names_of(dynamic_symbols, defined=False)
        self.defined = names_of(symbols, defined=True)
        self.readelf = readelf
        self.needed = re.findall(r'\(NEEDED\).*\[(.*)\]', readelf)
        flags = re.findall(r'\(FLAGS(?:_1)?\)\s*(?:Flags:)?\s*(.*)', readelf)
        self.flags = set(' '.join(flags).split())

    @classmethod
    def read(cls, path):
        return cls(os.path.basename(path), run('nm', '-D', path), run('nm', path), run('readelf', '-hldW', path))


def names_of(nm, defined):
    """The names nm lists: three columns when defined, two when not."""
    found = set()
    for line in nm.splitlines():
        match = re.match(r'(?:[0-9a-f]{8,})?\s*([A-Za-z])\s+([^\s@]+)', line)
        if match and (match.group(1) not in 'Uw') == defined:
            found.add(match.group(2))
    return found


def faults_of_hardening(binary, is_library, is_instrumented, is_optimized):
    if 'GNU_RELRO' not in binary.readelf:
        yield 'has no RELRO segment'
    if not binary.flags & {'BIND_NOW', 'NOW'}:
        yield 'is not bound at once (BIND_NOW): its tables stay writable'
    if '(TEXTREL)' in binary.readelf or 'TEXTREL' in binary.flags:
        yield 'relocates its code'
    stack = re.search(r'GNU_STACK.*', binary.readelf)
    if stack is None or re.search(r'\sR?WE\s', stack.group()):
        yield 'has an executable stack'
    if not re.search(r'Type:\s+DYN', binary.readelf):
        yield 'is not position-independent'
    if not is_library and 'PIE' not in binary.flags:
        yield 'is no PIE'
    if is_library and 'NODELETE' not in binary.flags:
        yield 'may be unloaded, which its types do not survive (NODELETE)'
    if '__stack_chk_fail' not in binary.imported:
        yield 'has no stack protector'
    if is_optimized and not is_instrumented and not any(n.endswith('_chk') for n in binary.imported):
        yield 'has no checked calls (_FORTIFY_SOURCE)'


def faults_of_library(binary, is_instrumented):
    for name in sorted(binary.exported):
        if not name.startswith('minipay_') and not (is_instrumented and name.startswith('__')):
            yield 'shows %s: its names begin with minipay_' % name
    if not any(n.startswith('minipay_client_') for n in binary.exported):
        yield 'shows no minipay_client_ at all'


def faults_of_sandbox(binary, core):
    for name in binary.needed:
        if name.startswith('libminipay'):
            yield 'needs %s: both sides of the wire would share their mistakes' % name
    if 'main' not in binary.defined:
        yield 'has no symbol table to look into'
    for name in sorted(binary.defined):
        if name.startswith('minipay_') and name not in core:
            yield 'holds %s, which is not of core' % name


def faults_of_module(binary, is_instrumented):
    for name in sorted(binary.exported):
        if name != 'minipay_provider_1' and not (is_instrumented and name.startswith('__')):
            yield 'shows %s: a plugin shows its entry point alone' % name
    if 'minipay_provider_1' not in binary.exported:
        yield 'has no minipay_provider_1'
    for name in binary.needed:
        if name.startswith(HIDDEN_FROM_MODULES):
            yield 'needs %s' % name


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--shared', required=True)
    parser.add_argument('--sandbox', required=True)
    parser.add_argument('--core', required=True)
    parser.add_argument('--program', action='append', default=[])
    parser.add_argument('--module', action='append', default=[])
    parser.add_argument('--instrumented', action='store_true')
    parser.add_argument('--optimized', action='store_true')
    args = parser.parse_args()

    faults = []

    def check(path, specific, is_library):
        binary = Binary.read(path)
        # a plugin may be too small to make any checked call
        is_optimized = args.optimized and path not in args.module
        for found in (specific(binary), faults_of_hardening(binary, is_library, args.instrumented, is_optimized)):
            faults.extend('%s %s' % (binary.name, fault) for fault in found)

    core = names_of(run('nm', args.core), defined=True)
    check(args.shared, lambda b: faults_of_library(b, args.instrumented), True)
    check(args.sandbox, lambda b: faults_of_sandbox(b, core), False)
    for path in args.program:
        check(path, lambda b: (), False)
    for path in args.module:
        check(path, lambda b: faults_of_module(b, args.instrumented), True)
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


if __name__ == '__main__':
    main()
