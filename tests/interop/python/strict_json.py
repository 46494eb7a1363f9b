# SPDX-License-Identifier: LGPL-2.1-or-later
"""JSON as RFC 8259 has it and no wider: one value, no name twice, no NUL, no half of a surrogate pair, UTF-8 alone.

Numbers are kept as the text they were written in: an amount is a matter of digits, never of a float.
"""

import json
import re

MAX_DEPTH = 32
MAX_MEMBERS = 1000
MAX_STRING_BYTES = 64 * 1024

_SPACE = re.compile(r'[ \t\n\r]*')
_FEN = re.compile(r'0|[1-9][0-9]{0,18}')


class Refused(Exception):
    """A message that breaks a rule; says which."""


class Number(str):
    """The digits of a number."""


def _unique(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Refused('a name stands twice in one object')
    return members


def _no_constant(word):
    raise Refused(f'{word} is not JSON')


_decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_int=Number, parse_float=Number,
                            parse_constant=_no_constant)


def _check_text(text):
    if '\0' in text:
        raise Refused('NUL in a text')
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise Refused('half of a surrogate pair') from None
    if size > MAX_STRING_BYTES:
        raise Refused(f'a text of {size} bytes')


def _check(value, depth):
    """What the decoder lets through; gives the number of members."""
    if depth > MAX_DEPTH:
        raise Refused('too deep')
    if isinstance(value, dict):
        for name in value:
            _check_text(name)
        return len(value) + sum(_check(v, depth + 1) for v in value.values())
    if isinstance(value, list):
        return len(value) + sum(_check(v, depth + 1) for v in value)
    if isinstance(value, str):
        _check_text(value)
    return 0


def _decode(body):
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Refused('not UTF-8') from None


def _value(text, at):
    try:
        return _decoder.raw_decode(text, at)
    except RecursionError:
        raise Refused('too deep') from None
    except ValueError as error:
        raise Refused(str(error)) from None


def parse(body):
    """The value of @body, bytes: dict, list, str, Number, True, False or None."""
    text = _decode(body)
    value, end = _value(text, _SPACE.match(text).end())
    if _SPACE.match(text, end).end() != len(text):
        raise Refused('something follows the value')
    if _check(value, 1) > MAX_MEMBERS:
        raise Refused('too many members')
    return value


def parse_object(body):
    value = parse(body)
    if not isinstance(value, dict):
        raise Refused('not an object')
    return value


def raw_member(body, name):
    """The bytes of the value of the top-level member @name, of a body that parse_object() has passed."""
    text = _decode(body)
    at = _SPACE.match(text).end() + 1  # behind the bracket
    while True:
        found, at = _value(text, _SPACE.match(text, at).end())
        at = _SPACE.match(text, at).end() + 1  # behind the colon
        start = _SPACE.match(text, at).end()
        _, at = _value(text, start)
        if found == name:
            return text[start:at].encode()
        at = _SPACE.match(text, at).end() + 1  # behind the comma


def compact(value):
    """@value written anew: no spaces, nothing escaped that need not be, members and digits as they came."""
    if isinstance(value, dict):
        return '{' + ','.join(f'{compact(name)}:{compact(member)}' for name, member in value.items()) + '}'
    if isinstance(value, list):
        return '[' + ','.join(map(compact, value)) + ']'
    if isinstance(value, Number):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def text_of(members, name):
    """A text that must be there and must not be empty."""
    value = members.get(name)
    if not isinstance(value, str) or isinstance(value, Number):
        raise Refused(f'{name} is not a text')
    if value == '':
        raise Refused(f'{name} is empty')
    return value


def fen_of(members, name, minimum, maximum, may_be_text=True):
    """An amount: digits without sign, point, exponent or leading zero, as a number or a text."""
    value = members.get(name)
    if not isinstance(value, str) or not (may_be_text or isinstance(value, Number)) or not _FEN.fullmatch(value):
        raise Refused(f'{name} is not an amount')
    if not minimum <= int(value) <= maximum:
        raise Refused(f'{name} is outside {minimum}..{maximum}')
    return int(value)
