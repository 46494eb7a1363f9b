// SPDX-License-Identifier: LGPL-2.1-or-later
// What the tests here need: the sandbox, other programs, servers.
'use strict';

const assert = require('node:assert/strict');
const {spawn} = require('node:child_process');
const {once} = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');

const PAYER = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o';
// V2's documented success, byte for byte, which the sandbox insists on; the package writes it without CDATA.
const YES = '<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>';

let nNumbers = 0;

// Every test starts a gateway of its own, so that numbers need to differ within one file alone.
function makeNumber() {
    return `T${String(++nNumbers).padStart(19, '0')}`;
}

// The day in China, where bills are made.
function today(separator) {
    return new Date(Date.now() + 8 * 3600 * 1000).toISOString().slice(0, 10).replaceAll('-', separator);
}

function makeFolder() {
    return fs.mkdtempSync(path.join(os.tmpdir(), 'minipay-node-'));
}

// A program that speaks in lines of JSON, and ends when its standard input does.
class Program {
    constructor(command, args) {
        this._process = spawn(command, args, {stdio: ['pipe', 'pipe', 'inherit']});
        this._exited = once(this._process, 'exit');
        this._lines = readline.createInterface({input: this._process.stdout})[Symbol.asyncIterator]();
    }

    async read() {
        const {value, done} = await this._lines.next();
        if (done)
            throw new Error(`${this._process.spawnfile} ended`);
        return JSON.parse(value);
    }

    write(value) {
        this._process.stdin.write(`${JSON.stringify(value)}\n`);
    }

    async close() {
        this._process.stdin.end();
        const [status, signal] = await this._exited;
        assert.equal(status, 0, `${this._process.spawnfile} ended with ${status ?? signal}`);
    }
}

// The groups of a key file as the sandbox writes them: no escapes, no lists.
function readConfig(file) {
    const groups = {};
    let settings = null;

    for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
        const group = line.match(/^\[(.+)\]$/);
        const setting = line.match(/^([^=#]+)=(.*)$/);
        if (group)
            settings = groups[group[1]] = {};
        else if (setting)
            settings[setting[1]] = setting[2];
    }
    return groups;
}

class Sandbox {
    static async start() {
        const self = new Sandbox();
        self._folder = makeFolder();
        self._program = new Program(process.env.MINIPAY_SANDBOX,
            ['--write-config', self._folder, '--until-stdin-closes']);
        try {
            const ready = await self._program.read();
            self.endpoint = ready.endpoint;
            self._config = readConfig(ready.config);
            self.authority = fs.readFileSync(self._config.transport['ca-file']);
        } catch (error) {
            await self.close(); // or this process would never end
            throw error;
        }
        return self;
    }

    async close() {
        await this._program.close();
        fs.rmSync(this._folder, {recursive: true});
    }

    // The settings of an account, each file: put in full.
    account(name) {
        const settings = this._config[`account ${name}`];
        assert.ok(settings, `the sandbox has no account ${name}`);
        return Object.fromEntries(Object.entries(settings).map(([field, value]) =>
            [field, value.startsWith('file:') ? path.resolve(this._folder, value.slice(5)) : value]));
    }

    async post(target, members) {
        const {status, body} = await post(this.endpoint + target, {body: JSON.stringify(members)});
        assert.equal(status, 200, `${target}: ${body}`);
        return JSON.parse(body);
    }

    pay(account, outTradeNo) {
        return this.post('/sandbox/pay', {account, out_trade_no: outTradeNo});
    }

    // The refund comes to its end: success, closed or abnormal.
    endRefund(account, outRefundNo, result) {
        return this.post('/sandbox/refund', {account, out_refund_no: outRefundNo, result});
    }

    fault(gateway, operation, kind) {
        return this.post('/sandbox/fault', {gateway, operation, kind, times: 1});
    }
}

// An HTTP server on a port of its own; answer (request) gives {status, headers, body}. With tls, as node's https takes
// it, requests have the fingerprint of the client's certificate.
class Server {
    static async start(answer, tls = null) {
        const self = new Server();
        const handle = async (incoming, outgoing) => {
            const chunks = [];
            for await (const chunk of incoming)
                chunks.push(chunk);
            const {method, url, headers} = incoming;
            let reply;
            try {
                const peer = tls ? incoming.socket.getPeerCertificate().fingerprint256 : undefined;
                reply = await answer({method, url, headers, body: Buffer.concat(chunks).toString('utf8'), peer});
            } catch (error) {
                reply = {status: 500, headers: {}, body: String(error.stack)};
            }
            outgoing.writeHead(reply.status, reply.headers).end(reply.body);
        };
        self._server = tls ? https.createServer(tls, handle) : http.createServer(handle);
        self._server.listen(0, '127.0.0.1');
        await once(self._server, 'listening');
        self.endpoint = `${tls ? 'https' : 'http'}://127.0.0.1:${self._server.address().port}`;
        return self;
    }

    async close() {
        this._server.close();
        this._server.closeAllConnections();
        await once(this._server, 'close');
    }
}

// The merchant's address for notifications: keeps them, and says what reply (notification) says.
class NotifyAddress {
    static async start(reply) {
        const self = new NotifyAddress();
        self.taken = [];
        self._server = await Server.start(notification => {
            self.taken.push(notification);
            return reply(notification);
        });
        return self;
    }

    url(account) {
        return `${this._server.endpoint}/notify/${account}`;
    }

    takeOnly() {
        const taken = this.taken.splice(0);
        assert.equal(taken.length, 1, `${taken.length} notifications came`);
        return taken[0];
    }

    close() {
        return this._server.close();
    }
}

async function post(url, message) {
    const answer = await fetch(url, {method: 'POST', ...message});
    return {status: answer.status, headers: answer.headers, body: await answer.text()};
}

module.exports = {NotifyAddress, PAYER, Program, Sandbox, Server, YES, makeFolder, makeNumber, post, today};
