# SPDX-License-Identifier: LGPL-2.1-or-later
"""Orders and notifications of weidoufu, good and bad."""

import hashlib
import hmac
from urllib.parse import quote, quote_plus, urlencode

import weidoufu
from dice import ALNUM, BAD_FEN, DIGITS, Dice
from strict_json import Number, compact

PAYER = ALNUM + '_-'


class WeidoufuDice(Dice):
    def splits(self, fen):
        """Receivers and amounts whose sum is at most @fen; None most times."""
        count = self.randint(1, 4)
        if fen < count or not self.chance(20):
            return None
        return [('M' + self.word(ALNUM, 8, 20), self.randint(1, fen // count)) for _ in range(count)]

    def order(self):
        fen = self.fen(weidoufu.MAX_FEN)
        return {
            'number': self.number(18, 32),
            'trade_number': '2021' + self.word(DIGITS, 20, 20),
            'fen': fen,
            'subject': self.signed_text(32),
            'wallet': self.choice(('wechat', 'alipay')),
            'payer': self.word(PAYER, 1, 32),
            'notify_url': 'https://www.example.com/' + self.word(ALNUM + '-._~/', 0, 104),
            'attach': self.choice((None, '', self.signed_text(128), self.signed_text(128), "{test:'test1_params'}")),
            'splits': self.splits(fen),
        }

    def spoilt(self, order):
        """@order with one member that the gateway's limits refuse."""
        name, value = self.choice((
            ('number', self.choice((self.number(7, 17), self.number(33, 40), self.number(17, 31) + '-',
                                    self.number(17, 30) + '号', ''))),
            ('fen', self.choice((0, -1, weidoufu.MAX_FEN + 1, 2**32 + 1, 2**63 - 1, -2**63))),
            ('subject', self.choice((None, '', self.word('绿茶a', 33, 40)))),
            ('payer', self.choice((None, '', self.word(PAYER, 33, 64)))),
            ('notify_url', self.choice((None, '', 'https://www.example.com/' + self.word(ALNUM, 105, 120),
                                        'ftp://www.example.com/', 'notify'))),
            ('attach', self.word('绿茶a', 129, 200)),
        ))
        return dict(order, **{name: value})

    def params(self, order, access_key):
        """What the gateway is to get for @order, all but sign: texts, and Numbers where a number belongs."""
        params = {
            'access_key': access_key,
            'body': order['subject'],
            'out_order_no': order['number'],
            'pay_type': Number('1' if order['wallet'] == 'wechat' else '2'),
            'total_fee': Number(order['fen']),
            'openid' if order['wallet'] == 'wechat' else 'buyer_id': order['payer'],
            'notify_url': order['notify_url'],
        }
        if order['attach']:
            params['attach'] = order['attach']
        if order['splits']:
            params['ledger'] = compact([{'amount': Number(fen), 'sub_mch_no': receiver}
                                        for receiver, fen in order['splits']])
        return params

    def body(self, params, way=None):
        """Content type and body, in one of many ways to write the same."""
        if (way or self.choice(('json', 'json', 'form'))) == 'form':
            texts = {name: value for name, value in params.items() if value is not None}
            text = urlencode(texts, quote_via=self.choice((quote, quote_plus)))
            return 'application/x-www-form-urlencoded', text.encode()
        return 'application/json', self.json(params, self.chance(40), self.chance(40)).encode()

    def request(self, order, account):
        return self.body(self.signed_params(self.varied(self.params(order, account['access_key'])), account))

    def varied(self, params):
        """@params as another program might send them: another order, empty ones, numbers as texts."""
        for name in ('attach', 'ledger'):
            if name not in params and self.chance(20):
                params[name] = self.choice(('', None))
        for name in ('pay_type', 'total_fee'):
            if self.chance(20):
                params[name] = str(params[name])
        return self.shuffled(params)

    def signed_params(self, params, account):
        params = {name: value for name, value in params.items() if name != 'sign'}
        return dict(params, sign=weidoufu.sign(params, account['key']))

    def bad_request(self, order, account):
        """What no gateway may take: how it was spoilt, content type and body."""
        name, make = self.choice(self.REQUEST_SPOILERS)
        return name, *make(self, order, account, self.varied(self.params(order, account['access_key'])))

    def _request_sign(self, order, account, params):
        params = self.signed_params(params, account)
        return self.body(dict(params, sign=self.bad_sign(params['sign'])), 'json')

    def _request_sign_missing(self, order, account, params):
        return self.body(params)

    def _request_foreign_key(self, order, account, params):
        return self.body(self.signed_params(params, dict(account, key=self.altered(account['key']))))

    def _request_canonical(self, order, account, params):
        """Signed as somebody might who read the rule wrongly."""
        key = '&secret_key=' + account['key']
        used = {name: str(value) for name, value in params.items() if value not in ('', None)}
        quoted = {name: quote(value) for name, value in used.items()}
        wrong = [
            '&'.join(f'{name}={used[name]}' for name in sorted(used, reverse=True)) + key,
            '&'.join(f'{name}={used[name]}' for name in sorted(used)) + '&key=' + account['key'],
            '&'.join(f'{name}={used[name]}' for name in sorted(used)) + account['key'],
            '&'.join(used[name] for name in sorted(used)) + key,
            '&'.join(f'{name}={quoted[name]}' for name in sorted(quoted)) + key,
            '&'.join(f'{name}={used[name]}' for name in sorted(used)) + key + '&sign=',
        ]
        sign = hashlib.md5(self.choice(wrong).encode()).hexdigest().upper()
        hmac_sign = hmac.new(account['key'].encode(), wrong[0].encode(), hashlib.sha256).hexdigest().upper()
        return self.body(dict(params, sign=self.choice((sign, sign, sign, hmac_sign))))

    def _request_changed(self, order, account, params):
        params = self.signed_params(params, account)
        name = self.choice([name for name in params if params[name] and name != 'sign'])
        value = self.altered(params[name], '123456789' if name in ('total_fee', 'pay_type') else None)
        return self.body(dict(params, **{name: type(params[name])(value)}), 'json')

    def _request_more(self, order, account, params):
        return self.body(dict(self.signed_params(params, account), **{self.choice(('more', 'Attach', 'sign2')): 'x'}))

    def _request_of_no_table(self, order, account, params):
        """Signed well, but no field of this call: another call's, or nobody's."""
        name = self.choice(('expire', 'return_url', 'auth_code', 'zone', 'Attach', '_zone', 'a1', '新'))
        return self.body(self.signed_params(dict(params, **{name: self.choice(('a=b&c=d', '新 é', Number('7')))}),
                                            account))

    def _request_spoilt(self, order, account, params):
        while True:
            spoilt = self.spoilt(order)
            if spoilt['notify_url'] == order['notify_url']:
                break
        params = self.params(spoilt, account['access_key'])
        return self.body(self.signed_params(params, account))

    def _request_value(self, order, account, params):
        payer = 'openid' if 'openid' in params else 'buyer_id'
        other = 'buyer_id' if payer == 'openid' else 'openid'
        name, value = self.choice((
            ('total_fee', self.choice(BAD_FEN)), ('total_fee', self.choice((Number('0'), Number('1000000000'), '0'))),
            ('pay_type', self.choice(('3', '0', Number('3'), Number('-1'), '', None, 'wechat', Number('1.0')))),
            ('access_key', self.choice((self.altered(account['access_key']), '', None))),
            (other, 'o' * 20), (payer, self.choice(('', None))), ('body', Number('12')), ('attach', Number('5')),
            ('out_order_no', Number('123456789012345678')), ('openid' if other == 'openid' else 'buyer_id', 'x'),
            ('ledger', self.choice(('[]', '{}', 'x', '[1]', '[{"amount":0,"sub_mch_no":"M"}]', '[{"amount":1}]',
                                    '[{"sub_mch_no":"M"}]', '[{"amount":1.5,"sub_mch_no":"M"}]',
                                    '[{"amount":1,"sub_mch_no":"M"}', '[' + '{"amount":1,"sub_mch_no":"M"},' * 20))),
        ))
        params[name] = value
        return self.body(self.signed_params(params, account), 'json')

    def _request_twice(self, order, account, params):
        params = self.signed_params(params, account)
        name = self.choice([name for name in params if params[name]])
        text = self.json(params)
        return 'application/json', (text[:-1] + f',{self.json(name)}:{self.json(params[name])}}}').encode()

    def _request_broken(self, order, account, params):
        return 'application/json', self.broken(self.json(self.signed_params(params, account)).encode())

    REQUEST_SPOILERS = (
        ('sign spoilt', _request_sign), ('sign missing', _request_sign_missing), ('foreign key', _request_foreign_key),
        ('signed another text', _request_canonical), ('changed after signing', _request_changed),
        ('more after signing', _request_more), ('a field of no table', _request_of_no_table),
        ('beyond the limits', _request_spoilt), ('bad value', _request_value), ('bad value', _request_value),
        ('member twice', _request_twice), ('not JSON', _request_broken),
    )

    # --- notifications

    def content(self, order):
        members = {
            'mch_trade_no': order['trade_number'],
            'out_order_no': order['number'],
            'transaction_id': '42' + self.word(DIGITS, 26, 26),
            'total_fee': self.choice((Number, Number, str))(order['fen']),
            'attach': self.choice(('', self.text(128, separators=False), "{test:'test1_params'}")),
            'trade_type': Number(self.choice('123469')),
            'pay_type': Number(self.choice('12')),
            'bank_type': self.choice(('OTHERS', '', 'CFT')),
            'pay_time': f'20{self.randint(21, 35)}-{self.randint(1, 12):02}-{self.randint(1, 28):02} '
                        f'{self.randint(0, 23):02}:{self.randint(0, 59):02}:{self.randint(0, 59):02}',
            'status': Number(self.choice('2222222221304')),
            'nonce_str': self.word('0123456789abcdef', 32, 32),
        }
        for name in ('attach', 'bank_type'):
            if self.chance(20):
                del members[name]
        if self.chance(15):
            members[self.choice(('goods', 'sign', 'content', '新'))] = self.choice(
                ('x', None, Number('-1.5e3'), True, {'content': {'total_fee': Number('1')}}, [], 'é"\\'))
        return self.shuffled(members) if self.chance(50) else members

    def signed(self, account, text):
        """The sign of content whose text is @text, a str."""
        return weidoufu.notification_sign(text.encode(), account['key'], account['digest'])

    def notification(self, account, order):
        """The body of a genuine notification, in one of many ways to write the same."""
        content = self.content(order)
        text = self.json(content, self.chance(40), self.chance(40))
        signed = compact(content) if account['text'] == 'compact' else text
        return self.envelope(text, self.signed(account, signed))

    def envelope(self, text, sign):
        """Both members around what is JSON text already."""
        pairs = [self.json('content') + ':' + self.space() + text, '"sign":' + self.space() + self.json(sign)]
        if self.chance(15):
            pairs.append(self.choice(('"content2":{}', '"other":{"content":{"total_fee":1},"sign":"x"}', '"a":[1,{}]',
                                      '"text":"\\"content\\":{}"')))
        if self.chance(50):
            self.shuffle(pairs)
        return ('{' + self.space() + (',' + self.space()).join(pairs) + self.space() + '}').encode()

    def bad_notification(self, account, stranger, order):
        """What no reader may take: how it was spoilt, and the body. @stranger: an account with other keys."""
        name, make = self.choice(self.SPOILERS)
        return name, make(self, account, stranger, self.content(order))

    def _sign_spoilt(self, account, stranger, content):
        text = self.json(content)
        return self.envelope(text, self.bad_sign(self.signed(account, text)))

    def _sign_of_another_kind(self, account, stranger, content):
        text = self.json(content)
        key, data = account['key'].encode(), text.encode()
        inner = hmac.new(key, data, hashlib.sha256)
        other = hashlib.md5(inner.digest() if account['digest'] == 'hex' else inner.hexdigest().encode())
        sign = self.choice((
            other.hexdigest(), hashlib.md5(inner.hexdigest().upper().encode()).hexdigest(), inner.hexdigest(),
            hashlib.md5(data + key).hexdigest(), hmac.new(key, data, hashlib.md5).hexdigest(),
            weidoufu.sign({name: value for name, value in content.items() if isinstance(value, str)},
                          account['key']))).upper()
        return self.envelope(text, sign)

    def _foreign_key(self, account, stranger, content):
        text = self.json(content)
        key = self.choice((stranger['key'], '', account['access_key'], self.altered(account['key'])))
        return self.envelope(text, self.signed(dict(account, key=key), text))

    def _changed_after_signing(self, account, stranger, content):
        sign = self.signed(account, self.json(content))
        name = self.choice([name for name in content if isinstance(content[name], str) and content[name]])
        value = self.altered(content[name], DIGITS if name in ('total_fee', 'status') else None)
        return self.envelope(self.json(dict(content, **{name: type(content[name])(value)})), sign)

    def _space_after_signing(self, account, stranger, content):
        text = self.json(content)
        changed = self.choice((text.replace(':', ': ', 1), text[:-1] + ' }', '{\n' + text[1:],
                               text.replace('"status"', '"stat\\u0075s"')))
        sign = self.signed(account, changed if account['text'] == 'compact' else text)
        return self.envelope(changed, sign)

    def _other_order_after_signing(self, account, stranger, content):
        names = list(content)
        text = self.json({name: content[name] for name in names[1:] + names[:1]})
        return self.envelope(self.json(content), self.signed(account, text))

    def _member_missing(self, account, stranger, content):
        text = self.json(content)
        sign = self.json(self.signed(account, text))
        return self.choice((
            '{"content":' + text + '}', '{"sign":' + sign + '}', text, '{}',
            '{"content":' + self.json(text) + ',"sign":' + sign + '}',  # JSON in a text
            '{"content":[' + text + '],"sign":' + sign + '}', '{"content":null,"sign":' + sign + '}',
            '{"Content":' + text + ',"sign":' + sign + '}', '{"content":' + text + ',"Sign":' + sign + '}',
            '{"data":{"content":' + text + ',"sign":' + sign + '}}',
            '{"data":{"content":' + text + '},"sign":' + sign + '}',
            '{"content":' + self.json(dict(content, sign=self.signed(account, text))) + '}')).encode()

    def _twice(self, account, stranger, content):
        text = self.json(content)
        sign = self.json(self.signed(account, text))
        forged = self.json(dict(content, total_fee=Number('1'), out_order_no=self.number(18, 32)))
        parts = self.choice((
            ('"content":' + text, '"content":' + forged, '"sign":' + sign),
            ('"content":' + text, '"c\\u006fntent":' + forged, '"sign":' + sign),
            ('"content":' + text, '"sign":' + sign, '"sign":' + sign),
            ('"content":' + text, '"sign":' + sign, '"sig\\u006E":"x"')))
        return ('{' + ','.join(self.sample(parts, len(parts))) + '}').encode()

    def _twice_inside(self, account, stranger, content):
        name = self.choice(('total_fee', 'out_order_no', 'status', 'total_f\\u0065e'))
        text = self.json(content)[:-1] + f',"{name}":{self.choice(("1", "2"))}}}'
        return self.envelope(text, self.signed(account, text))

    def _not_json_inside(self, account, stranger, content):
        text = self.json(content)
        text = text[:-1] + self.choice((',"x":NaN}', ',"x":\'a\'}', ',"x":01}', ',}', ',"x":"\t"}', ',"x":"\\q"}',
                                        ',"x":"\\ud800"}', ',"x":"\\u0000"}', ',"x":+1}', ',"x":1.}', ',x:1}',
                                        ',"x":"\\udc00\\ud800"}', ',"x":True}', ',"x":1 2}', ',"x":"\u007f\x01"}'))
        return self.envelope(text, self.signed(account, text))

    def _not_utf8(self, account, stranger, content):
        marked = self.json(dict(content, nonce_str='@@')).encode()
        text = marked.replace(b'@@', self.choice((b'\xff', b'\xc0\xaf', b'\xed\xa0\x80', b'\xf4\x90\x80\x80', b'\xe4')))
        sign = weidoufu.notification_sign(text, account['key'], account['digest'])
        return b'{"content":' + text + b',"sign":"' + sign.encode() + b'"}'

    def _not_json(self, account, stranger, content):
        text = self.json(content)
        return self.broken(self.envelope(text, self.signed(account, text)))

    def _bad_value(self, account, stranger, content):
        name, value = self.choice((
            ('total_fee', self.choice(BAD_FEN)), ('total_fee', self.choice(BAD_FEN)),
            ('total_fee', self.choice((Number('0'), '0', Number(weidoufu.MAX_FEN + 1), Number(2**31),
                                       Number(2**63 - 1)))),
            ('out_order_no', self.choice(('', None, Number('123456789012345678'), [content['out_order_no']], True))),
            ('status', self.choice((None, '', [], True, 'SUCCESS', Number('2.0'), Number('-2'))))))
        content = dict(content, **{name: value})
        if self.chance(20):
            del content[name]
        text = self.json(content)
        return self.envelope(text, self.signed(account, text))

    SPOILERS = (
        ('sign spoilt', _sign_spoilt), ('sign of another kind', _sign_of_another_kind), ('foreign key', _foreign_key),
        ('changed after signing', _changed_after_signing), ('space after signing', _space_after_signing),
        ('other order after signing', _other_order_after_signing), ('member missing', _member_missing),
        ('member twice', _twice), ('member twice in content', _twice_inside), ('not JSON in content', _not_json_inside),
        ('not UTF-8', _not_utf8), ('not JSON', _not_json), ('bad value', _bad_value), ('bad value', _bad_value),
    )
