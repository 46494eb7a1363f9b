# SPDX-License-Identifier: LGPL-2.1-or-later
"""The second reading of the aggregator's sealed calls against the sandbox: orders, queries, closing, refunds."""

import json
import unittest

import aggregator
import aggregator_calls as calls
from aggregator_call_messages import CallDice
from aggregator_messages import AggregatorDice, Sealer
from dice import MESSAGES, SEED
from house import AgreementTestCase
from strict_json import Refused

NAME = 'showdoc-aggregator-sealed'
SHAPES = ('object', 'text', 'json')  # that the sealed part of an answer comes in
FOLLOWED = 4  # of so many orders one is paid or closed


class SandboxTest(AgreementTestCase):
    def setUp(self):
        super().setUp()
        self.dice = CallDice(SEED)
        self.sandbox = self.start_sandbox()
        settings = self.sandbox_settings(NAME)
        self.account = aggregator.Account(
            settings['customer-no'], settings['sign-key'], *aggregator.public_key_of(settings['public-key']),
            settings['sign-suffix'], settings['sign-case'])
        self.stranger = aggregator.Account('8000000001', 'x' * 32, Sealer(AggregatorDice(SEED)).modulus)
        self.listener = self.listen(self.handle)
        self.notified = {}

    def handle(self, method, target, headers, body):
        try:
            plain = aggregator.read_notification(body, self.account)
            self.notified[plain['number']] = plain
            self.differences.count('notifications sealed' if b'"reqmsg"' in body else 'notifications plain')
        except Refused as refused:
            self.differences.add('sandbox notifies wrongly', str(refused), body)
        return 200, 'text/plain', b'OK'

    def make_request(self):
        order = self.dice.order(self.listener.url)
        fields = self.dice.fields(order)
        if self.dice.chance(50):
            return order, 'good', *self.dice.call(fields, self.account), ('0000',)
        return order, *self.dice.bad_call(fields, self.account, self.stranger)

    def send(self, path, body):
        """The fields of the answer, opened; the clear code of one that is not sealed."""
        status, answer = self.line().post(path, body)
        try:
            return calls.read_answer(answer, self.account)
        except Refused as refused:
            outer = json.loads(answer)
            if status == 200 and set(outer) == {'code', 'msg'}:
                return {'errCode': outer['code']}
            self.differences.add('sandbox answers wrongly', str(refused), answer)
            return {'errCode': None}

    def order(self, request):
        """Sends it; gives the order when both take it."""
        order, kind, plain, body, codes = request
        why = None
        try:
            if plain is None:
                raise Refused('no seal that opens')
            calls.read_call(order['path'], plain, self.account)
        except Refused as refused:
            why = str(refused)
        answer = self.send(order['path'], body)
        self.check_label(kind == 'good', why is None, f'{kind}: {why}', body)
        self.differences.count('calls taken' if why is None else 'calls refused')
        if answer['errCode'] not in codes:
            self.differences.add('sandbox answers with another code', f'{kind}: {codes}: {answer}', plain or body)
        elif why is None:
            if answer['orderNo'] != order['number'] or not answer['payUrl'].startswith('http'):
                self.differences.add('sandbox answers something else', answer, order)
            return order
        return None

    def make_calls(self, order):
        """What follows the order, whose calls are sealed in advance: (path, body, what the answer must hold)."""
        def sealed(path, fields, **expected):
            return path, self.dice.call(fields, self.account)[1], expected

        def queried(state):
            return sealed(calls.QUERY, {'orderNo': order['number']}, errCode='0000', orderNo=order['number'],
                          orderAmount=str(order['fen']), payStatus=state)

        close = sealed(calls.CLOSE, {'orderNo': order['number']}, errCode='0000', orderNo=order['number'],
                       status='CLOSE')
        if self.dice.chance(30):
            return [queried('PROCESSING'), close, queried('CLOSE'),
                    sealed(calls.REFUND_QUERY, {'orderNo': order['number']}, errCode='2106')]
        number, fen = self.dice.number(1, 64), self.dice.randint(1, order['fen'])
        too_much = '3103' if order['fen'] < aggregator.MAX_FEN else '1003'
        told = {'refOrderNo': order['number'], 'orderNo': number, 'refundAmount': str(fen)}
        wish = dict(told, refundAccountType='REFUND')
        state = dict(told, errCode='0000', refundStatus='PROCESSING')
        return [
            None, queried('SUCCESS'), (close[0], close[1], {'errCode': '2101'}),
            sealed(calls.REFUND, dict(wish, refundAmount=str(order['fen'] + 1)), errCode=too_much),
            sealed(calls.REFUND, wish, **state), sealed(calls.REFUND, wish, **state),
            sealed(calls.REFUND, dict(wish, refundAccountType='RECEIPT'), errCode='2107'),
            sealed(calls.REFUND_QUERY, {'orderNo': number}, **state),
        ]

    def follow(self, order_calls):
        order, asked = order_calls
        for call in asked:
            if call is None:
                self.pay(order)
                continue
            path, body, expected = call
            answer = self.send(path, body)
            self.differences.count('calls after the order')
            if {name: answer.get(name) for name in expected} != expected:
                self.differences.add('sandbox answers something else', path, answer, expected)

    def pay(self, order):
        asked = {'account': NAME, 'out_trade_no': order['number']}
        status, answer = self.line().post('/sandbox/pay', json.dumps(asked).encode())
        expected = {'number': order['number'], 'fen': order['fen'], 'state': 'PAID'}
        if self.notified.get(order['number']) != expected:
            self.differences.add('sandbox notifies something else', status, answer, order)

    def make_story(self, order):
        return order, self.make_calls(order)

    def test_sealed_calls_and_their_answers(self):
        requests = self.make_all(self.make_request, [()] * MESSAGES)
        for i, shape in enumerate(SHAPES):
            self.sandbox.post('/sandbox/aggregator', answer_shape=shape, sealed_notifications=i != 1)
            orders = [order for order in self.run_all(self.order, requests[i::len(SHAPES)]) if order]
            self.run_all(self.follow, self.make_all(self.make_story, [(order,) for order in orders[::FOLLOWED]]))
        self.assert_agreement()


if __name__ == '__main__':
    print(f'seed {SEED}, {MESSAGES} messages')
    unittest.main()
