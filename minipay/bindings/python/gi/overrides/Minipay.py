# SPDX-License-Identifier: LGPL-2.1-or-later
"""What introspection alone cannot give Python: awaitable calls, amounts that no float can become, plain headers."""

import asyncio
import collections
import os
import re
import threading
from collections.abc import Mapping

from gi.overrides import override
from gi.repository import Gio, GLib

from ..module import get_introspection_module

Minipay = get_introspection_module('Minipay')

__all__ = []


def _invalid(message):
    return GLib.Error.new_literal(Minipay.Error.quark(), message, Minipay.Error.INVALID)


# --- amounts


class Money(Minipay.Money):
    """An amount: Money(1990, 'CNY') is 19.90 CNY. Money.parse('19.90 CNY') reads major units."""

    def __new__(cls, minor, currency):
        # PyGObject would cut 19.99 down to 19, and a bool is an int in Python.
        if isinstance(minor, bool) or not isinstance(minor, int):
            raise TypeError(f'minor units are an int, not {type(minor).__name__}: {minor!r}')
        if not -2**63 <= minor < 2**63:
            raise _invalid(f'{minor} minor units are outside {-2**63}..{2**63 - 1}')
        if not isinstance(currency, str):
            raise TypeError(f'a currency is a str, not {type(currency).__name__}: {currency!r}')
        made = Minipay.Money.new(minor, currency)
        if not made.is_valid():
            raise _invalid(f'currency "{currency}" is not an ISO 4217 code in capital letters')
        return made

    def __init__(self, minor, currency):
        pass  # the C constructor did it all

    @classmethod
    def new(cls, minor, currency):
        return cls(minor, currency)

    def __eq__(self, other):
        return self.equal(other) if isinstance(other, Minipay.Money) else NotImplemented

    def __hash__(self):
        return hash((self.get_minor(), self.get_currency()))

    def __str__(self):
        return self.to_string()

    def __repr__(self):
        return f'Minipay.Money({self.get_minor()}, {self.get_currency()!r})'


Money = override(Money)
__all__.append('Money')


# --- errors

_FACT = r'(?:gateway-code|http|request-id)=[^;\]]*'
_TAIL = re.compile(rf'^(.*) \[({_FACT}(?:; {_FACT})*)\]$', re.DOTALL)


def error_facts(error):
    """Splits an error into its sentence and what the gateway said about it.

    Gives a dict: message, gateway_code, http (an int), request_id; None for what is not known.
    """
    facts = {'message': error.message, 'gateway_code': None, 'http': None, 'request_id': None}
    tail = _TAIL.match(error.message)
    if tail and error.domain == GLib.quark_to_string(Minipay.Error.quark()):
        facts['message'] = tail[1]
        for fact in tail[2].split('; '):
            name, value = fact.split('=', 1)
            facts[name.replace('-', '_')] = int(value) if name == 'http' else value
    return facts


__all__.append('error_facts')


# --- requests


def _text(value):
    # WSGI gives headers as text, ASGI as bytes
    text = value.decode('latin-1') if isinstance(value, bytes) else value
    if isinstance(text, str) and '\0' in text:  # C would see another, shorter text
        raise _invalid(f'a request line or header holds a NUL character: {text!r}')
    return text


def _header_pairs(headers):
    for name, value in headers.items() if isinstance(headers, Mapping) else headers:
        for one in value if isinstance(value, (list, tuple)) else [value]:
            yield _text(name), _text(one)


class HttpRequest(Minipay.HttpRequest):
    """A request as it arrived: HttpRequest('POST', '/notify/tea-shop', headers, body).

    headers is a mapping (a list as value stands for repeated lines) or an iterable of pairs, body the raw bytes.
    """

    def __new__(cls, method, target, headers=(), body=None):
        if isinstance(body, (bytearray, memoryview)):
            body = bytes(body)
        if isinstance(body, bytes):
            body = GLib.Bytes.new(body)
        elif body is not None and not isinstance(body, GLib.Bytes):
            # text decoded and encoded again need not be the bytes that were signed
            raise TypeError(f'a body is the raw bytes, not {type(body).__name__}')
        made = Minipay.HttpRequest.new(_text(method), _text(target), body)
        for name, value in _header_pairs(headers):
            made.add_header(name, value)
        return made

    def __init__(self, method, target, headers=(), body=None):
        pass  # the C constructor did it all


HttpRequest = override(HttpRequest)
__all__.append('HttpRequest')


