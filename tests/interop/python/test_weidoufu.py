# SPDX-License-Identifier: LGPL-2.1-or-later
"""The second reading of weidoufu against the library with its plugin, and against the sandbox."""

import json
import unittest
import urllib.parse

import weidoufu
from dice import ALNUM, MESSAGES, SEED
from house import AgreementTestCase, Minipay
from params import parse_params
from strict_json import Refused
from weidoufu_messages import WeidoufuDice

# The ways an account may read what the manual leaves open.
WAYS = (
    {'form': 'json', 'digest': 'hex', 'text': 'received'},
    {'form': 'form', 'digest': 'raw', 'text': 'received'},
    {'form': 'json', 'digest': 'hex', 'text': 'compact'},
)


class PluginTest(AgreementTestCase):
    def setUp(self):
        super().setUp()
        self.dice = WeidoufuDice(SEED)
        self.expected = {}
        self.gateway = self.listen(self.handle)
        self.accounts = []
        text = ''
        for i, way in enumerate(WAYS):
            account = dict(way, name=f'weidoufu-{i}', access_key=self.dice.word(ALNUM, 32, 33),
                           key=self.dice.word(ALNUM + '+/', 32, 32))
            self.accounts.append(account)
            self.write(f'key-{i}', account['key'])
            text += (f'[account {account["name"]}]\nprovider=weidoufu\nendpoint={self.gateway.url}\n'
                     f'access-key={account["access_key"]}\nsecret-key=file:key-{i}\nbody-format={way["form"]}\n'
                     f'notify-digest={way["digest"]}\nnotify-text={way["text"]}\n')
        self.client = Minipay.Client.new_from_file(self.write('minipay.conf', text))
        for account in self.accounts:
            self.client.get_account(account['name'])  # starts now or not at all

    # --- requests

    def read_request(self, method, target, headers, body, account):
        """The parameters of a request as it must be."""
        kind = dict((name.lower(), value) for name, value in headers).get('content-type', '')
        if (method, target) != ('POST', '/pay/miniapp'):
            raise Refused(f'{method} {target}')
        if kind.split(';')[0] != {'json': 'application/json', 'form': 'application/x-www-form-urlencoded'}[
                account['form']]:
            raise Refused(f'content type {kind}')
        params = parse_params(body, kind)
        weidoufu.check_order(params, account['access_key'], account['key'])
        return params

    def handle(self, method, target, headers, body):
        number = None
        try:
            fields = json.loads(body) if body[:1] == b'{' else dict(urllib.parse.parse_qsl(body.decode()))
            number = fields['out_order_no']
            account, wanted, trade_number, jsapi = self.expected.pop(number)
            params = self.read_request(method, target, headers, body, account)
            del params['sign']
            if params != wanted or account['form'] == 'json' and any(
                    type(params[name]) is not type(wanted[name]) for name in params):
                self.differences.add('request differs', wanted, params)
        except (Refused, ValueError, KeyError) as error:
            self.differences.add('request is refused', repr(error), body)
            trade_number = jsapi = ''
        answer = {'code': 1, 'message': '成功', 'data': {'mch_trade_no': trade_number,
                                                        'out_order_no': number, 'jsapi': jsapi}}
        return 200, 'application/json', json.dumps(answer, ensure_ascii=False).encode()

    def make_job(self, account):
        order = self.dice.order()
        is_good = self.dice.chance(75)
        if not is_good:
            order = self.dice.spoilt(order)
        if order['wallet'] == 'alipay':
            jsapi = {'trade_no': self.dice.word('0123456789', 28, 32)}
            params = {'tradeNO': jsapi['trade_no']}
            runtime = Minipay.Runtime.ALIPAY
        else:
            jsapi = {'app_id': 'wx' + self.dice.word('0123456789abcdef', 16, 16),
                     'timestamp': self.dice.word('123456789', 10, 10), 'nonce_str': self.dice.word(ALNUM, 1, 32),
                     'package': 'prepay_id=' + self.dice.word(ALNUM + '=+/', 1, 64),
                     'sign_type': self.dice.choice(('MD5', 'RSA', 'HMAC-SHA256')),
                     'pay_sign': self.dice.word(ALNUM + '+/=', 32, 344)}
            params = {'timeStamp': jsapi['timestamp'], 'nonceStr': jsapi['nonce_str'], 'package': jsapi['package'],
                      'signType': jsapi['sign_type'], 'paySign': jsapi['pay_sign']}
            runtime = Minipay.Runtime.WX
        if is_good:
            self.expected[order['number']] = (account, self.dice.params(order, account['access_key']),
                                              order['trade_number'], jsapi)
        return account, order, is_good, runtime, params

    def create(self, job):
        account, order, is_good, runtime, params = job
        checkout = self.create_payment(account['name'], order, None if is_good else Minipay.Error.INVALID)
        if checkout is not None:
            self.compare_params(checkout, runtime, params)
        return checkout is not None

    # --- notifications

    def receive(self, message):
        account, order, kind, body = message

        def read():
            return weidoufu.read_notification(body, account['key'], account['digest'], account['text'])

        self.compare_notification(account['name'], body, read, order, kind)

    def make_message(self, account, order):
        """A notification: of an order that was made, at times with another amount, or of one nobody knows."""
        told = order or self.dice.order()
        if self.dice.chance(5):
            told = dict(told, fen=told['fen'] - 1 or 2)
        if self.dice.chance(50):
            return account, order, 'genuine', self.dice.notification(account, told)
        stranger = self.dice.another(self.accounts, account)
        return account, order, *self.dice.bad_notification(account, stranger, told)

    def test_orders_and_notifications(self):
        self.agree(self.accounts)
        self.assert_agreement()


