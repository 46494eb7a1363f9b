// SPDX-License-Identifier: LGPL-2.1-or-later
// minipay closes, refunds and fetches bills at a WeChat Pay V3 that somebody else's code plays.
'use strict';

const assert = require('node:assert/strict');
const {randomBytes} = require('node:crypto');
const {after, before, test} = require('node:test');

const {Formatter, Hash} = require('wechatpay-axios-plugin');

const {makeNumber} = require('./support');
const {makeKeys} = require('./v3-gateway');
const {MCHID, MODES, openShop} = require('./v3-shop');

const DAY = '2026-11-20';
const JSON_TYPE = {'Content-Type': 'application/json'};
const TEST = {timeout: 20000};

const strangerKeys = makeKeys();
const shops = {};

before(async () => {
    for (const mode of MODES)
        shops[mode] = await openShop(mode);
});

after(async () => {
    for (const shop of Object.values(shops))
        await shop.close();
});

// @answer with other members, signed.
function change(gateway, answer, members) {
    const body = JSON.stringify({...JSON.parse(answer.body), ...members});
    return {...answer, headers: gateway.sign(body), body};
}

for (const mode of MODES) {
    test(`/interop/client-v3/${mode}/an-open-order-is-closed`, TEST, async () => {
        const shop = shops[mode];
        const {order} = await shop.create();
        const {payment, error} = await shop.merchant.closePayment(order.out_trade_no);
        assert.equal(payment?.state, 'closed', error?.message);
        assert.deepEqual([payment.authenticated, payment.out_trade_no], [true, order.out_trade_no]);
        const {url, body} = shop.gateway.requests.at(-1);
        assert.equal(url, `/v3/pay/transactions/out-trade-no/${order.out_trade_no}/close`);
        assert.deepEqual(JSON.parse(body), {mchid: MCHID});
        assert.equal((await shop.merchant.query(order.out_trade_no)).payment.state, 'closed');
    });

    test(`/interop/client-v3/${mode}/what-is-not-closed`, TEST, async () => {
        const shop = shops[mode];
        const order = await shop.createPaid();
        assert.equal((await shop.merchant.closePayment(order.out_trade_no)).error.code, 'already-paid');

        const {order: open} = await shop.create();
        shop.gateway.spoil = answer => ({...answer, headers: {}});
        const {payment, error} = await shop.merchant.closePayment(open.out_trade_no);
        assert.equal(payment, undefined);
        assert.notEqual(error, undefined);
        assert.equal((await shop.merchant.query(open.out_trade_no)).payment.state, 'closed');
    });

    test(`/interop/client-v3/${mode}/a-refund-from-request-to-notification`, TEST, async () => {
        const shop = shops[mode];
        const {gateway, merchant} = shop;
        const order = await shop.createPaid();
        const {wish, refund} = await shop.refund(order);
        const {url, body} = gateway.requests.at(-1);
        assert.equal(url, '/v3/refund/domestic/refunds');
        assert.deepEqual(JSON.parse(body), {
            out_trade_no: order.out_trade_no,
            out_refund_no: wish.out_refund_no,
            reason: wish.reason,
            notify_url: shop.notifyUrl,
            amount: {refund: 90, total: 1990, currency: 'CNY'},
        });
        assert.deepEqual([refund.state, refund.out_refund_no, refund.amount, refund.authenticated],
            ['pending', wish.out_refund_no, [90, 'CNY'], true]);
        assert.equal((await merchant.refund(wish)).refund.refund_id, refund.refund_id);
        assert.equal((await merchant.queryRefund(wish.out_refund_no)).refund.state, 'pending');

        gateway.endRefund(wish.out_refund_no, 'SUCCESS');
        const notification = gateway.makeRefundNotification(wish.out_refund_no);
        const receipt = await shop.assertAccepted(notification);
        assert.equal(receipt.duplicate, false);
        assert.deepEqual([receipt.refund.state, receipt.refund.out_refund_no, receipt.refund.amount,
            receipt.refund.authenticated], ['refunded', wish.out_refund_no, [90, 'CNY'], true]);
        assert.equal((await shop.assertAccepted(notification)).duplicate, true);
        assert.equal((await merchant.queryRefund(wish.out_refund_no)).refund.state, 'refunded');
    });

    for (const [status, state] of Object.entries({CLOSED: 'closed', ABNORMAL: 'abnormal'})) {
        test(`/interop/client-v3/${mode}/a-refund-that-ends-as-${status}`, TEST, async () => {
            const shop = shops[mode];
            const {wish} = await shop.refund(await shop.createPaid());
            shop.gateway.endRefund(wish.out_refund_no, status);
            assert.equal((await shop.merchant.queryRefund(wish.out_refund_no)).refund.state, state);
            const {refund} = await shop.assertAccepted(shop.gateway.makeRefundNotification(wish.out_refund_no));
            assert.equal(refund.state, state);
        });
    }

    test(`/interop/client-v3/${mode}/minipay-refuses-spoilt-refund-notifications`, TEST, async () => {
        const shop = shops[mode];
        const {gateway} = shop;
        const {wish} = await shop.refund(await shop.createPaid());
        gateway.endRefund(wish.out_refund_no, 'SUCCESS');
        const make = how => gateway.makeRefundNotification(wish.out_refund_no, how);
        const good = make();
        await shop.assertRefused('signature-invalid', {...good, body: good.body.replace('成功', '完成')});
        await shop.assertRefused('signature-invalid', {...good, headers: JSON_TYPE});
        await shop.assertRefused('signature-invalid', make({signer: {...strangerKeys, id: gateway.signer.id}}));
        await shop.assertRefused('stale', make({timestamp: Formatter.timestamp() - 600}));
        await shop.assertRefused('protocol', make({apiV3Key: randomBytes(16).toString('hex')}));
        await shop.assertRefused('mismatch', make({lie: {mchid: '1900000009'}}));
        await shop.assertRefused('mismatch', make({lie: {out_trade_no: makeNumber()}}));
        await shop.assertRefused('mismatch', make({lie: {
            amount: {total: 1990, refund: 91, payer_total: 1990, payer_refund: 91}}}));
        await shop.assertAccepted(good);
    });

    const spoilt = {
        altered: answer => ({...answer, body: answer.body.replace('"refund":90', '"refund":91')}),
        'without-signature': answer => ({...answer, headers: JSON_TYPE}),
        'of-a-stranger': (answer, gateway) => ({...answer,
            headers: gateway.sign(answer.body, {signer: {...strangerKeys, id: gateway.signer.id}})}),
        'signed-long-ago': (answer, gateway) => ({...answer,
            headers: gateway.sign(answer.body, {timestamp: Formatter.timestamp() - 600})}),
        'of-another-amount': (answer, gateway) => change(gateway, answer,
            {amount: {refund: 91, total: 1990, currency: 'CNY'}}),
        'of-another-refund': (answer, gateway) => change(gateway, answer, {out_refund_no: makeNumber()}),
    };
    for (const [how, spoil] of Object.entries(spoilt)) {
        test(`/interop/client-v3/${mode}/minipay-does-not-believe-a-refund-answer-${how}`, TEST, async () => {
            const shop = shops[mode];
            const wish = shop.makeRefund(await shop.createPaid());
            shop.gateway.spoil = answer => spoil(answer, shop.gateway);
            const {refund, error} = await shop.merchant.refund(wish);
            assert.equal(refund, undefined);
            assert.equal(error.code, 'outcome-unknown', error.message);
            assert.equal(shop.gateway.spoil, null);
            // it is there all the same, and the next answer is taken
            assert.equal((await shop.merchant.queryRefund(wish.out_refund_no)).refund.state, 'pending');
        });
    }

    test(`/interop/client-v3/${mode}/a-refund-nobody-made-is-not-found`, TEST, async () => {
        assert.equal((await shops[mode].merchant.queryRefund(makeNumber())).error.code, 'not-found');
    });

    test(`/interop/client-v3/${mode}/digest-of-a-bill-is-compared`, TEST, async () => {
        const shop = shops[mode];
        const {gateway, merchant} = shop;
        const rows = '`2026-11-20 10:00:00,`wx1,`19.90\r\n'.repeat(5000);
        const summary = '总交易单数,订单总金额\r\n`5000,`99500.00\r\n';
        gateway.bill = `\ufeff交易时间,公众账号ID,订单金额\r\n${rows}${summary}`;
        const {text, error} = await merchant.bill(DAY);
        assert.equal(error, undefined, error?.message);
        assert.equal(Hash.sha1(text), Hash.sha1(gateway.bill));
        const offered = new URL(gateway.requests.at(-2).url, gateway.endpoint).searchParams;
        assert.deepEqual([offered.get('bill_date'), offered.get('tar_type')], [DAY, 'GZIP']);

        gateway.spoil = answer => change(gateway, answer, {hash_value: Hash.sha1(`${gateway.bill} `)});
        assert.notEqual((await merchant.bill(DAY)).error, undefined);
        gateway.bill = '';
        assert.equal((await merchant.bill(DAY)).error.code, 'not-found');
    });
}
