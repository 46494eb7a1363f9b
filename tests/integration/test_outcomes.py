# SPDX-License-Identifier: LGPL-2.1-or-later
"""What becomes of every operation of every provider when something goes wrong on the way.

Three steps, so that no fault meets a request it was not meant for: everything is made ready, everything goes wrong, and
then the books are compared.
"""

import collections
import os
import socket
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'operations'))

from shop import Minipay, Shop, manifests, modes_of, on_wire, operations_of  # noqa: E402
from deeds import Workshop  # noqa: E402
from gi.repository import GLib  # noqa: E402

Error, State = Minipay.Error, Minipay.IntentState

DONE = 'done'  # the fault was got over

# One row: the errors that may be told, and what the journal may say afterwards of what has a number in it. A fault
# stays until the last try, except that a "-once" one is gone when the request is repeated.
UNKNOWN = ({Error.OUTCOME_UNKNOWN}, {State.UNKNOWN})
NEVER_SENT = ({Error.NOT_SENT}, {State.FAILED})
REFUSED = ({Error.REFUSED, Error.INVALID, Error.NOT_FOUND, Error.CONFLICT}, {State.FAILED, State.UNKNOWN})

ACTING = {
    'not-connected': NEVER_SENT,
    'reset': UNKNOWN,
    'cut': UNKNOWN,
    'drip': UNKNOWN,
    'http-500': UNKNOWN,
    'http-502': UNKNOWN,
    'http-503': UNKNOWN,
    'html': UNKNOWN,
    'empty': UNKNOWN,
    'redirect': UNKNOWN,
    'no-signature': UNKNOWN,
    'bad-signature': UNKNOWN,
    'system-error': UNKNOWN,
    'wrong-order': UNKNOWN,
    'wrong-refund': UNKNOWN,
    'wrong-amount': UNKNOWN,
    'http-429': ({Error.RATE_LIMITED}, {State.FAILED}),
    'not-enough': ({Error.REFUSED}, {State.FAILED}),
    'refused': REFUSED,
    'cut-once': ({DONE}, {State.PENDING, State.PAID, State.REFUNDED}),
}

NO_ANSWER = ({Error.NOT_SENT}, None)
BAD_ANSWER = ({Error.PROTOCOL, Error.SIGNATURE_INVALID}, None)
OTHER_ANSWER = ({Error.MISMATCH}, None)

ASKING = {
    'not-connected': NO_ANSWER,
    'reset': NO_ANSWER,
    'cut': NO_ANSWER,
    'drip': NO_ANSWER,
    'http-500': ({Error.NOT_SENT, Error.PROTOCOL}, None),
    'http-502': ({Error.NOT_SENT, Error.PROTOCOL}, None),
    'http-503': ({Error.NOT_SENT, Error.PROTOCOL}, None),
    'html': BAD_ANSWER,
    'empty': BAD_ANSWER,
    'redirect': BAD_ANSWER,
    'no-signature': BAD_ANSWER,
    'bad-signature': BAD_ANSWER,
    'system-error': ({Error.NOT_SENT, Error.PROTOCOL}, None),
    'wrong-order': OTHER_ANSWER,
    'wrong-refund': OTHER_ANSWER,
    'wrong-amount': OTHER_ANSWER,
    'wrong-digest': ({Error.MISMATCH, Error.PROTOCOL}, None),
    'disguised-error': ({Error.REFUSED, Error.PROTOCOL, Error.NOT_SENT}, None),
    'http-429': ({Error.RATE_LIMITED}, None),
    'refused': ({Error.NOT_FOUND, Error.REFUSED}, None),
    'cut-once': ({DONE}, None),
}

# What one call sends once, whatever comes of it: nothing numbers it, or nothing says what a repetition is.
# By the sandbox's name of the interface.
SENT_ONCE = {('weidoufu', 'create'), ('weidoufu', 'refund'), ('transit', 'create'), ('transit-v2', 'create'),
             ('transit-v3', 'create'), ('showdoc-aggregator', 'create'), ('showdoc-aggregator', 'refund')}

# What is not even sent again when the application asks for it, while it is not known what became of it.
NEVER_AGAIN = {('weidoufu', 'refund'), ('transit', 'create'), ('transit-v2', 'create'), ('transit-v3', 'create')}

