# SPDX-License-Identifier: LGPL-2.1-or-later
"""Orders and notifications of the showdoc aggregator, good and bad."""

import base64
import hashlib
import hmac
from dataclasses import replace
from math import prod
from urllib.parse import quote, quote_plus, urlencode

import aggregator
from dice import ALNUM, BAD_FEN, DIGITS, JOINED_VALUES_ARE_GOOD, Dice
from strict_json import Number

BLOCK = 256
PART = BLOCK - 11
PAYER = ALNUM + '_-'


class Sealer:
    """The owner of an RSA key of 2048 bits. Eight small primes instead of two make it quick enough for thousands of
    blocks in Python; who sees only the public key cannot tell."""

    PRIMES, EXPONENT = 8, 65537

    def __init__(self, dice):
        self._primes = []
        while len(self._primes) < self.PRIMES:
            # the highest bits make the product as long as it should be
            found = dice.getrandbits(BLOCK * 8 // self.PRIMES - 4) | 15 << BLOCK * 8 // self.PRIMES - 4 | 1
            if found % self.EXPONENT != 1 and self._is_prime(found, dice) and found not in self._primes:
                self._primes.append(found)
        self.modulus = prod(self._primes)
        self._parts = [(p, pow(self.EXPONENT, -1, p - 1), (rest := self.modulus // p) * pow(rest, -1, p))
                       for p in self._primes]

    @staticmethod
    def _is_prime(candidate, dice):
        if any(candidate % small == 0 for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
            return False
        twos = (candidate - 1 & 1 - candidate).bit_length() - 1
        for _ in range(20):  # Miller and Rabin
            power = pow(dice.randrange(2, candidate - 1), candidate - 1 >> twos, candidate)
            for _ in range(twos):
                before, power = power, power * power % candidate
                if power == 1 and before not in (1, candidate - 1):
                    return False
            if power != 1:
                return False
        return True

    def close(self, block):
        """The private key's work on one block."""
        number = int.from_bytes(block, 'big')
        closed = sum(pow(number, d, p) * share for p, d, share in self._parts) % self.modulus
        return closed.to_bytes(BLOCK, 'big')

    def blocks(self, plain):
        return [self.close(aggregator.type_1_block(part, BLOCK)) for part in aggregator.split(plain, PART)]


def text_of_blocks(blocks):
    return base64.b64encode(b''.join(blocks)).decode()


class AggregatorDice(Dice):
    def order(self):
        wallet = self.choice(('wechat', 'alipay'))
        return {
            'number': self.number(18, 32),
            'fen': self.fen(999_999_999),
            'wallet': wallet,
            'subject': self.choice((None, self.text(64))),
            'sealed': self.chance(50),
            'pay_info': f'P{self._numbers}.' + self.choice((self.word(ALNUM + '+/=%&', 1, 1000), self.text(200))),
            'payer': self.word(PAYER, 1, 64),
            'code': self.word(PAYER, 1, 64),
            'by': 'payer' if wallet == 'alipay' else self.choice(('payer', 'code')),  # code is WeChat's
        }

    def params(self, order):
        """What the address that came with the jump is to get."""
        name = 'identifyId' if order['by'] == 'payer' else 'code'
        return {'payInfo': order['pay_info'], name: order[order['by']]}

    def spoilt(self, order, extras):
        """@order and its @extras with one thing that must not be sent."""
        extras = dict(extras)
        kind = self.randrange(5)
        if kind == 0:  # both or neither
            if order['payer']:
                return self.choice((dict(order, payer=None), dict(order, payer=''))), extras
            return self.choice(((dict(order, payer='o' * 28), extras), (order, {
                name: value for name, value in extras.items() if name != 'code'})))
        if kind == 1:
            extras['pay_info'] = self.choice(('', self.word('a绿', 1025, 1100)))
        elif kind == 2:
            del extras[self.choice(('pay_info', 'url'))]
        elif kind == 3 and order['payer']:
            return dict(order, payer=self.word(PAYER, 65, 80)), extras
        elif kind == 3:
            extras['code'] = self.word(PAYER, 65, 80)
        else:
            extras['url'] = self.bad_url(extras['url'])
        return order, extras

    def bad_url(self, url):
        """Addresses that a link may carry and nobody may be sent to."""
        host, path = url.removeprefix('http://').split('/', 1)
        return self.choice((
            f'http://evil.example/{path}', f'https://evil.example/{path}', f'//{host}/{path}', f'/{path}', '',
            f'http://{host}@evil.example/{path}', f'http://evil.example#{host}/{path}', f'ftp://{host}/{path}',
            f'http://{host}.evil.example/{path}', 'file:///etc/passwd', f'http://evil.example\\@{host}/{path}',
            f'http://user:word@{host}/{path}', 'https://93.184.216.34/', 'http://[2606:2800:220:1::]/', f'http:/{path}',
            'https://169.254.169.254/latest/', f'http://{host} .evil.example/', f'javascript://{host}/{path}',
            'http://10.0.0.1/', f'gopher://{host}/{path}'))

    # --- notifications

    def members(self, account, order):
        members = {
            'customerNo': account.customer_no,
            'orderNo': order['number'],
            'goodName': self.choice((self.signed_text(64), '', '车险')),
            account.amount_member: self.choice((str, str, Number))(order['fen']),
            'payStatus': self.choice(('SUCCESS',) * 6 + ('FAIL', 'PROCESSING', 'CLOSE', 'REFUND', 'success')),
        }
        joined = 'a=b&c=d' if JOINED_VALUES_ARE_GOOD else 'a=b+c=d'
        for name, value in (('goodNo', self.word(ALNUM, 1, 32)), ('checkStatus', ''), ('Zone', joined), ('_x', None),
                            ('payTime', '2026-11-21 10:00:00'), ('errCode', '0000'),
                            ('later.name-1:x', self.signed_text(20)), ('SIGN', 'x'), ('n', Number('-7'))):
            if self.chance(15):
                members[name] = value
        return self.shuffled(members) if self.chance(50) else members

    def signed(self, members, account):
        return dict(members, sign=aggregator.sign(members, account.key, account.suffix, account.case))

    def written(self, members):
        return self.json(members, self.chance(30), self.chance(30)).encode()

    def envelope(self, reqmsg, account):
        outer = {'reqmsg': reqmsg}
        if self.chance(70):
            outer['customerNo'] = account.customer_no
        if self.chance(20):  # never read
            outer.update(self.choice(({'payStatus': 'SUCCESS'}, {'orderAmount': '1', 'orderNo': 'x'}, {'sign': 'x'})))
        return self.written(self.shuffled(outer))

    def reqmsg(self, blocks):
        text = text_of_blocks(blocks)
        if self.chance(15):  # some encoders break lines
            width, end = self.choice((64, 76)), self.choice(('\n', '\r\n'))
            text = end.join(aggregator.split(text, width)) + self.choice(('', end))
        return text

    def sealed(self, plain, account, sealer):
        return self.envelope(self.reqmsg(sealer.blocks(plain)), account)

    def notification(self, account, sealer, order):
        members = self.signed(self.members(account, order), account)
        if account.takes_plain and self.chance(50):
            return self.written(members)
        if self.chance(0.3):  # as many blocks as may be
            plain = self.json(self.signed(dict(members, more='m' * (60 * PART)), account))
            return self.sealed(plain.encode(), account, sealer)
        return self.sealed(self.written(members), account, sealer)

    def bad_notification(self, account, sealer, stranger, strange_sealer, order):
        """What no reader may take: how it was spoilt, and the body."""
        members = self.members(account, order)
        if self.chance(50):
            name, make = self.choice(self.MEMBER_SPOILERS)
            plain = make(self, account, stranger, members)
            if self.chance(50):
                return name + ', plain', plain
            return name + ', sealed', self.sealed(plain, account, sealer)
        name, make = self.choice(self.SEAL_SPOILERS)
        return name, make(self, account, sealer, strange_sealer, self.signed(members, account))

    def _sign_spoilt(self, account, stranger, members):
        members = self.signed(members, account)
        return self.written(dict(members, sign=self.bad_sign(members['sign'])))

    def _sign_missing(self, account, stranger, members):
        return self.written(members)

    def _sign_of_another_kind(self, account, stranger, members):
        other = replace(account, **self.choice((
            {'suffix': self.another(list(aggregator.SUFFIXES), account.suffix)},
            {'case': 'lower' if account.case == 'upper' else 'upper'}, {'key': stranger.key}, {'key': ''},
            {'key': self.altered(account.key)})))
        if self.chance(20):
            text = aggregator.canonical(members, account.key, account.suffix)
            digest = hmac.new(account.key.encode(), text, hashlib.sha256).hexdigest()
            return self.written(dict(members, sign=digest.upper()))
        return self.written(self.signed(members, other))

    def _changed_after_signing(self, account, stranger, members):
        members = self.signed(members, account)
        name = self.choice([name for name in members if members[name] and name != 'sign'])
        value = self.altered(members[name], DIGITS)
        return self.written(dict(members, **{name: type(members[name])(value)}))

    def _more_after_signing(self, account, stranger, members):
        return self.written(dict(self.signed(members, account), **{self.choice(('more', 'z', 'Sign2')): 'x'}))

    def _renamed_after_signing(self, account, stranger, members):
        members = self.signed(members, account)
        name = self.choice(('customerNo', 'orderNo', 'payStatus'))
        return self.written({(key.lower() if key == name else key): value for key, value in members.items()})

    def _only_known_signed(self, account, stranger, members):
        """As one signs who knows no later members."""
        return self.written(dict(self.signed(members, account), later='1'))

    def _nested(self, account, stranger, members):
        value = self.choice(([], {}, True, ['x'], {'a': '1'}))
        text = '' if value in ([], {}) else str(value)
        sign = self.signed(dict(members, more=text), account)['sign']
        return self.written(dict(members, more=value, sign=sign))

    def _twice(self, account, stranger, members):
        members = self.signed(members, account)
        name = self.choice((account.amount_member, 'orderNo', 'payStatus', 'sign', 'order\\u004eo'))
        return (self.json(members)[:-1] + f',"{name}":{self.choice(("1", self.json(members["orderNo"])))}}}').encode()

    def _broken(self, account, stranger, members):
        body = self.json(self.signed(members, account)).encode()
        return self.broken(body)

    def _bad_value(self, account, stranger, members):
        name, value = self.choice((
            (account.amount_member, self.choice(BAD_FEN)), (account.amount_member, self.choice(BAD_FEN)),
            ('customerNo', self.choice((stranger.customer_no, '', None, self.altered(account.customer_no)))),
            ('orderNo', self.choice(('', None))),
            ('payStatus', self.choice(('', None))), ('Content', b'\xff')))
        members = dict(members, **{name: value})
        if name == account.amount_member:  # what was not paid may do without
            members['payStatus'] = 'SUCCESS'
        if name == 'Content':
            members['Content'] = '@@'
            text = self.json(members).encode().replace(b'@@', b'\xc3\x28')
            pairs = aggregator.canonical(members, account.key, account.suffix).replace(b'@@', b'\xc3\x28')
            digest = hashlib.md5(pairs).hexdigest()
            digest = digest.upper() if account.case == 'upper' else digest
            return text[:-1] + f',"sign":"{digest}"}}'.encode()
        if self.chance(20):
            del members[name]
        return self.written(self.signed(members, account))

    MEMBER_SPOILERS = (
        ('sign spoilt', _sign_spoilt), ('sign missing', _sign_missing), ('sign of another kind', _sign_of_another_kind),
        ('changed after signing', _changed_after_signing), ('more after signing', _more_after_signing),
        ('renamed after signing', _renamed_after_signing), ('later member not signed', _only_known_signed),
        ('nested member', _nested), ('member twice', _twice), ('not JSON', _broken), ('bad value', _bad_value),
        ('bad value', _bad_value),
    )

    # what is inside is genuine, the seal is not

    def _foreign_seal(self, account, sealer, strange_sealer, members):
        return self.sealed(self.written(members), account, strange_sealer)

    def _sealed_by_anybody(self, account, sealer, strange_sealer, members):
        """With the public key, as requests are, or not at all."""
        def close(part):
            filled = bytes(self.choices(range(1, 256), k=BLOCK - 3 - len(part)))
            number = int.from_bytes(b'\x00\x02' + filled + b'\x00' + part, 'big')
            return pow(number, account.exponent, account.modulus).to_bytes(BLOCK, 'big')

        parts = aggregator.split(self.json(members).encode(), PART)
        if self.chance(20):
            return self.envelope(self.json(members), account)
        if self.chance(20):
            return self.envelope(base64.b64encode(self.json(members).encode()).decode(), account)
        return self.envelope(text_of_blocks([close(part) for part in parts]), account)

    def _bad_padding(self, account, sealer, strange_sealer, members):
        plain = self.json(members).encode()
        blocks = sealer.blocks(plain)
        at = self.randrange(len(blocks))
        part = aggregator.split(plain, PART)[at]
        block = bytearray(aggregator.type_1_block(part[:PART - 10], BLOCK))
        kind = self.randrange(6)
        if kind == 0:
            block[1] = self.choice((0, 2, 3, 255))  # another type
        elif kind == 1:
            block[self.randrange(2, 10)] = self.choice((0, 1, 254))  # a hole
        elif kind == 2:
            block[block.index(0, 2)] = 255  # no end
            block = block.replace(b'\x00', b'\x01')[:BLOCK]
            block[0] = 0
        elif kind == 3:
            filling = self.randint(0, 7)  # too short
            block = bytearray(b'\x00\x01' + b'\xff' * filling + b'\x00' + plain.ljust(BLOCK))[:BLOCK]
        elif kind == 4:
            block = bytearray(part.ljust(BLOCK, b'\x00'))
            block[0] = 0
        else:
            block = bytearray(BLOCK)
        blocks[at] = sealer.close(bytes(block))
        return self.envelope(text_of_blocks(blocks), account)

    def _blocks_moved(self, account, sealer, strange_sealer, members):
        plain = self.json(dict(members, more='x' * 300) if 'more' in members else members).encode()
        blocks = sealer.blocks(plain)
        other = sealer.blocks(self.json(self.signed(dict(members, goodName=self.word(ALNUM, 60, 64)), account))
                              .encode())
        at = self.randrange(len(blocks))
        block = bytes([blocks[at][0] ^ 1]) + blocks[at][1:]
        moved = self.choice((
            blocks[:-1], blocks[1:], blocks + blocks[-1:], blocks[:1] + blocks, blocks[1:] + blocks[:1], blocks[::-1],
            blocks + other, blocks[:at] + [block] + blocks[at + 1:], blocks[:at] + [b'\xff' * BLOCK] + blocks[at + 1:],
            blocks[:at] + [bytes(BLOCK)] + blocks[at + 1:],
            blocks[:-1] + [blocks[-1][:-1]], blocks + [b'\0'], blocks[:at] + [blocks[at][:-1]] + blocks[at + 1:]))
        return self.envelope(text_of_blocks(moved if moved != blocks else blocks + blocks), account)

    def _too_many_blocks(self, account, sealer, strange_sealer, members):
        blocks = sealer.blocks(self.json(members).encode())
        space = sealer.close(aggregator.type_1_block(b' ' * PART, BLOCK))
        return self.envelope(text_of_blocks([space] * (65 - len(blocks) + self.randint(0, 3)) + blocks), account)

    def _bad_base64(self, account, sealer, strange_sealer, members):
        text = text_of_blocks(sealer.blocks(self.json(members).encode()))
        at = self.randrange(1, len(text) - 4)
        return self.envelope(self.choice((
            text[:at] + self.choice('*-_ \t.=\0é') + text[at:], text[:-1], text + '=', text + 'A', text.rstrip('=') if
            text.endswith('=') else text[:-2], 'data:;base64,' + text, text[:at], '', text.swapcase())), account)

    def _seal_of_another_type(self, account, sealer, strange_sealer, members):
        text = text_of_blocks(sealer.blocks(self.json(members).encode()))
        clear = dict(members) if self.chance(50) else {}
        return self.written(dict(clear, reqmsg=self.choice((None, [text], {'reqmsg': text}, Number('5'), True, ''))))

    def _signed_and_shown(self, account, sealer, strange_sealer, members):
        """Clear and genuine, beside a seal that is not: never read clear."""
        return self.written(dict(members, reqmsg=self.choice(('x', 'AAAA', self.word(ALNUM, 344, 344)))))

    def _twice_outside(self, account, sealer, strange_sealer, members):
        text = self.json(text_of_blocks(sealer.blocks(self.json(members).encode())))
        return f'{{"reqmsg":{text},"req\\u006dsg":{text}}}'.encode()

    SEAL_SPOILERS = (
        ('foreign seal', _foreign_seal), ('sealed by anybody', _sealed_by_anybody), ('bad padding', _bad_padding),
        ('bad padding', _bad_padding), ('blocks moved', _blocks_moved), ('blocks moved', _blocks_moved),
        ('bad base64', _bad_base64), ('seal of another type', _seal_of_another_type),
        ('clear beside a seal', _signed_and_shown), ('seal twice', _twice_outside),
    ) * 3 + (('too many blocks', _too_many_blocks),)

    # --- order calls

    def body(self, params):
        """Content type and body, in one of many ways to write the same."""
        if self.chance(35):
            texts = {name: value for name, value in params.items() if value is not None}
            text = urlencode(texts, quote_via=self.choice((quote, quote_plus)))
            return 'application/x-www-form-urlencoded', text.encode()
        return 'application/json', self.written(params)

    def request(self, params):
        return self.body(self.shuffled(params))

    def bad_request(self, params):
        """What no gateway may take: how it was spoilt, content type and body. @params: a good call."""
        name, make = self.choice(self.REQUEST_SPOILERS)
        return name, *make(self, self.shuffled(params))

    def _request_payers(self, params):
        return self.body(dict(params, **self.choice((
            {'code': 'c' * 32, 'identifyId': 'o' * 28}, {'code': '', 'identifyId': ''},
            {'code': None, 'identifyId': ''}))))

    def _request_payer_missing(self, params):
        return self.body({'payInfo': params['payInfo']})

    def _request_pay_info(self, params):
        return self.body(dict(params, payInfo=self.choice(('', None, self.altered(params['payInfo']), 'x',
                                                           params['payInfo'] + ' ', params['payInfo'].swapcase(),
                                                           'x' * 1025))))

    def _request_pay_info_missing(self, params):
        return self.body({name: value for name, value in params.items() if name != 'payInfo'})

    def _request_too_long(self, params):
        name = 'code' if params.get('code') else 'identifyId'
        return self.body(dict(params, **{name: self.word(PAYER, 65, 100)}))

    def _request_types(self, params):
        name = self.choice([name for name in params if params[name]])
        return 'application/json', self.written(dict(params, **{name: self.choice((Number('5'), True, [], {}, ['x']))}))

    def _request_renamed(self, params):
        name = self.choice([name for name in params if params[name]])
        return self.body({(key.lower() if key == name and key != 'code' else 'Code' if key == name else key): value
                          for key, value in params.items()})

    def _request_twice(self, params):
        name = self.choice([name for name in params if params[name]])
        text = self.json(params)
        return 'application/json', (text[:-1] + f',{self.json(name)}:{self.json(params[name])}}}').encode()

    def _request_broken(self, params):
        return 'application/json', self.broken(self.json(params).encode())

    REQUEST_SPOILERS = (
        ('both or neither', _request_payers), ('no payer', _request_payer_missing), ('bad payInfo', _request_pay_info),
        ('no payInfo', _request_pay_info_missing), ('too long', _request_too_long), ('types', _request_types),
        ('renamed', _request_renamed), ('member twice', _request_twice), ('not JSON', _request_broken),
    )
