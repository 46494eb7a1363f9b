# SPDX-License-Identifier: LGPL-2.1-or-later
"""The second reading of transit, interface A, against the library with its plugin, and against the sandbox."""

import base64
import json
import unittest
import urllib.parse

import transit
from dice import ALNUM, MESSAGES, SEED
from house import AgreementTestCase, Minipay
from strict_json import Refused, parse_object
from transit_messages import TransitDice

# The ways an account may read what the documentation leaves open.
WAYS = (
    {'form': 'token', 'mode': 'HMAC-SHA256', 'encoding': 'text', 'size': 32},
    {'form': 'sealed', 'mode': 'MD5', 'encoding': 'base64', 'size': 32},
    {'form': 'sealed', 'mode': 'HMAC-SHA256', 'encoding': 'text', 'size': 16},
    {'form': 'token', 'mode': 'MD5', 'encoding': 'base64', 'size': 16},
)
PATH = '/intp/transitpay'


class PluginTest(AgreementTestCase):
    def setUp(self):
        super().setUp()
        self.dice = TransitDice(SEED)
        self.expected = {}
        self.gateway = self.listen(self.handle)
        self.shops = [self.make_shop(i, way) for i, way in enumerate(WAYS)]
        self.client = Minipay.Client.new_from_file(self.write('minipay.conf', ''.join(
            shop['settings'] for shop in self.shops)))
        for shop in self.shops:
            self.client.get_account(shop['name'])  # starts now or not at all

    def make_shop(self, i, way):
        aes_key = (self.dice.word(ALNUM, way['size'], way['size']) if way['encoding'] == 'text'
                   else base64.b64encode(self.dice.randbytes(way['size'])).decode())
        account = transit.Account(f'wx{i:016}', f'190000100{i}', transit.key_of(aes_key, way['encoding']),
                                  self.dice.word(ALNUM, 32, 32), way['mode'])
        token = self.dice.word(ALNUM + '-_', 100, 140)
        self.write(f'aes-key-{i}', aes_key)
        self.write(f'sign-key-{i}', account.sign_key)
        self.write(f'token-{i}', token)
        settings = (f'[account transit-{i}]\nprovider=transit\nmchid={account.mchid}\nappid={account.appid}\n'
                    f'endpoint={self.gateway.url}\ndeduct-url={self.gateway.url}{PATH}\nrequest-form={way["form"]}\n'
                    f'access-token=file:token-{i}\naes-key=file:aes-key-{i}\naes-key-encoding={way["encoding"]}\n'
                    f'sign-key=file:sign-key-{i}\nsign-mode={way["mode"]}\n')
        return dict(way, name=f'transit-{i}', account=account, token=token, settings=settings)

    # --- deductions

    def read_request(self, shop, target, body):
        """The deduction of a request as it must be."""
        path, _, query = target.partition('?')
        if path != PATH:
            raise Refused(f'path {path}')
        if shop['form'] == 'token':
            if urllib.parse.parse_qsl(query) != [('access_token', shop['token'])]:
                raise Refused(f'query {query}')
            return parse_object(body)
        nonce, plain = transit.open_frame(body, shop['account'])
        if not 1 <= len(nonce) <= 32 or nonce in self.nonces:
            raise Refused(f'nonce {nonce}')
        self.nonces.add(nonce)
        return parse_object(plain)

    def handle(self, method, target, headers, body):
        try:
            kind = dict((name.lower(), value) for name, value in headers).get('content-type', '')
            if method != 'POST' or kind.split(';')[0] != 'application/json':
                raise Refused(f'{method}, {kind}')
            form = 'sealed' if b'"encrypted_data"' in body else 'token'
            for shop in self.shops:
                if shop['form'] != form:
                    continue
                try:
                    members = self.read_request(shop, target, body)
                    break
                except Refused as refused:
                    why = refused
            else:
                raise why
            expected_shop, wanted = self.expected.pop(members['out_order_no'])
            transit.check_deduction(members)
            if expected_shop is not shop or members != wanted or any(
                    type(members[name]) is not type(wanted[name]) for name in members):
                self.differences.add('request differs', wanted, members)
        except (Refused, ValueError, KeyError) as error:
            self.differences.add('request is refused', repr(error), target, body)
        return 200, 'application/json', b'{"errcode":0,"errmsg":"ok"}'

    def make_job(self, shop):
        order = self.dice.order()
        is_good = self.dice.chance(75)
        if is_good:
            self.expected[order['number']] = shop, self.dice.members(order)
        else:
            order = self.dice.spoilt(order)
        return shop, order, is_good

    def create(self, job):
        shop, order, is_good = job
        checkout = self.create_payment(shop['name'], order, None if is_good else Minipay.Error.INVALID,
                                       method=Minipay.Method.TRANSIT)
        if checkout is not None and checkout.props.kind != Minipay.CheckoutKind.PENDING:
            self.differences.add('the checkout is not pending', checkout.props.kind)
        return checkout is not None

    # --- callbacks

    def receive(self, message):
        shop, order, kind, body = message
        values = []

        def read():
            values.append(transit.read_callback(body, shop['account']))
            return values[0]

        receipt = self.compare_notification(shop['name'], body, read, order, kind)
        reply = receipt.dup_reply(receipt.get_notification() is not None)
        said = parse_object(reply.get_body().get_data())
        if receipt.get_notification() is not None:
            if (reply.get_status(), said['errcode'], said['nonce_str']) != (200, '0', values[0]['nonce']):
                self.differences.add('the answer differs', said, values)
            return
        said.pop('nonce_str', None)
        self.refusals.add((reply.get_status(), tuple(sorted(said.items()))))
        if reply.get_status() != 200 or said['errcode'] == '0':
            self.differences.add('a refusal that is none', said, body)

    def make_message(self, shop, order):
        """A callback: of an order that was made, at times with another amount, or of one nobody knows."""
        told = order or self.dice.order()
        if self.dice.chance(5):
            told = dict(told, fen=told['fen'] - 1 or 2)
        if self.dice.chance(50):
            return shop, order, 'genuine', self.dice.callback(shop['account'], told)
        stranger = self.dice.another(self.shops, shop)
        return shop, order, *self.dice.bad_callback(shop['account'], stranger['account'], told)

    def test_deductions_and_callbacks(self):
        self.nonces, self.refusals = set(), set()
        self.agree(self.shops)
        if len(self.refusals) != 1:
            self.differences.add('refusals can be told apart', self.refusals)
        self.assert_agreement()


