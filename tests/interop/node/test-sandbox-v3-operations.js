// SPDX-License-Identifier: LGPL-2.1-or-later
// What follows an order at the sandbox's WeChat Pay V3, by somebody else's client: closing, refunds, bills, sharing.
'use strict';

const assert = require('node:assert/strict');
const {after, before, test} = require('node:test');
const zlib = require('node:zlib');

const {Hash, Rsa} = require('wechatpay-axios-plugin');

const {NotifyAddress, PAYER, Sandbox, makeNumber, today} = require('./support');
const v3 = require('./v3-merchant');

const {ACCOUNTS, create, isAuthentic, open, query} = v3;
const RECEIVER = '1900000109';
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

function openShop(account) {
    return v3.openShop(sandbox, address, account);
}

// The refusals have no signature, which the package does not ask for then.
function refuses(promise, status, code) {
    return assert.rejects(promise, ({response}) => {
        assert.deepEqual([response?.status, response?.data.code], [status, code]);
        return true;
    });
}

// Headers of a call with sealed members: which key they were sealed with.
function sealed(shop) {
    return {headers: {'Wechatpay-Serial': shop.platformId}};
}

async function createPaid(shop, changes) {
    const {order} = await create(shop, changes);
    await sandbox.pay(shop.account, order.out_trade_no);
    const transaction = open(shop, address.takeOnly());
    return {order, id: transaction.transaction_id};
}

function close(shop, outTradeNo, mchid = shop.mchid) {
    return shop.wxpay.v3.pay.transactions.outTradeNo._out_trade_no_.close.post({mchid}, {out_trade_no: outTradeNo});
}

function makeRefund(shop, order, changes = {}) {
    return {
        out_trade_no: order.out_trade_no,
        out_refund_no: makeNumber(),
        reason: '茶 & "tea"',
        notify_url: address.url(shop.account),
        amount: {refund: 90, total: 1990, currency: 'CNY'},
        ...changes,
    };
}

async function refund(shop, wish) {
    return (await shop.wxpay.v3.refund.domestic.refunds.post(wish)).data;
}

async function queryRefund(shop, outRefundNo) {
    return (await shop.wxpay.v3.refund.domestic.refunds._out_refund_no_.get({out_refund_no: outRefundNo})).data;
}

async function offerBill(shop, changes = {}) {
    return (await shop.wxpay.v3.bill.tradebill.get({params: {bill_date: today('-'), ...changes}})).data;
}

// The file behind an offer, which is signed for like any call and answered without a signature.
async function fetchBill(shop, {download_url: url}) {
    const {origin, pathname, searchParams} = new URL(url);
    assert.deepEqual([origin, pathname], [sandbox.endpoint, '/v3/billdownload/file']);
    const {data, headers} = await shop.wxpay.v3.billdownload.file.get(
        {params: Object.fromEntries(searchParams), responseType: 'arraybuffer'});
    assert.equal(headers['wechatpay-signature'], undefined);
    return data;
}

