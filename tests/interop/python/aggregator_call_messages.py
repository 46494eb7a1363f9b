# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sealed calls of the aggregator, good and bad."""

import base64
import json
from dataclasses import replace

import aggregator
import aggregator_calls as calls
from dice import ALNUM, DIGITS, Dice
from strict_json import Number

BAD_AMOUNTS = ('0', '-1', '1.0', '01', '1e2', ' 1', '１', '100000000000', '0x10', '+1', '1,000')
SIZE = 256


class CallDice(Dice):
    def order(self, notify_url):
        return {
            'path': self.choice((calls.ORDER, calls.ORDER, calls.EBANK)),
            'number': self.number(1, 64),
            'fen': self.fen(aggregator.MAX_FEN),
            'goods': self.choice((None, self.signed_text(64))),
            'notify_url': notify_url + '/' + self.word(ALNUM, 0, 60),
        }

    def fields(self, order):
        """What orders it, with some of what may be left out."""
        fields = {'orderNo': order['number'], 'orderAmount': str(order['fen']), 'notifyUrl': order['notify_url']}
        if order['goods']:
            fields['goodName'] = order['goods']
        for name, value in (('orgCode', self.word(ALNUM, 1, 32)), ('paymentNos', self.word(DIGITS + '#', 1, 128)),
                            ('insurAmount', str(self.fen(order['fen']))), ('goodNo', self.word(ALNUM, 1, 32)),
                            ('unread', self.signed_text(300)), ('later.name-1', ''), ('Zone', 'é茶'),
                            ('customerNo', '')):
            if self.chance(15):
                fields[name] = value
        return self.shuffled(fields)

    def signed(self, fields, account):
        return dict(fields, sign=aggregator.sign(fields, account.key, account.suffix, account.case))

    def filler(self, count):
        return bytes(self.choices(range(1, 256), k=count))

    def sealed(self, plain, account):
        return calls.seal(plain, account.modulus, account.exponent, self.filler)

    def envelope(self, reqmsg, account):
        return self.json({'customerNo': account.customer_no, 'reqmsg': reqmsg}, self.chance(20)).encode()

    def written(self, fields):
        return self.json(fields, self.chance(30), self.chance(30)).encode()

    def call(self, fields, account):
        """The plain text and the body of a good call."""
        plain = self.written(self.signed(fields, account))
        return plain, self.envelope(self.sealed(plain, account), account)

    def bad_call(self, fields, account, stranger):
        """How it was spoilt, what was sealed (None: nothing that opens), the body, and the codes that may refuse it."""
        kind = self.randrange(3)
        if kind == 0:
            name, make = self.choice(self.PLAIN_SPOILERS)
            plain, codes = make(self, fields, account, stranger)
            return name, plain, self.envelope(self.sealed(plain, account), account), codes
        plain = self.written(self.signed(fields, account))
        if kind == 1:
            name, make = self.choice(self.SEAL_SPOILERS)
            return name, None, self.envelope(make(self, plain, account, stranger), account), ('1009', '1003')
        return 'envelope', None, self._envelope(self.sealed(plain, account), account, stranger), ('400',)

    # --- what is sealed

    def _sign_spoilt(self, fields, account, stranger):
        fields = self.signed(fields, account)
        return self.written(dict(fields, sign=self.bad_sign(fields['sign']))), ('1005', '1003')

    def _sign_of_another_kind(self, fields, account, stranger):
        other = replace(account, **self.choice((
            {'suffix': self.another(list(aggregator.SUFFIXES), account.suffix)}, {'case': 'lower'},
            {'key': stranger.key}, {'key': ''}, {'key': self.altered(account.key)})))
        return self.written(self.signed(fields, other)), ('1005',)

    def _changed_after_signing(self, fields, account, stranger):
        fields = self.signed(fields, account)
        name = self.choice([name for name in fields if fields[name] and name not in ('sign', 'notifyUrl')])
        return self.written(dict(fields, **{name: self.altered(fields[name], DIGITS)})), ('1005',)

    def _more_after_signing(self, fields, account, stranger):
        return self.written(dict(self.signed(fields, account), **{self.choice(('more', 'z', 'Sign2')): 'x'})), ('1005',)

    def _bad_value(self, fields, account, stranger):
        name, value = self.choice((
            ('orderNo', ''), ('orderNo', 'n' * 65), ('orderAmount', ''), ('orderAmount', self.choice(BAD_AMOUNTS)),
            ('orderAmount', self.choice(BAD_AMOUNTS)), ('insurAmount', self.choice(BAD_AMOUNTS)), ('notifyUrl', ''),
            ('orgCode', 'o' * 33), ('goodName', '茶' * 65), ('paymentNos', '1' * 129),
            ('customerNo', stranger.customer_no)))
        return self.written(self.signed(dict(fields, **{name: value}), account)), ('1003',)

    def _bad_type(self, fields, account, stranger):
        name = self.choice([name for name in fields if fields[name]])
        value = self.choice((Number('7'), [fields[name]], {}, True, None))
        return self.written(dict(self.signed(fields, account), **{name: value})), ('1003', '1005')

    def _twice(self, fields, account, stranger):
        text = self.json(self.signed(fields, account))
        name = self.choice(('orderNo', 'orderAmount', 'sign', 'order\\u004eo'))
        return (text[:-1] + f',"{name}":{self.json(fields["orderNo"])}}}').encode(), ('1003',)

    def _not_json(self, fields, account, stranger):
        # nothing at all cannot be sealed
        return self.broken(self.json(self.signed(fields, account)).encode()) or b'null', ('1003',)

    PLAIN_SPOILERS = (
        ('sign spoilt', _sign_spoilt), ('sign of another kind', _sign_of_another_kind),
        ('changed after signing', _changed_after_signing), ('more after signing', _more_after_signing),
        ('bad value', _bad_value), ('bad value', _bad_value), ('bad type', _bad_type), ('member twice', _twice),
        ('not JSON', _not_json),
    )

    # --- the seal

    def _foreign_key(self, plain, account, stranger):
        return calls.seal(plain, stranger.modulus, stranger.exponent, self.filler)

    def _of_type_1(self, plain, account, stranger):
        sealed = b''.join(self._raw(aggregator.type_1_block(part, SIZE), account)
                          for part in aggregator.split(plain, SIZE - 11))
        return base64.b64encode(sealed).decode()

    def _short_filler(self, plain, account, stranger):
        filler = self.filler(self.randint(0, 7))
        part = plain[:SIZE - 3 - len(filler)].ljust(SIZE - 3 - len(filler), b' ')
        return base64.b64encode(self._raw(b'\x00\x02' + filler + b'\x00' + part, account)).decode()

    def _beyond_the_modulus(self, plain, account, stranger):
        number = self.randint(account.modulus, 2 ** (8 * SIZE) - 1)
        return base64.b64encode(number.to_bytes(SIZE, 'big')).decode()

    def _cut(self, plain, account, stranger):
        sealed = base64.b64decode(self.sealed(plain, account))
        sealed = self.choice((sealed[:-1], sealed[1:], sealed + b'\0', sealed[:-SIZE] + sealed[-SIZE:][::-1], b''))
        return base64.b64encode(sealed).decode()

    def _bad_base64(self, plain, account, stranger):
        text = self.sealed(plain, account)
        at = self.randrange(1, len(text) - 4)
        return self.choice((text[:at] + self.choice('*-_ .é') + text[at:], text[:-1], text + 'A', '=' + text, ''))

    def _flipped(self, plain, account, stranger):
        sealed = bytearray(base64.b64decode(self.sealed(plain, account)))
        sealed[self.randrange(1, len(sealed))] ^= 1 << self.randrange(8)
        return base64.b64encode(sealed).decode()

    def _raw(self, block, account):
        return pow(int.from_bytes(block, 'big'), account.exponent, account.modulus).to_bytes(SIZE, 'big')

    SEAL_SPOILERS = (
        ('foreign key', _foreign_key), ('block of type 1', _of_type_1), ('short filler', _short_filler),
        ('beyond the modulus', _beyond_the_modulus), ('cut', _cut), ('bad base64', _bad_base64),
        ('flipped bits', _flipped),
    )

    def _envelope(self, reqmsg, account, stranger):
        good = {'customerNo': account.customer_no, 'reqmsg': reqmsg}
        return self.choice((
            b'', json.dumps({'reqmsg': reqmsg}).encode(), json.dumps(dict(good, more='x')).encode(),
            json.dumps(dict(good, customerNo=int(account.customer_no))).encode(),
            json.dumps(dict(good, customerNo=stranger.customer_no)).encode(),
            json.dumps(dict(good, customerNo=account.customer_no + '0')).encode(),
            json.dumps([good]).encode(), self.broken(json.dumps(good).encode()),
            json.dumps({'customerNo': account.customer_no, 'Reqmsg': reqmsg}).encode()))
