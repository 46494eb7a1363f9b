// SPDX-License-Identifier: LGPL-2.1-or-later
// minipay closes, refunds and fetches bills at a WeChat Pay V2 that somebody else's code plays, over mutual TLS.
'use strict';

const assert = require('node:assert/strict');
const {randomBytes} = require('node:crypto');
const {after, before, test} = require('node:test');
const {setTimeout} = require('node:timers/promises');

const {Hash} = require('wechatpay-axios-plugin');

const {Shop} = require('./shop');
const {makeNumber, post} = require('./support');
const {V2Gateway, makeCertificate} = require('./v2-gateway');

const MCHID = '1900000001';
const APPID = 'wx0000000000000001';
// One account shows its certificate from a PEM file, the other from PKCS#12.
const CERTIFICATES = {[Hash.ALGO_MD5]: 'pem', [Hash.ALGO_HMAC_SHA256]: 'pkcs12'};
const DAY = '2026-11-20';
const TEST = {timeout: 20000};

const shops = {};

function makeKey() {
    return randomBytes(16).toString('hex');
}

async function openShop(signType) {
    const apiKey = makeKey();
    const server = makeCertificate('gateway');
    const client = makeCertificate(MCHID);
    const gateway = await V2Gateway.start({mchid: MCHID, appid: APPID, apiKey, signType,
        fingerprint: client.fingerprint}, server);
    const form = CERTIFICATES[signType];
    return Shop.open(gateway, {
        provider: 'wechat-v2',
        endpoint: gateway.endpoint,
        mchid: MCHID,
        appid: APPID,
        'api-key': 'file:api-key',
        'sign-type': signType,
        'client-certificate': 'file:client',
        ...form === 'pkcs12' && {'client-certificate-passphrase': MCHID},
    }, {
        'api-key': apiKey,
        'authority.pem': server.certificatePem,
        client: client[form],
    }, {'ca-file': 'FOLDER/authority.pem'});
}

before(async () => {
    for (const signType of Object.keys(CERTIFICATES))
        shops[signType] = await openShop(signType);
});

after(async () => {
    for (const shop of Object.values(shops))
        await shop.close();
});

