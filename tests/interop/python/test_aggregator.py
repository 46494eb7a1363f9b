# SPDX-License-Identifier: LGPL-2.1-or-later
"""The second reading of the showdoc aggregator against the library with its plugin, and against the sandbox."""

import json
import threading
import unittest
import urllib.parse

import aggregator
from aggregator_messages import AggregatorDice, Sealer
from dice import ALNUM, DIGITS, MESSAGES, SEED
from house import AgreementTestCase, Minipay
from params import parse_params
from strict_json import Refused

# The ways an account may read what the manual leaves open.
WAYS = (
    {'form': 'json', 'suffix': 'amp-key', 'case': 'upper', 'takes_plain': True, 'amount_member': 'orderAmount'},
    {'form': 'form', 'suffix': 'amp', 'case': 'lower', 'takes_plain': True, 'amount_member': 'payAmount'},
    {'form': 'json', 'suffix': 'bare', 'case': 'upper', 'takes_plain': False, 'amount_member': 'orderAmount'},
    {'form': 'form', 'suffix': 'parameter', 'case': 'upper', 'takes_plain': True, 'amount_member': 'orderAmount'},
)
KINDS = {'json': 'application/json', 'form': 'application/x-www-form-urlencoded'}
PAID_ALREADY = {'msg': '订单已支付成功', 'code': '400'}


class PluginTest(AgreementTestCase):
    def setUp(self):
        super().setUp()
        self.dice = AggregatorDice(SEED)
        self.expected = {}
        self.gateway = self.listen(self.handle)
        self.shops = [self.make_shop(i, way) for i, way in enumerate(WAYS)]
        self.client = Minipay.Client.new_from_file(self.write('minipay.conf', ''.join(
            shop['settings'] for shop in self.shops)))
        for shop in self.shops:
            self.client.get_account(shop['name'])  # starts now or not at all

    def make_shop(self, i, way):
        sealer = Sealer(self.dice)
        account = aggregator.Account(f'80000001{i:02}', self.dice.word(ALNUM, 32, 32), sealer.modulus,
                                     sealer.EXPONENT, way['suffix'], way['case'], way['takes_plain'],
                                     way['amount_member'])
        self.write(f'sign-key-{i}', account.key)
        self.write(f'public-key-{i}.pem', aggregator.public_key_pem(account.modulus, account.exponent))
        plain = 'true' if account.takes_plain else 'false'
        settings = (f'[account aggregator-{i}]\nprovider=showdoc-aggregator\nendpoint={self.gateway.url}\n'
                    f'customer-no={account.customer_no}\nsign-key=file:sign-key-{i}\n'
                    f'public-key=file:public-key-{i}.pem\nrequest-format={way["form"]}\n'
                    f'sign-suffix={account.suffix}\nsign-case={account.case}\nplain-notifications={plain}\n'
                    f'amount-member={account.amount_member}\n')
        return dict(way, name=f'aggregator-{i}', account=account, sealer=sealer, settings=settings)

    # --- order calls

    def handle(self, method, target, headers, body):
        answer = {'code': '500'}
        try:
            kind = dict((name.lower(), value) for name, value in headers).get('content-type', '').split(';')[0]
            shop, wanted_target, wanted, answer = self.expected.pop(urllib.parse.urlsplit(target).path)
            if (method, target, kind) != ('POST', wanted_target, KINDS[shop['form']]):
                raise Refused(f'{method} {target}, {kind}')
            params = parse_params(body, kind)
            aggregator.check_order(params)
            if params != wanted:
                self.differences.add('request differs', wanted, params)
        except (Refused, ValueError, KeyError) as error:
            self.differences.add('request is refused', repr(error), target, body)
        return 200, 'application/json', json.dumps(answer, ensure_ascii=False).encode()

    def make_answer(self, order):
        """What the gateway says to a good call; the runtime and the parameters that are to come of it."""
        data = {'codeUrl': None}
        if order['wallet'] == 'alipay':
            data['tradeNo'] = self.dice.word(DIGITS, 28, 32)
            runtime, params = Minipay.Runtime.ALIPAY, {'tradeNO': data['tradeNo']}
        else:
            params = {'timeStamp': '1' + self.dice.word(DIGITS, 9, 9), 'nonceStr': self.dice.word(ALNUM, 1, 32),
                      'package': 'prepay_id=' + self.dice.word(ALNUM + '_', 1, 64), 'signType': 'RSA',
                      'paySign': self.dice.word(ALNUM + '+/', 342, 342) + '=='}
            data.update(params, appId='wx' + self.dice.word('0123456789abcdef', 16, 16))
            runtime = Minipay.Runtime.WX
        code = self.dice.choice(('200', '200', '200', 200))
        return {'code': code, 'msg': '操作成功', 'data': self.dice.shuffled(data)}, runtime, params

    def make_job(self, shop):
        order = self.dice.order()
        is_good = self.dice.chance(75)
        path = f'/jump/{order["number"]}/' + self.dice.word(ALNUM + '-_~/', 0, 60)
        target = path + self.dice.choice(('', '', '?a=b&c=%E4%BC%9A', '?' + self.dice.word(ALNUM, 1, 40)))
        answer, runtime, params = self.make_answer(order)
        if self.dice.chance(5):
            answer, params = PAID_ALREADY, None
        extras = {'url': self.gateway.url + target, 'pay_info': order['pay_info']}
        if order['by'] == 'code':
            extras['code'] = order['code']
            order['payer'] = None
        if is_good:
            self.expected[path] = shop, target, self.dice.params(order), answer
        else:
            order, extras = self.dice.spoilt(order, extras)
        return shop, dict(order, extras=extras), is_good, runtime, params

    def create(self, job):
        shop, order, is_good, runtime, params = job
        wanted = Minipay.Error.INVALID if not is_good else Minipay.Error.ALREADY_PAID if params is None else None
        checkout = self.create_payment(shop['name'], order, wanted)
        if checkout is not None:
            self.compare_params(checkout, runtime, params)
        return checkout is not None or wanted == Minipay.Error.ALREADY_PAID

    # --- notifications

    def receive(self, message):
        shop, order, kind, body = message
        self.compare_notification(shop['name'], body,
                                  lambda: aggregator.read_notification(body, shop['account']), order, kind)

    def make_message(self, shop, order):
        """A notification: of an order that was made, at times with another amount, or of one nobody knows."""
        told = order or self.dice.order()
        if self.dice.chance(5):
            told = dict(told, fen=told['fen'] - 1 or 2)
        if self.dice.chance(50):
            return shop, order, 'genuine', self.dice.notification(shop['account'], shop['sealer'], told)
        stranger = self.dice.another(self.shops, shop)
        return shop, order, *self.dice.bad_notification(shop['account'], shop['sealer'], stranger['account'],
                                                        stranger['sealer'], told)

    def test_orders_and_notifications(self):
        self.agree(self.shops)
        self.assert_agreement()


