// SPDX-License-Identifier: LGPL-2.1-or-later
// What follows an order at the sandbox's WeChat Pay V2, by somebody else's client: closing, refunds, bills, sharing.
'use strict';

const assert = require('node:assert/strict');
const {after, before, test} = require('node:test');
const zlib = require('node:zlib');

const {Aes: {AesEcb}, Hash, Transformer} = require('wechatpay-axios-plugin');

const {NotifyAddress, Sandbox, YES, makeNumber, today} = require('./support');
const v2 = require('./v2-merchant');

const {ACCOUNTS, SECURE, assertSigned, create, makeFields, query} = v2;
const RECEIVER = '1900000109';
const TEST = {timeout: 20000};

let sandbox;
let address;

before(async () => {
    sandbox = await Sandbox.start();
    address = await NotifyAddress.start(() => ({status: 200, headers: {'Content-Type': 'text/xml'}, body: YES}));
});

after(async () => {
    await address.close();
    await sandbox.close();
});

function openShop(account, changes) {
    return v2.openShop(sandbox, address, account, changes);
}

// One call, whose answer must be a signed success.
async function call(shop, path, fields, config) {
    const {data} = await shop.client.post(path, makeFields(shop, fields), config);
    assertSigned(shop, data);
    assert.equal(data.mch_id, shop.mchid);
    return data;
}

// The package verifies the signature of no refusal: here it counts, too.
function refuses(shop, promise, code) {
    return assert.rejects(promise, ({response}) => {
        const {data} = response;
        assert.deepEqual([data.return_code, data.result_code, data.err_code], ['SUCCESS', 'FAIL', code]);
        assertSigned(shop, data);
        return true;
    });
}

// What is refused before anybody knows whose it is has no signature.
function rejects(promise, pattern) {
    return assert.rejects(promise, ({response: {data}}) => {
        assert.deepEqual([data.return_code, data.sign], ['FAIL', undefined]);
        assert.match(data.return_msg, pattern);
        return true;
    });
}

async function createPaid(shop, changes) {
    const {order} = await create(shop, changes);
    await sandbox.pay(shop.account, order.out_trade_no);
    return {order, id: Transformer.toObject(address.takeOnly().body).transaction_id};
}

function close(shop, outTradeNo) {
    return call(shop, 'pay/closeorder', {out_trade_no: outTradeNo});
}

function makeRefund(order, changes = {}) {
    return {
        out_trade_no: order.out_trade_no,
        out_refund_no: makeNumber(),
        total_fee: '1990',
        refund_fee: '90',
        refund_desc: '茶 <b> & "c"',
        ...changes,
    };
}

function refund(shop, wish) {
    return call(shop, 'secapi/pay/refund', wish, SECURE);
}

function queryRefund(shop, number) {
    return call(shop, 'pay/refundquery', number);
}

// The inner document of a notification, which nothing signs: the key opens it.
function openRefund(shop, {req_info: sealed}) {
    const plain = AesEcb.decrypt(sealed, Hash.md5(shop.key));
    assert.match(plain, /^<root>/);
    return Transformer.toObject(plain);
}

// The bytes of a bill: the package would read them as XML.
async function download(shop, path, fields, config) {
    const {data} = await shop.client.post(path, makeFields(shop, fields),
        {responseType: 'arraybuffer', transformResponse: body => body, ...config});
    return data;
}

async function refusedBill(shop, path, fields, config) {
    return Transformer.toObject(await download(shop, path, fields, config));
}

