#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the check of the .errors files must find, and what it must leave alone."""

import os
import shutil
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

import check_errors  # noqa: E402

MAKER = os.path.join('docs', 'make-errors.py')
GROUP = '[%s]\nCode=refused\nMeaning=the shop is shut\nMeaning[zh]=关门了\nRemedy=come tomorrow\nRemedy[zh]=明天再来\n'
SOUND = '# a comment\n\n' + GROUP % 'SHUT' + '\n' + GROUP % 'refund/SHUT'
TEA = 'plugins/tea/tea.errors'
CODEC = 'plugins/tea/tea-codec.c'
TREE = {
    TEA: SOUND,
    'plugins/tea/tea.provider': '[Minipay Provider]\nName=茶\nName[en]=Tea\nErrors=all.errors;tea.errors;\n',
    'plugins/milk/milk.provider': '[Minipay Provider]\nName=Milk\nErrors=all.errors;milk.errors;\n',
    'plugins/milk/milk.errors': GROUP % '7',
    'plugins/wechat-common/all.errors': GROUP % 'No Milk Today',
    'docs/errors.md': '# Errors\n\nBy hand.\n\n',
}


class ErrorsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name
        for path, text in TREE.items():
            self.write(path, text)
        shutil.copy(os.path.join(HERE, '..', '..', MAKER), os.path.join(self.root, MAKER))
        self.make()

    def write(self, path, text):
        os.makedirs(os.path.join(self.root, os.path.dirname(path)), exist_ok=True)
        with open(os.path.join(self.root, path), 'w', encoding='utf-8') as file:
            file.write(text)

    def read(self, path):
        with open(os.path.join(self.root, path), encoding='utf-8') as file:
            return file.read()

    def make(self):
        maker = check_errors.load_maker(self.root)
        self.write('docs/errors.md', maker.page_of(self.root, *maker.read_plugins(self.root)))

    def assert_faults(self, *wanted):
        """Each fault is PATH:LINE and a part of what is said."""
        faults = check_errors.faults_of(self.root)
        self.assertEqual([fault[:2] for fault in faults], [want[:2] for want in wanted], faults)
        for fault, want in zip(faults, wanted):
            self.assertIn(want[2], fault[3])

    def test_sound_tree(self):
        self.assert_faults()

    def test_page_is_made_of_the_files(self):
        page = self.read('docs/errors.md')
        self.assertTrue(page.startswith('# Errors\n\nBy hand.\n\n<!--'))
        self.assertIn('\n## all.errors\n\nRead by `milk`, `tea`;', page)
        self.assertIn('\n## Tea\n\n`tea`, and what all.errors says.\n', page)
        self.assertIn('\n| `SHUT` | `REFUSED` | the shop is shut | come tomorrow | 关门了 | 明天再来 |\n', page)
        self.assertIn('\n| `SHUT` of `refund` | `REFUSED` | the shop is shut |', page)
        self.assertEqual(page.count('`No Milk Today`'), 1)
        # making it again changes nothing
        self.make()
        self.assertEqual(self.read('docs/errors.md'), page)

    def test_page_that_is_not_theirs(self):
        page = self.read('docs/errors.md')
        by_hand = TREE['docs/errors.md']
        for other in (page.replace('shut', 'open'), page + '\n', page.replace('| `7`', '| `8`'), by_hand):
            self.write('docs/errors.md', other)
            self.assert_faults(('docs/errors.md', 1, 'is not what'))

    def test_hand_written_part_is_free(self):
        self.write('docs/errors.md', self.read('docs/errors.md').replace('By hand.', 'By another hand.'))
        self.assert_faults()

    def test_each_value_is_needed(self):
        for key in ('Code', 'Meaning', 'Meaning[zh]', 'Remedy', 'Remedy[zh]'):
            line = next(part for part in (GROUP % 'SHUT').split('\n') if part.startswith(key + '='))
            self.write(TEA, SOUND.replace(line + '\n', '', 1))
            self.assert_faults((TEA, 3, '[SHUT] has no %s' % key))

    def test_broken_groups(self):
        for old, new, line, says in (
                ('Code=refused', 'Code=not-sent', 4, '"not-sent"'),
                ('Code=refused', 'Code=REFUSED', 4, '"REFUSED"'),
                ('Remedy=come', 'Hint=x\nRemedy=come', 7, 'Hint is no key'),
                ('Remedy=come', 'Remedy=x\nRemedy=come', 8, 'stands there twice'),
                ('come tomorrow', '明天再来', 7, 'is not English'),
                ('明天再来', 'come tomorrow', 8, 'is not Chinese'),
                ('come tomorrow', 'come|tomorrow', 7, 'without'),
                ('come tomorrow', 'come\\ntomorrow', 7, 'without'),
                ('come tomorrow', 'x' * 241, 7, '1 to 240 bytes'),
                ('[refund/SHUT]', '[SHUT]', 10, 'stands there twice'),
                ('[refund/SHUT]', '[refnd/SHUT]', 10, 'neither CODE nor OPERATION/CODE'),
                ('[refund/SHUT]', '[refund/]', 10, 'neither CODE nor OPERATION/CODE'),
                ('# a comment', 'a comment', 1, 'neither [GROUP] nor KEY=VALUE'),
        ):
            self.write(TEA, SOUND.replace(old, new, 1))
            self.assert_faults((TEA, line, says))

    def test_files_and_manifests(self):
        self.write('plugins/tea/lost.errors', SOUND)
        self.assert_faults(('plugins/tea/lost.errors', 1, 'listed by no manifest'))
        os.remove(os.path.join(self.root, 'plugins/tea/lost.errors'))
        os.remove(os.path.join(self.root, 'plugins/milk/milk.errors'))
        self.assert_faults(('plugins/milk/milk.provider', 1, 'milk.errors, which is not there'))
        self.write('plugins/milk/milk.provider', '[Minipay Provider]\nName=Milk\n')
        self.assert_faults(('plugins/milk/milk.provider', 1, 'lists no Errors'))

    def test_codes_in_code(self):
        for line in (
                'minipay_exchange_refuse (x, MINIPAY_ERROR_AUTH, "GONE", message, "check, or (ask)", error);',
                'minipay_exchange_refuse_known (x, "GONE", message, error);',
                'if (g_strcmp0 (word, "GONE") == 0)',
                'if (strcmp ("GONE", self->err_code) == 0)',
                'if (strcmp (code, GONE) == 0)',
                # what another provider knows
                'minipay_exchange_refuse_known (x, "7", message, error);',
        ):
            self.write(CODEC, '/* "GONE" */\n#define GONE "GONE"\n%s\n' % line)
            self.assert_faults((CODEC, 3, 'has no group'))
        for line in (
                'minipay_exchange_refuse_known (x, "SHUT", message, error);',
                'minipay_exchange_refuse_known (x, "No Milk Today", message, error);',
                'minipay_exchange_refuse_known (x, word, "GONE", error);',
                'minipay_exchange_refuse (x, MINIPAY_ERROR_AUTH, NULL, "GONE", "GONE", error);',
                'if (g_strcmp0 (state, "GONE") == 0)',
                'if (g_strcmp0 (code, "SUCCESS") == 0)',
                '/* minipay_exchange_refuse_known (x, "GONE", message, error); */',
        ):
            self.write(CODEC, line + '\n')
            self.assert_faults()

    def test_codes_in_shared_code(self):
        path = 'plugins/wechat-common/all.c'
        self.write(path, 'if (g_strcmp0 (word, "SHUT") == 0)\n')
        self.assert_faults((path, 1, '"SHUT" has no group in plugins/wechat-common/all.errors'))
        self.write(path, 'if (g_strcmp0 (word, "No Milk Today") == 0)\n')
        self.assert_faults()


if __name__ == '__main__':
    unittest.main()
