// SPDX-License-Identifier: LGPL-2.1-or-later
// WeChat Pay V2 played with somebody else's code: it signs and verifies, reads and writes the XML.
'use strict';

const {execFileSync} = require('node:child_process');
const {X509Certificate} = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');

const {Aes: {AesEcb}, Formatter, Hash, Transformer} = require('wechatpay-axios-plugin');

const {PAYER, Server, makeFolder} = require('./support');

const XML = {'Content-Type': 'text/plain'}; // as the gateway itself calls it

function makePrepayId(outTradeNo) {
    return `wx21090000000000${outTradeNo}`;
}

// A certificate that signs itself, with its key: as PEM, and as PKCS#12 behind its name.
function makeCertificate(name) {
    const folder = makeFolder();
    const file = path.join(folder, 'certificate.pem');
    try {
        execFileSync('openssl', ['req', '-new', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', file, '-out', file,
            '-subj', `/CN=${name}`, '-days', '2', '-addext', 'subjectAltName=IP:127.0.0.1'], {stdio: 'pipe'});
        const [keyPem, certificatePem] = [/-----BEGIN PRIVATE.*?END PRIVATE KEY-----\n/s, /-----BEGIN CERT.*/s].map(
            part => fs.readFileSync(file, 'utf8').match(part)?.[0]);
        const pkcs12 = execFileSync('openssl',
            ['pkcs12', '-export', '-in', file, '-passout', 'stdin'], {input: `${name}\n`});
        return {
            keyPem,
            certificatePem,
            pem: certificatePem + keyPem,
            pkcs12,
            fingerprint: new X509Certificate(certificatePem).fingerprint256,
        };
    } finally {
        fs.rmSync(folder, {recursive: true});
    }
}