class SandboxTest(AgreementTestCase):
    def setUp(self):
        super().setUp()
        self.dice = WeidoufuDice(SEED)
        self.sandbox = self.start_sandbox()
        settings = self.sandbox_settings('weidoufu')
        self.account = {'name': 'weidoufu', 'access_key': settings['access-key'], 'key': settings['secret-key'],
                        'digest': 'hex', 'text': 'received'}
        self.listener = self.listen(self.handle)
        self.notified = {}

    def handle(self, method, target, headers, body):
        try:
            values = weidoufu.read_notification(body, self.account['key'])
            self.notified[values['number']] = values
        except Refused as refused:
            self.differences.add('sandbox notifies wrongly', str(refused), body)
        return 200, 'text/plain', b'success'

    def make_request(self):
        order = self.dice.order()
        order['notify_url'] = self.listener.url + '/' + self.dice.word(ALNUM, 0, 90)
        if self.dice.chance(50):
            return order, 'good', *self.dice.request(order, self.account)
        return order, *self.dice.bad_request(order, self.account)

    def ask(self, request):
        """Sends it; gives the order when both take it."""
        order, kind, content_type, body = request
        why = None
        try:
            weidoufu.check_order(parse_params(body, content_type), self.account['access_key'],
                                 self.account['key'])
        except Refused as refused:
            why = str(refused)
        status, answer = self.line().post('/pay/miniapp', body, content_type)
        try:
            said = json.loads(answer)
        except ValueError:
            said = {}
        is_taken = status == 200 and said.get('code') == 1
        self.check_label(kind == 'good', why is None, f'{kind}: {why}', body)
        self.differences.count('requests taken' if why is None else 'requests refused')
        if is_taken != (why is None):
            self.differences.add('sandbox takes what is refused' if is_taken else 'sandbox refuses what is right',
                                 f'{kind}: {why or answer.decode(errors="replace")}', body)
        elif is_taken:
            data = said['data']
            names = {'wechat': {'app_id', 'timestamp', 'nonce_str', 'package', 'sign_type', 'pay_sign'},
                     'alipay': {'trade_no'}}[order['wallet']]
            if data.get('out_order_no') != order['number'] or set(data['jsapi']) != names:
                self.differences.add('sandbox answers something else', kind, body, answer)
            return order
        return None

    def pay(self, order):
        self.line().post('/sandbox/pay', json.dumps({'account': 'weidoufu', 'out_trade_no': order['number']}).encode())
        told = self.notified.get(order['number'])
        self.differences.count('notifications')
        expected = {'fen': order['fen'], 'state': 'PAID', 'attach': order['attach'] or None}
        if told is None or {name: told[name] for name in expected} != expected:
            self.differences.add('sandbox notifies something else', order, told)

    def test_requests_and_notifications(self):
        orders = self.run_all(self.ask, self.make_all(self.make_request, [()] * MESSAGES))
        self.run_all(self.pay, [order for order in orders if order])
        self.assert_agreement()


if __name__ == '__main__':
    print(f'seed {SEED}, {MESSAGES} messages')
    unittest.main()
