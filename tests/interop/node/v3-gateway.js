// SPDX-License-Identifier: LGPL-2.1-or-later
// WeChat Pay V3 played with somebody else's code: what is signed, verified, sealed and opened here, the package does.
'use strict';

const {execFileSync} = require('node:child_process');
const {X509Certificate, generateKeyPairSync} = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');

const {Aes: {AesGcm}, Formatter, Hash, Rsa} = require('wechatpay-axios-plugin');

const {PAYER, Server, makeFolder} = require('./support');

const JSAPI = '/v3/pay/transactions/jsapi';
const BY_NUMBER = '/v3/pay/transactions/out-trade-no/';
const BY_ID = '/v3/pay/transactions/id/';
const CERTIFICATES = '/v3/certificates';
const REFUNDS = '/v3/refund/domestic/refunds';
const TRADE_BILL = '/v3/bill/tradebill';
const DOWNLOAD = '/v3/billdownload/file';
const MEMBERS = ['mchid', 'nonce_str', 'serial_no', 'signature', 'timestamp'];
const MAX_SKEW_S = 300;

function makeKeys() {
    const {privateKey, publicKey} = generateKeyPairSync('rsa', {modulusLength: 2048});
    return {
        privateKey,
        publicKey,
        privatePem: privateKey.export({type: 'pkcs8', format: 'pem'}),
        publicPem: publicKey.export({type: 'spki', format: 'pem'}),
    };
}

// A platform certificate for these keys, which then go by its serial number.
function addCertificate(keys) {
    const folder = makeFolder();
    const file = path.join(folder, 'key.pem');
    try {
        fs.writeFileSync(file, keys.privatePem, {mode: 0o600});
        const certificatePem = execFileSync('openssl',
            ['req', '-new', '-x509', '-key', file, '-subj', '/CN=platform', '-days', '2'], {encoding: 'utf8'});
        return {...keys, certificatePem, id: new X509Certificate(certificatePem).serialNumber};
    } finally {
        fs.rmSync(folder, {recursive: true});
    }
}

