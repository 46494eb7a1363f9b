# SPDX-License-Identifier: LGPL-2.1-or-later
"""The platform's other messages of transit, interface A, and their answers, read a second time."""

import base64
import re

import transit
from strict_json import Number, Refused, fen_of, parse_object, text_of

KINDS = ('create-code', 'registration-contract', 'cancellation', 'contract-status')
# What an answer seals, by one of these names.
SEALED = {'create-code': ('base64_svr_data',), 'registration-contract': ('cardid', 'card_id')}
PUBLIC_KEY = re.compile(r'04[0-9A-Fa-f]{128}')


def read_message(kind, body, account):
    """The nonce of a genuine message and its members; raises Refused."""
    nonce, plain = transit.open_frame(body, account)
    members = parse_object(plain)
    if kind == 'contract-status':
        text_of(members, 'openid' if 'openid' in members else 'cardid')
        return nonce, members
    text_of(members, 'openid')
    if kind == 'create-code':
        text_of(members, 'idcard_id' if 'idcard_id' in members else 'card_id')
        if not PUBLIC_KEY.fullmatch(text_of(members, 'user_public_key')):
            raise Refused('user_public_key is no point')
    elif kind == 'payment-in-arrears':
        _check_arrears(members)
    return nonce, members


def _check_arrears(members):
    for name in ('out_user_id', 'bank_type', 'transaction_id', 'repay_no'):
        text_of(members, name)
    transit.time_of(text_of(members, 'time_end')[:14])
    fen_of(members, 'total_fee', 1, transit.MAX_FEN, may_be_text=False)
    orders = members.get('order')
    if not isinstance(orders, list) or not orders or members.get('order_no') != [one['order_no'] for one in orders]:
        raise Refused('order and order_no differ')
    for one in orders:
        text_of(one, 'attach')
        text_of(one, 'out_order_no')
        transit.unbase64(text_of(one, 'base64_qrcode'))


def read_reply(kind, status, body, nonce, account):
    """What the answer to a message says beyond yes; raises Refused when it is none."""
    members = parse_object(body)
    code = members.get('errcode')
    if status != 200 or not isinstance(code, Number) or code != '0' or text_of(members, 'nonce_str') != nonce:
        raise Refused('no yes')
    if kind == 'contract-status':
        state = members.get('status')
        if not isinstance(state, Number) or state not in ('0', '1'):
            raise Refused('neither signed nor not signed')
    if kind not in SEALED:
        return None
    value = parse_object(transit.unseal({name: text_of(members, name) for name in ('encrypted_data', 'iv')}, account))
    names = [name for name in SEALED[kind] if name in value]
    if len(names) != 1:
        raise Refused('not the member that was asked for')
    text = text_of(value, names[0])
    if kind == 'create-code':
        transit.unbase64(text)
    return value


def seal_reply(value, account, iv):
    """The two members around the bytes of @value."""
    sealed = transit.encrypt(transit.pad(value), account.aes_key, iv)
    return {'encrypted_data': base64.b64encode(sealed).decode(), 'iv': base64.b64encode(iv).decode()}
