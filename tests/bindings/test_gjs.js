// SPDX-License-Identifier: LGPL-2.1-or-later
// What GJS programs see of minipay. Prints TAP.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Minipay from 'gi://Minipay?version=1.0';
import System from 'system';

let nTests = 0;
let nFailures = 0;
let nOrders = 0;

async function test(name, body) {
    nTests++;
    try {
        await body();
        print(`ok ${nTests} ${name}`);
    } catch (error) {
        nFailures++;
        print(`not ok ${nTests} ${name}`);
        print(`# ${error.message}\n${error.stack ?? ''}`.trim().replace(/\n/g, '\n# '));
    }
}

function assertEqual(value, wanted) {
    if (JSON.stringify(value) !== JSON.stringify(wanted))
        throw new Error(`${JSON.stringify(value)} is not ${JSON.stringify(wanted)}`);
}

function assertThrows(type, body) {
    try {
        body();
    } catch (error) {
        if (error instanceof type)
            return error;
        throw error;
    }
    throw new Error('nothing was thrown');
}

async function assertFails(code, promise) {
    try {
        await promise;
    } catch (error) {
        if (!(error instanceof GLib.Error) || !error.matches(Minipay.Error, code))
            throw error;
        return error;
    }
    throw new Error('nothing was thrown');
}

class Sandbox {
    constructor() {
        const {STDIN_PIPE, STDOUT_PIPE, STDERR_SILENCE} = Gio.SubprocessFlags;

        this.folder = GLib.dir_make_tmp('minipay-gjs-XXXXXX');
        this.process = Gio.Subprocess.new(
            [GLib.getenv('MINIPAY_SANDBOX'), '--write-config', this.folder, '--until-stdin-closes', '--pay-after', '1'],
            STDIN_PIPE | STDOUT_PIPE | STDERR_SILENCE);
        this.stdout = Gio.DataInputStream.new(this.process.get_stdout_pipe());
        this.config = JSON.parse(this.stdout.read_line_utf8(null)[0]).config;
    }

    close() {
        this.process.get_stdin_pipe().close(null);
        this.process.wait(null);
        for (const info of Gio.File.new_for_path(this.folder).enumerate_children('standard::name', 0, null))
            GLib.unlink(GLib.build_filenamev([this.folder, info.get_name()]));
        GLib.rmdir(this.folder);
    }
}

function makeOrder(fields = {}) {
    return new Minipay.Order({
        out_trade_no: `T${GLib.get_real_time()}${String(++nOrders).padStart(6, '0')}`,
        total: new Minipay.Money(1990, 'CNY'),
        subject: 'green tea',
        method: Minipay.Method.MINI_PROGRAM,
        wallet: Minipay.Wallet.WECHAT,
        payer: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
        notify_url: 'http://127.0.0.1:9/notify/weidoufu',
        ...fields,
    });
}

function pairs(request) {
    const headers = request.get_headers();
    return Array.from({length: headers.get_length()}, (_, i) => [headers.get_name(i), headers.get_value(i)]);
}

async function testMoney() {
    await test('money: what is no whole number is refused', () => {
        for (const minor of [19.9, NaN, Infinity, '1990', true, null, undefined, 2 ** 53, -(2 ** 53), 2n ** 60n]) {
            assertThrows(TypeError, () => new Minipay.Money(minor, 'CNY'));
            assertThrows(TypeError, () => Minipay.Money.new(minor, 'CNY'));
        }
    });
    await test('money: no number reaches the total of an order', () => {
        for (const total of [19.9, 1990, '19.90 CNY'])
            assertThrows(Error, () => makeOrder({total}));
    });
    await test('money: an unknown currency is refused', () => {
        for (const currency of ['cny', 'RMB', '', 'CNYX']) {
            const error = assertThrows(GLib.Error, () => new Minipay.Money(1990, currency));
            assertEqual(error.matches(Minipay.Error, Minipay.Error.INVALID), true);
        }
        assertThrows(TypeError, () => new Minipay.Money(1990));
    });
    await test('money: amounts compare and print', () => {
        const tea = new Minipay.Money(1990, 'CNY');
        assertEqual(`${tea}`, '19.90 CNY');
        assertEqual(tea.get_minor(), 1990);
        assertEqual(`${new Minipay.Money(9007199254740991n, 'JPY')}`, '9007199254740991 JPY');
        assertEqual(tea.equal(Minipay.Money.parse('19.90 CNY')), true);
        assertEqual(tea.equal(new Minipay.Money(1990, 'USD')), false);
    });
    await test('money: minor units beyond 2^53 are never rounded', () => {
        const much = Minipay.Money.parse('9007199254740993 JPY');
        assertEqual(`${much}`, '9007199254740993 JPY');
        assertThrows(RangeError, () => much.get_minor());
    });
}

