# SPDX-License-Identifier: LGPL-2.1-or-later
"""One minipay-sandbox with a configuration and keys of its own."""

import json
import os
import shutil
import subprocess
import tempfile
import urllib.request

ACCOUNTS = ('weidoufu', 'wechat-v3-public-key', 'wechat-v3-certificate')


class Sandbox:
    def __init__(self, *args):
        self._folder = tempfile.mkdtemp(prefix='minipay-bindings-')
        self._process = subprocess.Popen(
            [os.environ['MINIPAY_SANDBOX'], '--write-config', self._folder, '--until-stdin-closes', *args],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        ready = self._process.stdout.readline()
        if not ready:
            self.close()
            raise RuntimeError('minipay-sandbox ended before it was ready')
        ready = json.loads(ready)
        self.endpoint = ready['endpoint']
        self.config = ready['config']
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()
        shutil.rmtree(self._folder)

    def _ask(self, path, body):
        with self._opener.open(self.endpoint + path, body, timeout=20) as answer:
            return json.load(answer)

    def get(self, path):
        return self._ask(path, None)

    def post(self, path, **members):
        return self._ask(path, json.dumps(members).encode())

    def fault(self, gateway, operation, kind, times=1, milliseconds=0):
        self.post('/sandbox/fault', gateway=gateway, operation=operation, kind=kind, times=times,
                  milliseconds=milliseconds)
