# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the `minipay` command share: the command itself, and plugin paths without modules."""

import glob
import json
import os
import re
import shutil
import subprocess

MINIPAY = os.environ['MINIPAY_CLI']
SANDBOX = os.environ['MINIPAY_SANDBOX']
PLUGIN_PATH = os.environ['MINIPAY_PLUGIN_PATH']

OK, INTERNAL, USAGE, INVALID, CONFIG, REFUSED, NOT_SENT, UNKNOWN, NOT_AUTHENTIC, STORE = range(10)

PAYERS = {'wechat': 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o', 'alipay': '2088102146225135'}


class Result:
    def __init__(self, process):
        self.status = process.returncode
        self.out = process.stdout.decode()
        self.err = process.stderr.decode()

    def lines(self):
        """Standard output with --json: objects, one a line, and nothing else."""
        assert self.out == '' or self.out.endswith('\n'), self.out
        objects = [json.loads(line) for line in self.out.splitlines()]
        assert all(isinstance(item, dict) for item in objects), self.out
        return objects

    def only(self):
        objects = self.lines()
        assert len(objects) == 1, self.out + self.err
        return objects[0]


def run(*arguments, secrets=(), stdin=b'', **environment):
    variables = dict(os.environ, **environment)
    if 'MINIPAY_CONFIG' not in environment:
        variables.pop('MINIPAY_CONFIG', None)
    process = subprocess.run([MINIPAY, *arguments], input=stdin, capture_output=True, timeout=60,
                             env=variables, check=False)
    result = Result(process)
    assert process.returncode >= 0, f'{arguments} died of signal {-process.returncode}: {result.err}'
    for secret in secrets:
        assert not any(secret in word for word in arguments)
        assert secret not in result.out and secret not in result.err
    return result


def manifests():
    found = []
    for folder in PLUGIN_PATH.split(':'):
        found += glob.glob(os.path.join(folder, '*', '*.provider'))
    return found


def copy_manifests(folder, garbage):
    """A plugin path in the folder with every manifest, the errors it lists, and no module that could be loaded."""
    path = os.path.join(folder, 'garbage' if garbage else 'missing')
    for manifest in manifests():
        name = os.path.basename(os.path.dirname(manifest))
        os.makedirs(os.path.join(path, name), mode=0o755, exist_ok=True)
        for source in [manifest, *glob.glob(os.path.join(os.path.dirname(manifest), '*.errors'))]:
            target = os.path.join(path, name, os.path.basename(source))
            shutil.copyfile(source, target)
            os.chmod(target, 0o644)
        with open(manifest, encoding='utf-8') as file:
            module = re.search(r'(?m)^Module=(.+)$', file.read()).group(1)
        if garbage:
            with open(os.path.join(path, name, module), 'wb') as file:
                file.write(b'\x7fELF and nothing that follows')
    return path