class SandboxTest(AgreementTestCase):
    def setUp(self):
        super().setUp()
        self.dice = AggregatorDice(SEED)
        self.sandbox = self.start_sandbox()
        settings = self.sandbox_settings('showdoc-aggregator')
        self.account = aggregator.Account(
            settings['customer-no'], settings['sign-key'], *aggregator.public_key_of(settings['public-key']),
            settings['sign-suffix'], settings['sign-case'], settings['plain-notifications'] == 'true',
            settings['amount-member'])
        self.listener = self.listen(self.handle)
        self.lock = threading.Lock()
        self.notified = {}

    def handle(self, method, target, headers, body):
        try:
            values = aggregator.read_notification(body, self.account)
            self.notified[values['number']] = values
            self.differences.count('sealed' if b'"reqmsg"' in body else 'plain')
        except Refused as refused:
            self.differences.add('sandbox notifies wrongly', str(refused), body)
        return 200, 'text/plain', b'OK'

    def jump(self, order):
        """What comes before the call: gives the order and what the mini-program is opened with."""
        asked = {'account': 'showdoc-aggregator', 'out_trade_no': order['number'], 'total': order['fen'],
                 'wallet': order['wallet'], 'sealed': order['sealed'],
                 'notify_url': self.listener.url + '/notify/showdoc-aggregator'}
        if order['subject']:
            asked['subject'] = order['subject']
        status, answer = self.line().post('/sandbox/jump', json.dumps(asked).encode())
        if status != 200:
            raise AssertionError(answer)
        return order, json.loads(answer)

    def make_request(self, order, opened):
        params = self.dice.params(dict(order, pay_info=opened['pay_info']))
        path = urllib.parse.urlsplit(opened['url']).path
        if self.dice.chance(50):
            return order, opened, path, 'good', *self.dice.request(params)
        return order, opened, path, *self.dice.bad_request(params)

    def ask(self, request):
        """Sends it; gives the order when both take it."""
        order, opened, path, kind, content_type, body = request
        why = None
        try:
            params = parse_params(body, content_type)
            aggregator.check_order(params)
            if params['payInfo'] != opened['pay_info']:
                raise Refused('payInfo of no jump')
        except Refused as refused:
            why = str(refused)
        status, answer = self.line().post(path, body, content_type)
        try:
            said = json.loads(answer)
            is_taken = status == 200 and said['code'] == '200'
        except (ValueError, KeyError, TypeError):
            is_taken = False
        self.check_label(kind == 'good', why is None, f'{kind}: {why}', body)
        self.differences.count('requests taken' if why is None else 'requests refused')
        if is_taken != (why is None):
            self.differences.add('sandbox takes what is refused' if is_taken else 'sandbox refuses what is right',
                                 f'{kind}: {why or answer.decode(errors="replace")}', body)
        elif is_taken:
            names = {'wechat': {'appId', 'timeStamp', 'nonceStr', 'package', 'signType', 'paySign'},
                     'alipay': {'tradeNo'}}[order['wallet']]
            if {name for name, value in said['data'].items() if value is not None} != names:
                self.differences.add('sandbox answers something else', kind, answer)
            return order
        return None

    def pay(self, order):
        asked = {'account': 'showdoc-aggregator', 'out_trade_no': order['number']}
        status, answer = self.line().post('/sandbox/pay', json.dumps(asked).encode())
        told = self.notified.get(order['number'])
        self.differences.count('notifications')
        expected = {'number': order['number'], 'fen': order['fen'], 'state': 'PAID'}
        if told != expected:
            self.differences.add('sandbox notifies something else', status, answer, order, told)

    def test_order_calls_and_notifications(self):
        jumped = self.run_all(self.jump, self.make_all(self.dice.order, [()] * MESSAGES))
        orders = self.run_all(self.ask, self.make_all(self.make_request, jumped))
        self.run_all(self.pay, [order for order in orders if order])
        self.assert_agreement()


if __name__ == '__main__':
    print(f'seed {SEED}, {MESSAGES} messages')
    unittest.main()
