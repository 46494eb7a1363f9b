# SPDX-License-Identifier: LGPL-2.1-or-later
"""The second reading of transit's other callbacks against the sandbox: its messages, and what it makes of answers."""

import base64
import json
import unittest
import urllib.parse
from dataclasses import replace

import transit
import transit_callbacks as callbacks
from dice import ALNUM, DIGITS, MESSAGES, SEED
from house import AgreementTestCase
from strict_json import Number, Refused
from transit_messages import TransitDice

ARREARS = 20  # one message in so many


class ReplyDice(TransitDice):
    """Answers of a merchant."""

    def value(self, kind):
        if kind == 'create-code':
            return {'base64_svr_data': self.base64(400)}
        return {self.choice(callbacks.SEALED[kind]): self.word(DIGITS + ALNUM, 1, 32)}

    def reply(self, kind, nonce, account):
        members = {'errcode': Number('0'), 'nonce_str': nonce}
        if self.chance(50):
            members['errmsg'] = self.choice(('ok', '', '成功 "é" \\'))
        if kind == 'contract-status':
            members['status'] = Number(self.choice('01'))
        if kind in callbacks.SEALED:
            plain = self.written(self.value(kind))
            members.update(callbacks.seal_reply(plain, account, self.randbytes(16)))
        return 200, self.written(self.shuffled(members))

    def bad_reply(self, kind, nonce, account):
        """How it was spoilt, and status and body."""
        status, body = self.reply(kind, nonce, account)
        members = json.loads(body, parse_int=Number)
        if kind in callbacks.SEALED and self.chance(60):
            name, make = self.choice(self.SEAL_SPOILERS)
            return name, status, self.written(dict(members, **make(self, kind, members, account)))
        if kind == 'contract-status' and self.chance(50):
            value = self.choice((Number('2'), Number('-1'), '0', '1', None, True, [], Number('0.5')))
            return 'status', status, self.written(dict(members, status=value))
        kind = self.randrange(5)
        if kind == 0:
            return 'HTTP status', self.choice((404, 500, 503)), body
        if kind == 1:
            code = self.choice((Number('1'), Number('-1'), None, 'ok', [], True, Number('40001')))
            return 'errcode', status, self.written(dict(members, errcode=code))
        if kind == 2:
            other = self.choice((self.altered(nonce), nonce.swapcase(), '', None))
            return 'nonce', status, self.written(dict(members, nonce_str=other))
        if kind == 3:
            name = self.choice(('errcode', 'nonce_str'))
            return 'missing', status, self.written({key: members[key] for key in members if key != name})
        return 'not JSON', status, self.broken(self.json(members).encode())

    def _resealed(self, plain, account):
        return callbacks.seal_reply(plain, account, self.randbytes(16))

    def _missing(self, kind, members, account):
        return {self.choice(('encrypted_data', 'iv')): self.choice((None, '', Number('1'), []))}

    def _foreign_key(self, kind, members, account):
        key = bytes([account.aes_key[0] ^ 1]) + account.aes_key[1:]
        return self._resealed(self.written(self.value(kind)), replace(account, aes_key=key))

    def _bad_base64(self, kind, members, account):
        name = self.choice(('encrypted_data', 'iv'))
        text = members[name]
        return {name: self.choice((text[:-1], text + 'A', '*' + text[1:], text[:4] + ' ' + text[4:], '_' + text[1:]))}

    def _lengths(self, kind, members, account):
        sealed, iv = base64.b64decode(members['encrypted_data']), base64.b64decode(members['iv'])
        sealed, iv = self.choice(((sealed[:-1], iv), (sealed[:-16], iv), (sealed, iv[:-1]), (sealed, iv + iv)))
        return {'encrypted_data': base64.b64encode(sealed).decode(), 'iv': base64.b64encode(iv).decode()}

    def _not_json(self, kind, members, account):
        return self._resealed(self.broken(self.json(self.value(kind)).encode()), account)

    def _other_value(self, kind, members, account):
        (name, text), = self.value(kind).items()
        value = self.choice(({}, {name: ''}, {name: None}, {name: Number('7')}, {name: [text]}, {name + 's': text},
                             {'data': {name: text}}))
        if kind == 'create-code' and self.chance(50):
            value = {name: self.choice(('YWJ', 'YR==', '_-_-', 'a b=', '*'))}
        return self._resealed(self.written(value), account)

    SEAL_SPOILERS = (
        ('nothing sealed', _missing), ('foreign AES key', _foreign_key), ('bad base64', _bad_base64),
        ('lengths', _lengths), ('not JSON inside', _not_json), ('another value', _other_value),
        ('another value', _other_value),
    )