for (const account of Object.keys(ACCOUNTS)) {
    const other = Object.keys(ACCOUNTS).find(name => name !== account);

    test(`/interop/sandbox-v2/${account}/an-open-order-is-closed`, TEST, async () => {
        const shop = openShop(account);
        const {order} = await create(shop);
        const {result_code: code} = await close(shop, order.out_trade_no);
        assert.equal(code, 'SUCCESS');
        assert.equal((await query(shop, {out_trade_no: order.out_trade_no})).trade_state, 'CLOSED');
        await refuses(shop, close(shop, order.out_trade_no), 'ORDERCLOSED');
        await refuses(shop, create(shop, {out_trade_no: order.out_trade_no}), 'ORDERCLOSED');
    });

    test(`/interop/sandbox-v2/${account}/closing-is-refused-for-other-orders`, TEST, async () => {
        const shop = openShop(account);
        const {order} = await createPaid(shop);
        await refuses(shop, close(shop, order.out_trade_no), 'ORDERPAID');
        await refuses(shop, close(shop, makeNumber()), 'ORDERNOTEXIST');
        assert.equal((await query(shop, {out_trade_no: order.out_trade_no})).trade_state, 'SUCCESS');
    });

    for (const [result, status] of Object.entries({success: 'SUCCESS', closed: 'REFUNDCLOSE', abnormal: 'CHANGE'})) {
        test(`/interop/sandbox-v2/${account}/a-refund-that-ends-with-${result}`, TEST, async () => {
            const shop = openShop(account);
            const {order, id} = await createPaid(shop);
            const wish = makeRefund(order, {notify_url: address.url(account)});
            const accepted = await refund(shop, wish);
            assert.deepEqual([accepted.transaction_id, accepted.out_trade_no, accepted.out_refund_no,
                accepted.refund_fee, accepted.total_fee],
            [id, order.out_trade_no, wish.out_refund_no, '90', '1990']);
            assert.equal((await refund(shop, wish)).refund_id, accepted.refund_id);
            assert.equal((await query(shop, {transaction_id: id})).trade_state, 'REFUND');
            const {refund_status_0: state, refund_count: count} = await queryRefund(shop, {transaction_id: id});
            assert.deepEqual([state, count], ['PROCESSING', '1']);

            assert.equal((await sandbox.endRefund(account, wish.out_refund_no, result)).notified, true);
            const {method, body} = address.takeOnly();
            assert.equal(method, 'POST');
            const outer = Transformer.toObject(body);
            assert.deepEqual([outer.return_code, outer.appid, outer.mch_id, outer.sign],
                ['SUCCESS', shop.appid, shop.mchid, undefined]);
            const inner = openRefund(shop, outer);
            assert.deepEqual([inner.transaction_id, inner.out_trade_no, inner.refund_id, inner.out_refund_no,
                inner.total_fee, inner.refund_fee, inner.refund_status],
            [id, order.out_trade_no, accepted.refund_id, wish.out_refund_no, '1990', '90', status]);

            for (const number of [{out_refund_no: wish.out_refund_no}, {refund_id: accepted.refund_id},
                {transaction_id: id}, {out_trade_no: order.out_trade_no}]) {
                const found = await queryRefund(shop, number);
                assert.deepEqual([found.refund_status_0, found.refund_id_0, found.out_refund_no_0, found.refund_fee_0,
                    found.transaction_id], [status, accepted.refund_id, wish.out_refund_no, '90', id]);
                assert.equal(found.refund_success_time_0, result === 'success' ? inner.success_time : undefined);
            }
        });
    }

    test(`/interop/sandbox-v2/${account}/an-altered-refund-notification-does-not-open`, TEST, async () => {
        const shop = openShop(account);
        const {order} = await createPaid(shop);
        const wish = makeRefund(order, {notify_url: address.url(account)});
        await refund(shop, wish);
        await sandbox.endRefund(account, wish.out_refund_no, 'success');
        const notification = Transformer.toObject(address.takeOnly().body);
        assert.equal(openRefund(shop, notification).out_refund_no, wish.out_refund_no);
        assert.throws(() => openRefund(openShop(other), notification));
        const sealed = Buffer.from(notification.req_info, 'base64');
        sealed[0] ^= 1;
        assert.throws(() => openRefund(shop, {req_info: sealed.toString('base64')}));
    });

    test(`/interop/sandbox-v2/${account}/a-refund-takes-the-merchants-own-certificate`, TEST, async () => {
        const shop = openShop(account);
        const {order} = await createPaid(shop);
        const wish = makeRefund(order);
        await rejects(call(shop, 'secapi/pay/refund', wish), /证书/);
        await refuses(shop, refund(openShop(account, {certificateOf: other}), wish), 'CERT_ERROR');
        await refuses(shop, queryRefund(shop, {out_refund_no: wish.out_refund_no}), 'REFUNDNOTEXIST');
        await refund(shop, wish);
    });

    test(`/interop/sandbox-v2/${account}/refunds-are-refused`, TEST, async () => {
        const shop = openShop(account);
        const {order} = await createPaid(shop);
        const wish = makeRefund(order);
        await refuses(shop, refund(shop, {...wish, out_trade_no: makeNumber()}), 'ORDERNOTEXIST');
        await refuses(shop, refund(shop, {...wish, total_fee: '1991'}), 'INVALID_REQUEST');
        await refuses(shop, refund(shop, {...wish, refund_fee: '0'}), 'INVALID_REQUEST');
        await refuses(shop, refund(shop, {...wish, refund_fee: '1991'}), 'ERROR');
        await refuses(shop, refund(shop, {...wish, out_refund_no: ''}), 'LACK_PARAMS');
        await rejects(refund(openShop(account, {key: 'k'.repeat(32)}), wish), /签名/);
        await refund(shop, wish);
        await refuses(shop, refund(shop, {...wish, refund_fee: '91'}), 'REFUND_FEE_MISMATCH');
    });

    test(`/interop/sandbox-v2/${account}/an-altered-answer-to-a-refund-is-refused`, TEST, async () => {
        const shop = openShop(account);
        const {order} = await createPaid(shop);
        const wish = makeRefund(order);
        await sandbox.fault('wechat-v2', 'refund', 'bad-signature');
        await assert.rejects(refund(shop, wish), {code: 'EV2_RES_SIGNATURE_NOT_EQUAL'});
        await sandbox.fault('wechat-v2', 'query-refund', 'no-signature');
        const number = {out_refund_no: wish.out_refund_no};
        await assert.rejects(queryRefund(shop, number), {code: 'EV2_RES_SIGNATURE_NOT_EQUAL'});
        // it was made all the same
        assert.equal((await queryRefund(shop, number)).refund_status_0, 'PROCESSING');
    });

    test(`/interop/sandbox-v2/${account}/a-bill-is-the-same-packed-and-plain`, TEST, async () => {
        const shop = openShop(account);
        const {order, id} = await createPaid(shop);
        const wish = makeRefund(order);
        await refund(shop, wish);
        const asked = {bill_date: today(''), bill_type: 'ALL'};
        const plain = await download(shop, 'pay/downloadbill', asked);
        const packed = await download(shop, 'pay/downloadbill', {...asked, tar_type: 'GZIP'});
        assert.equal(Hash.sha1(zlib.gunzipSync(packed)), Hash.sha1(plain));
        const rows = plain.toString('utf8').split(/\r?\n/).filter(row => row.includes(order.out_trade_no));
        assert.equal(rows.length, 2);
        assert.ok(rows[0].includes(`\`${id},\`${order.out_trade_no}`), rows[0]);
        assert.ok(rows[0].includes('`SUCCESS') && rows[0].includes('`19.90'), rows[0]);
        assert.ok(rows[1].includes(`\`${wish.out_refund_no}`) && rows[1].includes('`0.90'), rows[1]);
    });

    test(`/interop/sandbox-v2/${account}/a-refused-bill-is-a-document`, TEST, async () => {
        const shop = openShop(account);
        await createPaid(shop);
        const path = 'pay/downloadbill';
        const asked = {bill_date: today(''), bill_type: 'ALL'};
        const refused = async changes => {
            const told = await refusedBill(shop, path, {...asked, ...changes});
            assert.equal(told.sign, undefined);
            return [told.return_code, told.return_msg];
        };
        assert.deepEqual(await refused({bill_date: '20200101'}), ['FAIL', 'No Bill Exist']);
        assert.deepEqual(await refused({bill_date: today('-')}), ['FAIL', 'data format error']);
        assert.deepEqual(await refused({bill_type: 'MINE'}), ['FAIL', 'invalid bill_type']);
        await sandbox.fault('wechat-v2', 'download-bill', 'bill-creating');
        assert.deepEqual(await refused({}), ['FAIL', 'Bill Creating']);
        // the package's own reader takes it for the failure that it is
        await rejects(shop.client.post(path, makeFields(shop, {...asked, bill_date: '20200101'})), /^No Bill Exist$/);
    });

    test(`/interop/sandbox-v2/${account}/the-flow-of-funds-takes-certificate-and-hmac`, TEST, async () => {
        const shop = openShop(account);
        const {order} = await createPaid(shop);
        const path = 'pay/downloadfundflow';
        const asked = {bill_date: today(''), account_type: 'Basic', sign_type: Hash.ALGO_HMAC_SHA256};
        const flow = await download(shop, path, asked, SECURE);
        const rows = flow.toString('utf8').split(/\r?\n/).filter(row => row.includes(order.out_trade_no));
        assert.equal(rows.length, 1);
        assert.ok(rows[0].includes('`收入') && rows[0].includes('`19.90'), rows[0]);
        assert.match((await refusedBill(shop, path, asked)).return_msg, /证书/);
        assert.equal((await refusedBill(shop, path, {...asked, account_type: 'MINE'}, SECURE)).err_code, 'PARAM_ERROR');
    });
}