async function testErrorFacts() {
    const facts = (message, domain = Minipay.Error, code = Minipay.Error.REFUSED) =>
        Minipay.error_facts(new GLib.Error(domain, code, message));

    await test('error facts: the tail is split', () => {
        assertEqual(facts('refused [gateway-code=ORDERPAID; http=400; request-id=08F7=]'),
            {message: 'refused', gateway_code: 'ORDERPAID', http: 400, request_id: '08F7='});
        assertEqual(facts('slow down [http=429]'),
                    {message: 'slow down', gateway_code: null, http: 429, request_id: null});
    });
    await test('error facts: other brackets stay in the message', () => {
        for (const message of ['a [b]', 'a [http=429] b', 'a [http=429; b]', '[http=429]'])
            assertEqual(facts(message), {message, gateway_code: null, http: null, request_id: null});
        assertEqual(facts('a [http=429]', Gio.IOErrorEnum, Gio.IOErrorEnum.FAILED).message, 'a [http=429]');
    });
}

async function testRequest() {
    const body = new TextEncoder().encode('{"a":1}');

    await test('request: headers of an object, an array, a map', () => {
        const request = new Minipay.HttpRequest({method: 'POST', target: '/notify/weidoufu',
                                                 headers: {A: '1', B: ['2', '3']}, body});
        assertEqual(request instanceof Minipay.HttpRequest, true);
        assertEqual([request.get_method(), request.get_target()], ['POST', '/notify/weidoufu']);
        assertEqual(pairs(request), [['A', '1'], ['B', '2'], ['B', '3']]);
        assertEqual([...request.get_body().get_data()], [...body]);

        const repeated = [['Signature', 'one'], ['signature', 'two']];
        assertEqual(pairs(new Minipay.HttpRequest({method: 'POST', target: '/', headers: repeated})), repeated);
        assertEqual(pairs(new Minipay.HttpRequest({method: 'POST', target: '/', headers: new Map(repeated)})),
                    repeated);
    });
    await test('request: what is not text or bytes is refused', () => {
        const wrong = [{target: undefined}, {method: null}, {body: '{}'}, {headers: {a: 5}}, {headers: {'a\0': 'b'}}];
        for (const parts of wrong)
            assertThrows(TypeError, () => new Minipay.HttpRequest({method: 'POST', target: '/', ...parts}));
        assertThrows(TypeError, () => new Minipay.HttpRequest());
    });
    await test('request: many survive collection', () => {
        for (let i = 0; i < 2000; i++) {
            assertEqual(pairs(new Minipay.HttpRequest({method: 'POST', target: '/', headers: {i: `${i}`}, body})),
                        [['i', `${i}`]]);
            if (i % 100 === 0)
                System.gc();
        }
    });
}

async function testCalls(client) {
    const account = client.get_account('wechat-v3-public-key');

    await test('await: a payment', async () => {
        const order = makeOrder();
        const checkout = await account.create_payment_async(order);
        const params = checkout.dup_params(Minipay.Runtime.WX);
        assertEqual(typeof params.package, 'string');

        let payment = null;
        for (let i = 0; i < 100 && payment?.state !== Minipay.PaymentState.PAID; i++)
            payment = await account.query_payment_async(Minipay.PaymentRef.new(order.out_trade_no), null);
        assertEqual(payment.state, Minipay.PaymentState.PAID);
        assertEqual(`${payment.total}`, '19.90 CNY');
        assertEqual(payment.authenticated, true);
    });
    await test('await: 50 at once', async () => {
        const checkouts = await Promise.all(Array.from({length: 50}, () => account.create_payment_async(makeOrder())));
        assertEqual(new Set(checkouts.map(c => c.dup_params(Minipay.Runtime.WX).package)).size, 50);
    });
    await test('await: 300 one after the other, none lost', async () => {
        const order = makeOrder();
        const ref = Minipay.PaymentRef.new(order.out_trade_no);
        let answers = 0;

        await account.create_payment_async(order);
        for (let i = 0; i < 300; i++)
            answers += (await account.query_payment_async(ref)).out_trade_no === order.out_trade_no;
        assertEqual(answers, 300);
    });
    await test('await: a callback instead', async () => {
        const checkout = await new Promise((resolve, reject) => {
            account.create_payment_async(makeOrder(), null, (source, result) => {
                try {
                    resolve(source.create_payment_finish(result));
                } catch (error) {
                    reject(error);
                }
            });
        });
        assertEqual(checkout.kind, Minipay.CheckoutKind.WX_REQUEST_PAYMENT);
    });
    await test('await: cancelled before it was sent', async () => {
        const cancellable = new Gio.Cancellable();
        cancellable.cancel();
        try {
            await account.create_payment_async(makeOrder(), cancellable);
        } catch (error) {
            assertEqual(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), true);
            return;
        }
        throw new Error('nothing was thrown');
    });
    await test('errors: the code says what to do', async () => {
        await assertFails(Minipay.Error.INVALID, account.create_payment_async(makeOrder({out_trade_no: '!'})));
        await assertFails(Minipay.Error.NOT_FOUND,
                          account.query_payment_async(Minipay.PaymentRef.new('T20261121000000000001')));
        const error = assertThrows(Minipay.Error, () => client.get_account('nobody'));
        assertEqual(error.code, Minipay.Error.NOT_FOUND);
    });
    await test('blocking: a payment', () => {
        const order = makeOrder();
        account.create_payment(order, null);
        assertEqual(account.query_payment(Minipay.PaymentRef.new(order.out_trade_no), null).out_trade_no,
                    order.out_trade_no);
    });
}