class SandboxTest(AgreementTestCase):
    def setUp(self):
        super().setUp()
        self.dice = ReplyDice(SEED)
        self.sandbox = self.start_sandbox()
        settings = self.sandbox_settings('transit')
        self.account = transit.Account(
            settings['appid'], settings['mchid'],
            transit.key_of(settings['aes-key'], settings['aes-key-encoding']), settings['sign-key'],
            settings['sign-mode'])
        self.deduct = (urllib.parse.urlsplit(settings['deduct-url']).path + '?access_token=' +
                       urllib.parse.quote(settings['access-token'], safe=''))
        self.planned, self.told = {}, {}
        listener = self.listen(self.handle)
        for kind in (*callbacks.KINDS, 'payment-in-arrears'):
            self.sandbox.post('/sandbox/transit', account='transit', kind=kind, notify_url=f'{listener.url}/{kind}')
        self.sandbox.post('/sandbox/transit', account='transit', notify_url=listener.url + '/result')

    def handle(self, method, target, headers, body):
        """Reads a message, and answers as planned for whom it is about."""
        kind = target[1:]
        try:
            if kind == 'result':
                nonce = transit.read_callback(body, self.account)['nonce']
                return self.yes(nonce)
            nonce, members = callbacks.read_message(kind, body, self.account)
        except Refused as refused:
            self.differences.add('sandbox tells wrongly', kind, str(refused), body)
            return 500, 'text/plain', b''
        if kind == 'payment-in-arrears':
            self.told[members['order'][0]['out_order_no']] = members
            return self.yes(nonce)
        dice, is_good, rider, wanted = self.planned.pop(members.get('openid') or members['cardid'])
        if {name: members.get(name) for name in wanted} != wanted:
            self.differences.add('sandbox tells something else', kind, members, wanted)
        how, reply = 'good', None
        if is_good:
            reply = dice.reply(kind, nonce, self.account)
        else:
            how, *reply = dice.bad_reply(kind, nonce, self.account)
        value = why = None
        try:
            value = callbacks.read_reply(kind, *reply, nonce, self.account)
        except Refused as refused:
            why = str(refused)
        self.check_label(is_good, why is None, f'{kind}: {how}: {why}', reply)
        self.told[rider] = how, why, value, reply
        return reply[0], 'application/json', reply[1]

    def yes(self, nonce):
        return 200, 'application/json', json.dumps({'errcode': 0, 'nonce_str': nonce}).encode()

    def make_message(self, i):
        kind = self.dice.choice(callbacks.KINDS)
        rider = f'o{i}x' + self.dice.word(ALNUM + '_-', 1, 20)
        asked = {'account': 'transit', 'kind': kind, 'openid': rider}
        if kind == 'create-code':
            member = self.dice.choice(('idcard_id', 'card_id'))
            asked.update(card=self.dice.word(DIGITS, 16, 19), card_member=member)
            wanted = {'openid': rider, member: asked['card']}
        elif kind == 'contract-status' and self.dice.chance(30):
            del asked['openid']
            asked['card'] = rider
            wanted = {'cardid': rider}
        else:
            wanted = {'openid': rider}
            if kind == 'cancellation':
                asked['card'] = wanted['cardid'] = self.dice.word(DIGITS, 16, 19)
        own = ReplyDice(SEED)  # the listener's, on a thread of its own
        own.start('reply', i)
        self.planned[rider] = own, self.dice.chance(50), rider, wanted
        return kind, rider, asked

    def tell(self, message):
        kind, rider, asked = message
        status, answer = self.line().post('/sandbox/transit-callback', json.dumps(asked).encode())
        said = json.loads(answer)
        how, why, value, reply = self.told.pop(rider, (None,) * 4)
        if status != 200 or how is None:
            self.differences.add('a message never came', status, answer, asked)
            return
        self.differences.count(f'{kind} refused' if why else f'{kind} taken')
        if said['notified'] != (why is None):
            self.differences.add('sandbox refuses what is right' if why is None else 'sandbox takes what is refused',
                                 f'{kind}: {how}: {why or said["issue"]}', reply)
        elif why is None and said['opened'] != value:
            self.differences.add('values differ', kind, said['opened'], value)

    def make_debt(self):
        """Rides of one code, which nobody pays."""
        orders = [self.dice.order() for _ in range(self.dice.randint(1, 3))]
        for order in orders:
            order['extras']['qrcode'] = orders[0]['extras']['qrcode']
        return orders, [self.dice.written(self.dice.members(order)) for order in orders]

    def repay(self, debt):
        orders, bodies = debt
        for order, body in zip(orders, bodies):
            self.line().post(self.deduct, body)
            self.line().post('/sandbox/pay', json.dumps({
                'account': 'transit', 'out_trade_no': order['number'], 'result': 'FAIL'}).encode())
        numbers = [order['number'] for order in orders]
        asked = {'account': 'transit', 'kind': 'payment-in-arrears', 'orders': numbers}
        status, answer = self.line().post('/sandbox/transit-callback', json.dumps(asked).encode())
        members = self.told.get(numbers[0])
        if members is None:
            self.differences.add('a message never came', status, answer, asked)
            return
        self.differences.count('payment-in-arrears taken')
        told = [(one['out_order_no'], one['attach'], one['base64_qrcode']) for one in members['order']]
        if told != [(number, number, orders[0]['extras']['qrcode']) for number in numbers]:
            self.differences.add('sandbox tells something else', told, orders)
        if members['total_fee'] != str(sum(order['fen'] for order in orders)):
            self.differences.add('sandbox tells another amount', members['total_fee'], orders)

    def test_messages_and_answers(self):
        self.run_all(self.tell, self.make_all(self.make_message, [(i,) for i in range(MESSAGES)]))
        self.run_all(self.repay, self.make_all(self.make_debt, [()] * (MESSAGES // ARREARS)))
        self.assert_agreement()


if __name__ == '__main__':
    print(f'seed {SEED}, {MESSAGES} messages')
    unittest.main()
