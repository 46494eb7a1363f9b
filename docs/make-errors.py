#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes the tables of docs/errors.md from the .errors files of the plugins.

    make-errors.py [--check] [ROOT]

What stands above the mark in the page is written by hand and stays. With --check nothing is written: what is wrong
with the files, or that the page is not theirs, is named on standard output, and the exit status is 1.
"""

import os
import re
import sys

PAGE = os.path.join('docs', 'errors.md')
MARK = '<!-- docs/make-errors.py makes what follows from the .errors files in plugins/: mend them, not this -->\n'
KEYS = ('Code', 'Meaning', 'Meaning[zh]', 'Remedy', 'Remedy[zh]')
# What a gateway can mean; the core takes no other.
CODES = ('invalid', 'config', 'not-supported', 'not-found', 'auth', 'refused', 'conflict', 'already-paid',
         'rate-limited', 'outcome-unknown')
OPERATIONS = ('create', 'query', 'close', 'reverse', 'refund', 'query-refund', 'download-bill', 'receive',
              'refresh-keys', 'profit-sharing', 'profit-sharing-multi', 'profit-sharing-finish', 'profit-sharing-query',
              'profit-sharing-add-receiver', 'profit-sharing-remove-receiver', 'profit-sharing-return',
              'profit-sharing-return-query', 'profit-sharing-amount', 'abnormal-refund', 'list-refunds', 'settlements',
              'account-query', 'user-state', 'arrears-users', 'jump-data')
MAX_TEXT_BYTES = 240


class ErrorFile:
    """One .errors file: its groups in order, and what is wrong with it as (line, what)."""

    def __init__(self, path, text):
        self.path = path
        self.groups = {}
        self.faults = []
        group = None
        for number, line in enumerate(text.split('\n'), 1):
            header = re.fullmatch(r'\[([^\[\]]+)\]', line)
            pair = re.fullmatch(r'([A-Za-z]+(?:\[[a-z]+\])?)=(.*)', line)
            if line == '' or line.startswith('#'):
                continue
            if header:
                name = header.group(1)
                if name in self.groups:
                    self.faults.append((number, 'group [%s] stands there twice' % name))
                group = self.groups[name] = {}
                self.check_group(number, name)
            elif pair and group is not None:
                self.add_pair(number, group, *pair.groups())
            else:
                self.faults.append((number, 'is neither [GROUP] nor KEY=VALUE'))
        for name, values in self.groups.items():
            missing = [key for key in KEYS if not values.get(key)]
            if missing:
                line = text[:text.index('[%s]\n' % name)].count('\n') + 1 if '[%s]\n' % name in text else 1
                self.faults.append((line, 'group [%s] has no %s' % (name, ', '.join(missing))))

    def check_group(self, number, name):
        operation, slash, code = name.rpartition('/')
        if not code or (slash and operation not in OPERATIONS):
            self.faults.append((number, 'group [%s] is neither CODE nor OPERATION/CODE' % name))

    def add_pair(self, number, group, key, value):
        if key not in KEYS:
            self.faults.append((number, '%s is no key of a group; it has %s' % (key, ', '.join(KEYS))))
        elif key in group:
            self.faults.append((number, '%s stands there twice' % key))
        elif key == 'Code' and value not in CODES:
            self.faults.append((number, 'Code is "%s", allowed are %s' % (value, ', '.join(CODES))))
        elif len(value.encode()) > MAX_TEXT_BYTES or re.search(r'[\\|\x00-\x1f\x7f]', value) or value != value.strip():
            self.faults.append((number, '%s is not of 1 to %d bytes without \\ and |' % (key, MAX_TEXT_BYTES)))
        elif key.endswith('[zh]') and not re.search('[\u4e00-\u9fff]', value):
            self.faults.append((number, '%s is not Chinese' % key))
        elif not key.endswith('[zh]') and not value.isascii():
            self.faults.append((number, '%s is not English' % key))
        group[key] = value


class Provider:
    """One plugin: its manifest's Errors and the files they name."""

    def __init__(self, root, name):
        self.name = name
        self.path = os.path.join('plugins', name, name + '.provider')
        self.files = []
        self.missing = []
        text = read(root, self.path)
        titles = dict(re.findall(r'(?m)^(Name(?:\[en\])?)=(.*)$', text))
        self.title = titles.get('Name[en]', titles.get('Name', name))
        listed = re.search(r'(?m)^Errors=(.*)$', text)
        for file in (listed.group(1).split(';') if listed else []):
            if not file:
                continue
            places = [os.path.join('plugins', folder, file) for folder in (name, 'wechat-common')]
            found = [path for path in places if os.path.exists(os.path.join(root, path))]
            (self.files if found else self.missing).append(found[0] if found else file)