async function testAfter(client, sandbox) {
    const account = client.get_account('wechat-v2-hmac');
    const order = makeOrder({client_ip: '127.0.0.1', extras: {profit_sharing: 'Y'}});
    const ref = Minipay.PaymentRef.new(order.out_trade_no);
    let payment = null;

    await test('after: resolve waits for the buyer', async () => {
        await account.create_payment_async(order);
        for (let i = 0; i < 100 && payment?.state !== Minipay.PaymentState.PAID; i++)
            payment = await account.resolve_async(ref, Minipay.ResolveFlags.NONE, 0);
        assertEqual(payment.state, Minipay.PaymentState.PAID);
    });
    await test('after: a paid order is not closed', async () => {
        await assertFails(Minipay.Error.ALREADY_PAID, account.close_payment_async(ref));
    });
    await test('after: a refund and its query', async () => {
        const out_refund_no = `R${order.out_trade_no}`;
        const amount = new Minipay.Money(500, 'CNY');
        const refund = await account.refund_async(
            new Minipay.RefundRequest({out_refund_no, out_trade_no: order.out_trade_no, amount}));
        assertEqual(`${refund.amount}`, '5.00 CNY');
        const asked = await account.query_refund_async(Minipay.RefundRef.new(out_refund_no));
        assertEqual([asked.out_refund_no, asked.refund_id], [out_refund_no, refund.refund_id]);
    });
    await test('after: the bill has the order', async () => {
        const date = GLib.DateTime.new_now(GLib.TimeZone.new('+08')).format('%F');
        const path = GLib.build_filenamev([sandbox.folder, 'bill.csv']);
        const bill = await account.download_bill_async(
            new Minipay.BillRequest({date, path, extras: {bill_type: 'ALL'}}));
        const found = Array.from(Minipay.BillReader.new(bill.path), row => row.get_text('商户订单号'));
        assertEqual(found.includes(order.out_trade_no), true);
    });
    await test('after: a code payment is reversed', async () => {
        const code = makeOrder({method: Minipay.Method.CODE, payer: null, notify_url: null, client_ip: '127.0.0.1',
                                extras: {auth_code: '130000000000000001'}});
        const checkout = await account.create_payment_async(code);
        assertEqual(checkout.get_payment().state, Minipay.PaymentState.PAID);
        const reversed = await account.reverse_payment_async(Minipay.PaymentRef.new(code.out_trade_no));
        assertEqual(reversed.state, Minipay.PaymentState.CLOSED);
    });
    await test('after: a named operation takes and gives plain objects', async () => {
        const {transaction_id} = payment;
        const receiver = {type: 'MERCHANT_ID', account: '1900000100', name: 'partner', relation_type: 'STORE'};
        await account.call_async('profit-sharing-add-receiver', {receiver});
        const report = await account.call_async('profit-sharing', {
            transaction_id,
            out_order_no: `P${order.out_trade_no}`,
            receivers: [{type: 'MERCHANT_ID', account: '1900000100', amount: 100, description: 'share'}],
        });
        assertEqual(report.values.transaction_id, transaction_id);
        assertEqual(account.call('profit-sharing-amount', {transaction_id}, null).values.transaction_id,
                    transaction_id);
    });
    await test('after: what is no member is refused', () => {
        for (const member of [19.9, NaN, undefined, 2 ** 53, new Map(), ['a', 0.5], {a: 1.5}])
            assertThrows(TypeError, () => makeOrder({extras: {member}}));
    });
}

async function testReceive(client) {
    const body = new TextEncoder().encode('{"id":"EV-1","event_type":"TRANSACTION.SUCCESS"}');
    const headers = {
        'Wechatpay-Serial': 'PUB_KEY_ID_0000000000000000000000000000000000',
        'Wechatpay-Nonce': 'nonce',
        'Wechatpay-Timestamp': `${Math.floor(Date.now() / 1000)}`,
        'Wechatpay-Signature': 'c2lnbmF0dXJl',
    };
    const request = new Minipay.HttpRequest({method: 'POST', target: '/notify/wechat-v3-public-key', headers, body});

    await test('receive: a forged message gives a receipt', async () => {
        for (const receipt of [await client.receive_async(request), client.receive(request, null)]) {
            assertEqual(receipt.get_notification(), null);
            assertEqual(receipt.get_failure_code(), Minipay.Error.SIGNATURE_INVALID);
            assertEqual(receipt.dup_reply(true).get_status() >= 400, true);
        }
    });
}

const sandbox = new Sandbox();
try {
    const client = Minipay.Client.new_from_file(sandbox.config);

    await testMoney();
    await testErrorFacts();
    await testRequest();
    await testCalls(client);
    await testAfter(client, sandbox);
    await testReceive(client);
} finally {
    sandbox.close();
}
print(`1..${nTests}`);
System.exit(nFailures > 0 ? 1 : 0);
