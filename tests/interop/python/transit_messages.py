# SPDX-License-Identifier: LGPL-2.1-or-later
"""Deductions and callbacks of transit, good and bad."""

import base64
import hashlib
import hmac
from dataclasses import replace

import transit
from dice import ALNUM, BAD_FEN, DIGITS, JOINED_VALUES_ARE_GOOD, Dice
from strict_json import Number


class TransitDice(Dice):
    def time(self):
        return (f'20{self.randint(21, 35)}{self.randint(1, 12):02}{self.randint(1, 28):02}'
                f'{self.randint(0, 23):02}{self.randint(0, 59):02}{self.randint(0, 59):02}')

    def base64(self, longest):
        return base64.b64encode(self.randbytes(self.randint(1, longest))).decode()

    def order(self):
        """One ride; `extras` has what only this gateway takes, by the names of the library."""
        fen = self.fen(99_999_999)
        extras = {
            'qrcode': self.base64(180),
            'start_time': min(self.time(), self.time()),
            'line_name': self.choice(('1', '机场线', self.text(16))),
            'trade_scene': self.choice(transit.SCENES),
        }
        if self.chance(60):
            extras['original_total'] = self.yuan(fen + self.randint(0, 500))
        for name, value in (('machine_ip', f'10.{self.randrange(256)}.{self.randrange(256)}.7'),
                            ('machine_latitude', self.degrees(90)), ('machine_longitude', self.degrees(180)),
                            ('end_time', max(self.time(), extras['start_time'])), ('start_qrcode', self.base64(180))):
            if self.chance(40):
                extras[name] = value
        return {
            'number': self.number(18, 32),
            'fen': fen,
            'subject': {'BUS': '公交代扣', 'METRO': '地铁代扣'}[extras['trade_scene']],
            'wallet': 'wechat',
            'extras': extras,
        }

    @staticmethod
    def yuan(fen):
        return f'{fen // 100}.{fen % 100:02} CNY'

    def degrees(self, largest):
        whole = self.randint(-largest + 1, largest - 1)
        return str(whole) + self.choice(('', '.5', '.' + self.word(DIGITS, 1, 6)))

    def spoilt(self, order):
        """@order with one member that must not be sent."""
        extras = dict(order['extras'])
        name, value = self.choice((
            ('qrcode', self.choice(('', None, 'a', 'YWJ', 'YW=j', 'Y W J j', 'YR==', '_-_-'))),
            ('start_qrcode', self.choice(('a', 'YWJ', 'YR=='))),
            ('start_time', self.choice(('', None, '2026', '20261301000000', '2026-11-21 10:00', '20261121250000'))),
            ('end_time', self.choice(('x', '20261121', '20260230101010'))),
            ('line_name', self.choice(('', None))),
            ('trade_scene', self.choice(('', None, 'metro', 'TRAM'))),
            ('original_total', self.choice((self.yuan(order['fen'] - 1), 'x', '1', '-1.00 CNY', '1.005 CNY'))),
            ('machine_latitude', self.choice(('x', '1e2', '.5', '5.', '0x1', '1,5'))),
            ('machine_longitude', self.choice(('--1', '01', ' 1', 'NaN'))),
            ('subject', self.choice((None, '', '公交', 'bus'))),
            ('fen', self.choice((-1, -2**63))),
        ))
        if name in order:
            return dict(order, **{name: value})
        extras[name] = value
        return dict(order, extras={name: value for name, value in extras.items() if value is not None})

    def members(self, order):
        """What the gateway is to get for @order."""
        extras = order['extras']
        original = extras.get('original_total')
        members = {
            'total_fee': Number(order['fen']),
            'original_fee': Number(original.removesuffix(' CNY').replace('.', '').lstrip('0') or '0') if original
            else Number(order['fen']),
            'body': order['subject'],
            'out_order_no': order['number'],
            'attach': order['number'],
        }
        for name, value in extras.items():
            if name != 'original_total':
                members[name] = Number(value) if name.startswith('machine_l') else value
        return members

    def bad_deduction(self, members, token):
        """What no gateway may take: how it was spoilt, the token, and the body."""
        kind = self.randrange(10)
        if kind == 0:
            return 'foreign token', self.choice((self.altered(token, ALNUM), '', None, token.swapcase())), self.written(
                members)
        if kind == 1:
            return 'not JSON', token, self.broken(self.json(members).encode())
        if kind == 2:
            name = self.choice(list(members))
            text = self.json(members)
            return 'member twice', token, (text[:-1] + f',{self.json(name)}:{self.json(members[name])}}}').encode()
        if kind < 6:
            name = self.choice(('qrcode', 'total_fee', 'original_fee', 'body', 'start_time', 'line_name',
                                'trade_scene'))
            if self.chance(50):
                members = {key: value for key, value in members.items() if key != name}
            else:
                members = dict(members, **{name: self.choice(('', None, True, [], Number('-1'), Number('1.5')))})
            return 'required member', token, self.written(members)
        name, value = self.choice((
            ('total_fee', self.choice(BAD_FEN)), ('total_fee', Number(int(members['original_fee']) + 1)),
            ('original_fee', self.choice(BAD_FEN)), ('body', self.choice(('公交', 'bus', '公交代扣 '))),
            ('trade_scene', self.choice(('metro', 'TRAM', 'BUS '))),
            ('qrcode', self.choice(('a', 'YWJ', 'YR==', '_-_-'))),
            ('start_time', self.choice(('2026', '20261301000000', '2026-11-21 10:00'))),
            ('end_time', self.choice(('x', '20260230101010'))), ('start_qrcode', 'YWJ')))
        return 'bad value', token, self.written(dict(members, **{name: value}))

    def bad_frame(self, account, stranger, members):
        """A deduction in a frame that no gateway may open: how it was spoilt, and the body."""
        name, make = self.choice(self.FRAME_SPOILERS)
        return 'frame: ' + name, make(self, account, stranger, members)

    # --- callbacks

    def result(self, order):
        state = self.choice(('SUCCESS', 'SUCCESS', 'SUCCESS', 'FAIL', 'ACCEPT', 'success'))
        members = {
            'openid': 'o' + self.word(ALNUM + '_-', 27, 27),
            'bank_type': self.choice(('CFT', 'OTHERS')),
            'total_fee': Number(order['fen']),
            'trade_state': state,
            'transaction_id': '42' + self.word(DIGITS, 26, 26),
            'out_trade_no': 'R' + self.word(DIGITS, 10, 30),
            'attach': order['number'],
            'time_end': self.time(),
            'qrcode': self.base64(180),
        }
        if state == 'FAIL':
            members['trade_msg'] = self.choice(('余额不足', '', 'a "b" \\ \U0001f687'))
        if self.chance(20):
            members[self.choice(('later', 'out_order_no', '新'))] = self.choice(
                ('x', None, Number('-1.5e3'), True, [{}], {'attach': 'x'}))
        return self.shuffled(members) if self.chance(50) else members

    def nonce(self):
        odd = '-_.=&+/' if JOINED_VALUES_ARE_GOOD else '-_.=+/'
        return self.choice((self.word(ALNUM, 1, 32), self.word(ALNUM + odd, 32, 32), '{"a":"\\"}\U0001f687'))

    def frame(self, plain, account):
        return transit.seal(plain, account, self.nonce(), self.randbytes(16))

    def written(self, members):
        return self.json(members, self.chance(30), self.chance(30)).encode()

    def callback(self, account, order):
        frame = self.frame(self.written(self.result(order)), account)
        if self.chance(20):  # fields beside the five are not signed
            frame[self.choice(('later', 'sign_type', 'Sign', '_'))] = self.choice(('MD5', 'x', Number('1'), None, {}))
        return self.written(self.shuffled(frame) if self.chance(50) else frame)

    def bad_callback(self, account, stranger, order):
        """What no reader may take: how it was spoilt, and the body."""
        name, make = self.choice(self.SPOILERS)
        return name, make(self, account, stranger, self.result(order))

    def _resigned(self, account, frame, **changes):
        frame = dict(frame, **changes)
        return dict(frame, sign=transit.sign(frame, account))

    def _sign_spoilt(self, account, stranger, result):
        frame = self.frame(self.json(result).encode(), account)
        return self.written(dict(frame, sign=self.bad_sign(frame['sign'])))

    def _sign_missing(self, account, stranger, result):
        frame = self.frame(self.json(result).encode(), account)
        del frame['sign']
        return self.written(frame)

    def _sign_of_another_kind(self, account, stranger, result):
        frame = self.frame(self.json(result).encode(), account)
        text, key = transit.canonical(frame, account.sign_key).encode(), account.sign_key.encode()
        pairs = '&'.join(f'{name}={frame[name]}' for name in transit.SIGNED)
        mode = 'MD5' if account.mode != 'MD5' else 'HMAC-SHA256'
        sign = self.choice((
            transit.sign(frame, replace(account, mode=mode)), hmac.new(key, text, hashlib.md5).hexdigest().upper(),
            hashlib.sha256(text).hexdigest().upper(), hashlib.md5(f'{pairs}&key={account.sign_key}'.encode())
            .hexdigest().upper() + ' ', hmac.new(key, text.rpartition(b'&')[0], hashlib.sha256).hexdigest().upper(),
            hmac.new(account.aes_key, text, hashlib.sha256).hexdigest().upper()))
        return self.written(dict(frame, sign=sign, sign_type=mode))

    def _foreign_sign_key(self, account, stranger, result):
        key = self.choice((stranger.sign_key, '', self.altered(account.sign_key)))
        return self.written(self.frame(self.json(result).encode(), replace(account, sign_key=key)))

    def _foreign_aes_key(self, account, stranger, result):
        key = bytes([account.aes_key[0] ^ 1]) + account.aes_key[1:]
        return self.written(self.frame(self.json(result).encode(), replace(account, aes_key=key)))

    def _another_merchant(self, account, stranger, result):
        other = replace(account, **self.choice((
            {'appid': stranger.appid}, {'mchid': stranger.mchid}, {'appid': account.appid.upper()},
            {'mchid': account.mchid + '0'}, {'appid': account.mchid, 'mchid': account.appid})))
        return self.written(self.frame(self.json(result).encode(), other))

    def _changed_after_signing(self, account, stranger, result):
        frame = self.frame(self.json(result).encode(), account)
        name = self.choice(transit.SIGNED)
        return self.written(dict(frame, **{name: self.altered(frame[name])}))

    def _renamed(self, account, stranger, result):
        """The remains of a strike-out in the manual, and others."""
        frame = self.frame(self.json(result).encode(), account)
        old, new = self.choice((('mch_id', 'appidmch_id'), ('mch_id', 'mchid'), ('nonce_str', 'nuncio_st'),
                                ('sign', 'Sign'), ('iv', 'IV'), ('encrypted_data', 'encryptedData')))
        return self.written({(new if name == old else name): value for name, value in frame.items()})

    def _types(self, account, stranger, result):
        frame = self.frame(self.json(result).encode(), account)
        name = self.choice((*transit.SIGNED, 'sign'))
        value = self.choice(('', None, Number('5'), [frame[name]], {}, True))
        if name == 'sign' or value in (None, True) or isinstance(value, (list, dict)):
            return self.written(dict(frame, **{name: value}))
        return self.written(self._resigned(account, frame, **{name: value}))

    def _bad_base64(self, account, stranger, result):
        frame = self.frame(self.json(result).encode(), account)
        name = self.choice(('encrypted_data', 'iv'))
        text = frame[name]
        at = self.randrange(1, len(text) - 3)
        other = self.choice((text[:at] + self.choice('*-_ .=é') + text[at:], text[:-1], text + '=', text + 'A',
                             text[:at] + '\n' + text[at:], 'AA' + text))
        return self.written(self._resigned(account, frame, **{name: other}))

    def _lengths(self, account, stranger, result):
        frame = self.frame(self.json(result).encode(), account)
        sealed, iv = base64.b64decode(frame['encrypted_data']), base64.b64decode(frame['iv'])
        sealed, iv = self.choice((
            (sealed[:-1], iv), (sealed + b'\0', iv), (sealed[:-16], iv), (sealed[16:], iv), (sealed + sealed, iv),
            (sealed + sealed[-16:], iv), (sealed, iv[:-1]), (sealed, iv + b'\0'), (sealed, iv + iv),
            (sealed[:15], iv), (sealed[-32:-16] + sealed[:-16] + sealed[-16:], iv), (sealed, bytes(8))))
        return self.written(self._resigned(account, frame, iv=base64.b64encode(iv).decode(),
                                           encrypted_data=base64.b64encode(sealed).decode()))

    def _bad_padding(self, account, stranger, result):
        plain = self.json(result).encode()
        padded = bytearray(transit.pad(plain))
        count = padded[-1]
        kind = self.randrange(5)
        if kind == 0:
            padded[-1] = 0
        elif kind == 1:
            padded[-1] = self.randint(17, 255)
        elif kind == 2:  # spaces keep the JSON whole: only the padding is wrong
            padded = bytearray(plain.ljust(len(padded) + 16))
        elif kind == 3 and count > 1:
            padded[-count] ^= 1
        else:
            padded = bytearray(plain + b' ' * (16 - len(plain) % 16) + bytes(16))
        iv = self.randbytes(16)
        sealed = transit.encrypt(bytes(padded), account.aes_key, iv)
        frame = self.frame(b'{}', account)
        return self.written(self._resigned(account, frame, iv=base64.b64encode(iv).decode(),
                                           encrypted_data=base64.b64encode(sealed).decode()))

    def _flipped(self, account, stranger, result):
        """A bit of what is encrypted, or of the iv, turned without signing anew: CBC alone would not notice."""
        frame = self.frame(self.json(result).encode(), account)
        name = self.choice(('encrypted_data', 'iv'))
        data = bytearray(base64.b64decode(frame[name]))
        data[self.randrange(len(data))] ^= 1 << self.randrange(8)
        return self.written(dict(frame, **{name: base64.b64encode(bytes(data)).decode()}))

    def _bad_value(self, account, stranger, result):
        name, value = self.choice((
            ('total_fee', self.choice(BAD_FEN)), ('total_fee', self.choice(BAD_FEN)),
            ('attach', self.choice(('', None, Number('123456789012345678'), []))),
            ('trade_state', self.choice(('', None, Number('1'), True))),
            ('transaction_id', self.choice(('', None, Number('42')))),
            ('time_end', self.choice(('', None, '20261301000000', '2026112110000', 'x' * 14, '2026-11-21 10:00:00')))))
        result = dict(result, **{name: value})
        if self.chance(20):
            del result[name]
        return self.written(self.frame(self.json(result).encode(), account))

    def _broken_inside(self, account, stranger, result):
        plain = self.broken(self.json(result).encode())
        if self.chance(30):
            name = self.choice(('total_fee', 'attach', 'trade_state', 'total_f\\u0065e'))
            plain = (self.json(result)[:-1] + f',"{name}":1}}').encode()
        return self.written(self.frame(plain, account))

    def _broken_outside(self, account, stranger, result):
        return self.broken(self.json(self.frame(self.json(result).encode(), account)).encode())

    def _twice(self, account, stranger, result):
        frame = self.frame(self.json(result).encode(), account)
        name = self.choice((*transit.SIGNED, 'sign'))
        text = self.json(frame)
        again = self.choice((name, f'\\u{ord(name[0]):04x}{name[1:]}'))
        return (text[:-1] + f',"{again}":{self.json(frame[name])}}}').encode()

    def _clear(self, account, stranger, result):
        frame = self.frame(b'{}', account)
        return self.written(self.choice((result, {**result, **frame},
                                         {**frame, 'encrypted_data': self.json(result)})))

    FRAME_SPOILERS = (
        ('sign spoilt', _sign_spoilt), ('sign missing', _sign_missing), ('sign of another kind', _sign_of_another_kind),
        ('foreign sign key', _foreign_sign_key), ('foreign AES key', _foreign_aes_key),
        ('another merchant', _another_merchant), ('changed after signing', _changed_after_signing),
        ('renamed', _renamed), ('types', _types), ('bad base64', _bad_base64), ('lengths', _lengths),
        ('bad padding', _bad_padding), ('flipped bits', _flipped), ('not JSON', _broken_outside),
        ('member twice', _twice), ('not sealed', _clear),
    )
    SPOILERS = FRAME_SPOILERS + (
        ('bad value', _bad_value), ('bad value', _bad_value), ('not JSON inside', _broken_inside),
    )