def read(root, path):
    with open(os.path.join(root, path), encoding='utf-8') as file:
        return file.read()


def read_plugins(root):
    """The providers by name, and every .errors file by path."""
    providers, files = [], {}
    plugins = os.path.join(root, 'plugins')
    for name in sorted(os.listdir(plugins)):
        folder = os.path.join(plugins, name)
        if not os.path.isdir(folder):
            continue
        if os.path.exists(os.path.join(folder, name + '.provider')):
            providers.append(Provider(root, name))
        for file in sorted(os.listdir(folder)):
            if file.endswith('.errors'):
                path = os.path.join('plugins', name, file)
                files[path] = ErrorFile(path, read(root, path))
    return providers, files


def table_of(file):
    lines = ['| code | error | meaning | what to do | 含义 | 处理 |', '| --- | --- | --- | --- | --- | --- |']
    for name, values in file.groups.items():
        operation, _, code = name.rpartition('/')
        shown = '`%s`' % code + (' of `%s`' % operation if operation else '')
        nick = values['Code'].upper().replace('-', '_')
        lines.append('| %s | `%s` | %s | %s | %s | %s |' % (
            shown, nick, values['Meaning'], values['Remedy'], values['Meaning[zh]'], values['Remedy[zh]']))
    return lines


def tables_of(providers, files):
    """The part of the page below the mark."""
    users = {path: [p for p in providers if path in p.files] for path in files}
    shared = [path for path in files if len(users[path]) > 1]
    lines = []
    for path in shared:
        lines += ['', '## ' + os.path.basename(path), '',
                  'Read by %s; where a provider has an own entry for a code, below, that one counts.'
                  % ', '.join('`%s`' % p.name for p in users[path]), '', *table_of(files[path])]
    for provider in providers:
        own = [path for path in provider.files if path not in shared]
        common = [os.path.basename(path) for path in provider.files if path in shared]
        lines += ['', '## ' + provider.title, '']
        lines += ['`%s`%s' % (provider.name, ''.join(', and what %s says' % name for name in common)) + '.']
        for path in own:
            lines += ['', *table_of(files[path])]
    return '\n'.join(lines).lstrip('\n') + '\n'


def page_of(root, providers, files):
    by_hand = read(root, PAGE).split(MARK)[0]
    return by_hand + MARK + '\n' + tables_of(providers, files)


def faults_of(root):
    """What is wrong, as (path, line, what)."""
    providers, files = read_plugins(root)
    faults = [(path, line, what) for path, file in files.items() for line, what in file.faults]
    faults += [(p.path, 1, 'Errors names %s, which is not there' % name) for p in providers for name in p.missing]
    faults += [(p.path, 1, 'lists no Errors') for p in providers if not p.files and not p.missing]
    listed = {path for p in providers for path in p.files}
    faults += [(path, 1, 'is listed by no manifest') for path in files if path not in listed]
    if not faults and page_of(root, providers, files) != read(root, PAGE):
        faults.append((PAGE, 1, 'is not what docs/make-errors.py makes: run it'))
    return faults


def main():
    arguments = sys.argv[1:]
    is_check = arguments[:1] == ['--check']
    here = os.path.dirname(os.path.abspath(__file__))
    root = (arguments[1:] if is_check else arguments) or [os.path.dirname(here)]
    if len(root) != 1 or root[0].startswith('-'):
        sys.exit('usage: make-errors.py [--check] [ROOT]')
    if not is_check:
        page = page_of(root[0], *read_plugins(root[0]))
        with open(os.path.join(root[0], PAGE), 'w', encoding='utf-8') as file:
            file.write(page)
    faults = faults_of(root[0])
    for fault in faults:
        print('%s:%d: errors: %s' % fault)
    sys.exit(1 if faults else 0)


if __name__ == '__main__':
    main()
