#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints what one payment costs through minipay beside a bare floor program, measured in the same run."""

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
CALLERS = 16
MANY_CALLERS = 64
DELAY_MS = 80
PROGRAM_TIMEOUT_S = 300


class Failure(Exception):
    pass


class Plan:
    """How much of everything is done."""

    def __init__(self, smoke):
        self.rounds = 1 if smoke else int(os.environ.get("MINIPAY_BENCH_ROUNDS", "5"))
        self.orders = 64 if smoke else int(os.environ.get("MINIPAY_BENCH_ORDERS", "2000"))
        self.warm_up = 8 if smoke else 128
        self.notifications = 64 if smoke else 2 * self.orders
        self.cold_starts = 1 if smoke else 5
        # whole waves only, and enough: a half-empty or the first one, which waits for signatures, counts against
        # the caller
        waves = max(self.orders // MANY_CALLERS, 2 if smoke else 25)
        self.delayed_orders = waves * MANY_CALLERS
        if self.rounds < 1 or self.orders < 1:
            raise Failure("MINIPAY_BENCH_ROUNDS and MINIPAY_BENCH_ORDERS must be above 0")


def run_quietly(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        raise Failure(f"{command[0]} failed:\n{done.stdout}")


def find_nginx():
    path = shutil.which("nginx", path=os.environ.get("PATH", os.defpath) + ":/usr/sbin:/usr/local/sbin")
    if path is None:
        raise Failure("nginx is missing: install nginx-light")
    return path


def make_keys(folder):
    for name in ("merchant-key.pem", "wechatpay-key.pem"):
        run_quietly("openssl", "genrsa", "-out", str(folder / name), "2048")
    run_quietly("openssl", "rsa", "-in", str(folder / "wechatpay-key.pem"), "-pubout",
                "-out", str(folder / "wechatpay-public-key.pem"))
    (folder / "api-v3-key").write_text(os.urandom(16).hex())
    run_quietly("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                "-subj", "/CN=minipay throw-away authority", "-addext", "keyUsage=critical,keyCertSign",
                "-keyout", str(folder / "ca-key.pem"), "-out", str(folder / "ca.pem"))
    run_quietly("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
                "-keyout", str(folder / "server-key.pem"), "-out", str(folder / "server.csr"))
    (folder / "server.ext").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    run_quietly("openssl", "x509", "-req", "-days", "2", "-in", str(folder / "server.csr"),
                "-CA", str(folder / "ca.pem"), "-CAkey", str(folder / "ca-key.pem"), "-CAcreateserial",
                "-extfile", str(folder / "server.ext"), "-out", str(folder / "server.pem"))
    for file in folder.iterdir():
        file.chmod(0o600)


def write_configuration(folder, name, endpoint, ca_file=None):
    merchant = dict(re.findall(r'#define MERCHANT_(\w+)\s+"(.*)"', (HERE / "merchant.h").read_text("utf-8")))
    text = (f"[account {merchant['ACCOUNT']}]\nprovider=wechat-v3\nmode=public-key\nendpoint={endpoint}\n"
            f"mchid={merchant['MCHID']}\nappid={merchant['APPID']}\nmerchant-serial={merchant['SERIAL']}\n"
            "private-key=file:merchant-key.pem\napi-v3-key=file:api-v3-key\n"
            f"public-key-id={merchant['KEY_ID']}\npublic-key=file:wechatpay-public-key.pem\n"
            f"\n[transport]\nmax-in-flight={MANY_CALLERS}\ncalls-per-second=100000\n")
    if ca_file is not None:
        text += f"ca-file={ca_file}\n"
    path = folder / name
    path.write_text(text)
    path.chmod(0o600)
    return str(path)


class Gateways:
    """The stub, the stub that waits, and nginx before the first."""

    def __init__(self, programs, folder):
        self.folder = folder
        self.processes = []
        try:
            stub_port = self.start_stub(programs, 0)
            slow_port = self.start_stub(programs, DELAY_MS)
            tls_port = self.start_nginx(stub_port)
        except BaseException:
            self.stop()
            raise
        self.ca_file = str(folder / "ca.pem")
        self.endpoints = {
            "plain": f"http://127.0.0.1:{stub_port}",
            "slow": f"http://127.0.0.1:{slow_port}",
            "tls": f"https://127.0.0.1:{tls_port}",
        }
        self.configurations = {
            name: write_configuration(folder, name + ".conf", endpoint, self.ca_file if name == "tls" else None)
            for name, endpoint in self.endpoints.items()
        }

    def start_stub(self, programs, delay_ms):
        process = subprocess.Popen([programs / "stub-gateway", self.folder, str(delay_ms)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        line = process.stdout.readline()
        if not line.strip().isdigit():
            raise Failure("stub-gateway did not start")
        return int(line)

    def start_nginx(self, stub_port):
        template = (HERE / "nginx.conf.in").read_text()
        for _ in range(5):
            # nginx cannot choose a port itself, so another program may take this one first
            with socket.create_server(("127.0.0.1", 0)) as probe:
                port = probe.getsockname()[1]
            values = {"folder": str(self.folder), "stub_port": str(stub_port), "port": str(port)}
            configuration = self.folder / "nginx.conf"
            configuration.write_text(re.sub(r"@(\w+)@", lambda match: values[match[1]], template))
            process = subprocess.Popen([find_nginx(), "-p", self.folder, "-c", configuration],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            if wait_for_port(process, port):
                self.processes.append(process)
                return port
            complaint = process.communicate()[1].decode("utf-8", "replace")
        raise Failure("nginx did not start: " + complaint)

    def read_log(self, offset):
        with open(self.folder / "nginx.log", encoding="ascii") as log:
            log.seek(offset)
            return log.read()

    def log_size(self):
        return os.path.getsize(self.folder / "nginx.log")

    def stop(self):
        for process in self.processes:
            if process.stdin is not None:
                process.stdin.close()
            else:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for_port(process, port):
    for _ in range(200):
        if process.poll() is not None:
            return False
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return True
        except OSError:
            time.sleep(0.02)
    process.kill()
    return False


class Bench:
    def __init__(self, build, gateways, plan):
        self.programs = build / "tests" / "performance"
        self.gateways = gateways
        self.plan = plan
        # nothing of the caller's environment may change what is measured
        unwanted = ("G_MESSAGES_DEBUG", "G_SLICE", "MINIPAY_DEBUG", "SSL_CERT_FILE", "SSL_CERT_DIR")
        self.environment = {name: value for name, value in os.environ.items() if name not in unwanted}
        # a program that breaks a rule of GLib ends, and with it the run
        self.environment["G_DEBUG"] = "fatal-criticals"
        self.environment["MINIPAY_PLUGIN_PATH"] = str(build / "plugins")

    def run(self, program, *arguments):
        command = [str(self.programs / program), *map(str, arguments)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=PROGRAM_TIMEOUT_S)
        if done.returncode != 0:
            raise Failure(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def create_arguments(self, who, gateway):
        if who == "minipay":
            return ["bench-create", "--config", self.gateways.configurations[gateway]]
        command = ["floor-create", "--keys", self.gateways.folder, "--endpoint", self.gateways.endpoints[gateway]]
        if gateway == "tls":
            command += ["--ca-file", self.gateways.ca_file]
        if who == "pool":
            command += ["--pool"]
        return command

    def create(self, who, gateway, callers, orders, *more):
        command = self.create_arguments(who, gateway)
        warm_up = max(self.plan.warm_up, callers)
        offset = self.gateways.log_size()
        result = self.run(*command, "-n", orders, "-c", callers, "--warm-up", warm_up, *more)
        if gateway == "tls":
            result["connections"] = self.count_connections(offset, orders + warm_up)
        return result

    def count_connections(self, offset, expected):
        lines = self.gateways.read_log(offset).splitlines()
        if len(lines) < expected or any(not line.startswith("HTTP/2.0 ") for line in lines):
            raise Failure("not every order over TLS went over HTTP/2")
        return len(set(lines))

    def notify(self, who):
        counts = (self.plan.notifications, self.plan.warm_up)
        if who == "minipay":
            return self.run("bench-notify", self.gateways.folder, self.gateways.configurations["plain"], *counts)
        return self.run("floor-notify", self.gateways.folder, *counts)

    def cold_start(self, who, gateway):
        runs = [self.start_once([*self.create_arguments(who, gateway), "-n", "1"])
                for _ in range(self.plan.cold_starts)]
        return {name: median(run[name] for run in runs) for name in runs[0]}

    def start_once(self, command):
        command = [str(self.programs / command[0]), *map(str, command[1:])]
        read_end, write_end = os.pipe()
        actions = [(os.POSIX_SPAWN_DUP2, write_end, 1), (os.POSIX_SPAWN_CLOSE, read_end)]
        begun = time.perf_counter()
        pid = os.posix_spawn(command[0], command, self.environment, file_actions=actions)
        os.close(write_end)
        status, usage = os.wait4(pid, 0)[1:]
        wall_s = time.perf_counter() - begun
        with open(read_end, encoding="ascii") as output:
            text = output.read()
        if status != 0:
            raise Failure(f"{' '.join(command)} ended with wait status {status}")
        return {"wall_ms": wall_s * 1e3, "cpu_ms": (usage.ru_utime + usage.ru_stime) * 1e3,
                "rss_mb": json.loads(text)["rss_mb"]}


ALL = ("inline", "pool", "minipay")


def make_scenarios(bench):
    """What is measured, by name: who takes part, and one measurement of one of them."""
    plan = bench.plan
    return {
        "plain": (ALL, lambda who: bench.create(who, "plain", CALLERS, plan.orders)),
        "tls": (ALL, lambda who: bench.create(who, "tls", CALLERS, plan.orders)),
        "many": (ALL, lambda who: bench.create(who, "tls", MANY_CALLERS, plan.orders)),
        "timer": (ALL, lambda who: bench.create(who, "plain", MANY_CALLERS, plan.orders, "--timer")),
        "slow": (("pool", "minipay"),
                 lambda who: bench.create(who, "slow", MANY_CALLERS, plan.delayed_orders)),
        "notify": (("inline", "minipay"), bench.notify),
        "cold": (("inline", "minipay"), lambda who: bench.cold_start(who, "plain")),
        "cold-tls": (("inline", "minipay"), lambda who: bench.cold_start(who, "tls")),
    }


def measure(bench):
    """All scenarios in every round, the contenders of each in turn and each round another one first."""
    scenarios = make_scenarios(bench)
    results = {name: {who: [] for who in contenders} for name, (contenders, _) in scenarios.items()}
    for number in range(bench.plan.rounds):
        for name, (contenders, run_one) in scenarios.items():
            shift = number % len(contenders)
            for who in contenders[shift:] + contenders[:shift]:
                results[name][who].append(run_one(who))
    return results


class Series:
    """One figure of one scenario over the rounds."""

    def __init__(self, values):
        self.values = values

    def paired(self, other, combine):
        return Series([combine(mine, its) for mine, its in zip(self.values, other.values)])

    def middle(self):
        return median(self.values)

    def spread(self, digits):
        return f"{min(self.values):.{digits}f}-{max(self.values):.{digits}f}"


def figure(results, scenario, who, name):
    return Series([run[name] for run in results[scenario][who]]) if who in results[scenario] else None


def cell(series, digits):
    return f"{series.middle():.{digits}f}" if series is not None else ""


def verdict(series, limit, is_floor):
    if limit is None:
        return ""
    good = series.middle() >= limit if is_floor else series.middle() <= limit
    return "reached" if good else "MISSED"


def row(what, cells, reached=None, unit="", digits=2, limit=None, is_floor=False):
    text = f"{reached.middle():.{digits}f} ({reached.spread(digits)}) {unit}" if reached is not None else ""
    goal = "" if limit is None else f"{'>=' if is_floor else '<='} {limit:g}"
    return (what, *cells, text, goal, verdict(reached, limit, is_floor) if reached is not None else "")


def compare_row(results, scenario, name, what, digits, unit, limit):
    """One row: a figure of every contender, and minipay's as a multiple of the inline floor's in the same round."""
    series = [figure(results, scenario, who, name) for who in ALL]
    ratio = series[2].paired(series[0], lambda mine, floor: mine / floor)
    return row(what, [cell(one, digits) for one in series], ratio, unit, 3, limit)


def plain_row(results, scenario, name, what, digits, unit, limit):
    series = [figure(results, scenario, who, name) for who in ALL]
    return row(what, [cell(one, digits) for one in series], series[2], unit, digits, limit)


def share_row(results, scenario):
    share = figure(results, scenario, "minipay", "cpu_us").paired(
        figure(results, scenario, "pool", "cpu_us"), lambda mine, floor: mine - floor)
    return row("  framework's share: minipay - pooled floor", ["", "", ""], share, "us", 0, 60)


def slow_row(results):
    ideal = MANY_CALLERS * 1000 / DELAY_MS
    series = [figure(results, "slow", who, "per_s") for who in ALL]
    reached = Series([value / ideal for value in series[2].values])
    what = f"{MANY_CALLERS} callers, {DELAY_MS} ms gateway, orders/s of {ideal:.0f}"
    return row(what, [cell(one, 0) for one in series], reached, "of ideal", 3, 0.88, True)


def make_rows(results):
    create = f"c={CALLERS}: CPU us/order"
    timer = f"1 ms timer, {MANY_CALLERS} in flight"
    return [
        compare_row(results, "plain", "cpu_us", f"V3 create, plain HTTP, {create}", 0, "x inline", 1.20),
        share_row(results, "plain"),
        compare_row(results, "tls", "cpu_us", f"V3 create, TLS h2, {create}", 0, "x inline", 1.20),
        share_row(results, "tls"),
        plain_row(results, "plain", "per_s", f"  orders/s, plain HTTP, c={CALLERS}", 0, "orders/s", None),
        plain_row(results, "tls", "connections", "  TLS connections opened", 0, "", None),
        compare_row(results, "notify", "cpu_us", "V3 notification: CPU us", 1, "x (verify + open)", 1.45),
        plain_row(results, "timer", "late_p50_ms", f"{timer}: p50 late, ms", 2, "ms", None),
        plain_row(results, "timer", "late_p99_ms", "  p99 late, ms", 2, "ms", 8),
        plain_row(results, "timer", "late_max_ms", "  worst, ms", 2, "ms", None),
        plain_row(results, "many", "rss_mb", f"peak RSS, TLS h2, {MANY_CALLERS} in flight: MB", 1, "MB", 35),
        slow_row(results),
        compare_row(results, "cold", "wall_ms", "cold start, plain: wall ms", 1, "x floor", None),
        compare_row(results, "cold", "cpu_ms", "  CPU ms", 1, "x floor", None),
        compare_row(results, "cold", "rss_mb", "  peak RSS MB", 1, "x floor", None),
        compare_row(results, "cold-tls", "wall_ms", "cold start, TLS h2: wall ms", 1, "x floor", None),
        compare_row(results, "cold-tls", "rss_mb", "  peak RSS MB", 1, "x floor", None),
    ]


def print_table(plan, results):
    header = ("", "inline floor", "pooled floor", "minipay", "minipay reached (spread)", "goal", "")
    rows = [header] + make_rows(results)
    widths = [max(len(line[column]) for line in rows) for column in range(len(rows[0]))]
    print(f"medians of {plan.rounds} paired rounds, {plan.orders} orders each")
    for line in rows:
        texts = [text.rjust(width) if 0 < column < 4 else text.ljust(width)
                 for column, (text, width) in enumerate(zip(line, widths))]
        print("  ".join(texts).rstrip())


def check_figures(results):
    """What the test suite asks: every program ran and every figure is one."""
    for scenario, contenders in results.items():
        for who, runs in contenders.items():
            for run in runs:
                for name, value in run.items():
                    # an idle timer may well be punctual
                    if value <= 0 and not name.startswith("late_"):
                        raise Failure(f"{scenario}, {who}: {name} is {value}")
        if scenario == "timer" and any("late_p99_ms" not in run for runs in contenders.values() for run in runs):
            raise Failure("a timer did not fire once")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=HERE.parent.parent / "build", help="the build folder")
    parser.add_argument("--smoke", action="store_true", help="run everything briefly and check that it ran")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    gateways = None
    with tempfile.TemporaryDirectory(prefix="minipay-performance-") as name:
        try:
            plan = Plan(arguments.smoke)
            build = arguments.build.resolve()
            folder = Path(name)
            make_keys(folder)
            gateways = Gateways(build / "tests" / "performance", folder)
            results = measure(Bench(build, gateways, plan))
            check_figures(results)
            print_table(plan, results)
        except (Failure, OSError, ValueError, subprocess.SubprocessError) as failure:
            print(f"run.py: {failure}", file=sys.stderr)
            return 1
        finally:
            if gateways is not None:
                gateways.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