for (const signType of Object.keys(CERTIFICATES)) {
    const name = signType.toLowerCase();
    const other = Object.keys(CERTIFICATES).find(type => type !== signType);

    test(`/interop/client-v2/${name}/an-open-order-is-closed`, TEST, async () => {
        const shop = shops[signType];
        const {order} = await shop.create();
        const {payment, error} = await shop.merchant.closePayment(order.out_trade_no);
        assert.equal(payment?.state, 'closed', error?.message);
        assert.equal(shop.gateway.requests.at(-1).fields.out_trade_no, order.out_trade_no);
        assert.equal((await shop.merchant.query(order.out_trade_no)).payment.state, 'closed');
    });

    test(`/interop/client-v2/${name}/a-paid-order-is-not-closed`, TEST, async () => {
        const shop = shops[signType];
        const order = await shop.createPaid();
        const {payment, error} = await shop.merchant.closePayment(order.out_trade_no);
        assert.equal(payment, undefined);
        assert.equal(error.code, 'already-paid', error.message);
    });

    test(`/interop/client-v2/${name}/a-refund-from-request-to-notification`, TEST, async () => {
        const shop = shops[signType];
        const {gateway, merchant} = shop;
        const order = await shop.createPaid();
        const {wish, refund} = await shop.refund(order);
        const {fields, url} = gateway.requests.at(-1);
        assert.equal(url, '/secapi/pay/refund');
        const wanted = {
            appid: APPID,
            mch_id: MCHID,
            out_trade_no: order.out_trade_no,
            out_refund_no: wish.out_refund_no,
            total_fee: '1990',
            refund_fee: '90',
            refund_desc: wish.reason,
            notify_url: shop.notifyUrl,
        };
        assert.deepEqual(Object.fromEntries(Object.keys(wanted).map(field => [field, fields[field]])), wanted);
        assert.deepEqual([refund.state, refund.out_refund_no, refund.amount, refund.authenticated],
            ['pending', wish.out_refund_no, [90, 'CNY'], true]);
        assert.equal((await merchant.refund(wish)).refund.refund_id, refund.refund_id);
        assert.equal((await merchant.queryRefund(wish.out_refund_no)).refund.state, 'pending');

        gateway.endRefund(wish.out_refund_no, 'SUCCESS');
        const notification = gateway.makeNotification(gateway.makeRefundFields(wish.out_refund_no));
        // nobody signed it: minipay asks before it believes, and the gateway repeats itself until it is understood
        let receipt;
        do {
            await setTimeout(20);
            await post(shop.notifyUrl, notification);
            receipt = await merchant.takeReceipt();
        } while (receipt.error);
        assert.deepEqual([receipt.refund.state, receipt.refund.out_refund_no, receipt.refund.amount],
            ['refunded', wish.out_refund_no, [90, 'CNY']]);
        assert.equal((await merchant.queryRefund(wish.out_refund_no)).refund.state, 'refunded');
    });

    for (const [status, state] of Object.entries({REFUNDCLOSE: 'closed', CHANGE: 'abnormal'})) {
        test(`/interop/client-v2/${name}/a-refund-that-ends-as-${status}`, TEST, async () => {
            const shop = shops[signType];
            const {wish} = await shop.refund(await shop.createPaid());
            shop.gateway.endRefund(wish.out_refund_no, status);
            assert.equal((await shop.merchant.queryRefund(wish.out_refund_no)).refund.state, state);
        });
    }

    test(`/interop/client-v2/${name}/minipay-refuses-spoilt-refund-notifications`, TEST, async () => {
        const shop = shops[signType];
        const {gateway, merchant} = shop;
        const {wish} = await shop.refund(await shop.createPaid());
        const number = wish.out_refund_no;
        const tell = async how => {
            await post(shop.notifyUrl, gateway.makeNotification(gateway.makeRefundFields(number, how)));
            const {refund, error} = await merchant.takeReceipt();
            assert.equal(refund, undefined);
            assert.notEqual(error, undefined);
        };
        await tell({lie: {refund_status: 'SUCCESS'}});
        await setTimeout(200); // minipay has asked meanwhile
        await tell({lie: {refund_status: 'SUCCESS'}});
        assert.equal((await merchant.queryRefund(number)).refund.state, 'pending');
        gateway.endRefund(number, 'SUCCESS');
        assert.equal((await merchant.queryRefund(number)).refund.state, 'refunded');
        await tell({apiKey: makeKey()});
        await tell({lie: {refund_fee: '91'}});
        await tell({lie: {out_trade_no: makeNumber()}});
        await tell({lie: {refund_status: 'REFUNDCLOSE'}});
    });

    const spoilt = {
        altered: answer => ({...answer, refund_fee: '91'}),
        'without-signature': ({sign: _, ...answer}) => answer,
        'of-a-stranger': (answer, gateway) => gateway.sign(answer, {apiKey: makeKey()}),
        'of-the-other-digest': (answer, gateway) => gateway.sign(answer, {signType: other}),
        'of-another-amount': (answer, gateway) => gateway.sign({...answer, refund_fee: '91'}),
        'of-another-refund': (answer, gateway) => gateway.sign({...answer, out_refund_no: makeNumber()}),
        'of-another-merchant': (answer, gateway) => gateway.sign({...answer, mch_id: '1900000009'}),
    };
    for (const [how, spoil] of Object.entries(spoilt)) {
        test(`/interop/client-v2/${name}/minipay-does-not-believe-a-refund-answer-${how}`, TEST, async () => {
            const shop = shops[signType];
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

    test(`/interop/client-v2/${name}/refusals-say-what-to-do`, TEST, async () => {
        const shop = shops[signType];
        const wish = shop.makeRefund(await shop.createPaid());
        assert.equal((await shop.merchant.queryRefund(makeNumber())).error.code, 'not-found');
        shop.gateway.spoil = answer => shop.gateway.sign({...answer, result_code: 'FAIL', err_code: 'NOTENOUGH'});
        assert.equal((await shop.merchant.refund(wish)).error.code, 'refused');
        assert.equal((await shop.merchant.refund(wish)).refund.state, 'pending');
    });

    test(`/interop/client-v2/${name}/a-bill-arrives-as-it-was-packed`, TEST, async () => {
        const shop = shops[signType];
        const rows = '`2026-11-20 10:00:00,`wx1,`19.90\r\n'.repeat(5000);
        const summary = '总交易单数,订单总金额\r\n`5000,`99500.00\r\n';
        shop.gateway.bill = `\ufeff交易时间,公众账号ID,订单金额\r\n${rows}${summary}`;
        const {text, error} = await shop.merchant.bill(DAY);
        assert.equal(error, undefined, error?.message);
        assert.equal(Hash.sha1(text), Hash.sha1(shop.gateway.bill));
        const {fields} = shop.gateway.requests.at(-1);
        assert.deepEqual([fields.bill_date, fields.tar_type], ['20261120', 'GZIP']);
    });

    test(`/interop/client-v2/${name}/what-is-no-whole-bill-leaves-no-file`, TEST, async () => {
        const shop = shops[signType];
        shop.gateway.bill = '交易时间,公众账号ID,订单金额\r\n`2026-11-20 10:00:00,`wx1,`19.90\r\n';
        assert.equal((await shop.merchant.bill(DAY)).error.code, 'protocol');
        shop.gateway.bill = '';
        assert.equal((await shop.merchant.bill(DAY)).error.code, 'not-found');
    });
}
