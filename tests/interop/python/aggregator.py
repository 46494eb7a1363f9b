# SPDX-License-Identifier: LGPL-2.1-or-later
"""The showdoc aggregator read a second time, from the description of the protocol alone."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from strict_json import Number, Refused, fen_of, parse_object, text_of

MAX_FEN = 99_999_999_999  # Long(11)
MAX_BLOCKS = 64
STATES = {'SUCCESS': 'PAID', 'FAIL': 'FAILED', 'PROCESSING': 'PENDING', 'CLOSE': 'CLOSED'}
# What stands behind the parameters; the manual leaves it open. The last one puts the key among them.
SUFFIXES = {'amp-key': '&key={}', 'amp': '&{}', 'bare': '{}', 'parameter': ''}

_BASE64 = re.compile(r'[A-Za-z0-9+/]*={0,2}')
_TYPE_1 = re.compile(rb'\x00\x01\xff{8,}\x00(.*)', re.DOTALL)


@dataclass
class Account:
    customer_no: str
    key: str
    modulus: int
    exponent: int = 65537
    suffix: str = 'amp-key'
    case: str = 'upper'
    takes_plain: bool = True
    amount_member: str = 'orderAmount'


def public_key_of(pem):
    """Modulus and exponent."""
    numbers = load_pem_public_key(pem.encode()).public_numbers()
    return numbers.n, numbers.e


def public_key_pem(modulus, exponent):
    return RSAPublicNumbers(exponent, modulus).public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


# --- sign

def canonical(members, key, suffix='amp-key'):
    """Every member that has a value but sign, by name."""
    if suffix == 'parameter':
        members = dict(members, key=key)
    pairs = sorted((name.encode(), str(value).encode()) for name, value in members.items()
                   if name != 'sign' and value is not None and value != '')
    return b'&'.join(name + b'=' + value for name, value in pairs) + SUFFIXES[suffix].format(key).encode()


def sign(members, key, suffix='amp-key', case='upper'):
    digest = hashlib.md5(canonical(members, key, suffix)).hexdigest()
    return digest.upper() if case == 'upper' else digest


# --- the seal

def split(plain, size):
    return [plain[at:at + size] for at in range(0, len(plain), size)]


def type_1_block(part, size):
    return b'\x00\x01' + b'\xff' * (size - 3 - len(part)) + b'\x00' + part


def unseal(text, modulus, exponent):
    """What the owner of the private key sealed; raises Refused."""
    size = (modulus.bit_length() + 7) // 8
    text = text.replace('\r', '').replace('\n', '')
    if not _BASE64.fullmatch(text) or len(text) % 4:
        raise Refused('no base64')
    sealed = base64.b64decode(text)
    if base64.b64encode(sealed).decode() != text:
        raise Refused('base64 with spare bits')
    if not sealed or len(sealed) % size or len(sealed) > MAX_BLOCKS * size:
        raise Refused(f'{len(sealed)} bytes are not 1 to {MAX_BLOCKS} blocks')
    plain = b''
    for block in split(sealed, size):
        number = int.from_bytes(block, 'big')
        if number >= modulus:
            raise Refused('a block is not below the modulus')
        opened = _TYPE_1.fullmatch(pow(number, exponent, modulus).to_bytes(size, 'big'))
        if not opened:
            raise Refused('a block is not of type 1')
        plain += opened[1]
    return plain


# --- notifications

def check_sign(members, account):
    for name, value in members.items():
        if value is not None and not isinstance(value, str):
            raise Refused(f'{name} is neither a text nor a number')
    given = members.get('sign')
    expected = sign(members, account.key, account.suffix, account.case)
    if not isinstance(given, str) or isinstance(given, Number) or not hmac.compare_digest(given.encode(),
                                                                                          expected.encode()):
        raise Refused('sign is wrong')


def read_notification(body, account):
    """The values of a genuine notification, sealed or plain; raises Refused."""
    members = parse_object(body)
    if 'reqmsg' in members:
        members = parse_object(unseal(text_of(members, 'reqmsg'), account.modulus, account.exponent))
    elif not account.takes_plain:
        raise Refused('not sealed')
    check_sign(members, account)
    if text_of(members, 'customerNo') != account.customer_no:
        raise Refused('customerNo is another')
    return {
        'number': text_of(members, 'orderNo'),
        'fen': fen_of(members, account.amount_member, 1, MAX_FEN),
        'state': STATES.get(text_of(members, 'payStatus'), 'OPEN'),
    }


# --- the order call

ORDER_LIMITS = {'payInfo': 1024, 'code': 64, 'identifyId': 64}


def check_order(params):
    """What the address that came with the jump is sent; raises Refused."""
    for name, limit in ORDER_LIMITS.items():
        if params.get(name) not in (None, '') and len(text_of(params, name)) > limit:
            raise Refused(f'{name} is longer than {limit}')
    text_of(params, 'payInfo')
    if bool(params.get('code')) == bool(params.get('identifyId')):
        raise Refused('not one of code and identifyId')