for (const account of ACCOUNTS) {
    test(`/interop/sandbox-v3/${account}/an-open-order-is-closed`, TEST, async () => {
        const shop = openShop(account);
        const {order} = await create(shop);
        for (let i = 0; i < 2; i++) {
            const {status, data} = await close(shop, order.out_trade_no);
            assert.deepEqual([status, data], [204, '']);
        }
        assert.equal((await query(shop, order.out_trade_no)).trade_state, 'CLOSED');
        await refuses(shop.wxpay.v3.pay.transactions.jsapi.post(order), 400, 'ORDER_CLOSED');
    });

    test(`/interop/sandbox-v3/${account}/closing-is-refused-for-other-orders`, TEST, async () => {
        const shop = openShop(account);
        const {order} = await createPaid(shop);
        await refuses(close(shop, order.out_trade_no), 400, 'ORDERPAID');
        await refuses(close(shop, makeNumber()), 404, 'ORDER_NOT_EXIST');
        await refuses(close(shop, order.out_trade_no, '1900000009'), 400, 'PARAM_ERROR');
        assert.equal((await query(shop, order.out_trade_no)).trade_state, 'SUCCESS');
    });

    for (const [result, status] of Object.entries({success: 'SUCCESS', closed: 'CLOSED', abnormal: 'ABNORMAL'})) {
        test(`/interop/sandbox-v3/${account}/a-refund-that-ends-with-${result}`, TEST, async () => {
            const shop = openShop(account);
            const {order, id} = await createPaid(shop);
            const wish = makeRefund(shop, order);
            const accepted = await refund(shop, wish);
            assert.deepEqual([accepted.status, accepted.transaction_id, accepted.out_trade_no, accepted.out_refund_no],
                ['PROCESSING', id, order.out_trade_no, wish.out_refund_no]);
            assert.deepEqual([accepted.amount.refund, accepted.amount.total, accepted.amount.currency],
                [90, 1990, 'CNY']);
            assert.deepEqual(await refund(shop, wish), accepted);
            assert.equal((await queryRefund(shop, wish.out_refund_no)).status, 'PROCESSING');
            assert.equal((await query(shop, order.out_trade_no)).trade_state, 'REFUND');

            const told = await sandbox.endRefund(account, wish.out_refund_no, result);
            assert.equal(told.notified, true);
            const notification = address.takeOnly();
            assert.equal(notification.method, 'POST');
            assert.ok(isAuthentic(shop, notification));
            const event = JSON.parse(notification.body);
            assert.deepEqual([event.resource_type, event.event_type], ['encrypt-resource', `REFUND.${status}`]);
            assert.equal(event.resource.original_type, 'refund');
            const plain = open(shop, notification);
            assert.deepEqual([plain.mchid, plain.transaction_id, plain.out_trade_no, plain.refund_id,
                plain.out_refund_no, plain.refund_status, plain.amount.refund, plain.amount.total],
            [shop.mchid, id, order.out_trade_no, accepted.refund_id, wish.out_refund_no, status, 90, 1990]);

            const found = await queryRefund(shop, wish.out_refund_no);
            assert.deepEqual([found.status, found.refund_id, found.amount.refund], [status, accepted.refund_id, 90]);
            assert.equal(found.success_time, plain.success_time);
            assert.equal(found.success_time === undefined, result !== 'success');
        });
    }

    test(`/interop/sandbox-v3/${account}/refunds-are-refused`, TEST, async () => {
        const shop = openShop(account);
        const {order} = await createPaid(shop);
        const wish = makeRefund(shop, order);
        const amount = changes => ({amount: {...wish.amount, ...changes}});
        await refuses(refund(shop, {...wish, ...amount({total: 1991})}), 400, 'REFUND_FEE_MISMATCH');
        await refuses(refund(shop, {...wish, ...amount({refund: 1991})}), 400, 'INVALID_REQUEST');
        await refuses(refund(shop, {...wish, ...amount({refund: 0})}), 400, 'PARAM_ERROR');
        await refuses(refund(shop, {...wish, out_trade_no: makeNumber()}), 404, 'RESOURCE_NOT_EXISTS');
        await refuses(refund(shop, makeRefund(shop, (await create(shop)).order)), 400, 'INVALID_REQUEST');
        await sandbox.fault('wechat-v3', 'refund', 'not-enough');
        await refuses(refund(shop, wish), 403, 'NOT_ENOUGH');
        await refuses(queryRefund(shop, wish.out_refund_no), 404, 'RESOURCE_NOT_EXISTS');

        await refund(shop, wish);
        await refuses(refund(shop, {...wish, ...amount({refund: 91})}), 400, 'INVALID_REQUEST');
    });

    test(`/interop/sandbox-v3/${account}/an-altered-answer-to-a-refund-is-refused`, TEST, async () => {
        const shop = openShop(account);
        const {order} = await createPaid(shop);
        const wish = makeRefund(shop, order);
        await sandbox.fault('wechat-v3', 'refund', 'bad-signature');
        await assert.rejects(refund(shop, wish), {code: 'EV3_RES_HEADER_SIGNATURE_DIGEST'});
        await sandbox.fault('wechat-v3', 'query-refund', 'no-signature');
        await assert.rejects(queryRefund(shop, wish.out_refund_no), {code: 'EV3_RES_HEADERS_INCOMPLATE'});
        // it was made all the same
        assert.equal((await queryRefund(shop, wish.out_refund_no)).status, 'PROCESSING');
    });

    test(`/interop/sandbox-v3/${account}/an-abnormal-refund-goes-to-a-card`, TEST, async () => {
        const shop = openShop(account);
        const {order} = await createPaid(shop);
        const wish = makeRefund(shop, order);
        const {refund_id: id} = await refund(shop, wish);
        await sandbox.endRefund(account, wish.out_refund_no, 'abnormal');
        address.takeOnly();
        const body = {
            out_refund_no: wish.out_refund_no,
            type: 'USER_BANK_CARD',
            bank_type: 'ICBC_DEBIT',
            bank_account: Rsa.encrypt('6222020000000000000', shop.platformKey),
            real_name: Rsa.encrypt('张三', shop.platformKey),
        };
        const apply = changes => shop.wxpay.v3.refund.domestic.refunds._refund_id_.applyAbnormalRefund.post(
            {...body, ...changes}, {refund_id: id, ...sealed(shop)});
        await refuses(apply({real_name: '张三'}), 400, 'PARAM_ERROR');
        assert.equal((await apply()).data.status, 'PROCESSING');
    });

    test(`/interop/sandbox-v3/${account}/digest-of-a-bill-is-that-of-its-text`, TEST, async () => {
        const shop = openShop(account);
        const {order, id} = await createPaid(shop);
        const wish = makeRefund(shop, order);
        await refund(shop, wish);
        for (const packing of [{}, {tar_type: 'GZIP'}]) {
            const offer = await offerBill(shop, packing);
            const file = await fetchBill(shop, offer);
            const text = packing.tar_type ? zlib.gunzipSync(file) : file;
            assert.deepEqual([offer.hash_type, offer.hash_value], ['SHA1', Hash.sha1(text)]);
            const rows = text.toString('utf8').split(/\r?\n/).filter(row => row.includes(order.out_trade_no));
            assert.equal(rows.length, 2);
            assert.ok(rows[0].includes(`\`${id},\`${order.out_trade_no}`), rows[0]);
            assert.ok(rows[0].includes('`SUCCESS') && rows[0].includes('`19.90'), rows[0]);
            assert.ok(rows[1].includes(`\`${wish.out_refund_no}`) && rows[1].includes('`0.90'), rows[1]);
        }
        const refunds = await fetchBill(shop, await offerBill(shop, {bill_type: 'REFUND'}));
        assert.equal(refunds.toString('utf8').split(order.out_trade_no).length, 2);
    });

    test(`/interop/sandbox-v3/${account}/bills-are-refused`, TEST, async () => {
        const shop = openShop(account);
        await createPaid(shop);
        await refuses(offerBill(shop, {bill_date: '2999-01-01'}), 400, 'PARAM_ERROR');
        await refuses(offerBill(shop, {bill_date: today('')}), 400, 'PARAM_ERROR');
        await sandbox.fault('wechat-v3', 'download-bill', 'no-bill');
        await refuses(offerBill(shop), 400, 'NO_STATEMENT_EXIST');
        await sandbox.fault('wechat-v3', 'download-bill', 'bill-creating');
        await refuses(offerBill(shop), 400, 'STATEMENT_CREATING');

        const offer = await offerBill(shop);
        const stranger = openShop(ACCOUNTS.find(other => other !== account));
        await assert.rejects(fetchBill(stranger, offer), ({response: {status, data}}) =>
            status === 403 && JSON.parse(data).code === 'NO_AUTH');
        await sandbox.fault('wechat-v3', 'download-bill', 'wrong-digest');
        const lie = await offerBill(shop);
        assert.notEqual(Hash.sha1(await fetchBill(shop, lie)), lie.hash_value);
    });

    test(`/interop/sandbox-v3/${account}/receivers-are-sealed-and-shares-paid`, TEST, async () => {
        const shop = openShop(account);
        const {profitsharing} = shop.wxpay.v3;
        const {id} = await createPaid(shop, {settle_info: {profit_sharing: true}});
        const receiver = {
            appid: shop.appid,
            type: 'MERCHANT_ID',
            account: RECEIVER,
            name: Rsa.encrypt('张三的店', shop.platformKey),
            relation_type: 'STORE',
        };
        const add = changes => profitsharing.receivers.add.post({...receiver, ...changes}, sealed(shop));
        await refuses(add({name: '张三的店'}), 400, 'PARAM_ERROR');
        const {data: added} = await add();
        assert.deepEqual([added.type, added.account, added.relation_type], ['MERCHANT_ID', RECEIVER, 'STORE']);

        const outOrderNo = makeNumber();
        const share = () => profitsharing.orders.post({
            appid: shop.appid,
            transaction_id: id,
            out_order_no: outOrderNo,
            receivers: [{
                type: 'MERCHANT_ID',
                account: RECEIVER,
                name: Rsa.encrypt('张三的店', shop.platformKey), // another ciphertext each time
                amount: 190,
                description: '分给茶农',
            }],
            unfreeze_unsplit: false,
        }, sealed(shop));
        const {data: accepted} = await share();
        assert.deepEqual([accepted.state, accepted.out_order_no, accepted.transaction_id],
            ['PROCESSING', outOrderNo, id]);
        assert.equal((await share()).data.order_id, accepted.order_id);
        const {data: done} = await profitsharing.orders._out_order_no_.get(
            {params: {transaction_id: id}, out_order_no: outOrderNo});
        assert.deepEqual([done.state, done.receivers.map(({account: to, amount, result}) => [to, amount, result])],
            ['FINISHED', [[RECEIVER, 190, 'SUCCESS']]]);

        const left = async () => (await profitsharing.transactions._transaction_id_.amounts.get(
            {transaction_id: id})).data.unsplit_amount;
        assert.equal(await left(), 1800);
        const back = {
            out_order_no: outOrderNo,
            out_return_no: makeNumber(),
            return_mchid: RECEIVER,
            amount: 90,
            description: '退回',
        };
        assert.deepEqual([(await profitsharing.returnOrders.post(back)).data.amount], [90]);
        await refuses(profitsharing.returnOrders.post({...back, out_return_no: makeNumber(), amount: 101}),
            403, 'NOT_ENOUGH');
        const {data: returned} = await profitsharing.returnOrders._out_return_no_.get(
            {params: {out_order_no: outOrderNo}, out_return_no: back.out_return_no});
        assert.deepEqual([returned.result, returned.amount], ['SUCCESS', 90]);

        const {data: free} = await profitsharing.orders.unfreeze.post(
            {transaction_id: id, out_order_no: makeNumber(), description: '解冻'});
        assert.equal(free.transaction_id, id);
        assert.equal(await left(), 0);
    });

    test(`/interop/sandbox-v3/${account}/shares-are-refused`, TEST, async () => {
        const shop = openShop(account);
        const share = (id, amount) => shop.wxpay.v3.profitsharing.orders.post({
            appid: shop.appid,
            transaction_id: id,
            out_order_no: makeNumber(),
            receivers: [{type: 'MERCHANT_ID', account: RECEIVER, amount, description: 'tea'}],
            unfreeze_unsplit: false,
        });
        const {id} = await createPaid(shop, {settle_info: {profit_sharing: true}});
        await refuses(share(id, 1991), 403, 'NOT_ENOUGH');
        await refuses(share(id, 1000), 403, 'RULE_LIMIT');
        await refuses(share((await createPaid(shop)).id, 1), 400, 'INVALID_REQUEST');
        await refuses(share('4200000000000000000000000000', 1), 404, 'RESOURCE_NOT_EXISTS');
    });
}

