# SPDX-License-Identifier: LGPL-2.1-or-later
"""weidoufu read a second time, from the description of the protocol alone."""

import hashlib
import hmac
import re
from datetime import datetime, timedelta, timezone

from strict_json import Number, Refused, compact, fen_of, parse, parse_object, raw_member, text_of

MAX_FEN = 999_999_999
ORDER_NUMBER = re.compile(r'[A-Za-z0-9]{18,32}')
STATES = {'1': 'PENDING', '2': 'PAID', '3': 'CLOSED'}
CHINA = timezone(timedelta(hours=8))

# The texts of an order: characters at most, and whether it cannot do without.
TEXTS = {
    'body': (32, True),
    'out_order_no': (32, True),
    'openid': (32, False),
    'buyer_id': (32, False),
    'notify_url': (128, True),
    'attach': (128, False),
    'ledger': (512, False),
}
FIELDS = {*TEXTS, 'access_key', 'pay_type', 'total_fee', 'sign'}


def canonical(params, key):
    """Every parameter that has a value, but sign, by name; the values as they are."""
    pairs = sorted((name.encode(), str(value).encode()) for name, value in params.items()
                   if name != 'sign' and value is not None and value != '')
    return b'&'.join(name + b'=' + value for name, value in pairs) + b'&secret_key=' + key.encode()


def sign(params, key):
    return hashlib.md5(canonical(params, key)).hexdigest().upper()


def same(given, expected):
    return isinstance(given, str) and not isinstance(given, Number) and hmac.compare_digest(given.encode(),
                                                                                             expected.encode())


def _check_texts(params):
    for name, (limit, required) in TEXTS.items():
        value = params.get(name)
        if value in (None, '') and not required:
            continue
        if len(text_of(params, name)) > limit:
            raise Refused(f'{name} is longer than {limit}')


def _check_ledger(text):
    shares = parse(text.encode())
    if not isinstance(shares, list) or not shares:
        raise Refused('ledger is no list of receivers')
    for share in shares:
        if not isinstance(share, dict):
            raise Refused('a receiver is no object')
        fen_of(share, 'amount', 1, MAX_FEN)
        text_of(share, 'sub_mch_no')


def check_order(params, access_key, key):
    """What the gateway is sent for a mini-program; raises Refused."""
    if text_of(params, 'access_key') != access_key:
        raise Refused('access_key is another')
    if not same(params.get('sign'), sign(params, key)):
        raise Refused('sign is wrong')
    if not params.keys() <= FIELDS:
        raise Refused('a field of no table')
    _check_texts(params)
    if not ORDER_NUMBER.fullmatch(params['out_order_no']):
        raise Refused('out_order_no is not 18 to 32 letters and digits')
    fen_of(params, 'total_fee', 1, MAX_FEN)
    kind = fen_of(params, 'pay_type', 1, 2)
    payers = [name for name in ('openid', 'buyer_id') if params.get(name)]
    if payers != ['openid' if kind == 1 else 'buyer_id']:
        raise Refused('not the one payer that pay_type asks for')
    if params.get('ledger'):
        _check_ledger(params['ledger'])


def _time(text):
    if not text:
        return None
    try:
        return datetime.strptime(text, '%Y-%m-%d %H:%M:%S').replace(tzinfo=CHINA)
    except (TypeError, ValueError):
        raise Refused(f'pay_time is {text}') from None


def notification_sign(content, key, digest='hex'):
    """@content: the bytes that are signed; @digest: hex or raw, what MD5 is taken of."""
    inner = hmac.new(key.encode(), content, hashlib.sha256)
    outer = inner.hexdigest().encode() if digest == 'hex' else inner.digest()
    return hashlib.md5(outer).hexdigest().upper()


def read_notification(body, key, digest='hex', text='received'):
    """The values of a genuine notification, the bytes @body; raises Refused.

    @text: received or compact, which text of content is signed.
    """
    members = parse_object(body)
    content = members.get('content')
    if not isinstance(content, dict):
        raise Refused('content is not an object')
    signed = raw_member(body, 'content') if text == 'received' else compact(content).encode()
    if not same(members.get('sign'), notification_sign(signed, key, digest)):
        raise Refused('sign is wrong')
    return {
        'number': text_of(content, 'out_order_no'),
        'transaction_id': text_of(content, 'mch_trade_no'),
        'fen': fen_of(content, 'total_fee', 1, MAX_FEN),
        'state': STATES.get(str(fen_of(content, 'status', 0, 99)), 'UNKNOWN'),
        'attach': content.get('attach') or None,
        'paid_at': _time(content.get('pay_time')),
    }
