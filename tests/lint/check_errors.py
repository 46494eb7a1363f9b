#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the .errors files against the page that is made of them and against the plugins' code.

    check_errors.py ROOT

One fault a line on standard output, `path:line: rule: what`; exit status 1 when there is one.
"""

import importlib.util
import os
import re
import sys

import lint

REFUSERS = {'minipay_exchange_refuse': 2, 'minipay_exchange_refuse_known': 1}
# Names of variables that hold a gateway's code, where one is compared.
HOLDERS = {'word', 'code', 'err_code', 'errcode', 'error_code', 'gateway_code'}
# What gateways say when all is well.
SUCCESSES = {'200', '0000', 'SUCCESS', 'OK'}


def load_maker(root):
    path = os.path.join(root, 'docs', 'make-errors.py')
    spec = importlib.util.spec_from_file_location('make_errors', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def literal_of(text, argument):
    """The literal that an argument is, by itself or by the name of a macro of the same file."""
    if re.fullmatch(r'[A-Z][A-Z0-9_]*', argument):
        macro = re.search(r'(?m)^#define[ \t]+%s[ \t]+("[^"\n]*")[ \t]*$' % argument, text)
        argument = macro.group(1) if macro else argument
    found = re.fullmatch(r'"([^"\\\n]*)"', argument)
    return found.group(1) if found else None


def codes_of(text):
    """The gateway's codes that stand in a C source as literals: (line, code)."""
    code = lint.strip_code(text)
    calls = '|'.join([*REFUSERS, *lint.COMPARERS])
    for match in re.finditer(r'\b(%s)\s*(\()' % calls, code):
        spans = lint.argument_spans(code, match.start(2))
        arguments = [text[start:end].strip() for start, end in spans]
        if match.group(1) in REFUSERS:
            told = arguments[REFUSERS[match.group(1)]:][:1]
        else:
            told = arguments[:2] if any(re.split(r'\W+', a)[-1] in HOLDERS for a in arguments[:2]) else []
        for argument in told:
            literal = literal_of(text, argument)
            if literal and literal not in SUCCESSES:
                yield lint.line_of(code, match.start()), literal


def faults_of(root):
    maker = load_maker(root)
    faults = [(path, line, 'errors', what) for path, line, what in maker.faults_of(root)]
    providers, files = maker.read_plugins(root)
    readable = {p.name: p.files for p in providers}
    readable['wechat-common'] = [path for path in files if lint.parts_of(path)[1] == 'wechat-common']
    for folder, paths in sorted(readable.items()):
        known = {name.rpartition('/')[2] for path in paths for name in files[path].groups}
        for name in sorted(os.listdir(os.path.join(root, 'plugins', folder))):
            path = os.path.join('plugins', folder, name)
            if not name.endswith('.c'):
                continue
            faults += [(path, line, 'error-code', '"%s" has no group in %s' % (code, ', '.join(paths) or 'any file'))
                       for line, code in codes_of(maker.read(root, path)) if code not in known]
    return sorted(faults)


def main():
    if len(sys.argv) != 2:
        sys.exit('usage: check_errors.py ROOT')
    faults = faults_of(sys.argv[1])
    for fault in faults:
        print('%s:%d: %s: %s' % fault)
    sys.exit(1 if faults else 0)


if __name__ == '__main__':
    main()
