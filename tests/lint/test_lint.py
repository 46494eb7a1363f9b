#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A lint that cannot fail is worth nothing: every rule is shown what it must find and what it must leave alone."""

import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

import check_symbols  # noqa: E402
import lint  # noqa: E402

HEAD = lint.SPDX + '\n'
CORE = 'minipay/core/minipay-thing.c'
seen_rules = set()


def faults_of(files):
    """The rules that fire, with their lines, for a tree of @files."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), 'wb') as file:
                file.write(text if isinstance(text, bytes) else text.encode())
        tree = lint.Tree(root)
        tree.check()
        return [(rule, path, line) for path, line, rule, _ in tree.faults]


class LintTest(unittest.TestCase):
    def assert_fires(self, rule, path, text, line=2, **others):
        faults = faults_of({path: HEAD + text, **others})
        self.assertEqual(faults, [(rule, path, line)], text)
        seen_rules.add(rule)

    def assert_clean(self, path, text, files=()):
        self.assertEqual(faults_of({path: HEAD + text, **dict(files)}), [], text)

    def test_spdx(self):
        self.assertEqual(faults_of({CORE: 'int a;\n'}), [('spdx', CORE, 1)])
        self.assertEqual(faults_of({'tests/unit/a.h': '\n' + HEAD}), [('spdx', 'tests/unit/a.h', 1)])
        self.assert_clean(CORE, 'int a;\n')
        seen_rules.add('spdx')

    def test_arrows_of_the_library(self):
        for path, include in (
                ('minipay/core/a.c', '"wire/minipay-json.h"'),
                ('minipay/wire/a.c', '"signing/minipay-key.h"'),
                ('minipay/wire/a.c', '"transport/minipay-transport-private.h"'),
                ('minipay/signing/a.c', '"wire/minipay-base64.h"'),
                ('minipay/transport/a.c', '"signing/minipay-key.h"'),
                ('minipay/transport/a.h', '"provider/minipay-exchange.h"'),
                ('minipay/provider/a.c', '"client/minipay-client.h"'),
                ('minipay/client/a.c', '"inbox/minipay-listener.h"'),
                ('minipay/inbox/a.c', '"cli/cli.h"'),
                ('minipay/cli/a.c', '"core/minipay-error-private.h"'),
                ('minipay/cli/a.c', '"client/minipay-client.h"'),
                ('minipay/sandbox/a.c', '"wire/minipay-json.h"'),
                ('minipay/sandbox/a.c', '"minipay.h"'),
                ('minipay/core/a.c', '<minipay-plugin.h>'),
                ('minipay/core/a.c', '"../wire/minipay-json.h"'),
        ):
            self.assert_fires('arrow', path, '#include %s\n' % include)
        for path, include in (
                ('minipay/wire/a.c', '"core/minipay-error.h"'),
                ('minipay/provider/a.c', '"signing/minipay-key.h"'),
                ('minipay/client/a.c', '"provider/minipay-exchange.h"'),
                ('minipay/inbox/a.c', '"client/minipay-client.h"'),
                ('minipay/cli/a.c', '"minipay.h"'),
                ('minipay/cli/a.c', '"cli/cli.h"'),
                ('minipay/sandbox/a.c', '"core/minipay-money.h"'),
                ('minipay/minipay.h', '"inbox/minipay-listener.h"'),
                ('minipay/minipay-plugin.h', '"minipay.h"'),
                ('minipay/core/a.c', '<sys/stat.h>'),
        ):
            self.assert_clean(path, '#include %s\n' % include)

    def test_arrows_of_plugins(self):
        path = 'plugins/shop/shop-codec.c'
        others = {'plugins/shop/shop-codec.h': HEAD, 'plugins/wechat-common/wechat-message.h': HEAD,
                  'plugins/rival/rival-codec.h': HEAD}
        for include in ('<minipay.h>', '"core/minipay-error-private.h"', '<core/minipay-money.h>', '"config.h"',
                        '"rival-codec.h"', '"../rival/rival-codec.h"', '<minipay-call.h>'):
            self.assert_fires('arrow', path, '#include %s\n' % include, **others)
        for include in ('<minipay-plugin.h>', '"shop-codec.h"', '"wechat-message.h"', '<string.h>'):
            self.assert_clean(path, '#include %s\n' % include, others)

    def test_dependency_homes(self):
        for path, text in (
                ('minipay/core/a.c', '#include <openssl/evp.h>\n'),
                ('minipay/client/a.c', '#include <libsoup/soup.h>\n'),
                ('minipay/provider/a.c', '#include <json-glib/json-glib.h>\n'),
                ('minipay/signing/a.c', '#include <gmodule.h>\n'),
                ('minipay/client/a.c', '#include <sqlite3.h>\n'),
                ('minipay/client/a.c', '#include <libpq-fe.h>\n'),
                ('plugins/shop/a.c', '#include <openssl/evp.h>\n'),
                ('minipay/signing/a.h', '#include <openssl/evp.h>\n'),
                ('minipay/wire/a.h', 'JsonNode *a (void);\n'),
                ('minipay/transport/a.h', 'void a (SoupSession *session);\n'),
                ('minipay/provider/a.h', 'GModule *a (void);\n'),
                ('minipay/client/a.c', 'static EVP_PKEY *key;\n'),
                ('plugins/shop/a.c', 'int a = soup_status ();\n'),
        ):
            self.assert_fires('dependency', path, text)
        for path, text in (
                ('minipay/signing/a.c', '#include <openssl/evp.h>\nstatic EVP_PKEY *key;\n'),
                ('minipay/signing/a-private.h', '#include <openssl/evp.h>\n'),
                ('minipay/inbox/a.c', 'static SoupServer *server;\n'),
                ('minipay/cli/a.c', 'static JsonNode *node;\n'),
                ('minipay/provider/a.c', '#include <gmodule.h>\n'),
                ('minipay/wire/a.h', 'MinipayJson *a (void); /* unlike a JsonNode */\n'),
                ('tests/unit/a.c', '#include <openssl/evp.h>\n'),
        ):
            self.assert_clean(path, text)

    def test_banned_functions(self):
        for rule, text in (
                ('floating-point', 'static double rate;\n'),
                ('floating-point', 'int a = (int) (float) b;\n'),
                ('number-parser', 'int a = atoi (b);\n'),
                ('number-parser', 'int a = atof (b);\n'),
                ('number-parser', 'int a = strtod (b, NULL);\n'),
                ('number-parser', 'int a = strtoll (b, NULL, 10);\n'),
                ('number-parser', 'int a = g_ascii_strtoll (b, NULL, 10);\n'),
                ('number-parser', 'int a = g_ascii_strtod (b, NULL);\n'),
                ('number-parser', 'int a = sscanf (b, c, &d);\n'),
                ('soup-logger', 'static SoupLogger *a;\n'),
                ('weak-random', 'int a = g_random_int ();\n'),
                ('weak-random', 'int a = rand ();\n'),
                ('weak-random', 'int a = random ();\n'),
                ('shell', 'int a = system (b);\n'),
                ('shell', 'int a = popen (b, c);\n'),
                ('unbounded-copy', 'int a = sprintf (b, c);\n'),
                ('unbounded-copy', 'int a = strcpy (b, c);\n'),
                ('unbounded-copy', 'int a = strcat (b, c);\n'),
                ('unbounded-copy', 'int a = gets (b);\n'),
                ('print', 'int a = printf (b);\n'),
                ('print', 'int a = g_printerr (b);\n'),
                ('print', 'int a = fprintf (stderr, b);\n'),
        ):
            # SoupLogger in its home, so that only the one rule fires
            self.assert_fires(rule, 'minipay/transport/a.c', text)
            if rule != 'soup-logger':
                self.assert_fires(rule, 'plugins/shop/a.c', text)
        self.assert_fires('json-number', 'minipay/wire/a.c', 'int a = json_object_get_int_member (b, c);\n')
        self.assert_fires('json-number', 'minipay/wire/a.c', 'int a = json_node_get_double (b);\n')
        for text in ('/* a double is never used; printf () neither */\n',
                     'static const char *a = "double printf (x) atoi (y)";\n',
                     'int a = g_snprintf (b, 5, c);\n', 'int a = snprintf (b, 5, c);\n',
                     'int a = minipay_random_below (5);\n', 'int doubled;\n',
                     'int a = g_ascii_string_to_unsigned (b, 10, 0, 5, &c, NULL);\n',
                     'int a = self->system (b);\n'):
            self.assert_clean(CORE, text)
        self.assert_clean('minipay/cli/a.c', 'int a = printf (b);\n')
        self.assert_clean('tests/unit/a.c', 'static double a;\n')

    def test_reviewed_exception(self):
        path = 'minipay/core/a.c'
        lint.ALLOWED.append(('floating-point', path, r'jitter', 'for this test'))
        try:
            self.assert_clean(path, 'static double jitter;\n')
            self.assert_fires('floating-point', path, 'static double price;\n')
            self.assert_fires('floating-point', 'minipay/core/b.c', 'static double jitter;\n')
        finally:
            lint.ALLOWED.pop()

    def test_comparisons(self):
        for text in ('int a = strcmp (given_sign, expected);\n',
                     'int a = memcmp (mac, expected, 32);\n',
                     'int a = g_strcmp0 (self->signature, other);\n',
                     'int a = g_str_equal (computed, answer.hmac);\n',
                     'int a = memcmp (&digest[0], b, 16);\n',
                     'int a = memcmp (digest + 4, b, 16);\n',
                     'int a = strncmp (f (x, y), key->secret, 16);\n',
                     'int a = g_bytes_equal (newSignature,\n                        b);\n'):
            self.assert_fires('comparison', CORE, text)
        for text in ('int a = strcmp (sign_type, expected);\n',
                     'int a = strcmp (name, "sign");\n',
                     'int a = strcmp (design, assignment);\n',
                     'int a = g_strcmp0 (secret_name, other);\n',
                     'int a = minipay_constant_time_equal (mac, 32, expected, 32);\n',
                     'static GHashTable *a = g_hash_table_new (g_str_hash, g_str_equal); /* (sign) */\n',
                     'int a = strcmp (machine, b);\n'):
            self.assert_clean(CORE, text)

    def test_file_length(self):
        def lines(n):
            return 'int a;\n' * (n - 1)
        self.assert_clean(CORE, lines(600))
        self.assert_fires('file-length', CORE, lines(601), line=601)
        self.assert_clean('tests/unit/a.c', lines(601))

    def test_function_length(self):
        def function(n, head='void\na (void)\n'):
            return head + '{\n' + '  b ();\n' * n + '}\n'
        self.assert_clean(CORE, function(60))
        self.assert_fires('function-length', CORE, function(61), line=4)
        self.assert_fires('function-length', CORE, function(61, 'void a (int b,\n  int c)\n'), line=4)
        # neither a table, nor braces in literals, comments and macros, nor two short functions
        self.assert_clean(CORE, function(61, 'static const int a[] =\n'))
        self.assert_clean(CORE, 'struct a\n{\n' + '  int b;\n' * 61 + '};\n')
        self.assert_clean(CORE, '#define A \\\n  {\n' + function(40) + 'char b = \'{\'; /* { */\n' + function(40))

    def test_columns(self):
        self.assert_clean(CORE, 'int %s;\n' % ('a' * 115))
        self.assert_fires('columns', CORE, 'int %s;\n' % ('a' * 116))
        self.assert_fires('columns', 'minipay/meson.build', 'a = 1 # %s\n' % ('a' * 113))
        self.assert_clean(CORE, '/* %s */\n' % ('微' * 114))

    def test_workplace_words(self):
        for word in ('see /wo' 'rk/shared', 'by a sub' 'agent', 'mends issue' ' #4'):
            for path in (CORE, 'docs/a.md', 'plugins/a.provider'):
                self.assertEqual(faults_of({path: HEAD + '/* %s */\n' % word}), [('workplace', path, 2)])
        self.assert_clean(CORE, '/* docs/wo' 'rk/flow, an issue of the day */\n')
        seen_rules.add('workplace')

    def test_open_ends(self):
        for text in ('/* %s: mend this */\n', '/* %s */\n'):
            self.assert_fires('open-end', CORE, text % lint.OPEN_END)
        self.assert_clean(CORE, '/* %s: drop it when GLib 2.80 is the oldest */\n' % lint.OPEN_END)

    def test_what_is_not_read(self):
        bad = 'static double a;\n'
        self.assertEqual(faults_of({'build/minipay/core/a.c': bad, 'build/build.ninja': '',
                                    '.git/minipay/a.c': bad, 'minipay/core/a.bin': b'\0/wo' b'rk/'}), [])

    def test_exit_status(self):
        with tempfile.TemporaryDirectory() as root:
            def status():
                return subprocess.run([sys.executable, os.path.join(HERE, 'lint.py'), root],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
            self.assertNotEqual(status(), 0, 'an empty tree is no clean tree')
            os.makedirs(os.path.join(root, 'minipay', 'core'))
            path = os.path.join(root, CORE)
            for text, wanted in ((HEAD, 0), (HEAD + 'static float a;\n', 1)):
                with open(path, 'w') as file:
                    file.write(text)
                self.assertEqual(status(), wanted)


GOOD_ELF = '''
  Type:                              DYN (Position-Independent Executable file)
  GNU_STACK      0x000000 0x0000000000000000 0x0000000000000000 0x000000 0x000000 RW  0x10
  GNU_RELRO      0x02ab90 0x000000000002bb90 0x000000000002bb90 0x001470 0x001470 R   0x1
 0x0000000000000001 (NEEDED)             Shared library: [libglib-2.0.so.0]
 0x000000000000001e (FLAGS)              BIND_NOW
 0x000000006ffffffb (FLAGS_1)            Flags: NOW NODELETE PIE
'''
GOOD_IMPORTS = '''
                 U __stack_chk_fail@GLIBC_2.4
                 U __printf_chk@GLIBC_2.3.4
                 w __gmon_start__
'''


def binary(exports='', symbols='', elf=GOOD_ELF, imports=GOOD_IMPORTS):
    return check_symbols.Binary('thing', imports + exports, symbols, elf)


class SymbolsTest(unittest.TestCase):
    def assert_hardening(self, word, old=None, new='', is_library=True, **more):
        elf = GOOD_ELF if old is None else GOOD_ELF.replace(old, new)
        self.assertTrue(old is None or elf != GOOD_ELF)
        faults = list(check_symbols.faults_of_hardening(binary(elf=elf, **more), is_library, False, True))
        if word is None:
            self.assertEqual(faults, [])
        else:
            self.assertEqual(len(faults), 1, faults)
            self.assertIn(word, faults[0])

    def test_hardening(self):
        self.assert_hardening(None)
        self.assert_hardening(None, is_library=False)
        self.assert_hardening('RELRO', 'GNU_RELRO', 'LOAD')
        self.assert_hardening('stack', ' RW  0x10', ' RWE 0x10')
        self.assert_hardening('position', 'DYN (Pos', 'EXEC (Pos')
        self.assert_hardening('PIE', ' PIE', '', is_library=False)
        self.assert_hardening('NODELETE', ' NODELETE', '')
        self.assert_hardening('code', '(FLAGS) ', '(TEXTREL) 0x0\n 0x1e (FLAGS) ')
        self.assert_hardening('stack protector', imports='   U __printf_chk@GLIBC_2.3.4\n')
        self.assert_hardening('checked calls', imports='   U __stack_chk_fail@GLIBC_2.4\n')

    def test_hardening_binding(self):
        elf = GOOD_ELF.replace('BIND_NOW', '').replace('NOW ', '')
        faults = list(check_symbols.faults_of_hardening(binary(elf=elf), True, False, True))
        self.assertEqual(len(faults), 1, faults)
        self.assertIn('BIND_NOW', faults[0])

    def test_library(self):
        good = '0000000000001000 T minipay_client_new\n'
        self.assertEqual(list(check_symbols.faults_of_library(binary(good), False)), [])
        leak = good + '0000000000001000 T json_reader_read\n0000000000002000 B table@@VERSION\n'
        faults = list(check_symbols.faults_of_library(binary(leak), False))
        self.assertEqual([f.split()[1] for f in faults], ['json_reader_read:', 'table:'])
        self.assertEqual(len(list(check_symbols.faults_of_library(binary(''), False))), 1)

    def test_sandbox(self):
        main = '0000000000001000 T main\n0000000000001000 T minipay_money_new\n'
        self.assertEqual(list(check_symbols.faults_of_sandbox(binary(symbols=main), {'minipay_money_new'})), [])
        shared = main + '0000000000001000 t minipay_sign\n'
        self.assertIn('minipay_sign',
                      ''.join(check_symbols.faults_of_sandbox(binary(symbols=shared), {'minipay_money_new'})))
        self.assertIn('symbol table', ''.join(check_symbols.faults_of_sandbox(binary(), set())))
        linked = GOOD_ELF.replace('libglib-2.0', 'libminipay-1.0')
        self.assertIn('libminipay', ''.join(check_symbols.faults_of_sandbox(binary(symbols=main, elf=linked),
                                                                            {'minipay_money_new'})))

    def test_module(self):
        good = '0000000000001000 T minipay_provider_1\n'
        self.assertEqual(list(check_symbols.faults_of_module(binary(good), False)), [])
        self.assertIn('shop_begin', ''.join(check_symbols.faults_of_module(
            binary(good + '0000000000001000 T shop_begin\n'), False)))
        self.assertIn('has no', ''.join(check_symbols.faults_of_module(binary(''), False)))
        linked = GOOD_ELF.replace('libglib-2.0', 'libcrypto')
        self.assertIn('libcrypto', ''.join(check_symbols.faults_of_module(binary(good, elf=linked), False)))


class CompletenessTest(unittest.TestCase):
    def test_zz_every_rule_was_seen_to_fire(self):
        with open(os.path.join(HERE, 'lint.py')) as file:
            text = file.read()
        import re
        rules = set(re.findall(r"tree\.fault\('([a-z-]+)'", text)) | {rule for rule, *_ in lint.BANNED}
        self.assertGreaterEqual(len(rules), 15)
        self.assertEqual(rules - seen_rules, set())


if __name__ == '__main__':
    loader = unittest.TestLoader()
    suite = unittest.TestSuite(loader.loadTestsFromTestCase(case)
                               for case in (LintTest, SymbolsTest, CompletenessTest))
    sys.exit(not unittest.TextTestRunner().run(suite).wasSuccessful())