# --- members that only some providers have


def _variant(value):
    """What a value of Python is among extras and parameters; a GLib.Variant stays what it is."""
    if isinstance(value, GLib.Variant):
        return value
    if isinstance(value, bool):
        return GLib.Variant('b', value)
    if isinstance(value, int):
        if not -2**63 <= value < 2**63:
            raise _invalid(f'{value} is outside {-2**63}..{2**63 - 1}')
        return GLib.Variant('x', value)
    if isinstance(value, str):
        return GLib.Variant('s', value)
    if isinstance(value, Mapping):
        return GLib.Variant('a{sv}', {name: _variant(one) for name, one in value.items()})
    if isinstance(value, (list, tuple)):
        items = [_variant(one) for one in value]
        types = {item.get_type_string() for item in items}
        if types and types <= {'s', 'a{sv}'} and len(types) == 1:  # as manifests have them: texts, or sets
            builder = GLib.VariantBuilder.new(GLib.VariantType.new('a' + types.pop()))
            for item in items:
                builder.add_value(item)
            return builder.end()
        return GLib.Variant('av', items)
    raise TypeError(f'a member is a str, an int, a bool, a list or a dict, not {type(value).__name__}: {value!r}')


def _params(value):
    return value if value is None or isinstance(value, GLib.Variant) else _variant(dict(value))


def _with_extras(name):
    base = getattr(Minipay, name)

    def __init__(self, **fields):
        if 'extras' in fields:
            fields['extras'] = _params(fields['extras'])
        base.__init__(self, **fields)

    doc = f'{name}(..., extras=...) takes a plain dict; a member that is no str, int, bool, list or dict is refused.'
    return override(type(name, (base,), {'__init__': __init__, '__doc__': doc, '__module__': __name__}))


Order = _with_extras('Order')
PaymentRef = _with_extras('PaymentRef')
RefundRequest = _with_extras('RefundRequest')
RefundRef = _with_extras('RefundRef')
BillRequest = _with_extras('BillRequest')
__all__ += ['Order', 'PaymentRef', 'RefundRequest', 'RefundRef', 'BillRequest']


class Report(Minipay.Report):
    """What a named operation gave, or a notification of one: values is a plain dict."""

    @property
    def values(self):
        values = self.get_values()
        return values.unpack() if values is not None else {}


Report = override(Report)
__all__.append('Report')


# --- bills


class BillRow(Minipay.BillRow):
    """One line of a bill: row['商户订单号'] is the text of a column, dict(row) all of them."""

    def keys(self):
        return self.get_headings()

    def __getitem__(self, heading):
        text = self.get_text(heading)
        if text is None:
            raise KeyError(heading)
        return text


BillRow = override(BillRow)
__all__.append('BillRow')


class BillReader(Minipay.BillReader):
    """The rows of a bill: for row in BillReader.new(path). The last one is the summary."""

    def __iter__(self):
        return iter(self.next, None)


BillReader = override(BillReader)
__all__.append('BillReader')


# --- awaiting


class _Jobs(GLib.Source):
    """Functions to run, from any thread.

    One source for all: PyGObject loses a little memory with every callback it is given."""

    def __init__(self):
        super().__init__()
        self._waiting = collections.deque()

    def add(self, function):
        self._waiting.append(function)
        self.set_ready_time(0)

    def prepare(self):
        return False, -1  # the ready time decides

    def check(self):
        return False

    def dispatch(self, *_):
        self.set_ready_time(-1)  # first, so that a job added meanwhile is not forgotten
        while self._waiting:
            self._waiting.popleft()()
        return GLib.SOURCE_CONTINUE


class _Bridge:
    """One thread that runs GLib's callbacks for event loops that do not run on GLib."""

    _lock = threading.Lock()
    _current = None

    def __init__(self):
        self.pid = os.getpid()
        self.jobs = _Jobs()
        threading.Thread(target=self._run, name='minipay-asyncio', daemon=True).start()

    def _run(self):
        context = GLib.MainContext.new()
        context.push_thread_default()
        self.jobs.attach(context)
        GLib.MainLoop.new(context, False).run()

    @classmethod
    def get(cls):
        with cls._lock:
            if cls._current is None or cls._current.pid != os.getpid():  # threads do not survive a fork
                cls._current = cls()
            return cls._current


