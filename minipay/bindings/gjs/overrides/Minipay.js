// SPDX-License-Identifier: LGPL-2.1-or-later
// What introspection alone cannot give GJS: promises, amounts that no fraction can become, plain headers.
/* exported _init */

const {Gio, GLib} = imports.gi;
const System = imports.system;

// GJS 1.74 can drop a callback that arrives while its incremental collector sweeps, and the promise then never settles.
// A full collection now and then keeps the collector from ever getting there.
const CALLS_PER_COLLECTION = 256;

const FACT = '(?:gateway-code|http|request-id)=[^;\\]]*';
const TAIL = new RegExp(`^([^]*) \\[(${FACT}(?:; ${FACT})*)\\]$`);

let calls = 0;

function makeAwaitable(cls, name, nArgs) {
    Gio._promisify(cls.prototype, name);
    const inner = cls.prototype[name];

    cls.prototype[name] = function (...args) {
        if (++calls % CALLS_PER_COLLECTION === 0)
            System.gc();
        while (args.length < nArgs)
            args.push(null);
        return inner.apply(this, args);
    };
}

function checkMinor(minor) {
    if (typeof minor === 'bigint' && BigInt.asIntN(54, minor) === minor)
        minor = Number(minor);
    // GJS would cut 19.99 down to 19 and take NaN for 0
    if (!Number.isSafeInteger(minor))
        throw new TypeError(`minor units are a whole number within 2^53, not ${typeof minor} ${String(minor)}`);
    return minor;
}

function overrideMoney(Minipay) {
    const {Money} = Minipay;
    const newMoney = Money.new;
    const getMinor = Money.prototype.get_minor;

    // `new Money ()` comes here too
    Money.new = function (minor, currency) {
        const whole = checkMinor(minor);

        if (typeof currency !== 'string')
            throw new TypeError(`a currency is a string, not ${typeof currency}`);
        const made = newMoney(whole, currency);
        if (!made.is_valid()) {
            throw new GLib.Error(Minipay.Error, Minipay.Error.INVALID,
                `currency "${currency}" is not an ISO 4217 code in capital letters`);
        }
        return made;
    };
    Money.prototype.get_minor = function () {
        const minor = getMinor.call(this);

        if (!Number.isSafeInteger(minor))
            throw new RangeError(
                `${this.to_string()} has more minor units than a number holds exactly: use to_string()`);
        return minor;
    };
    Money.prototype.toString = function () {
        return this.to_string();
    };
}

// A plain value among extras and parameters; a GLib.Variant stays what it is.
function toVariant(value) {
    if (value instanceof GLib.Variant)
        return value;
    if (typeof value === 'boolean' || typeof value === 'string')
        return new GLib.Variant(typeof value === 'boolean' ? 'b' : 's', value);
    if (typeof value === 'number' || typeof value === 'bigint') {
        if (!Number.isSafeInteger(Number(value)))
            throw new TypeError(`a member is a whole number within 2^53, not ${String(value)}`);
        return new GLib.Variant('x', Number(value));
    }
    if (Array.isArray(value)) {
        const items = value.map(toVariant);
        const types = new Set(items.map(item => item.get_type_string()));
        const [type] = types;

        // as manifests have them: texts, or sets
        if (types.size === 1 && (type === 's' || type === 'a{sv}'))
            return GLib.Variant.new_array(new GLib.VariantType(type), items);
        return new GLib.Variant('av', items);
    }
    if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
        return new GLib.Variant('a{sv}', Object.fromEntries(Object.entries(value).map(([k, v]) => [k, toVariant(v)])));
    throw new TypeError(`a member is a string, a whole number, a boolean, an array or an object, not ${typeof value}`);
}

// The other way; whole numbers beyond 2^53 become BigInt, as GJS would round them.
function fromVariant(variant) {
    const type = variant.get_type_string();
    const children = () => Array.from({length: variant.n_children()}, (_, i) => variant.get_child_value(i));

    if (type === 'v')
        return fromVariant(variant.get_variant());
    if (type === 'x') {
        const whole = BigInt(variant.print(false));
        return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
    }
    if (type.startsWith('a{')) {
        return Object.fromEntries(children().map(
            entry => [entry.get_child_value(0).unpack(), fromVariant(entry.get_child_value(1))]));
    }
    return type.startsWith('a') ? children().map(fromVariant) : variant.unpack();
}