class V2Gateway {
    // merchant: mchid, appid, apiKey, signType; with fingerprint, that of the client's certificate, and server, what
    // makeCertificate () gave, it is on https and has the calls that move money
    static async start(merchant, server = null) {
        const self = new V2Gateway();
        self.merchant = merchant;
        self.requests = [];
        self.bill = '';
        self.spoil = null;
        self._orders = new Map();
        self._refunds = new Map();
        self._server = await Server.start(request => self._handle(request), server && {
            key: server.keyPem,
            cert: server.certificatePem,
            requestCert: true,
            rejectUnauthorized: false, // whose it is, its fingerprint tells
        });
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

    // The refund comes to its end.
    endRefund(outRefundNo, status) {
        this._refunds.get(outRefundNo).refund_status = status;
    }

    // The fields of a refund's notification, which nobody signs: the key seals what is inside.
    makeRefundFields(outRefundNo, {apiKey = this.merchant.apiKey, lie = {}} = {}) {
        const {appid, mchid} = this.merchant;
        let plain = Transformer.toXml({...this._refunds.get(outRefundNo), ...lie}).replace(/^<xml>|<\/xml>$/g, '');
        plain = `<root>${plain}</root>`;
        // the package leaves out the padding of whole blocks, which no reader of PKCS#7 would take
        if (Buffer.byteLength(plain) % 16 === 0)
            plain += '\n';
        return {
            return_code: 'SUCCESS',
            return_msg: 'OK',
            appid,
            mch_id: mchid,
            nonce_str: Formatter.nonce(),
            req_info: AesEcb.encrypt(plain, Hash.md5(apiKey)),
        };
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

        const told = ROUTES[request.url].call(this, fields);
        if (told.status)
            return told;
        const answer = this.sign(this._succeed(told));
        const spoil = this.spoil;
        this.spoil = null;
        return this._write(spoil ? spoil(answer) : answer);
    }

    _write(fields) {
        return {status: 200, headers: XML, body: Transformer.toXml(fields)};
    }

    // What is wrong with the request, or null.
    _findFault({method, url, body, peer}, fields) {
        const {mchid, appid, apiKey, signType, fingerprint} = this.merchant;
        if (method !== 'POST' || !ROUTES[url])
            return '请使用post方法';
        if (url.startsWith('/secapi/') && (!fingerprint || peer !== fingerprint))
            return '证书已过期或不正确';
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
        const order = this._find(outTradeNo, id);
        return order ? this._tell(order) : this._refuse('ORDERNOTEXIST', '订单不存在');
    }

    _close({out_trade_no: outTradeNo}) {
        const order = this._orders.get(outTradeNo);
        if (!order)
            return this._refuse('ORDERNOTEXIST', '订单不存在');
        if (order.transaction_id)
            return this._refuse('ORDERPAID', '订单已支付');
        order.closed = true;
        return {result_msg: 'OK'};
    }

    _refund({out_trade_no: outTradeNo, transaction_id: id, out_refund_no: outRefundNo, ...wish}) {
        const order = this._find(outTradeNo, id);
        if (!order?.transaction_id || order.total_fee !== wish.total_fee)
            return this._refuse('ORDERNOTEXIST', '订单不存在');
        if (Number(wish.refund_fee) > Number(order.total_fee))
            return this._refuse('NOTENOUGH', '基本账户余额不足，请充值后重新发起');
        if (!this._refunds.has(outRefundNo))
            this._refunds.set(outRefundNo, {
                transaction_id: order.transaction_id,
                out_trade_no: order.out_trade_no,
                refund_id: `50000000${outRefundNo}`,
                out_refund_no: outRefundNo,
                total_fee: order.total_fee,
                refund_fee: wish.refund_fee,
                settlement_refund_fee: wish.refund_fee,
                refund_status: 'PROCESSING',
                refund_recv_accout: '支付用户的零钱',
                refund_account: 'REFUND_SOURCE_RECHARGE_FUNDS',
            });
        const {refund_status: _, ...told} = this._refunds.get(outRefundNo);
        return told.refund_fee === wish.refund_fee ? told : this._refuse('REFUND_FEE_MISMATCH', '金额不一致');
    }

    _queryRefund({out_refund_no: outRefundNo}) {
        const refund = this._refunds.get(outRefundNo);
        if (!refund)
            return this._refuse('REFUNDNOTEXIST', '退款订单查询失败');
        const {transaction_id: id, out_trade_no: outTradeNo, total_fee: total, ...each} = refund;
        return {
            transaction_id: id,
            out_trade_no: outTradeNo,
            total_fee: total,
            cash_fee: total,
            refund_count: '1',
            ...Object.fromEntries(Object.entries(each).map(([name, value]) => [`${name}_0`, value])),
        };
    }

    // A bill is not XML and has no signature; its error is both.
    _downloadBill({tar_type: packing}) {
        if (!this.bill)
            return this._write({return_code: 'FAIL', return_msg: 'No Bill Exist', error_code: '20002'});
        const body = packing === 'GZIP' ? zlib.gzipSync(this.bill) : this.bill;
        return {status: 200, headers: {'Content-Type': 'text/plain'}, body};
    }

    _refuse(code, message) {
        return {result_code: 'FAIL', err_code: code, err_code_des: message};
    }

    _find(outTradeNo, id) {
        return id ? [...this._orders.values()].find(o => o.transaction_id === id) : this._orders.get(outTradeNo);
    }

    _tell({out_trade_no: outTradeNo, attach, total_fee: total, transaction_id: id, closed}) {
        if (closed)
            return {out_trade_no: outTradeNo, attach, trade_state: 'CLOSED', trade_state_desc: '订单已关闭'};
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

const {_create: create, _query: query, _close: close, _refund: refund, _queryRefund: queryRefund,
    _downloadBill: downloadBill} = V2Gateway.prototype;
const ROUTES = {
    '/pay/unifiedorder': create,
    '/pay/orderquery': query,
    '/pay/closeorder': close,
    '/secapi/pay/refund': refund,
    '/pay/refundquery': queryRefund,
    '/pay/downloadbill': downloadBill,
};

module.exports = {V2Gateway, makeCertificate, makePrepayId};
