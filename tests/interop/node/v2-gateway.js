// SPDX-License-Identifier: LGPL-2.1-or-later
// WeChat Pay V2 played with somebody else's code: it signs and verifies, reads and writes the XML.
'use strict';

const {Formatter, Hash, Transformer} = require('wechatpay-axios-plugin');

const {PAYER, Server} = require('./support');

const UNIFIED_ORDER = '/pay/unifiedorder';
const ORDER_QUERY = '/pay/orderquery';
const XML = {'Content-Type': 'text/plain'}; // as the gateway itself calls it

function makePrepayId(outTradeNo) {
    return `wx21090000000000${outTradeNo}`;
}

class V2Gateway {
    // merchant: mchid, appid, apiKey, signType
    static async start(merchant) {
        const self = new V2Gateway();
        self.merchant = merchant;
        self.requests = [];
        self.spoil = null;
        self._orders = new Map();
        self._server = await Server.start(request => self._handle(request));
        self.endpoint = self._server.endpoint;
        return self;
    }

    close() {
        return this._server.close();
    }

    sign(fields, {apiKey = this.merchant.apiKey, signType = this.merchant.signType} = {}) {
        const {sign: _, ...unsigned} = fields;
        return {...unsigned, sign: Hash.sign(signType, unsigned, Hash.keyObjectFrom(apiKey))};
    }

    // The buyer pays. Gives the number of the transaction.
    pay(outTradeNo) {
        const order = this._orders.get(outTradeNo);
        order.transaction_id = `42000000${outTradeNo}`;
        return order.transaction_id;
    }

    // The fields of a notification, signed.
    makeFields(outTradeNo, {lie = {}, ...signing} = {}) {
        const {trade_state: _, trade_state_desc: __, ...paid} = this._tell(this._orders.get(outTradeNo));
        return this.sign({...this._succeed(paid), ...lie}, signing);
    }

    // A notification, as the headers and the body of a POST.
    makeNotification(fields) {
        return {headers: {'Content-Type': 'text/xml'}, body: Transformer.toXml(fields)};
    }

    // Whether the answer to a notification says that it was taken.
    isYes({status, body}) {
        return status === 200 && Transformer.toObject(body)?.return_code === 'SUCCESS';
    }

    _handle(request) {
        const fields = Transformer.toObject(request.body);
        const refusal = this._findFault(request, fields);
        this.requests.push({...request, fields, refusal});
        if (refusal)
            return this._write({return_code: 'FAIL', return_msg: refusal});

        const told = request.url === UNIFIED_ORDER ? this._create(fields) : this._query(fields);
        const answer = this.sign(this._succeed(told));
        const spoil = this.spoil;
        this.spoil = null;
        return this._write(spoil ? spoil(answer) : answer);
    }

    _write(fields) {
        return {status: 200, headers: XML, body: Transformer.toXml(fields)};
    }

    // What is wrong with the request, or null.
    _findFault({method, url, body}, fields) {
        const {mchid, appid, apiKey, signType} = this.merchant;
        if (method !== 'POST' || ![UNIFIED_ORDER, ORDER_QUERY].includes(url))
            return '请使用post方法';
        if (!/^<xml>.*<\/xml>\s*$/s.test(body))
            return 'XML格式错误';
        if (fields.mch_id !== mchid || fields.appid !== appid)
            return 'appid and mch_id not match';
        if ((fields.sign_type ?? Hash.ALGO_MD5) !== signType)
            return 'sign_type';
        if (!/^[0-9A-Za-z]{1,32}$/.test(fields.nonce_str))
            return 'nonce_str';
        if (!Hash.equals(Hash.sign(signType, fields, Hash.keyObjectFrom(apiKey)), fields.sign))
            return '签名错误';
        return null;
    }

    _succeed(fields) {
        const {appid, mchid} = this.merchant;
        return {
            return_code: 'SUCCESS',
            return_msg: 'OK',
            appid,
            mch_id: mchid,
            nonce_str: Formatter.nonce(),
            result_code: 'SUCCESS',
            ...fields,
        };
    }

    _create(order) {
        this._orders.set(order.out_trade_no, order);
        return {trade_type: 'JSAPI', prepay_id: makePrepayId(order.out_trade_no)};
    }

    _query({out_trade_no: outTradeNo, transaction_id: id}) {
        const order = id ? [...this._orders.values()].find(o => o.transaction_id === id) : this._orders.get(outTradeNo);
        return order ? this._tell(order)
            : {result_code: 'FAIL', err_code: 'ORDERNOTEXIST', err_code_des: '订单不存在'};
    }

    _tell({out_trade_no: outTradeNo, attach, total_fee: total, transaction_id: id}) {
        if (!id)
            return {out_trade_no: outTradeNo, attach, trade_state: 'NOTPAY', trade_state_desc: '订单未支付'};
        return {
            openid: PAYER,
            is_subscribe: 'N',
            trade_type: 'JSAPI',
            trade_state: 'SUCCESS',
            trade_state_desc: '支付成功',
            bank_type: 'OTHERS',
            total_fee: total,
            fee_type: 'CNY',
            cash_fee: total,
            cash_fee_type: 'CNY',
            transaction_id: id,
            out_trade_no: outTradeNo,
            attach,
            time_end: '20261121090000',
        };
    }
}

module.exports = {V2Gateway, makePrepayId};