# Answers that do not state what another gateway's answer can get wrong: a lie about it is no lie, and the call is done.
# Provider, or provider and mode, operations, faults, why.
NOT_TOLD = [
    ('wechat-v2', ('close', 'reverse'), ('wrong-order', 'wrong-refund', 'wrong-amount'),
     'the answer names nothing but the merchant, and is signed'),
    ('wechat-v2', ('profit-sharing', 'profit-sharing-multi', 'profit-sharing-finish', 'profit-sharing-query',
                   'profit-sharing-amount'), ('wrong-refund', 'wrong-amount'),
     'the answer repeats the numbers, and no amount that the question knows'),
    ('wechat-v2', ('profit-sharing-return-query', ), ('wrong-amount', ), 'the question knows no amount'),
    ('wechat-v2', ('list-refunds', ), ('wrong-refund', 'wrong-amount'), 'the question knows the order alone'),
    ('wechat-v2', ('profit-sharing-amount', ), ('wrong-order', ), 'the answer names the transaction alone'),
    ('wechat-v2', ('profit-sharing-add-receiver', 'profit-sharing-remove-receiver'),
     ('wrong-order', 'wrong-refund', 'wrong-amount'), 'a receiver has no order'),
    ('wechat-v3', ('download-bill', ), ('disguised-error', ), 'only the file can be an error that looks like one'),
    ('wechat-v3', ('download', ), ('no-signature', 'bad-signature', 'wrong-digest'),
     'a file is not signed: its digest came before, signed'),
    ('wechat-v3', ('abnormal-refund', ), ('wrong-order', 'wrong-amount'), 'the question knows the refund alone'),
    ('wechat-global', ('refund', ), ('wrong-order', ), 'the answer names no order'),
    ('wechat-global', ('list-refunds', ), ('wrong-order', 'wrong-refund', 'wrong-amount'),
     'the answer names no order, and the question no refund'),
    ('transit', ('list-refunds', ), ('wrong-refund', 'wrong-amount'), 'the question knows the order alone'),
    ('transit', ('user-state', 'arrears-users', 'jump-data'), ('wrong-refund', 'wrong-amount'),
     'who may ride and who owes is no answer about an order'),
    ('showdoc-aggregator plain', ('create', ), ('bad-signature', 'wrong-order', 'wrong-amount'),
     'the plain answer is not signed, and names nothing'),
]


# What a gateway without error codes cannot tell apart.
NO_CODES = {'weidoufu'}

# What cannot be done twice: who was removed is nobody to remove, and a refund that goes on is no longer abnormal.
GONE = {('wechat-v2', 'profit-sharing-remove-receiver'), ('wechat-v3', 'abnormal-refund')}


class Row:
    """One operation of one account, as the sandbox counts it, and what goes wrong with it."""

    def __init__(self, work, operation, wire, fault, deed):
        self.work, self.operation, self.wire, self.fault, self.deed = work, operation, wire, fault, deed
        self.step = wire if wire == 'download' else operation
        self.name = '%s %s, %s' % (work.name, self.step, fault)


def gateway_of(work):
    """As the sandbox names it: transit's other interfaces are gateways of their own there."""
    return 'transit-' + work.mode if work.mode in ('v2', 'v3') else work.provider


def wires(provider, operation):
    """The requests that an operation is made of, as the sandbox counts them: V3 tells where a bill lies first."""
    if (provider, operation) == ('wechat-v3', 'download-bill'):
        return ['download-bill', 'download']
    return [on_wire(provider, operation)]


def expected(row):
    table = ACTING if row.deed.acts else ASKING
    if (gateway_of(row.work), row.operation) in SENT_ONCE | GONE and row.fault == 'cut-once':
        return table['cut']
    for who, operations, faults, _ in NOT_TOLD:
        if who in (row.work.provider, '%s %s' % (row.work.provider, row.work.mode)) and \
                row.step in operations and row.fault in faults:
            return table['cut-once']
    if (row.work.provider, row.operation, row.fault) == ('showdoc-aggregator', 'refund', 'refused'):
        # its one code for it says as well that the refund failed halfway: it is to be queried
        return table['http-500']
    if row.operation == 'close' and row.fault.startswith('wrong-'):
        # closing again does no harm: what was swapped is named
        return {Error.OUTCOME_UNKNOWN, Error.MISMATCH}, None
    return table[row.fault]


CODES = {int(getattr(Error, name)): getattr(Error, name) for name in dir(Error) if name.isupper()}


def told_of(error):
    return CODES[error.code] if error.domain == GLib.quark_to_string(Error.quark()) else error.domain


def nick(value):
    return getattr(value, 'value_nick', value)


