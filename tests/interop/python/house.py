# SPDX-License-Identifier: LGPL-2.1-or-later
"""What stands around the readings: a gateway to be asked, a line to the sandbox, and the library itself."""

import asyncio
import collections
import configparser
import os
import re
import shutil
import socket
import tempfile
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

import gi

gi.require_version('Minipay', '1.0')
from gi.repository import GLib, Minipay  # noqa: E402

from dice import MESSAGES, SEED  # noqa: E402
from sandbox_process import Sandbox  # noqa: E402
from strict_json import Refused  # noqa: E402

CALLERS = 4
SHOWN = 16
STATES = {state.value_nick.upper(): state for state in Minipay.PaymentState.__enum_values__.values()}


class _Connection(asyncio.Protocol):
    def __init__(self, handle, transports):
        self._handle = handle
        self._transports = transports
        self._read = b''

    def connection_made(self, transport):
        self._transport = transport
        self._transports.add(transport)

    def connection_lost(self, error):
        self._transports.discard(self._transport)

    def data_received(self, data):
        self._read += data
        while b'\r\n\r\n' in self._read:
            head, rest = self._read.split(b'\r\n\r\n', 1)
            first, *lines = head.decode('latin-1').split('\r\n')
            headers = [tuple(line.split(': ', 1)) for line in lines]
            length = int(dict((name.lower(), value) for name, value in headers).get('content-length', 0))
            if len(rest) < length:
                return
            self._read = rest[length:]
            method, target, _ = first.split(' ')
            status, kind, body = self._handle(method, target, headers, rest[:length])
            self._transport.write(f'HTTP/1.1 {status} -\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n'
                                  .encode() + body)


