# SPDX-License-Identifier: LGPL-2.1-or-later
"""The aggregator's sealed calls read a second time, from the description of the protocol alone."""

import base64

import aggregator
from strict_json import Number, Refused, parse, parse_object, text_of

ORDER, EBANK = '/api/vborder/qrorder/standard/create', '/api/vborder/ebank/standard/create'
QUERY, CLOSE, REFUND, REFUND_QUERY = (f'/api/vborder/order/standard/{name}'
                                      for name in ('qrcodeQuery', 'qrcodeClose', 'refund', 'refundQuery'))

# The fields of each call: characters at most, and whether it cannot do without.
_ORDER = {'orderNo': (64, True), 'orderAmount': (11, True), 'notifyUrl': (256, True), 'orgCode': (32, False),
          'paymentNos': (128, False), 'insurAmount': (11, False), 'goodNo': (32, False), 'goodName': (64, False)}
_NUMBER = {'orderNo': (64, True)}
FIELDS = {
    ORDER: _ORDER,
    EBANK: _ORDER,
    QUERY: _NUMBER,
    CLOSE: _NUMBER,
    REFUND: {'refOrderNo': (64, True), 'orderNo': (64, True), 'refundAmount': (11, True),
             'refundAccountType': (32, False), 'notifyUrl': (256, False)},
    REFUND_QUERY: _NUMBER,
}
AMOUNTS = ('orderAmount', 'insurAmount', 'refundAmount')


def seal(plain, modulus, exponent, filler):
    """@plain for the owner of the private key; @filler (n) gives n bytes without a zero."""
    size = (modulus.bit_length() + 7) // 8
    sealed = b''
    for part in aggregator.split(plain, size - 11):
        block = b'\x00\x02' + filler(size - 3 - len(part)) + b'\x00' + part
        sealed += pow(int.from_bytes(block, 'big'), exponent, modulus).to_bytes(size, 'big')
    return base64.b64encode(sealed).decode()


def unseal(text, private, size):
    """What was sealed for the owner of @private, which maps one block to another; raises Refused."""
    sealed = base64.b64decode(text, validate=True)
    if not sealed or len(sealed) % size:
        raise Refused(f'{len(sealed)} bytes are no blocks')
    plain = b''
    for block in aggregator.split(sealed, size):
        kind, _, part = private(block)[1:].partition(b'\x00')
        if kind[:1] != b'\x02' or len(kind) < 9:
            raise Refused('a block is not of type 2')
        plain += part
    return plain


def read_call(path, plain, account):
    """The fields of a genuine call, whose seal is open; raises Refused."""
    members = parse_object(plain)
    for name, value in members.items():
        if not isinstance(value, str) or isinstance(value, Number):
            raise Refused(f'{name} is not a text')
    aggregator.check_sign(members, account)
    if members.get('customerNo') not in (None, '', account.customer_no):
        raise Refused('customerNo is another')
    for name, (limit, required) in FIELDS[path].items():
        value = members.get(name, '')
        if required:
            text_of(members, name)
        if len(value) > limit:
            raise Refused(f'{name} is longer than {limit}')
        if name in AMOUNTS and value and not (value.isascii() and value.isdigit() and value[0] != '0'):
            raise Refused(f'{name} is no amount')
    return members


def read_answer(body, account):
    """The fields of a genuine answer; raises Refused."""
    outer = parse_object(body)
    if outer.get('code') != '200':
        raise Refused(f'refused in clear with {outer.get("code")}')
    data = outer.get('data')
    if isinstance(data, str) and data[:1] == '{':
        data = parse(data.encode())
    if isinstance(data, dict):
        data = text_of(data, 'reqmsg')
    if not isinstance(data, str):
        raise Refused('data holds nothing sealed')
    members = parse_object(aggregator.unseal(data, account.modulus, account.exponent))
    aggregator.check_sign(members, account)
    if members.get('customerNo') != account.customer_no:
        raise Refused('customerNo is another')
    return members
