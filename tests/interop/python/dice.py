# SPDX-License-Identifier: LGPL-2.1-or-later
"""Chance that can be repeated, and what the generators of all three protocols make with it."""

import json
import os
import random
import string

from strict_json import Number

MESSAGES = 10_000 * int(os.environ.get('MINIPAY_TEST_REPEAT', '1'))
SEED = int(os.environ.get('MINIPAY_TEST_SEED', '20261121'))

LETTERS = string.ascii_letters
DIGITS = string.digits
ALNUM = LETTERS + DIGITS

# Long runs of digits could be taken for a card number: the alphabets of free texts have few of them.
ALPHABETS = (
    LETTERS + ' -_.',
    '{}[]()<>"\'\\/&=?%+#;:,|~`^$@! 12' + LETTERS,
    'QQ会员充值公交代扣地铁绿茶一斤龙井，。！？《》',
    'éßøñĳΩжשלוםمرحبا한국어ひらがなカタカナ',
    '\U0001f375\U0001f68c\U0001f687\U00020000\U0010fffd e\u0301\u200d\u200f\u00a0\ufeff\ufffd',
)
SEPARATORS = '\u2028\u2029'  # some writers escape them: not where a text is written anew

# No protocol file forbids values like "a&b=c", though in a text that is signed without escapes they read as two.
JOINED_VALUES_ARE_GOOD = False

# What no reader of amounts may take: other notations, other types, too much.
BAD_FEN = [Number(text) for text in ('-1', '-0', '1.0', '1e2', '1E0', '100.5', '9223372036854775808',
                                     '18446744073709551617', '99999999999999999999999999')]
BAD_FEN += ['', ' 1', '1 ', '+1', '01', '0x10', '1.00', '1e2', '１', '1,000', '-1', '18446744073709551617', None,
            True, [], {}]


class Dice(random.Random):
    def __init__(self, seed):
        super().__init__(seed)
        self._numbers = 0

    def number(self, shortest, longest):
        """An order number that was not there before: letters and digits."""
        self._numbers += 1
        counted = f'N{self._numbers}X'
        return counted + self.word(ALNUM, max(0, shortest - len(counted)), longest - len(counted))

    def start(self, *names):
        """From here on the same again for the same @names: no message hangs on the ones before it."""
        self.seed(' '.join(map(str, (SEED, *names))))

    def chance(self, percent):
        return self.random() * 100 < percent

    def word(self, alphabet, shortest, longest):
        return ''.join(self.choices(alphabet, k=self.randint(shortest, longest)))

    def text(self, longest, separators=True):
        """One to @longest characters, often all of them."""
        alphabet = self.choice(ALPHABETS)
        if separators and self.chance(3):
            alphabet += SEPARATORS
        return self.word(alphabet, longest if self.chance(10) else 1, longest)

    def signed_text(self, longest):
        """text() that is to stand in a text signed without escapes."""
        text = self.text(longest)
        return text if JOINED_VALUES_ARE_GOOD else text.replace('&', '+')

    def fen(self, largest):
        return self.choice((1, largest, 2**31 - 1 if largest > 2**31 else 100, self.randint(1, largest),
                            self.randint(1, 100_000), self.randint(1, 100_000)))

    def another(self, values, than):
        return self.choice([value for value in values if value != than])

    def shuffled(self, members):
        pairs = list(members.items())
        self.shuffle(pairs)
        return dict(pairs)

    def space(self):
        return self.word(' \t\r\n', 1, 3) if self.chance(30) else ''

    def json(self, value, spaces=False, escapes=False):
        """JSON text; with @spaces between the tokens, and with @escapes where none are needed."""
        def between(opening, parts, closing):
            gap = self.space if spaces else str
            return opening + ','.join(gap() + part + gap() for part in parts) + (closing if parts else gap() + closing)

        def colon():
            return self.space() + ':' + self.space() if spaces else ':'

        if isinstance(value, dict):
            return between('{', [self.json(name, False, escapes) + colon() + self.json(member, spaces, escapes)
                                 for name, member in value.items()], '}')
        if isinstance(value, list):
            return between('[', [self.json(member, spaces, escapes) for member in value], ']')
        if isinstance(value, Number):
            return str(value)
        if isinstance(value, str) and escapes:
            return '"' + ''.join(map(self._character, value)) + '"'
        return json.dumps(value, ensure_ascii=False)

    def _character(self, character):
        if not self.chance(20):
            return '\\/' if character == '/' and self.chance(50) else json.dumps(character, ensure_ascii=False)[1:-1]
        escaped = json.dumps(character)[1:-1]  # astral ones become a pair
        if escaped == character:
            escaped = f'\\u{ord(character):04x}'
        head = escaped[:2]
        return head + escaped[2:].upper().replace('\\U', '\\u') if self.chance(50) else escaped

    def broken(self, body):
        """Bytes that are no JSON document any more, or not only one."""
        cut = self.randrange(1, len(body))
        return self.choice((
            body[:cut],
            body + self.choice((b'{}', b'\0', b'x', b',', b']', body)),
            b'\xef\xbb\xbf' + body,
            body[:-1] + b',}',
            body.replace(b'"', b"'"),
            b'/* */' + body,
            b'[' + body + b']',
            b'',
            b'null',
            body[1:],
            body.decode().encode('utf-16-le'),
        ))

    def altered(self, text, alphabet=None):
        """@text with one character changed, left out, doubled or put in."""
        at = self.randrange(len(text))
        other = self.another(alphabet or ALNUM, text[at])
        return self.choice((text[:at] + other + text[at + 1:], text[:at] + other + text[at:],
                            text[:at] + text[at + 1:], text + text[-1:]))

    def bad_sign(self, genuine):
        """A JSON value that is not the genuine sign."""
        return self.choice((genuine.swapcase(), genuine[:-1], genuine[:1], '', ' ' + genuine, genuine + ' ',
                            genuine + genuine, None, Number('0'), [genuine], self.altered(genuine, DIGITS + 'ABCDEF'),
                            '0' * len(genuine), genuine[::-1] if genuine[::-1] != genuine else ''))
