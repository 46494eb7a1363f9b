# SPDX-License-Identifier: LGPL-2.1-or-later
"""The second reading on bytes that others wrote down; MINIPAY_TEST_VECTORS names the file."""

import json
import os
import unittest

import aggregator
import transit
import weidoufu
from strict_json import Refused, parse

with open(os.environ['MINIPAY_TEST_VECTORS'], encoding='utf-8') as file:
    _document = json.load(file)
KEYS = _document['keys']
VECTORS = {vector['id']: vector for vector in _document['vectors']}


class WeidoufuTest(unittest.TestCase):
    def test_the_sign_of_a_request(self):
        for name in ('wd-sign-1', 'wd-sign-empty', 'wd-sign-refund'):
            with self.subTest(vector=name):
                vector = VECTORS[name]
                self.assertEqual(weidoufu.canonical(vector['params'], vector['key']), vector['canonical'].encode())
                self.assertEqual(weidoufu.sign(vector['params'], vector['key']), vector['expected'])

    def test_the_printed_space_gives_another_sign(self):
        vector = VECTORS['wd-sign-1-misprint']
        params = dict(VECTORS['wd-sign-1']['params'], body='QQ 会员充值')
        self.assertEqual(weidoufu.canonical(params, vector['key']), vector['canonical'].encode())
        self.assertEqual(weidoufu.sign(params, vector['key']), vector['computed'])

    def test_a_notification(self):
        vector = VECTORS['wd-notify-derived']
        body = vector['body'].encode()
        self.assertEqual(weidoufu.notification_sign(vector['canonical'].encode(), vector['key']), vector['expected'])
        for text in ('received', 'compact'):
            values = weidoufu.read_notification(body, vector['key'], text=text)
            self.assertEqual((values['number'], values['fen'], values['state'], values['paid_at'].timestamp()),
                             ('180901620895069445', 1, 'PAID', 1620895085))  # 2021-05-13 08:38:05 UTC
        for wrong in (body.replace(b':1,', b':2,', 1), body.replace(b'D445', b'd445'), body.replace(b'":', b'": ', 4)):
            self.assertRaises(Refused, weidoufu.read_notification, wrong, vector['key'])
        self.assertRaises(Refused, weidoufu.read_notification, body, vector['key'], 'raw')


class AggregatorTest(unittest.TestCase):
    def test_the_sign(self):
        vector = VECTORS['agg-sign-derived']
        self.assertEqual(aggregator.canonical(vector['params'], vector['key']), vector['canonical'].encode())
        self.assertEqual(aggregator.sign(vector['params'], vector['key']), vector['expected'])

    def test_the_other_forms_of_the_sign(self):
        vector = VECTORS['agg-sign-derived']
        text = vector['canonical'].removesuffix('&key=' + vector['key'])
        for suffix, tail in (('amp', '&' + vector['key']), ('bare', vector['key'])):
            self.assertEqual(aggregator.canonical(vector['params'], vector['key'], suffix), (text + tail).encode())
        self.assertEqual(aggregator.sign(vector['params'], vector['key'], case='lower'), vector['expected'].lower())

    def test_what_was_sealed(self):
        vector = VECTORS['agg-rsa-response-derived']
        modulus, exponent = aggregator.public_key_of(KEYS[vector['key_ref'] + '-public']['value'])
        self.assertEqual(aggregator.unseal(vector['ciphertext'], modulus, exponent), vector['expected'].encode())
        for wrong in (vector['ciphertext'][4:], 'A' + vector['ciphertext'][1:], '', vector['ciphertext'] + '====',
                      vector['ciphertext'][:-2] + 'N='):
            self.assertRaises(Refused, aggregator.unseal, wrong, modulus, exponent)


class TransitTest(unittest.TestCase):
    def test_callbacks(self):
        for mode in ('MD5', 'HMAC-SHA256'):
            with self.subTest(mode=mode):
                vector = VECTORS[f'transit-callback-{mode.lower()}-derived']
                body = vector['body'].encode()
                account = transit.Account('test', '123456', vector['key'].encode(), vector['key'], mode)
                members = parse(body)
                self.assertEqual(transit.canonical(members, vector['key']), vector['canonical'])
                self.assertEqual(transit.sign(members, account), vector['expected'])
                self.assertEqual(transit.open_frame(body, account), ('abcdefg', vector['plaintext'].encode()))
                iv = bytes(range(16))
                self.assertEqual(transit.seal(vector['plaintext'].encode(), account, 'abcdefg', iv), members)
                for wrong in (body.replace(b'abcdefg', b'abcdefh'), body.replace(b'"test"', b'"tesT"'),
                              body.replace(vector['expected'].encode(), vector['expected'].lower().encode())):
                    self.assertRaises(Refused, transit.open_frame, wrong, account)
                # the vector has no attach, so it names no order of ours
                self.assertRaises(Refused, transit.read_callback, body, account)


class StrictJsonTest(unittest.TestCase):
    """Forms that RFC 8259, or the rules of the house, refuse and json.loads() takes."""

    def test_what_is_refused(self):
        for body in (b'{"a":1,"a":1}', b'{"a":1,"\\u0061":1}', b'NaN', b'-Infinity', b'"\\ud800"', b'{"\\udc00":1}',
                     b'"\\u0000"', b'\xef\xbb\xbf{}', b'{} {}', b'01', b'"\xff"', b'', b'"a\nb"', b'[' * 100000,
                     b'[' * 33 + b']' * 33):
            with self.subTest(body=body[:20]):
                self.assertRaises(Refused, parse, body)

    def test_what_is_taken(self):
        self.assertEqual(parse(b' {"a" : [1.50, "\\ud83d\\ude00\\/", null, true]}\r\n'),
                         {'a': ['1.50', '\U0001f600/', None, True]})


if __name__ == '__main__':
    unittest.main()