test('/interop/sandbox-v2/receivers-are-added-and-shares-paid', TEST, async () => {
    const shop = openShop('wechat-v2-hmac');
    const receiver = {type: 'MERCHANT_ID', account: RECEIVER, name: '茶店 & "tea"', relation_type: 'STORE'};
    const added = await call(shop, 'pay/profitsharingaddreceiver', {receiver: JSON.stringify(receiver)});
    assert.equal(JSON.parse(added.receiver).account, RECEIVER);

    const {id} = await createPaid(shop, {profit_sharing: 'Y'});
    const share = {
        transaction_id: id,
        out_order_no: makeNumber(),
        receivers: JSON.stringify([{type: 'MERCHANT_ID', account: RECEIVER, amount: 190, description: '分给茶农'}]),
    };
    const shared = await call(shop, 'secapi/pay/multiprofitsharing', share, SECURE);
    assert.equal(shared.out_order_no, share.out_order_no);
    // these two have no appid
    const ask = async (path, fields) => {
        const {appid: _, ...signed} = makeFields(shop, fields);
        const {data} = await shop.client.post(path, signed);
        assertSigned(shop, data);
        return data;
    };
    const done = await ask('pay/profitsharingquery', {transaction_id: id, out_order_no: share.out_order_no});
    assert.deepEqual([done.status, JSON.parse(done.receivers).map(({amount, result}) => [amount, result])],
        ['FINISHED', [[190, 'SUCCESS']]]);
    assert.equal((await ask('pay/profitsharingorderamountquery', {transaction_id: id})).unsplit_amount, '1800');

    await rejects(call(shop, 'secapi/pay/multiprofitsharing', {...share, out_order_no: makeNumber()}), /证书/);
    await refuses(shop, call(shop, 'secapi/pay/multiprofitsharing',
        {...share, out_order_no: makeNumber(), receivers: share.receivers.replace(':190,', ':1801,')}, SECURE),
    'NOTENOUGH');
    await call(shop, 'secapi/pay/profitsharingfinish',
        {transaction_id: id, out_order_no: makeNumber(), description: '解冻'}, SECURE);
    assert.equal((await ask('pay/profitsharingorderamountquery', {transaction_id: id})).unsplit_amount, '0');
});
