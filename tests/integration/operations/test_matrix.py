# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every operation and method that a manifest declares, in every mode, is held by a test, and no test holds another."""

import importlib
import json
import os
import subprocess
import unittest

from shop import Shop, manifests, methods_of, mode_of, modes_of, operations_of


def declared():
    return {(provider, mode, name) for provider in manifests() for mode in modes_of(provider)
            for name in [*operations_of(provider, mode), *methods_of(provider, mode)]}


def held():
    """What the tests of each provider's module say they hold."""
    cells = set()
    for provider in manifests():
        module = importlib.import_module(provider.replace('-', '_'))
        for tests in unittest.defaultTestLoader.loadTestsFromModule(module):
            for test in tests:
                cells |= getattr(getattr(test, test._testMethodName), 'cells', set())
    return cells


def names(cells):
    return sorted('%s%s: %s' % (provider, ' ' + mode if mode else '', name) for provider, mode, name in cells)


class MatrixTest(unittest.TestCase):
    maxDiff = None

    def test_what_is_declared_is_tested(self):
        self.assertEqual(names(declared() - held()), [])

    def test_what_is_tested_is_declared(self):
        self.assertEqual(names(held() - declared()), [])

    def test_printed_matrix_is_what_the_manifests_declare(self):
        printed = subprocess.run([os.environ['MINIPAY_CLI'], 'inspect', '--matrix', '--json'],
                                 stdout=subprocess.PIPE, check=True).stdout.decode()
        matrix = {one['id']: one for one in map(json.loads, printed.splitlines())}
        self.assertEqual(set(matrix), set(manifests()))
        for provider in manifests():
            for mode in modes_of(provider):
                told = matrix[provider]['modes'][mode] if mode else matrix[provider]['operations']
                self.assertEqual(set(told), set(operations_of(provider, mode)), (provider, mode))

    def test_sandbox_has_an_account_of_every_mode(self):
        shop = Shop.get()
        groups = [shop.config['account ' + name] for name in shop.names]
        self.assertEqual({(group['provider'], mode_of(group)) for group in groups},
                         {(provider, mode) for provider in manifests() for mode in modes_of(provider)})
        for name in shop.names:
            with self.subTest(account=name):
                self.assertEqual(shop.client.get_account(name).get_name(), name)


if __name__ == '__main__':
    unittest.main()
