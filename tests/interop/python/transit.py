# SPDX-License-Identifier: LGPL-2.1-or-later
"""Transit deduction, interface A, read a second time, from the description of the protocol alone."""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from strict_json import Number, Refused, fen_of, parse_object, text_of

MAX_FEN = 2**63 - 1
SIGNED = ('appid', 'mch_id', 'nonce_str', 'encrypted_data', 'iv')
STATES = {'SUCCESS': 'PAID', 'FAIL': 'FAILED'}
SUBJECTS = ('公交代扣', '地铁代扣')
SCENES = ('METRO', 'BUS')
CHINA = timezone(timedelta(hours=8))

_TIME = re.compile(r'[0-9]{14}')
_DECIMAL = re.compile(r'-?(0|[1-9][0-9]*)(\.[0-9]+)?')


@dataclass
class Account:
    appid: str
    mchid: str
    aes_key: bytes
    sign_key: str
    mode: str  # HMAC-SHA256 or MD5


def key_of(text, encoding):
    """16 or 32 bytes, written as they are or in base64."""
    key = text.encode() if encoding == 'text' else unbase64(text)
    if len(key) not in (16, 32):
        raise Refused(f'a key of {len(key)} bytes')
    return key


def unbase64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refused('no base64') from None
    if base64.b64encode(data).decode() != text:
        raise Refused('base64 with spare bits')
    return data


# --- the frame

def canonical(members, key):
    return '&'.join([f'{name}={members[name]}' for name in sorted(SIGNED) if members[name] != ''] + [f'key={key}'])


def sign(members, account):
    text = canonical(members, account.sign_key).encode()
    if account.mode == 'MD5':
        return hashlib.md5(text).hexdigest().upper()
    return hmac.new(account.sign_key.encode(), text, hashlib.sha256).hexdigest().upper()


def pad(plain):
    missing = 16 - len(plain) % 16
    return plain + bytes([missing]) * missing


def encrypt(padded, key, iv):
    sealing = Cipher(AES(key), CBC(iv)).encryptor()
    return sealing.update(padded) + sealing.finalize()


def seal(plain, account, nonce, iv):
    """The frame around @plain."""
    frame = {'appid': account.appid, 'mch_id': account.mchid, 'nonce_str': nonce,
             'encrypted_data': base64.b64encode(encrypt(pad(plain), account.aes_key, iv)).decode(),
             'iv': base64.b64encode(iv).decode()}
    return dict(frame, sign=sign(frame, account))


def unseal(members, account):
    """The content of a frame whose sign was right; raises Refused."""
    sealed, iv = unbase64(members['encrypted_data']), unbase64(members['iv'])
    if len(iv) != 16 or not sealed or len(sealed) % 16:
        raise Refused('lengths that cannot be')
    opening = Cipher(AES(account.aes_key), CBC(iv)).decryptor()
    padded = opening.update(sealed) + opening.finalize()
    count = padded[-1]
    if not 1 <= count <= 16 or padded[-count:] != bytes([count]) * count:
        raise Refused('bad padding')
    return padded[:-count]


def open_frame(body, account):
    """The nonce and the bytes inside; sign first, then the rest."""
    members = parse_object(body)
    for name in SIGNED:
        text_of(members, name)
    given = text_of(members, 'sign')
    if not hmac.compare_digest(given.encode(), sign(members, account).encode()):
        raise Refused('sign is wrong')
    if (members['appid'], members['mch_id']) != (account.appid, account.mchid):
        raise Refused('another merchant')
    return members['nonce_str'], unseal(members, account)


def time_of(text):
    try:
        if not _TIME.fullmatch(text):
            raise ValueError
        return datetime.strptime(text, '%Y%m%d%H%M%S').replace(tzinfo=CHINA)
    except ValueError:
        raise Refused(f'{text} is no time') from None


def read_callback(body, account):
    """The values of a genuine result; the order is named by attach."""
    nonce, plain = open_frame(body, account)
    members = parse_object(plain)
    return {
        'number': text_of(members, 'attach'),
        'transaction_id': text_of(members, 'transaction_id'),
        'fen': fen_of(members, 'total_fee', 1, MAX_FEN, may_be_text=False),
        'state': STATES.get(text_of(members, 'trade_state'), 'OPEN'),
        'paid_at': time_of(text_of(members, 'time_end')),
        'nonce': nonce,
    }


# --- the deduction

REQUIRED = ('qrcode', 'body', 'start_time', 'line_name', 'trade_scene', 'out_order_no', 'attach')
OPTIONAL = ('machine_ip', 'end_time', 'start_qrcode')


def check_deduction(members):
    """What the gateway is asked; raises Refused. out_order_no and attach are optional on paper, and must be sent."""
    for name in REQUIRED:
        text_of(members, name)
    for name in OPTIONAL:
        if name in members:
            text_of(members, name)
    for name in ('machine_latitude', 'machine_longitude'):
        if name in members and not (isinstance(members[name], Number) and _DECIMAL.fullmatch(members[name])):
            raise Refused(f'{name} is no decimal number')
    for name in ('qrcode', 'start_qrcode'):
        if name in members:
            unbase64(members[name])
    for name in ('start_time', 'end_time'):
        if name in members:
            time_of(members[name])
    if members['body'] not in SUBJECTS or members['trade_scene'] not in SCENES:
        raise Refused('neither a bus nor an underground')
    if fen_of(members, 'total_fee', 0, MAX_FEN, False) > fen_of(members, 'original_fee', 0, MAX_FEN, False):
        raise Refused('total_fee is more than original_fee')