function makeCombined(shop) {
    return {
        combine_appid: shop.appid,
        combine_mchid: shop.mchid,
        combine_out_trade_no: makeNumber(),
        combine_payer_info: {openid: PAYER},
        notify_url: address.url(shop.account),
        sub_orders: [100, 101].map(total => ({
            mchid: shop.mchid,
            attach: '茶 <b> & "c"',
            out_trade_no: makeNumber(),
            amount: {total_amount: total, currency: 'CNY'},
            description: '绿茶',
        })),
    };
}

for (const account of ACCOUNTS) {
    test(`/interop/sandbox-v3/${account}/combined-orders-are-paid-together`, TEST, async () => {
        const shop = openShop(account);
        const {combineTransactions} = shop.wxpay.v3;
        const order = makeCombined(shop);
        const number = order.combine_out_trade_no;
        assert.match((await combineTransactions.jsapi.post(order)).data.prepay_id, /^wx\w+$/);
        const find = async () => (await combineTransactions.outTradeNo._number_.get({number})).data;
        assert.deepEqual((await find()).sub_orders.map(part => part.trade_state), ['NOTPAY', 'NOTPAY']);

        await sandbox.pay(account, number);
        const notification = address.takeOnly();
        assert.ok(isAuthentic(shop, notification));
        const plain = open(shop, notification);
        assert.deepEqual([plain.combine_appid, plain.combine_mchid, plain.combine_out_trade_no],
            [shop.appid, shop.mchid, number]);
        assert.deepEqual(plain.sub_orders.map(part => [part.out_trade_no, part.trade_state, part.amount.total_amount]),
            order.sub_orders.map(part => [part.out_trade_no, 'SUCCESS', part.amount.total_amount]));
        assert.deepEqual(await find(), plain);

        const [first] = plain.sub_orders;
        const refunded = await refund(shop, makeRefund(shop, first,
            {amount: {refund: 100, total: 100, currency: 'CNY'}}));
        assert.equal(refunded.transaction_id, first.transaction_id);
        await refuses(refund(shop, makeRefund(shop, {out_trade_no: number})), 400, 'INVALID_REQUEST');
    });

    test(`/interop/sandbox-v3/${account}/combined-orders-are-closed-together`, TEST, async () => {
        const shop = openShop(account);
        const {combineTransactions} = shop.wxpay.v3;
        const order = makeCombined(shop);
        const number = order.combine_out_trade_no;
        await combineTransactions.jsapi.post(order);
        const parts = order.sub_orders.map(({mchid, out_trade_no: part}) => ({mchid, out_trade_no: part}));
        const end = subOrders => combineTransactions.outTradeNo._number_.close.post(
            {combine_appid: shop.appid, sub_orders: subOrders}, {number});
        await refuses(end(parts.slice(1)), 400, 'PARAM_ERROR');
        await refuses(close(shop, parts[0].out_trade_no), 400, 'INVALID_REQUEST');
        assert.equal((await end(parts)).status, 204);
        const {data} = await combineTransactions.outTradeNo._number_.get({number});
        assert.deepEqual(data.sub_orders.map(part => part.trade_state), ['CLOSED', 'CLOSED']);
    });
}
