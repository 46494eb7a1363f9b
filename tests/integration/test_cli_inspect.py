# SPDX-License-Identifier: LGPL-2.1-or-later
"""`minipay inspect`: what the manifests say, read without running any provider's code."""

import glob
import os
import shutil
import tempfile
import time
import unittest

from cli_command import CONFIG, OK, PLUGIN_PATH, REFUSED, USAGE, copy_manifests, run


class TestInspect(unittest.TestCase):
    KEYS = {'id', 'operations', 'methods', 'modes', 'limits', 'fields', 'hosts'}

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='minipay-inspect-')
        self.addCleanup(shutil.rmtree, self.folder)

    def loaded(self, *arguments, path):
        """What the dynamic linker says it did."""
        trace = os.path.join(self.folder, f'trace-{time.monotonic_ns()}')
        result = run(*arguments, MINIPAY_PLUGIN_PATH=path, LD_DEBUG='files', LD_DEBUG_OUTPUT=trace)
        text = ''
        for name in glob.glob(trace + '.*'):
            with open(name, encoding='utf-8', errors='replace') as file:
                text += file.read()
        self.assertIn('libglib-2.0', text)
        return result, text

    def test_manifests_are_enough(self):
        wanted = run('inspect', '--json', MINIPAY_PLUGIN_PATH=PLUGIN_PATH)
        self.assertEqual(wanted.status, OK, wanted.err)
        for garbage in (False, True):
            result, trace = self.loaded('inspect', '--json', path=copy_manifests(self.folder, garbage))
            self.assertEqual(result.status, OK, result.err)
            self.assertEqual(result.out, wanted.out)
            self.assertNotIn('libminipay-weidoufu', trace)
            self.assertNotIn('libminipay-wechat-v3', trace)

    def test_modules_stay_out_where_they_could_load(self):
        _, trace = self.loaded('inspect', '--json', path=PLUGIN_PATH)
        self.assertNotIn('libminipay-weidoufu', trace)
        self.assertNotIn('libminipay-wechat-v3', trace)

    def test_trace_would_show_a_module(self):
        _, trace = self.loaded('demo', '--json', '--provider', 'weidoufu', path=PLUGIN_PATH)
        self.assertIn('libminipay-weidoufu', trace)

    def test_object_per_provider(self):
        result = run('inspect', '--json')
        objects = {item['id']: item for item in result.lines()}
        self.assertLessEqual({'weidoufu', 'wechat-v3'}, set(objects))
        for item in objects.values():
            self.assertLessEqual(self.KEYS, set(item))
        weidoufu, v3 = objects['weidoufu'], objects['wechat-v3']
        self.assertEqual(weidoufu['operations'], ['create', 'query', 'receive'])
        self.assertEqual(weidoufu['methods'], ['mini-program/wechat', 'mini-program/alipay'])
        self.assertEqual(weidoufu['hosts'], ['open.weidoufu.com'])
        self.assertEqual(weidoufu['modes'], [])
        self.assertEqual(weidoufu['limits']['out_trade_no']['min_length'], 18)
        self.assertEqual(weidoufu['limits']['total']['maximum'], 999999999)
        secret = {field['name']: field for field in weidoufu['fields']}['secret-key']
        self.assertEqual((secret['secret'], secret['required']), (True, True))
        self.assertEqual(v3['modes'], ['public-key', 'certificate'])
        self.assertEqual(v3['hosts'], ['api.mch.weixin.qq.com', 'api2.mch.weixin.qq.com'])

    def test_one_provider(self):
        self.assertEqual(run('inspect', '--json', 'wechat-v3').only()['id'], 'wechat-v3')
        plain = run('inspect', 'wechat-v3')
        self.assertEqual(plain.status, OK)
        self.assertIn('api.mch.weixin.qq.com', plain.out)

    def test_unknown_provider_not_found(self):
        result = run('inspect', '--json', 'nobody')
        self.assertEqual(result.status, REFUSED)
        self.assertEqual(result.only()['error']['code'], 'not-found')

    def test_broken_manifest_is_a_problem_not_an_end(self):
        path = copy_manifests(self.folder, False)
        os.mkdir(os.path.join(path, 'broken'), 0o755)
        with open(os.path.join(path, 'broken', 'broken.provider'), 'w', encoding='utf-8') as file:
            file.write('no key file\n')
        result = run('inspect', '--json', MINIPAY_PLUGIN_PATH=path)
        self.assertEqual(result.status, OK)
        self.assertLessEqual({'weidoufu', 'wechat-v3'}, {item['id'] for item in result.lines()})
        self.assertIn('broken', result.err)
        # asked for by its name, it is the answer
        for arguments in (('inspect', 'broken'), ('inspect', '--json', 'broken')):
            named = run(*arguments, MINIPAY_PLUGIN_PATH=path)
            self.assertEqual(named.status, CONFIG, named.out + named.err)
            self.assertIn(os.path.join('broken', 'broken.provider'), named.out + named.err)
        self.assertEqual(named.only()['error']['code'], 'plugin')

    def test_matrix_has_six_providers(self):
        wanted = {
            'showdoc-aggregator': (['create', 'receive'], {}),
            'transit': (['create', 'receive'], {}),
            'wechat-global': (['create', 'query', 'receive', 'refresh-keys'],
                              {'direct': ['create', 'query', 'receive', 'refresh-keys'],
                               'institution': ['create', 'query', 'receive', 'refresh-keys']}),
            'wechat-v2': (['create', 'query', 'receive'], {}),
            'wechat-v3': (['create', 'query', 'receive', 'refresh-keys'],
                          {'public-key': ['create', 'query', 'receive'],
                           'certificate': ['create', 'query', 'receive', 'refresh-keys']}),
            'weidoufu': (['create', 'query', 'receive'], {}),
        }
        result = run('inspect', '--matrix', '--json')
        self.assertEqual(result.status, OK)
        self.assertEqual({line['id']: (line['operations'], line['modes']) for line in result.lines()}, wanted)
        plain = run('inspect', '--matrix')
        self.assertEqual(plain.status, OK)
        for provider in wanted:
            self.assertIn(f'\n{provider} ', plain.out)

    def test_matrix_of_one_is_a_mistake(self):
        self.assertEqual(run('inspect', '--matrix', 'weidoufu').status, USAGE)


if __name__ == '__main__':
    unittest.main(verbosity=2)