class SandboxTest(AgreementTestCase):
    def setUp(self):
        super().setUp()
        self.dice = TransitDice(SEED)
        self.sandbox = self.start_sandbox()
        settings = self.sandbox_settings('transit')
        self.account = transit.Account(
            settings['appid'], settings['mchid'],
            transit.key_of(settings['aes-key'], settings['aes-key-encoding']), settings['sign-key'],
            settings['sign-mode'])
        self.stranger = transit.Account('wx0000000000000012', '1900000009', b'x' * 32, 'y' * 32, 'MD5')
        self.token = settings['access-token']
        self.path = urllib.parse.urlsplit(settings['deduct-url']).path
        self.notified = {}
        listener = self.listen(self.handle)
        self.sandbox.post('/sandbox/transit', account='transit', notify_url=listener.url + '/notify/transit')

    def handle(self, method, target, headers, body):
        nonce = ''
        try:
            values = transit.read_callback(body, self.account)
            self.notified[values['number']] = values
            nonce = values['nonce']
        except Refused as refused:
            self.differences.add('sandbox notifies wrongly', str(refused), body)
        return 200, 'application/json', json.dumps({'errcode': 0, 'errmsg': 'ok', 'nonce_str': nonce}).encode()

    def make_request(self):
        """The order, how it was spoilt, the body, and the token: None for a frame, which needs none."""
        order = self.dice.order()
        members = self.dice.members(order)
        is_good, is_sealed = self.dice.chance(50), self.dice.chance(50)
        if is_good:
            kind, token, plain = 'good', self.token, self.dice.written(members)
        elif is_sealed and self.dice.chance(50):
            return order, *self.dice.bad_frame(self.account, self.stranger, members), None
        else:
            kind, token, plain = self.dice.bad_deduction(members, self.token)
        if is_sealed and token == self.token:
            return order, kind, self.dice.written(self.dice.frame(plain, self.account)), None
        return order, kind, plain, token

    def judge(self, body, token):
        if token is None:
            _, body = transit.open_frame(body, self.account)
        elif token != self.token:
            raise Refused('access_token is another')
        transit.check_deduction(parse_object(body))

    def ask(self, request):
        """Sends it; gives the order when both take it."""
        order, kind, body, token = request
        why = None
        try:
            self.judge(body, token)
        except Refused as refused:
            why = str(refused)
        query = '' if token is None else '?access_token=' + urllib.parse.quote(token, safe='')
        status, answer = self.line().post(self.path + query, body)
        try:
            is_taken = status == 200 and json.loads(answer).get('errcode') == 0
        except ValueError:
            is_taken = False
        self.check_label(kind == 'good', why is None, f'{kind}: {why}', body)
        self.differences.count('requests taken' if why is None else 'requests refused')
        if is_taken != (why is None):
            self.differences.add('sandbox takes what is refused' if is_taken else 'sandbox refuses what is right',
                                 f'{kind}: {why or answer.decode(errors="replace")}', body)
        return order if is_taken and why is None else None

    def pay(self, order):
        fails = order['fen'] % 3 == 0
        asked = {'account': 'transit', 'out_trade_no': order['number']}
        if fails:
            asked['result'] = 'FAIL'
        status, answer = self.line().post('/sandbox/pay', json.dumps(asked).encode())
        told = self.notified.get(order['number'])
        self.differences.count('callbacks')
        expected = {'fen': order['fen'], 'state': 'FAILED' if fails else 'PAID'}
        if told is None or {name: told[name] for name in expected} != expected:
            self.differences.add('sandbox notifies something else', status, answer, order, told)

    def test_deductions_and_callbacks(self):
        orders = self.run_all(self.ask, self.make_all(self.make_request, [()] * MESSAGES))
        self.run_all(self.pay, [order for order in orders if order])
        self.assert_agreement()


if __name__ == '__main__':
    print(f'seed {SEED}, {MESSAGES} messages')
    unittest.main()