function overrideExtras(cls) {
    const init = cls.prototype._init;

    cls.prototype._init = function (fields = {}) {
        const {extras = null} = fields;

        init.call(this, extras === null ? fields : {...fields, extras: toVariant(extras)});
    };
}

function overrideReport({Report}) {
    Object.defineProperty(Report.prototype, 'values', {
        get() {
            const values = this.get_values();
            return values === null ? {} : fromVariant(values);
        },
    });
}

// The rows of a bill: for (const row of Minipay.BillReader.new(path)). The last one is the summary.
function overrideBillReader({BillReader}) {
    BillReader.prototype[Symbol.iterator] = function* () {
        for (let row = this.next(); row !== null; row = this.next())
            yield row;
    };
}

// Parameters are a plain object. call_async, made awaitable already, comes here too.
function overrideCall({Account}) {
    for (const name of ['call', 'call_async']) {
        const inner = Account.prototype[name];

        Account.prototype[name] = function (operation, params = null, ...rest) {
            return inner.call(this, operation, params === null ? null : toVariant(params), ...rest);
        };
    }
}

function checkText(text) {
    // C would see another, shorter text
    if (typeof text !== 'string' || text.includes('\0'))
        throw new TypeError(`a request line or header is a string without NUL, not ${JSON.stringify(text)}`);
    return text;
}

function* headerPairs(headers) {
    const isList = typeof headers[Symbol.iterator] === 'function';

    for (const [name, value] of isList ? headers : Object.entries(headers)) {
        for (const one of Array.isArray(value) ? value : [value])
            yield [checkText(name), checkText(one)];
    }
}

function checkBody(body) {
    if (body === null || body instanceof GLib.Bytes)
        return body;
    if (body instanceof Uint8Array)
        return GLib.Bytes.new(body);
    // text decoded and encoded again need not be the bytes that were signed
    throw new TypeError(`a body is the raw bytes, not ${typeof body}`);
}

function overrideHttpRequest({HttpRequest}) {
    // headers: an object (an array as value stands for repeated lines) or an iterable of pairs; body: a Uint8Array
    HttpRequest.prototype._init = function ({method, target, headers = [], body = null} = {}) {
        const made = HttpRequest.new(checkText(method), checkText(target), checkBody(body));

        for (const [name, value] of headerPairs(headers))
            made.add_header(name, value);
        return made;
    };
}

// Splits an error into its sentence and what the gateway said about it; null for what is not known.
function errorFacts(Minipay, error) {
    const facts = {message: error.message, gateway_code: null, http: null, request_id: null};
    const tail = error instanceof Minipay.Error ? TAIL.exec(error.message) : null;

    if (tail === null)
        return facts;
    facts.message = tail[1];
    for (const fact of tail[2].split('; ')) {
        const [name, ...value] = fact.split('=');
        const text = value.join('=');

        facts[name.replace('-', '_')] = name === 'http' ? Number(text) : text;
    }
    return facts;
}

function _init() {
    overrideMoney(this);
    overrideHttpRequest(this);
    this.error_facts = error => errorFacts(this, error);

    for (const cls of [this.Order, this.PaymentRef, this.RefundRequest, this.RefundRef, this.BillRequest])
        overrideExtras(cls);
    overrideReport(this);
    overrideBillReader(this);

    // each takes its subject and a cancellable
    for (const name of ['create_payment_async', 'query_payment_async', 'close_payment_async', 'reverse_payment_async',
        'refund_async', 'query_refund_async', 'download_bill_async'])
        makeAwaitable(this.Account, name, 2);
    makeAwaitable(this.Account, 'call_async', 3);
    makeAwaitable(this.Account, 'resolve_async', 4);
    makeAwaitable(this.Client, 'receive_async', 2);
    overrideCall(this);
}
