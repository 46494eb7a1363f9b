# SPDX-License-Identifier: LGPL-2.1-or-later
"""One shop before one sandbox: what the tests of the operations share.

A test says which cells of the matrix it holds, and gets every account of the sandbox that has them:

    @cell('wechat-v3', 'close')
    def test_closed_order_is_closed(self, account): ...
"""

import atexit
import collections
import configparser
import functools
import http.server
import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import gi

gi.require_version('Minipay', '1.0')
from gi.repository import GLib, Minipay  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
from sandbox_client import Program  # noqa: E402

OPENID = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'

numbers = itertools.count(time.time_ns() // 1000)


def new_number(letter='T'):
    """Good as an order's, a refund's or a call's number with every gateway: 20 letters and digits."""
    return '%s%019d' % (letter, next(numbers))


def variant(value):
    """What Python says, as the parameters of an operation have it."""
    if isinstance(value, GLib.Variant):
        return value
    if isinstance(value, bool):
        return GLib.Variant('b', value)
    if isinstance(value, int):
        return GLib.Variant('x', value)
    if isinstance(value, str):
        return GLib.Variant('s', value)
    if isinstance(value, dict):
        return GLib.Variant('a{sv}', members(value))
    if all(isinstance(one, str) for one in value):
        return GLib.Variant('as', value)
    return GLib.Variant('aa{sv}', [members(one) for one in value])


def members(values):
    return {name: variant(value) for name, value in values.items() if value is not None}


def params(values):
    return GLib.Variant('a{sv}', members(values))


@functools.lru_cache(maxsize=None)
def manifests():
    """Every provider's manifest, as minipay inspect prints it."""
    printed = subprocess.run([os.environ['MINIPAY_CLI'], 'inspect', '--json'], stdout=subprocess.PIPE, check=True)
    return {one['id']: one for one in map(json.loads, printed.stdout.decode().splitlines())}


def operations_of(provider, mode):
    manifest = manifests()[provider]
    return manifest['mode_rules'].get(mode, {}).get('operations', manifest['operations'])


def methods_of(provider, mode):
    manifest = manifests()[provider]
    return manifest['mode_rules'].get(mode, {}).get('methods', manifest['methods'])


def modes_of(provider):
    return manifests()[provider]['modes'] or [None]


def on_wire(provider, operation):
    """As the sandbox counts it: V2 lists refunds where it asks for one."""
    return 'query-refund' if operation == 'list-refunds' and provider != 'wechat-global' else operation


class Listener(http.server.ThreadingHTTPServer):
    """Where notifications arrive: hands them to the client, answers what it says, and keeps the receipts."""

    daemon_threads = True

    def __init__(self, shop):
        super().__init__(('127.0.0.1', 0), ListenerHandler)
        self.shop = shop
        self.receipts = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # a sandbox that hangs up half-way


class ListenerHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        receipt = self.server.shop.client.receive(
            Minipay.HttpRequest('POST', self.path, self.headers.items(), body))
        self.server.receipts.append(receipt)
        reply = receipt.dup_reply(receipt.get_notification() is not None)
        text = reply.get_body().get_data() if reply.get_body() else b''
        headers = reply.get_headers()
        self.send_response(reply.get_status())
        for i in range(headers.get_length()):
            self.send_header(headers.get_name(i), headers.get_value(i))
        if reply.get_status() != 204:
            self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        self.wfile.write(text or b'')

    def log_message(self, *args):
        pass


class Shop:
    """A sandbox, a client of its written configuration, and a listener."""

    _one = None

    @classmethod
    def get(cls):
        if cls._one is None:
            cls._one = cls()
            atexit.register(cls._one.close)
        return cls._one

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix='minipay-operations-')
        self.program = Program('--write-config=' + os.path.join(self._folder.name, 'sandbox'))
        self.config = configparser.ConfigParser(interpolation=None)
        self.config.read(self.program.ready['config'])
        for group in self.config.values():
            if group.get('provider') == 'showdoc-aggregator' and group.get('mode') != 'sealed':
                group['order-url'] = self.program.ready['endpoint'] + '/mp/order'
        self.names = [group[len('account '):] for group in self.config if group.startswith('account ')]
        self.client = None
        self.client = self.new_client(self.names, {
            'calls-per-second': '10000', 'code-interval-ms': '100', 'code-patience-ms': '300'})
        self.listener = Listener(self)

    def close(self):
        self.listener.shutdown()
        self.listener.server_close()
        self.program.stop()
        self._folder.cleanup()

    def path(self, name):
        return os.path.join(self._folder.name, name)

    def new_client(self, names, transport=(), endpoint=None, store=None):
        """A client of these accounts alone, with a transport of its own, and a journal unless one is given."""
        written = configparser.ConfigParser(interpolation=None)
        written['transport'] = {**self.config['transport'], **dict(transport)}
        for name in names:
            written['account ' + name] = dict(self.config['account ' + name])
            group = written['account ' + name]
            if endpoint is not None:
                for key, value in group.items():
                    if value.startswith(('http://', 'https://')):
                        group[key] = moved(value, endpoint)
        # beside the keys that it names
        path = os.path.join(os.path.dirname(self.program.ready['config']), new_number('C') + '.conf')
        with open(path, 'w', encoding='utf-8') as file:
            written.write(file)
        os.chmod(path, 0o600)
        client = Minipay.Client.new(self.client.get_registry() if self.client else None, store)
        try:
            client.load_file(path)
        finally:
            os.unlink(path)
        return client

    def accounts_of(self, provider):
        for name in self.names:
            group = self.config['account ' + name]
            if group['provider'] == provider:
                yield name, mode_of(group)

    def notify_url(self, account):
        return 'http://127.0.0.1:%d/notify/%s' % (self.listener.server_port, account)

    # the sandbox's side

    def ask(self, method, path, body=b''):
        answer = self.program.request(method, path, body, timeout=30)
        if answer.status != 200:
            raise AssertionError('%s %s: %d %s' % (method, path, answer.status, answer.body.decode()))
        return answer.json()

    def control(self, command, **values):
        return self.ask('POST', '/sandbox/' + command, json.dumps(values).encode())

    def books(self, account, number):
        """What the sandbox itself says of an order."""
        return self.ask('GET', '/sandbox/orders/%s?account=%s' % (urllib.parse.quote(number), account))

    def requests(self, account=None, operation=None):
        """The calls that reached the sandbox, in their order."""
        return [one for one in self.ask('GET', '/sandbox/requests')['requests']
                if (account is None or one['account'] == account)
                and (operation is None or one['operation'] == operation)]


