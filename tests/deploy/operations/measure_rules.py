#!/usr/bin/env python3
"""Measures what the rules cost a real Prometheus with many domains.

Serves what an exporter with that many domains would show, fills the history that the rules look back at into the database,
and lets Prometheus scrape it, first without the rules and then with them.  The difference in CPU time is what they cost: as they
are evaluated one after the other, a tenth of a core is a tenth of their interval on a machine with nothing else to do.  Prints
how long groups and rules took, too, which on a busy machine is longer.  Where it is so busy that evaluations were missed, the
cost of those is added.  Takes half an hour and 3 GB of disk, so that no gate runs
it: run it after changing a rule that looks at domains.

Usage: measure_rules.py [--domains 10000] [--minutes 12] [--folder DIR]
Needs prometheus and promtool in PATH (tests/fetch_prometheus.sh prints a folder with both).  Exits 1 if the rules take more than
a tenth of a core, or one of them fails.
"""

import argparse
import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]
TARGETS = 5
REFRESHES = 1000  # a target
BUCKETS = ["1.0", "2.0", "5.0", "10.0", "20.0", "30.0", "60.0", "120.0", "300.0", "600.0", "1200.0", "1800.0", "3600.0",
           "7200.0", "14400.0", "28800.0", "86400.0", "259200.0", "+Inf"]
STATUSES = ["in_progress", "completed", "failed", "cancelled", "unknown", "never"]
RESULTS = ["none", "completed", "failed", "cancelled"]
SHARE = 0.1
SCRAPE_SECONDS = 15
DAY = 86400


class Domain:
    """One domain of the made-up installation; each twentieth failed, each hundredth is in progress."""

    def __init__(self, number, now):
        self.labels = f'target="cm-{number % TARGETS}",cloud="dsm",domain_id="{number:08d}-570a-4132-92ca-e40b7640c7dc"'
        self.names = f'domain="domain-{number}",connection="connection-{number % 50}"'
        self.failed = number % 20 == 0
        self.status = "in_progress" if number % 100 == 1 else "failed" if self.failed else "completed"
        self.success = now - 3600 - (number % 10) * 3600 - (3 * DAY if self.failed else 0)
        self.now = now

    def gauges(self):
        """Pairs of a series and its value, but for the buckets."""
        at = self.labels
        for status in STATUSES:
            yield f'cckm_domain_refresh_status{{{at},status="{status}"}}', int(status == self.status)
        for result in RESULTS:
            wanted = "failed" if self.failed else "completed"
            yield f'cckm_domain_refresh_last_result{{{at},result="{result}"}}', int(result == wanted)
        yield f"cckm_domain_refresh_started_timestamp_seconds{{{at}}}", self.now - 7200
        yield f"cckm_domain_refresh_completed_timestamp_seconds{{{at}}}", self.now - 3600
        yield f"cckm_domain_refresh_last_success_timestamp_seconds{{{at}}}", self.success
        yield f"cckm_domain_refresh_last_duration_seconds{{{at}}}", 240
        yield f"cckm_domain_refresh_consecutive_failures{{{at}}}", 2 * self.failed
        yield f"cckm_domain_first_seen_timestamp_seconds{{{at}}}", self.now - 30 * DAY
        yield f"cckm_domain_info{{{at},{self.names}}}", 1
        for status in ("completed", "failed", "cancelled"):
            yield f'cckm_domain_refreshes_total{{{at},status="{status}"}}', 100
        yield f"cckm_domain_refresh_duration_seconds_sum{{{at}}}", 9000
        yield f"cckm_domain_refresh_duration_seconds_count{{{at}}}", 100

    def buckets(self, count):
        for place, bound in enumerate(BUCKETS):
            yield f'cckm_domain_refresh_duration_seconds_bucket{{{self.labels},le="{bound}"}}', min(count, place * 8)