class _Answer(asyncio.Future):
    """The end of one call.

    cancel() only asks the call to stop: whoever waits then gets what really happened. That is CancelledError when
    nothing left this machine, Minipay.Error.OUTCOME_UNKNOWN when money may have moved, or the answer that had already
    arrived.
    """

    def __init__(self, cancellable, loop):
        super().__init__(loop=loop)
        self._cancellable = cancellable

    def cancel(self, msg=None):
        if self.done():
            return False
        self._cancellable.cancel()
        return True

    def settle(self, value, error):
        if self.done():
            return
        if error is None:
            self.set_result(value)
        elif isinstance(error, GLib.Error) and error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED):
            super().cancel()
        else:
            self.set_exception(error)


def _settle_from_thread(loop, answer, value, error):
    try:
        loop.call_soon_threadsafe(answer.settle, value, error)
    except RuntimeError:
        pass  # the loop was closed meanwhile: nobody is left to hear it


def _begin(cls, name, source, subjects, cancellable, callback, user_data):
    """Starts one of the library's async calls: with a callback as C has it, without one to be awaited."""
    start, finish = getattr(cls, name + '_async'), getattr(cls, name + '_finish')
    if callback is not None:
        return start(source, *subjects, cancellable, callback, *user_data)

    loop = asyncio.get_running_loop()
    runs_on_glib = type(loop).__module__.split('.')[0] in ('gbulb', 'gi')
    cancellable = cancellable or Gio.Cancellable()
    answer = _Answer(cancellable, loop)

    def settle(value, error):
        if runs_on_glib:
            answer.settle(value, error)
        else:
            _settle_from_thread(loop, answer, value, error)

    def on_done(source, result, *_):
        try:
            value, error = finish(source, result), None
        except GLib.Error as caught:
            value, error = None, caught
        settle(value, error)

    def go():
        try:
            start(source, *subjects, cancellable, on_done)
        except Exception as error:  # a wrong type, which must not be lost in the thread
            settle(None, error)

    if runs_on_glib:
        go()
    else:
        _Bridge.get().jobs.add(go)
    return answer


def _awaitable(cls, name, doc):
    def method(self, subject, cancellable=None, callback=None, *user_data):
        return _begin(cls, name, self, (subject,), cancellable, callback, user_data)

    method.__name__ = name + '_async'
    method.__doc__ = doc
    return method


class Account(Minipay.Account):
    create_payment_async = _awaitable(
        Minipay.Account, 'create_payment', 'Creates a payment: await it, or give a callback. Gives a Minipay.Checkout.')
    query_payment_async = _awaitable(
        Minipay.Account, 'query_payment',
        'Asks what became of an order: await it, or give a callback. Gives a Minipay.Payment.')
    close_payment_async = _awaitable(
        Minipay.Account, 'close_payment', 'Closes an order: await it, or give a callback. Gives a Minipay.Payment.')
    reverse_payment_async = _awaitable(
        Minipay.Account, 'reverse_payment',
        'Takes back a code payment: await it, or give a callback. Gives a Minipay.Payment.')
    refund_async = _awaitable(
        Minipay.Account, 'refund', 'Gives money back: await it, or give a callback. Gives a Minipay.Refund.')
    query_refund_async = _awaitable(
        Minipay.Account, 'query_refund',
        'Asks what became of a refund: await it, or give a callback. Gives a Minipay.Refund.')
    download_bill_async = _awaitable(
        Minipay.Account, 'download_bill',
        'Fetches the bill of a day: await it, or give a callback. Gives a Minipay.Bill.')

    def call(self, name, params=None, cancellable=None):
        """Calls an operation that only some providers have, with a dict of parameters. Gives a Minipay.Report."""
        return super().call(name, _params(params), cancellable)

    def call_async(self, name, params=None, cancellable=None, callback=None, *user_data):
        """As call(): await it, or give a callback."""
        return _begin(Minipay.Account, 'call', self, (name, _params(params)), cancellable, callback, user_data)

    def resolve_async(self, ref, flags, patience_s, cancellable=None, callback=None, *user_data):
        """Asks until an order is decided: await it, or give a callback. Gives a Minipay.Payment."""
        return _begin(Minipay.Account, 'resolve', self, (ref, flags, patience_s), cancellable, callback, user_data)


Account = override(Account)
__all__.append('Account')


class Client(Minipay.Client):
    receive_async = _awaitable(
        Minipay.Client, 'receive', 'Judges an incoming message: await it, or give a callback. Gives a Minipay.Receipt.')


Client = override(Client)
__all__.append('Client')