function parseAuthorization(header) {
    const [, scheme, list] = header?.match(/^(\S+) (.*)$/) ?? [];
    if (scheme !== 'WECHATPAY2-SHA256-RSA2048')
        return null;
    const members = Object.fromEntries([...list.matchAll(/(\w+)="([^"]*)"(?:,|$)/g)].map(match => match.slice(1)));
    return JSON.stringify(Object.keys(members).sort()) === JSON.stringify(MEMBERS) ? members : null;
}

function makePrepayId(outTradeNo) {
    return `wx21090000000000${outTradeNo}`;
}

class V3Gateway {
    // merchant: mchid, appid, serial, publicKey, apiV3Key; signer: id, privateKey, certificatePem or nothing
    static async start(merchant, signer) {
        const self = new V3Gateway();
        self.merchant = merchant;
        self.signer = signer;
        self.certificates = [signer];
        self.requests = [];
        self.downloads = [];
        self.bill = '';
        self.spoil = null;
        self._orders = new Map();
        self._refunds = new Map();
        self._server = await Server.start(request => self._handle(request));
        self.endpoint = self._server.endpoint;
        return self;
    }

    close() {
        return this._server.close();
    }

    sign(body, {signer = this.signer, timestamp = Formatter.timestamp()} = {}) {
        const nonce = Formatter.nonce();
        return {
            'Content-Type': 'application/json',
            'Wechatpay-Timestamp': String(timestamp),
            'Wechatpay-Nonce': nonce,
            'Wechatpay-Signature': Rsa.sign(Formatter.response(timestamp, nonce, body), signer.privateKey),
            'Wechatpay-Serial': signer.id,
        };
    }

    // The buyer pays. Gives the number of the transaction.
    pay(outTradeNo) {
        const order = this._orders.get(outTradeNo);
        order.transaction_id = `42000000${outTradeNo.slice(-20)}`;
        return order.transaction_id;
    }

    // The refund comes to its end.
    endRefund(outRefundNo, status) {
        this._refunds.get(outRefundNo).status = status;
    }

    // A notification, as the headers and the body of a POST.
    makeNotification(outTradeNo, {lie = {}, ...how} = {}) {
        const transaction = {...this._tell(this._orders.get(outTradeNo)), ...lie};
        return this._notify(`EV-${outTradeNo}`, 'TRANSACTION.SUCCESS', 'transaction', transaction, how);
    }

    makeRefundNotification(outRefundNo, {lie = {}, ...how} = {}) {
        const {status, amount: {refund, total}, ...numbers} = this._refunds.get(outRefundNo);
        const plain = {
            mchid: this.merchant.mchid,
            ...numbers,
            refund_status: status,
            amount: {total, refund, payer_total: total, payer_refund: refund},
            ...lie,
        };
        return this._notify(`EV-${outRefundNo}`, `REFUND.${status}`, 'refund', plain, how);
    }

    _notify(id, eventType, originalType, plain, {apiV3Key = this.merchant.apiV3Key, ...signing}) {
        const nonce = Formatter.nonce(12);
        const body = JSON.stringify({
            id,
            create_time: '2026-11-21T09:00:00+08:00',
            resource_type: 'encrypt-resource',
            event_type: eventType,
            summary: '成功',
            resource: {
                original_type: originalType,
                algorithm: 'AEAD_AES_256_GCM',
                ciphertext: AesGcm.encrypt(JSON.stringify(plain), apiV3Key, nonce, originalType),
                associated_data: originalType,
                nonce,
            },
        });
        return {headers: this.sign(body, signing), body};
    }

    // Whether the answer to a notification says that it was taken.
    isYes({status}) {
        return status === 200 || status === 204;
    }

    _handle(request) {
        const refusal = this._findFault(request);
        // minipay asks for certificates whenever it sees fit: that must not get in the way of what a test asks for
        const isDownload = request.url === CERTIFICATES;
        (isDownload ? this.downloads : this.requests).push({...request, refusal});
        if (refusal)
            return this._refuse(401, 'SIGN_ERROR', refusal);

        const told = this._route(request);
        if (told.headers)
            return told;
        const body = told.isDone ? '' : JSON.stringify(told);
        const answer = {status: told.isDone ? 204 : 200, headers: this.sign(body), body};
        if (isDownload)
            return answer;
        const spoil = this.spoil;
        this.spoil = null;
        return spoil ? spoil(answer) : answer;
    }

    _refuse(status, code, message) {
        return {status, headers: {'Content-Type': 'application/json'}, body: JSON.stringify({code, message})};
    }

    // What is wrong with the headers of the request, or null.
    _findFault({method, url, headers, body}) {
        const authorization = parseAuthorization(headers.authorization);
        if (authorization === null)
            return 'Authorization has another form';
        const {mchid, nonce_str: nonce, timestamp, serial_no: serial, signature} = authorization;
        if (mchid !== this.merchant.mchid || serial !== this.merchant.serial)
            return 'another merchant or key';
        if (!/^\d+$/.test(timestamp) || Math.abs(Formatter.timestamp() - timestamp) > MAX_SKEW_S)
            return 'signed at another time';
        if (!/^[0-9A-Za-z]{1,32}$/.test(nonce))
            return 'nonce_str has another form';
        if (!Rsa.verify(Formatter.request(method, url, timestamp, nonce, body), signature, this.merchant.publicKey))
            return 'the signature is wrong';
        if (headers['wechatpay-serial'] !== this.signer.id)
            return 'asks for an answer signed with another key';
        if (!headers['user-agent'] || headers.accept !== 'application/json')
            return 'User-Agent or Accept is missing';
        return null;
    }

    _route({method, url, body}) {
        const {pathname, searchParams} = new URL(url, this.endpoint);
        if (method === 'POST')
            return this._post(pathname, JSON.parse(body));
        if (method !== 'GET')
            return this._refuse(405, 'INVALID_REQUEST', 'another method');
        if (pathname === CERTIFICATES)
            return {data: this.certificates.map(certificate => this._seal(certificate))};
        if (pathname === TRADE_BILL)
            return this._offerBill(Object.fromEntries(searchParams));
        if (pathname === DOWNLOAD)
            return {status: 200, headers: {}, body: searchParams.get('tartype') ? zlib.gzipSync(this.bill) : this.bill};
        const number = decodeURIComponent(pathname.slice(pathname.lastIndexOf('/') + 1));
        if (pathname.startsWith(`${REFUNDS}/`))
            return this._refunds.get(number) ?? this._refuse(404, 'RESOURCE_NOT_EXISTS', 'no such refund');
        if (searchParams.get('mchid') !== this.merchant.mchid)
            return this._refuse(400, 'PARAM_ERROR', 'mchid is missing or another one');

        const order = pathname.startsWith(BY_NUMBER) ? this._orders.get(number)
            : pathname.startsWith(BY_ID) ? this._find({transaction_id: number}) : null;
        return order ? this._tell(order) : this._refuse(404, 'ORDER_NOT_EXIST', 'no such order');
    }

    _post(pathname, members) {
        const closing = pathname.startsWith(BY_NUMBER) && pathname.match(/([^/]+)\/close$/);
        if (pathname === JSAPI)
            return this._create(members);
        if (pathname === REFUNDS)
            return this._refund(members);
        return closing ? this._close(decodeURIComponent(closing[1]), members)
            : this._refuse(405, 'INVALID_REQUEST', 'another path');
    }

    _find({out_trade_no: outTradeNo, transaction_id: id}) {
        return id ? [...this._orders.values()].find(o => o.transaction_id === id) : this._orders.get(outTradeNo);
    }

    _close(outTradeNo, {mchid, ...more}) {
        const order = this._orders.get(outTradeNo);
        if (mchid !== this.merchant.mchid || Object.keys(more).length > 0)
            return this._refuse(400, 'PARAM_ERROR', 'mchid, and nothing else');
        if (!order)
            return this._refuse(404, 'ORDER_NOT_EXIST', 'no such order');
        if (order.transaction_id)
            return this._refuse(400, 'ORDERPAID', 'the order is paid');
        order.isClosed = true;
        return {isDone: true};
    }

    _refund({out_refund_no: outRefundNo, amount, ...wish}) {
        const order = this._find(wish);
        if (!order?.transaction_id)
            return this._refuse(404, 'RESOURCE_NOT_EXISTS', 'no such order');
        if (amount.total !== order.amount.total || amount.refund > amount.total || amount.currency !== 'CNY')
            return this._refuse(400, 'INVALID_REQUEST', 'another amount');
        if (!this._refunds.has(outRefundNo))
            this._refunds.set(outRefundNo, {
                refund_id: `50000000${outRefundNo}`,
                out_refund_no: outRefundNo,
                transaction_id: order.transaction_id,
                out_trade_no: order.out_trade_no,
                channel: 'ORIGINAL',
                user_received_account: '支付用户零钱',
                create_time: '2026-11-21T10:00:00+08:00',
                status: 'PROCESSING',
                amount,
            });
        const refund = this._refunds.get(outRefundNo);
        return refund.amount.refund === amount.refund ? refund : this._refuse(400, 'INVALID_REQUEST', 'another amount');
    }

    _offerBill({tar_type: packing}) {
        if (!this.bill)
            return this._refuse(400, 'NO_STATEMENT_EXIST', '账单文件不存在');
        const query = new URLSearchParams({token: Formatter.nonce(), ...packing && {tartype: packing}});
        return {
            hash_type: 'SHA1',
            hash_value: Hash.sha1(this.bill),
            download_url: `${this.endpoint}${DOWNLOAD}?${query}`,
        };
    }

    _create(order) {
        this._orders.set(order.out_trade_no, order);
        return {prepay_id: makePrepayId(order.out_trade_no)};
    }

    _tell({mchid, appid, out_trade_no: outTradeNo, attach, amount: {total, currency}, transaction_id: id, isClosed}) {
        const [state, description] = isClosed ? ['CLOSED', '订单已关闭'] : id ? ['SUCCESS', '支付成功']
            : ['NOTPAY', '订单未支付'];
        const paid = id && {
            transaction_id: id,
            trade_type: 'JSAPI',
            bank_type: 'OTHERS',
            success_time: '2026-11-21T09:00:00+08:00',
            payer: {openid: PAYER},
        };
        return {
            mchid,
            appid,
            out_trade_no: outTradeNo,
            attach,
            trade_state: state,
            trade_state_desc: description,
            ...paid,
            amount: {total, currency, payer_total: total, payer_currency: currency},
        };
    }

    _seal({id, certificatePem}) {
        const nonce = Formatter.nonce(12);
        return {
            serial_no: id,
            effective_time: '2026-11-21T00:00:00+08:00',
            expire_time: '2031-11-21T00:00:00+08:00',
            encrypt_certificate: {
                algorithm: 'AEAD_AES_256_GCM',
                nonce,
                associated_data: 'certificate',
                ciphertext: AesGcm.encrypt(certificatePem, this.merchant.apiV3Key, nonce, 'certificate'),
            },
        };
    }
}

module.exports = {V3Gateway, addCertificate, makeKeys, makePrepayId};