def moved(address, endpoint):
    return urllib.parse.urlunsplit(urllib.parse.urlsplit(address)._replace(netloc=endpoint))


def mode_of(group):
    """The mode of an account, which is the first of the provider's where the account names none."""
    return group.get('mode') or modes_of(group['provider'])[0]


def _mark(test, cells, run):
    marked = functools.wraps(test)(run)
    marked.cells = cells
    return marked


def _accounts(self, provider, mode, wanted, declared):
    """The accounts to run a test for: all of those whose mode has all that is wanted."""
    accounts = [name for name, its_mode in self.shop.accounts_of(provider)
                if its_mode in modes_of(provider) and mode in (None, its_mode)
                and wanted <= set(declared(provider, its_mode))]
    self.assertTrue(accounts, 'no account of the sandbox has all of it')
    return accounts


def _cells(provider, mode, wanted, declared):
    modes = [one for one in modes_of(provider)
             if mode in (None, one) and wanted <= set(declared(provider, one))]
    return {(provider, one, name) for one in modes or [mode] for name in wanted}


def cell(provider, *operations, mode=None):
    """The test holds these operations, for every account of the sandbox whose mode has them."""
    wanted = set(operations)

    def mark(test):
        def run(self):
            for name in _accounts(self, provider, mode, wanted, operations_of):
                with self.subTest(account=name):
                    before = collections.Counter(one['operation'] for one in self.shop.requests(name))
                    test(self, self.shop.client.get_account(name))
                    after = collections.Counter(one['operation'] for one in self.shop.requests(name))
                    for operation in wanted - {'receive'}:
                        wire = on_wire(provider, operation)
                        self.assertGreater(after[wire], before[wire], 'never sent a %s' % operation)
        return _mark(test, _cells(provider, mode, wanted, operations_of), run)
    return mark


def method(provider, *ways, mode=None):
    """The test holds these ways to pay, such as native/wechat; it gets account, method and wallet of each."""
    def mark(test):
        def run(self):
            for way in ways:
                for name in _accounts(self, provider, mode, {way}, methods_of):
                    with self.subTest(account=name, method=way):
                        before = len(self.shop.requests(name, 'create'))
                        test(self, self.shop.client.get_account(name), *way.split('/'))
                        self.assertGreater(len(self.shop.requests(name, 'create')), before, 'never sent a create')
        cells = set().union(*(_cells(provider, mode, {way}, methods_of) for way in ways))
        return _mark(test, cells, run)
    return mark