def closed_port():
    with socket.socket() as closed:
        closed.bind(('127.0.0.1', 0))
        return '127.0.0.1:%d' % closed.getsockname()[1]


class OutcomesTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.shop = Shop.get()
        cls.closed = closed_port()

    def accounts(self):
        """One account of every mode of every provider."""
        found = {}
        for provider in manifests():
            for name, mode in self.shop.accounts_of(provider):
                if mode in modes_of(provider):
                    found.setdefault((provider, mode), name)
        missing = [(provider, mode) for provider in manifests() for mode in modes_of(provider)
                   if (provider, mode) not in found]
        self.assertEqual(missing, [])
        return found

    # what goes wrong

    def arm(self, work, wire, kind, times=1):
        answer = self.shop.program.control('fault', dict(
            gateway=gateway_of(work), operation=wire, kind=kind, times=times, milliseconds=200))
        return answer.status == 200

    def is_possible(self, work, wire, fault):
        """Whether the gateway can commit it: one that signs nothing cannot sign badly."""
        if fault in ('not-connected', 'refused'):
            return wire != 'download'
        possible = self.arm(work, wire, fault.replace('-once', ''))
        self.arm(work, wire, 'none')
        return possible

    def rows_of(self, work, operation, wire, faults):
        rows = []
        for fault in faults:
            try:
                deed = work.make(operation)
            except GLib.Error as error:
                self.failures.append('%s %s: it cannot be made ready: %s' % (work.name, operation, error.message))
                return rows
            if deed is None:
                self.failures.append('%s %s: nobody wrote down how it is done' % (work.name, operation))
                return rows
            if fault in (ACTING if deed.acts else ASKING) and (fault != 'refused' or deed.refuse):
                rows.append(Row(work, operation, wire, fault, deed))
        return rows

    def do(self, row):
        transport = {'deadline-ms': '3000' if row.fault == 'drip' else '10000', 'calls-per-second': '10000'}
        endpoint = self.closed if row.fault == 'not-connected' else None
        row.client = self.shop.new_client([row.work.name], transport, endpoint, self.shop.client.get_store())
        account = row.client.get_account(row.work.name)
        if row.fault not in ('not-connected', 'refused'):
            self.arm(row.work, row.wire, row.fault.replace('-once', ''), 1 if row.fault.endswith('-once') else 100)
        try:
            (row.deed.refuse if row.fault == 'refused' else row.deed.run)(account)
            row.told, row.message = DONE, ''
        except GLib.Error as error:
            row.told = told_of(error)
            row.message = error.message
        finally:
            if row.fault not in ('not-connected', 'refused'):
                self.arm(row.work, row.wire, 'none')
        row.client = None
        if row.deed.kind is not None and row.fault != 'refused':
            row.intent = self.shop.client.get_store().find(row.work.name, row.deed.kind, row.deed.number)

    # what is compared

    def say(self, row, text, *args):
        self.failures.append('%s: %s' % (row.name, text % args))

    def check_told(self, row):
        errors, states = expected(row)
        if row.told not in errors:
            self.say(row, 'told %s (%s), expected one of %s', nick(row.told), row.message,
                     sorted(map(nick, errors)))
        if states and row.deed.kind is not None and row.fault != 'refused':
            state = row.intent.get_state() if row.intent else None
            if state not in states:
                self.say(row, 'the journal says %s, expected one of %s', nick(state),
                         sorted(map(nick, states)))

    def check_wire(self, row, requests):
        if row.deed.wire is None or row.fault == 'refused':
            return
        number = row.deed.wire_number
        sent = [one for one in requests[row.work.name, row.wire] if one[row.deed.wire] == number]
        if (gateway_of(row.work), row.operation) in SENT_ONCE and len(sent) > 1:
            self.say(row, 'was sent %d times', len(sent))
        if row.fault != 'not-connected' and number and not sent:
            self.say(row, 'never arrived under its number %s', number)

    def check_no_other_number(self, rows, requests):
        """One intent, one number: what arrived of an operation bears the numbers that were asked for, and no others."""
        asked = collections.defaultdict(set)
        fields = {}
        for row in rows:
            if row.deed.acts and row.deed.wire is not None and row.deed.wire_number:
                asked[row.work.name, row.wire].add(row.deed.wire_number)
                fields[row.work.name, row.wire] = row.deed.wire
        self.assertGreater(len(asked), 20)
        for what, numbers in asked.items():
            arrived = {one[fields[what]] for one in requests[what]} - {None, ''}
            if arrived - numbers:
                self.failures.append('%s %s: numbers that nobody asked for: %s' % (*what, sorted(arrived - numbers)))

    def check_truth(self, row):
        if row.deed.truth is None or row.fault == 'refused':
            return
        truth = row.deed.truth()
        if truth not in (row.deed.before, row.deed.after):
            self.say(row, 'the sandbox says %s, expected %s or %s', truth, row.deed.before, row.deed.after)
        if row.told == DONE and truth != row.deed.after:
            self.say(row, 'it was told as done, and the sandbox says %s', truth)
        if row.told in (Error.NOT_SENT, Error.RATE_LIMITED, Error.REFUSED) and truth != row.deed.before:
            self.say(row, 'it was told as not done, and the sandbox says %s', truth)

    def check_resolved(self, row):
        """resolve() tells what the sandbox's books say, before anything is repeated."""
        if row.deed.ref is None or row.told != Error.OUTCOME_UNKNOWN or \
                'query' not in operations_of(row.work.provider, row.work.mode):
            return
        states = {None: Error.REFUSED if row.work.provider in NO_CODES else Error.NOT_FOUND,
                  'open': Minipay.PaymentState.PENDING}
        try:
            told = self.shop.client.get_account(row.work.name).resolve(
                row.deed.ref, Minipay.ResolveFlags.NONE, 0).get_state()
        except GLib.Error as error:
            told = told_of(error)
        truth = row.deed.truth()
        if told != states[truth]:
            self.say(row, 'resolve told %s, and the sandbox says %s', nick(told), truth)

    def check_repeated(self, row):
        """The same again ends in the truth, and is done once; what is never repeated stays open."""
        if not row.deed.acts or row.fault == 'refused':
            return
        try:
            row.deed.run(self.shop.client.get_account(row.work.name))
            told, message = DONE, ''
        except GLib.Error as error:
            told, message = told_of(error), error.message
        is_single = (gateway_of(row.work), row.operation) in NEVER_AGAIN
        truth = row.deed.truth() if row.deed.truth else row.deed.after
        if is_single and row.told not in (Error.NOT_SENT, Error.RATE_LIMITED, Error.REFUSED):
            if told != Error.OUTCOME_UNKNOWN:
                self.say(row, 'a repetition told %s (%s) instead of sending nothing', nick(told), message)
        elif (row.work.provider, row.operation) in GONE and \
                told in (Error.REFUSED, Error.INVALID, Error.OUTCOME_UNKNOWN):
            pass  # asking tells what became of it, not doing it again
        elif told not in (DONE, Error.ALREADY_PAID, Error.CONFLICT):
            self.say(row, 'a repetition told %s (%s)', nick(told), message)
        elif truth != row.deed.after:
            self.say(row, 'after a repetition the sandbox says %s, expected %s', truth, row.deed.after)

    def test_every_cell(self):
        self.failures = []
        wanted = []
        for (provider, mode), name in self.accounts().items():
            work = Workshop(self.shop, name)
            for operation in set(operations_of(provider, mode)) - {'receive', 'refresh-keys'}:
                for wire in wires(provider, operation):
                    faults = [fault for fault in dict.fromkeys([*ACTING, *ASKING])
                              if self.is_possible(work, wire, fault)]
                    wanted.append((work, operation, wire, faults))
        groups = collections.defaultdict(list)
        with ThreadPoolExecutor(16) as pool:
            for rows in pool.map(lambda one: self.rows_of(*one), wanted):
                for row in rows:
                    groups[gateway_of(row.work), wires(row.work.provider, row.operation)[0]].append(row)
        self.shop.ask('DELETE', '/sandbox/requests')
        requests = collections.defaultdict(list)
        for is_refused in (False, True):
            with ThreadPoolExecutor(24) as pool:
                list(pool.map(lambda group: [self.do(row) for row in group if (row.fault == 'refused') == is_refused],
                              groups.values()))
            if not is_refused:
                # what the gateway itself refuses is asked for under numbers made for that
                for one in self.shop.requests():
                    requests[one['account'], one['operation']].append(one)
        rows = [row for group in groups.values() for row in group]
        self.check_no_other_number(rows, requests)
        for row in rows:
            self.check_told(row)
            self.check_wire(row, requests)
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(self.check_truth, rows))
            list(pool.map(self.check_resolved, rows))
            list(pool.map(self.check_repeated, rows))
        self.assertGreater(len(rows), 100)
        self.assertEqual(len(self.failures), 0, '\n' + '\n'.join(sorted(self.failures)))


if __name__ == '__main__':
    unittest.main()