def of_targets(now):
    """The series that a target, a family or a refresh has."""
    for target in (f'target="cm-{number}"' for number in range(TARGETS)):
        yield f"cckm_tls_verification_enabled{{{target}}}", 1
        yield f"cckm_authenticated{{{target}}}", 1
        yield f"cckm_clock_skew_seconds{{{target}}}", 0
        yield f"cckm_tls_certificate_expiry_timestamp_seconds{{{target}}}", now + 90 * DAY
        for metric, value in (("up", 1), ("tracked_refreshes", REFRESHES), ("last_poll_timestamp_seconds", now + 600),
                              ("unanswered_refreshes", 0), ("unlisted_domains", 0), ("dropped_domains", 0)):
            yield f'cckm_{metric}{{{target},cloud="dsm"}}', value
        for reason in ("connect", "timeout", "auth", "forbidden", "not_found", "rate_limited"):
            yield f'cckm_api_errors_total{{{target},cloud="dsm",reason="{reason}"}}', 0
        for kind in ("duplicate_key", "id_mismatch", "changed_after_finish", "unknown_domain_text"):
            yield f'cckm_refresh_anomalies_total{{{target},cloud="dsm",kind="{kind}"}}', 0
        for number in range(REFRESHES):
            at = f'{target},cloud="dsm",refresh_id="{number:08d}-e2ed-4244-9d5a-8a4e12ad1837"'
            wanted = "in_progress" if number < 20 else "partial" if number % 50 == 0 else "completed"
            for status in ("in_progress", "completed", "partial", "failed", "cancelled", "not_found", "unknown"):
                yield f'cckm_refresh_status{{{at},status="{status}"}}', int(status == wanted)
            for status in ("in_progress", "completed", "failed", "cancelled", "unknown"):
                yield f'cckm_refresh_domains{{{at},status="{status}"}}', 2
            yield f"cckm_refresh_created_timestamp_seconds{{{at}}}", now - DAY - 7200
            if number >= 20:
                yield f"cckm_refresh_completed_timestamp_seconds{{{at}}}", now - DAY
    for metric, value in (("targets", TARGETS), ("shard_index", 0), ("shard_count", 1)):
        yield f"cckm_exporter_{metric}", value


class Exposition:
    """An HTTP server that shows the same text for ever; compressed once, as the exporter does."""

    def __init__(self, text):
        body = gzip.compress(text, 1)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802  (the name is the base class's)
                self.send_response(200)
                for header in (("Content-Type", "text/plain; version=0.0.4"), ("Content-Encoding", "gzip"),
                               ("Content-Length", str(len(body)))):
                    self.send_header(*header)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"127.0.0.1:{self.server.server_port}"


def scraped(series, address):
    """The series as a scrape of that address would store it."""
    name, brace, rest = series.partition("{")
    return f'{name}{{job="cckm_exporter",instance="{address}"' + ("," + rest if brace else "}")


def fill(folder, name, lines):
    """Makes blocks of the database out of lines of OpenMetrics text."""
    file = folder / f"{name}.om"
    with file.open("w") as out:
        out.writelines(lines)
        out.write("# EOF\n")
    subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", str(file), str(folder / "data")],
                   check=True, stdout=subprocess.DEVNULL)
    file.unlink()


def history(domains, address, now):
    """What the rules look back at, in pieces that lie close together in time."""
    def a_week_ago():
        for domain in domains:
            for series, value in domain.buckets(50):
                at = scraped(series, address)
                for seconds in range(-240, 1441, 240):
                    yield f"{at} {value} {now - 7 * DAY + seconds}\n"

    def lately():
        for domain in domains:
            at = scraped(f"cckm_domain_info{{{domain.labels},{domain.names}}}", address)
            for seconds in range(now - 900, now, SCRAPE_SECONDS):
                yield f"{at} 1 {seconds}\n"
            at = f'domain:cckm_domain_info:named{{job="cckm_exporter",{domain.labels},{domain.names}}}'
            for seconds in range(now - 6 * 3600, now, 60):
                yield f"{at} 1 {seconds}\n"

    yield "week", a_week_ago()
    yield "hours", lately()


def configure(file, address, rules):
    file.write_text(yaml.safe_dump({
        "global": {"scrape_interval": f"{SCRAPE_SECONDS}s", "scrape_timeout": f"{SCRAPE_SECONDS}s", "evaluation_interval": "1m"},
        "rule_files": [f"{ROOT}/deploy/prometheus/rules/*.yml"] if rules else [],
        "scrape_configs": [{"job_name": "cckm_exporter", "static_configs": [{"targets": [address]}]}],
    }))