class Listener:
    """Answers every request by @handle (method, target, header pairs, body): status, content type, body."""

    def __init__(self, handle):
        self._loop = asyncio.new_event_loop()
        self._transports = set()
        self._server = self._loop.run_until_complete(
            self._loop.create_server(lambda: _Connection(handle, self._transports), '127.0.0.1', 0))
        self.url = 'http://127.0.0.1:%d' % self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def close(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._server.close()
        for transport in self._transports:
            transport.abort()
        self._loop.run_until_complete(asyncio.sleep(0))  # lets them go
        self._loop.close()


class Line:
    """One connection that is kept open; a thread has its own."""

    def __init__(self, url):
        host, port = url.removeprefix('http://').split(':')
        self._host = f'{host}:{port}'
        self._socket = socket.create_connection((host, int(port)), 30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = b''

    def close(self):
        self._socket.close()

    def post(self, target, body, kind='application/json'):
        """Status and body of the answer."""
        self._socket.sendall(f'POST {target} HTTP/1.1\r\nHost: {self._host}\r\nContent-Type: {kind}\r\n'
                             f'Content-Length: {len(body)}\r\n\r\n'.encode() + body)
        while b'\r\n\r\n' not in self._read:
            self._more()
        head, self._read = self._read.split(b'\r\n\r\n', 1)
        first, *lines = head.decode('latin-1').lower().split('\r\n')
        length = int(dict(line.split(':', 1) for line in lines)['content-length'])
        while len(self._read) < length:
            self._more()
        answer, self._read = self._read[:length], self._read[length:]
        return int(first.split(' ')[1]), answer

    def _more(self):
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionError('the other side hung up')
        self._read += data


class Differences:
    """Where two readings of one message part."""

    def __init__(self):
        self._lock = threading.Lock()
        self.counts = collections.Counter()
        self.found = []

    def count(self, kind):
        with self._lock:
            self.counts[kind] += 1

    def add(self, kind, *facts):
        with self._lock:
            self.found.append((kind, *facts))


class AgreementTestCase(unittest.TestCase):
    def setUp(self):
        self.differences = Differences()
        self.folder = tempfile.mkdtemp(prefix='minipay-interop-')
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), 'wb') as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return path

    def listen(self, handle):
        listener = Listener(handle)
        self.addCleanup(listener.close)
        return listener

    def start_sandbox(self, *args):
        self._lines = threading.local()
        sandbox = Sandbox(*args)
        self.addCleanup(sandbox.close)
        self._endpoint = sandbox.endpoint
        self._config = configparser.ConfigParser(interpolation=None)
        self._config.optionxform = str
        self._config.read(sandbox.config, 'utf-8')
        self._config_folder = os.path.dirname(sandbox.config)
        return sandbox

    def sandbox_settings(self, account):
        """The settings that the sandbox wrote for @account; of files, what is in them."""
        settings = dict(self._config[f'account {account}'])
        for name, value in settings.items():
            if value.startswith('file:'):
                with open(os.path.join(self._config_folder, value[5:]), encoding='utf-8') as file:
                    settings[name] = file.read()
        return settings

    def line(self):
        """The calling thread's connection to the sandbox."""
        if not hasattr(self._lines, 'line'):
            self._lines.line = Line(self._endpoint)
            self.addCleanup(self._lines.line.close)
        return self._lines.line

    def make_all(self, make, items):
        made = []
        for i, item in enumerate(items):
            self.dice.start(make.__name__, i)
            made.append(make(*item))
        return made

    def run_all(self, function, items):
        """@function for every item, from a few threads; what it raises ends the test."""
        started = time.monotonic()
        with ThreadPoolExecutor(CALLERS) as pool:
            results = list(pool.map(function, items))
        print(f'{self.id().split(".", 1)[-1]}: {function.__name__}: {len(items)} in '
              f'{time.monotonic() - started:.1f} s', flush=True)
        return results

    def assert_agreement(self):
        print('  ' + ', '.join(f'{kind}: {count}' for kind, count in sorted(self.differences.counts.items())))
        found = self.differences.found
        kinds = collections.Counter(difference[0] for difference in found)
        sorts = {}  # one of every sort is enough to see
        for difference in found:
            sorts.setdefault((difference[0], re.sub(r'\d+', '#', str(difference[1]))[:80]), difference)
        shown = '\n'.join(' | '.join(str(fact)[:400] for fact in difference)
                          for difference in list(sorts.values())[:SHOWN])
        if found:
            self.fail(f'seed {SEED}: {len(found)} differences: {dict(kinds)}\n{shown}')

    def check_label(self, is_good, is_taken, kind, body):
        """Generator and reading must mean the same by good and bad: else agreement would be worth nothing."""
        if is_good != is_taken:
            self.differences.add('the second reading is at odds with its own generator', kind, body)

    # --- what the library makes of an order

    def create_payment(self, account, order, wanted=None, **how):
        """The checkout of a good order, None of any other; @wanted: the error that one must end with."""
        self.differences.count('orders to be sent' if wanted is None else 'orders to be refused')
        try:
            checkout = self.client.get_account(account).create_payment(make_order(order, **how))
        except GLib.Error as error:
            if wanted is None:
                self.differences.add('library refuses a good order', error.message, order)
            elif not error.matches(Minipay.Error.quark(), wanted):
                self.differences.add(f'an order ends otherwise than as {wanted.value_nick}', error.message, order)
            return None
        if wanted is not None:
            self.differences.add(f'an order does not end as {wanted.value_nick}', order)
            return None
        return checkout

    def compare_params(self, checkout, runtime, params):
        if checkout.dup_params(runtime) != params:
            self.differences.add('what opens the cashier differs', checkout.dup_params(runtime), params)

    def agree(self, accounts):
        """Orders of @accounts are made, then their notifications received."""
        jobs = self.make_all(self.make_job, [(self.dice.choice(accounts),) for _ in range(MESSAGES)])
        made = self.run_all(self.create, jobs)
        for number in self.expected:
            self.differences.add('order never arrived', number)
        self.run_all(self.receive, self.make_all(self.make_message, [
            (job[0], job[1] if is_made else None) for job, is_made in zip(jobs, made)]))

    # --- what the library thinks of a notification

    def compare_notification(self, account, body, read, order, kind):
        """Hands @body to the library; @read () is what the second reading makes of it, @order what was ordered."""
        is_genuine = kind == 'genuine'
        try:
            values = read()
            self.check_label(is_genuine, True, kind, body)
            if order is not None and (values['number'], values['fen']) != (order['number'], order['fen']):
                values, why = None, 'another order or amount'
            elif values['state'] not in STATES or values['state'] == 'UNKNOWN':
                # the house's own rule: a yes would end the deliveries of what nobody has understood
                values, why = None, 'a state that no list has'
        except Refused as refused:
            values, why = None, str(refused)
            self.check_label(is_genuine, False, why, body)
        kind = f'{account}: {kind}'
        receipt = self.client.receive(Minipay.HttpRequest('POST', '/notify/' + account,
                                                     [('Content-Type', 'application/json')], body))
        notification = receipt.get_notification()
        self.differences.count('taken' if values else 'refused')
        if values is None:
            if notification is not None:
                self.differences.add('library takes what is refused', f'{kind}: {why}', body)
            elif not receipt.get_failure_message():
                self.differences.add('library refuses without a word', f'{kind}: {why}', body)
        elif notification is None:
            self.differences.add('library refuses what is right', f'{kind}: {receipt.get_failure_message()}', body)
        else:
            self.compare_values(notification, values, kind, body)
        return receipt

    def compare_values(self, notification, values, kind, body):
        payment = notification.get_payment()
        total = payment.get_total()
        paid_at = payment.get_paid_at()
        theirs = {
            'number': payment.get_out_trade_no(),
            'transaction_id': payment.get_transaction_id(),
            'fen': total and total.get_minor(),
            'state': payment.get_state(),
            'attach': payment.get_attach() or None,
            'paid_at': paid_at and paid_at.to_unix(),
        }
        ours = dict(values)
        ours['state'] = STATES[ours['state']]
        if values['state'] != 'PAID':
            ours.pop('paid_at', None)  # no list says what the time of something else is
        elif ours.get('paid_at'):
            ours['paid_at'] = int(ours['paid_at'].timestamp())
        for name in theirs:
            if name in ours and theirs[name] != ours[name]:
                self.differences.add('values differ', name, ours[name], theirs[name], kind, body)
        if not payment.get_authenticated() or total.get_currency() != values.get('currency', 'CNY'):
            self.differences.add('not authentic, or another currency', kind, body)


def make_order(order, method=Minipay.Method.MINI_PROGRAM, currency='CNY', **more):
    """A Minipay.Order of the members of @order that there are."""
    fields = {name: order[key] for name, key in (('subject', 'subject'), ('payer', 'payer'), ('attach', 'attach'),
                                                 ('notify_url', 'notify_url')) if order.get(key) is not None}
    if order.get('splits'):
        fields['splits'] = GLib.Variant('a(ss)', [(who, f'{fen // 100}.{fen % 100:02} {currency}')
                                                  for who, fen in order['splits']])
    if order.get('extras'):
        fields['extras'] = GLib.Variant('a{sv}', {name: GLib.Variant('s', value)
                                                  for name, value in order['extras'].items()})
    wallet = {'wechat': Minipay.Wallet.WECHAT, 'alipay': Minipay.Wallet.ALIPAY}[order['wallet']]
    return Minipay.Order(out_trade_no=order['number'], total=Minipay.Money(order['fen'], currency), method=method,
                         wallet=wallet, **fields, **more)
