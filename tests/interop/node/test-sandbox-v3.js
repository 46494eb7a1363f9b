// SPDX-License-Identifier: LGPL-2.1-or-later
// Somebody else's client buys from the sandbox's WeChat Pay V3: its code signs, verifies and decrypts.
'use strict';

const assert = require('node:assert/strict');
const {generateKeyPairSync} = require('node:crypto');
const {after, before, test} = require('node:test');

const {Aes: {AesGcm}, Formatter, Rsa} = require('wechatpay-axios-plugin');

const {NotifyAddress, PAYER, Sandbox} = require('./support');
const v3 = require('./v3-merchant');

const {ACCOUNTS, create, isAuthentic, makeOrder, open, query} = v3;
const TEST = {timeout: 20000};

let sandbox;
let address;

before(async () => {
    sandbox = await Sandbox.start();
    address = await NotifyAddress.start(() => ({status: 204, headers: {}, body: ''}));
});

after(async () => {
    await address.close();
    await sandbox.close();
});

function openShop(account, changes) {
    return v3.openShop(sandbox, address, account, changes);
}

for (const account of ACCOUNTS) {
    test(`/interop/sandbox-v3/${account}/a-payment-from-order-to-query`, TEST, async () => {
        const shop = openShop(account);
        const {order, prepayId} = await create(shop);
        assert.match(prepayId, /^wx\w{34}$/);
        assert.equal((await query(shop, order.out_trade_no)).trade_state, 'NOTPAY');

        const told = await sandbox.pay(account, order.out_trade_no);
        assert.deepEqual([told.paid, told.notified, told.status], [true, true, 204]);
        const notification = address.takeOnly();
        assert.equal(notification.method, 'POST');
        assert.equal(notification.url, `/notify/${account}`);
        assert.ok(isAuthentic(shop, notification));
        const event = JSON.parse(notification.body);
        assert.deepEqual([event.resource_type, event.event_type], ['encrypt-resource', 'TRANSACTION.SUCCESS']);
        const {algorithm, original_type: type, associated_data: aad} = event.resource;
        assert.deepEqual([algorithm, type, aad], ['AEAD_AES_256_GCM', 'transaction', 'transaction']);

        const transaction = open(shop, notification);
        assert.equal(transaction.trade_state, 'SUCCESS');
        assert.equal(transaction.out_trade_no, order.out_trade_no);
        assert.equal(transaction.mchid, shop.mchid);
        assert.equal(transaction.appid, shop.appid);
        assert.equal(transaction.attach, order.attach);
        assert.equal(transaction.amount.total, 1990);
        assert.equal(transaction.amount.currency, 'CNY');
        assert.equal(transaction.payer.openid, PAYER);

        assert.deepEqual(await query(shop, order.out_trade_no), transaction);
        const {data} = await shop.wxpay.v3.pay.transactions.id._transaction_id_.get(
            {params: {mchid: shop.mchid}, transaction_id: transaction.transaction_id});
        assert.deepEqual(data, transaction);
    });

    test(`/interop/sandbox-v3/${account}/a-paysign-of-the-package-is-valid`, TEST, async () => {
        const shop = openShop(account);
        const {prepayId} = await create(shop);
        const params = {
            appId: shop.appid,
            timeStamp: String(Formatter.timestamp()),
            nonceStr: Formatter.nonce(),
            package: `prepay_id=${prepayId}`,
            signType: 'RSA',
        };
        params.paySign = Rsa.sign(Formatter.joinedByLineFeed(
            params.appId, params.timeStamp, params.nonceStr, params.package), shop.privateKey);
        assert.equal((await sandbox.post('/sandbox/check-paysign', params)).valid, true);
        const altered = {...params, package: `${params.package}0`};
        assert.equal((await sandbox.post('/sandbox/check-paysign', altered)).valid, false);
    });

    for (const [kind, code] of Object.entries({
        'bad-signature': 'EV3_RES_HEADER_SIGNATURE_DIGEST',
        'no-signature': 'EV3_RES_HEADERS_INCOMPLATE',
        'stale': 'EV3_RES_HEADER_TIMESTAMP_OFFSET',
        'unknown-serial': 'EV3_RES_HEADER_PLATFORM_SERIAL',
    })) {
        test(`/interop/sandbox-v3/${account}/the-package-refuses-an-answer-with-${kind}`, TEST, async () => {
            const shop = openShop(account);
            await sandbox.fault('wechat-v3', 'create', kind);
            await assert.rejects(create(shop), {code});
        });
    }

    test(`/interop/sandbox-v3/${account}/the-package-refuses-a-notification-with-bad-signature`, TEST, async () => {
        const shop = openShop(account);
        const {order} = await create(shop);
        await sandbox.fault('wechat-v3', 'notify', 'bad-signature');
        await sandbox.pay(account, order.out_trade_no);
        assert.equal(isAuthentic(shop, address.takeOnly()), false);
        await sandbox.pay(account, order.out_trade_no);
        assert.equal(isAuthentic(shop, address.takeOnly()), true);
    });

    test(`/interop/sandbox-v3/${account}/an-altered-resource-does-not-open`, TEST, async () => {
        const shop = openShop(account);
        const {order} = await create(shop);
        await sandbox.pay(account, order.out_trade_no);
        const notification = address.takeOnly();
        const event = JSON.parse(notification.body);
        assert.equal(open(shop, notification).out_trade_no, order.out_trade_no);

        const ciphertext = Buffer.from(event.resource.ciphertext, 'base64');
        ciphertext[0] ^= 1;
        event.resource.ciphertext = ciphertext.toString('base64');
        assert.throws(() => open(shop, {body: JSON.stringify(event)}));
    });

    test(`/interop/sandbox-v3/${account}/the-sandbox-refuses-what-was-signed-with-another-key`, TEST, async () => {
        const {privateKey} = generateKeyPairSync('rsa', {modulusLength: 2048});
        await assert.rejects(create(openShop(account, {privateKey})),
            error => error.response.status === 401 && error.response.data.code === 'SIGN_ERROR');
    });

    test(`/interop/sandbox-v3/${account}/the-sandbox-refuses-a-request-altered-after-signing`, TEST, async () => {
        const shop = openShop(account);
        const order = makeOrder(shop);
        // runs behind the package's signer, before the bytes leave
        shop.wxpay.client.v3.defaults.transformRequest = data => JSON.stringify({...data, amount: {total: 1}});
        await assert.rejects(shop.wxpay.v3.pay.transactions.jsapi.post(order, {
            headers: {'Content-Type': 'application/json'},
        }), error => error.response.status === 401 && error.response.data.code === 'SIGN_ERROR');
    });

    test(`/interop/sandbox-v3/${account}/a-number-that-urls-escape`, TEST, async () => {
        const shop = openShop(account);
        const {order} = await create(shop, {out_trade_no: 'Tea_2026-11|21*0001'});
        const transaction = await query(shop, encodeURIComponent(order.out_trade_no));
        assert.equal(transaction.out_trade_no, order.out_trade_no);
    });
}

test('/interop/sandbox-v3/the-certificate-comes-by-download', TEST, async () => {
    const shop = openShop('wechat-v3-certificate');
    const {data: {data: [listed, ...others]}} = await shop.wxpay.v3.certificates.get();
    assert.deepEqual(others, []);
    assert.equal(listed.serial_no, shop.platformId);

    const {algorithm, nonce, associated_data: aad, ciphertext} = listed.encrypt_certificate;
    assert.equal(algorithm, 'AEAD_AES_256_GCM');
    const pem = AesGcm.decrypt(ciphertext, shop.secret, nonce, aad);
    assert.ok(Rsa.from(pem, Rsa.KEY_TYPE_PUBLIC).equals(shop.platformKey));
});