def ask(port, path):
    # The loopback needs no proxy, whatever the environment says.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}/api/v1/{path}", timeout=60) as answer:
        return json.loads(answer.read())["data"]


def cpu_seconds(process):
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def share(process, work):
    """What of a core the process took while the work was done."""
    begin, cpu = time.monotonic(), cpu_seconds(process)
    work()
    return (cpu_seconds(process) - cpu) / (time.monotonic() - begin)


def await_scrape(port):
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        time.sleep(5)
        try:
            if ask(port, "query?query=up==1")["result"]:
                return
        except OSError:
            pass
    raise TimeoutError("Prometheus scraped nothing")


class Times:
    """How long each group and each rule took, by the moments at which they were evaluated."""

    def __init__(self, port):
        self.port = port
        self.groups, self.rules, self.intervals = {}, {}, {}

    def watch(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(20)
            for group in ask(self.port, "rules")["groups"]:
                self._note(group)

    def _note(self, group):
        self.intervals[group["name"]] = group["interval"]
        self.groups.setdefault(group["name"], {})[group["lastEvaluation"]] = group["evaluationTime"]
        for rule in group["rules"]:
            if rule["health"] == "err":
                raise RuntimeError(f"{rule['name']}: {rule['lastError']}")
            self.rules.setdefault(rule["name"], {})[group["lastEvaluation"]] = rule["evaluationTime"]

    def missed(self, seconds):
        """How many times as many evaluations there should have been of the group that missed most."""
        return max([1.0] + [seconds / interval / (len(self.groups[name]) + 1) for name, interval in self.intervals.items()])

    def report(self):
        for name, times in self.groups.items():
            print(f"{name:26} every {self.intervals[name]:4.0f} s took {middle(times):6.2f} s")
        print("The slowest rules:")
        for name, times in sorted(self.rules.items(), key=lambda item: -middle(item[1]))[:12]:
            print(f"{middle(times):8.3f} s {name}")


def middle(times):
    return sorted(times.values())[len(times) // 2]


def measure(folder, address, minutes):
    """What of a core scrapes take, and scrapes with rules, and the times of the rules."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    file = folder / "prometheus.yml"
    configure(file, address, rules=False)
    command = ["prometheus", f"--config.file={file}", f"--storage.tsdb.path={folder}/data", "--query.timeout=10m",
               "--storage.tsdb.retention.time=30d", f"--web.listen-address=127.0.0.1:{port}"]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            await_scrape(port)
            time.sleep(90)  # for the compaction of what was filled in
            without = share(process, lambda: time.sleep(120))
            configure(file, address, rules=True)
            process.send_signal(signal.SIGHUP)
            times = Times(port)
            both = share(process, lambda: times.watch(60 * minutes))
        finally:
            process.terminate()
    return without, both, times


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--domains", type=int, default=10000)
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--folder", type=Path, help="where to make a temporary folder")
    arguments = parser.parse_args()
    now = int(time.time())
    domains = [Domain(number, now) for number in range(arguments.domains)]
    lines = [f"{series} {value}\n" for domain in domains for series, value in (*domain.gauges(), *domain.buckets(100))]
    lines += [f"{series} {value}\n" for series, value in of_targets(now)]
    exposition = Exposition("".join(lines).encode())
    print(f"{arguments.domains} domains, {len(lines)} series, served at {exposition.address}", flush=True)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        for piece, content in history(domains, exposition.address, now):
            fill(folder, piece, content)
        without, both, times = measure(folder, exposition.address, arguments.minutes)
    times.report()
    missed = times.missed(60 * arguments.minutes)
    print(f"Scrapes take {100 * without:.1f} % of a core, with rules {100 * both:.1f} %: the rules take "
          f"{100 * (both - without):.1f} %, {missed:.1f} times that without missed evaluations")
    print(f"Load {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores")
    return 1 if (both - without) * missed > SHARE else 0


if __name__ == "__main__":
    sys.exit(main())
