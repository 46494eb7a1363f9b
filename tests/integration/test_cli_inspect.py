# SPDX-License-Identifier: LGPL-2.1-or-later
"""`minipay inspect`: what the manifests say, read without running any provider's code."""

import configparser
import glob
import os
import shutil
import tempfile
import time
import unittest

from cli_command import CONFIG, OK, PLUGIN_PATH, REFUSED, USAGE, copy_manifests, manifests, run

HEAD = ('[Minipay Provider]\nId={0}\nAbi=1\nLoader=native\nModule=lib{0}.so\nType=Shop\nCurrencies=CNY;\n'
        'Hosts=gateway.example;\n')

SHOPS = {
    'one': HEAD.format('one') + """Operations=create;share;wave;refund;
Methods=mini-program/wechat;h5/wechat;
[Operation share]
Required=out_order_no;
Number=out_order_no
[Operation wave]
[Extra scene]
Type=s
RequiredBy=h5;
[Extra out_order_no]
Type=s
Operations=share;
[Extra receivers]
Type=aa{sv}
Operations=share;wave;
""",
    'two': HEAD.format('two') + """Operations=create;point;
Methods=mini-program/wechat;
Modes=old;new;
[Mode new]
Operations=create;close;share;
Methods=h5/wechat;
[Operation share]
[Operation point]
""",
}


def declared(path):
    """The operations of a manifest and of each of its modes, read without minipay."""
    manifest = configparser.ConfigParser(interpolation=None, strict=False)
    manifest.optionxform = str
    with open(path, encoding='utf-8') as file:
        manifest.read_string(file.read())
    main = manifest['Minipay Provider']

    def words(group, key, default):
        return [word for word in group[key].split(';') if word] if key in group else default

    base = words(main, 'Operations', [])
    return base, {mode: words(manifest[f'Mode {mode}'] if f'Mode {mode}' in manifest else {}, 'Operations', base)
                  for mode in words(main, 'Modes', [])}


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
        self.assertLessEqual({'create', 'query', 'receive'}, set(weidoufu['operations']))
        self.assertLessEqual({'mini-program/wechat', 'mini-program/alipay'}, set(weidoufu['methods']))
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

    def test_matrix_says_what_the_manifests_say(self):
        wanted = {}
        for path in manifests():
            base, modes = declared(path)
            every = {name for own in modes.values() for name in own} if modes else set(base)
            wanted[os.path.basename(os.path.dirname(path))] = (every, {mode: list(own) for mode, own in modes.items()})
        self.assertEqual(len(wanted), 6)
        result = run('inspect', '--matrix', '--json')
        self.assertEqual(result.status, OK)
        self.assertEqual({line['id']: (set(line['operations']), line['modes']) for line in result.lines()}, wanted)
        for line in result.lines():
            self.assertEqual(len(line['operations']), len(set(line['operations'])))

    def test_matrix_for_people(self):
        """A table of what every application knows, and below it who has what else."""
        plain = run('inspect', '--matrix', MINIPAY_PLUGIN_PATH=self.two_shops())
        self.assertEqual(plain.status, OK, plain.err)
        table, _, named = plain.out.partition('\n\n')
        rows = {line.split()[0]: line.split()[1:] for line in table.splitlines()[1:]}
        self.assertEqual(table.splitlines()[0].split()[2:],
                         ['create', 'query', 'close', 'reverse', 'refund', 'query-refund', 'download-bill', 'receive',
                          'refresh-keys'])
        self.assertEqual(rows['one'], ['yes', '-', '-', '-', 'yes', '-', '-', '-', '-'])
        self.assertEqual(rows['old'], ['yes', '-', '-', '-', '-', '-', '-', '-', '-'])
        self.assertEqual(rows['new'], ['yes', '-', 'yes', '-', '-', '-', '-', '-', '-'])
        self.assertEqual(named, 'share: one, two(new)\nwave: one\npoint: two(old)\n')
        self.assertLessEqual(max(len(line) for line in run('inspect', '--matrix').out.splitlines()), 120)

    def test_named_operations_with_their_parameters(self):
        path = self.two_shops()
        item = run('inspect', '--json', 'one', MINIPAY_PLUGIN_PATH=path).only()
        self.assertEqual(item['operation_rules']['share'],
                         {'required': ['out_order_no'], 'number': 'out_order_no', 'single': False})
        plain = run('inspect', 'one', MINIPAY_PLUGIN_PATH=path).out
        self.assertRegex(plain, r'(?m)^    share +number=out_order_no\n'
                                r'      out_order_no +type=s required=true\n      receivers +type=aa{sv}\n')
        self.assertRegex(plain, r'(?m)^  extras\n    scene +(?=.*type=s)(?=.*required_by=h5)')
        modes = run('inspect', 'two', MINIPAY_PLUGIN_PATH=path).out
        self.assertIn('  mode new\n    operations      create close share\n    methods         h5/wechat\n', modes)

    def two_shops(self):
        """Two providers of our own: nothing of them but manifests."""
        path = os.path.join(self.folder, 'shops')
        for name, text in SHOPS.items():
            os.makedirs(os.path.join(path, name), mode=0o755)
            with open(os.path.join(path, name, f'{name}.provider'), 'w', encoding='utf-8') as file:
                file.write(text)
        return path

    def test_matrix_of_one_is_a_mistake(self):
        self.assertEqual(run('inspect', '--matrix', 'weidoufu').status, USAGE)


if __name__ == '__main__':
    unittest.main(verbosity=2)
