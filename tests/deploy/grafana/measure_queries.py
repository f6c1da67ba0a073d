#!/usr/bin/env python3
"""How long each query of the dashboards takes in a real Prometheus that scraped very many domains.

Takes minutes and a gigabyte of memory, so that no gate runs it: run it after changing what a dashboard asks.

Usage: measure_queries.py --prometheus FILE [--domains N] [--dashboards DIR...] [--slowest N]
The exposition is made here: one family of one target, one domain in fifty in trouble.  A range is asked in as many
steps as Grafana asks for 24 hours on a wide screen, within the minutes that were scraped.  Prints the slowest queries:
seconds of processor time, the samples that were read, series in the answer, and where the query stands.
"""

import argparse
import http.server
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/support/processes"))

import dashboards  # noqa: E402
import processes  # noqa: E402
from query_dashboards import values_for  # noqa: E402
from world import Chosen, Server  # noqa: E402

SCRAPED_SECONDS = 90
WIDTH_IN_POINTS = 1440
STATES = ("in_progress", "completed", "failed", "cancelled", "unknown", "never")
RESULTS = ("none", "completed", "failed", "cancelled")
TIMES = ("started", "completed", "last_success")


def exposition(domains, now):
    """Whole families one after the other, as the exporter writes them."""
    labels = [f'target="cm",cloud="dsm",domain_id="id-{number}"' for number in range(domains)]
    yield "# TYPE cckm_exporter_build_info gauge"
    yield 'cckm_exporter_build_info{version="1",revision="1",compiler="1"} 1'
    yield 'cckm_up{target="cm",cloud="dsm"} 1'
    for name, label, words in (("status", "status", STATES), ("last_result", "result", RESULTS)):
        yield f"# TYPE cckm_domain_refresh_{name} gauge"
        for number, each in enumerate(labels):
            state = "failed" if number % 50 == 0 else "completed"
            yield from (f'cckm_domain_refresh_{name}{{{each},{label}="{word}"}} {int(word == state)}' for word in words)
    for name in TIMES:
        yield f"# TYPE cckm_domain_refresh_{name}_timestamp_seconds gauge"
        for number, each in enumerate(labels):
            age = 400000 if name == "last_success" and number % 50 == 0 else 3600 + number
            yield f"cckm_domain_refresh_{name}_timestamp_seconds{{{each}}} {now - age}"
    yield "# TYPE cckm_domain_refreshes_total counter"
    for each in labels:
        yield from (f'cckm_domain_refreshes_total{{{each},status="{word}"}} 7' for word in RESULTS[1:])
    for name, value in (
        ("cckm_domain_refresh_last_duration_seconds", 12.5),
        ("cckm_domain_refresh_consecutive_failures", 0),
        ("cckm_domain_first_seen_timestamp_seconds", now - 1000000),
    ):
        yield f"# TYPE {name} gauge"
        yield from (f"{name}{{{each}}} {value}" for each in labels)
    yield "# TYPE cckm_domain_info gauge"
    for number, each in enumerate(labels):
        yield f'cckm_domain_info{{{each},domain="{f"name-{number}" if number % 7 else ""}",connection="dsm-1"}} 1'


class Exposition(http.server.BaseHTTPRequestHandler):
    body = b""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_):
        pass


def steps_of(query):
    """As many as Grafana asks for over a day: the panel's interval and number of points say so."""
    seconds = {"5m": 300, "1h": 3600}.get(query.panel.get("interval"), 60)
    return min(86400 // seconds, query.panel.get("maxDataPoints", WIDTH_IN_POINTS))


def processor_seconds(child):
    fields = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(server, child, board, query):
    chosen = Chosen("cm", "dsm", "id-50")
    now = time.time()
    values = values_for(server, chosen, board, None, now) | {"__range": f"{SCRAPED_SECONDS}s", "__interval": "30s"}
    expression = dashboards.substituted(query.expression, values)
    begun = processor_seconds(child)
    samples = 0
    try:
        if query.instant:
            found = server.ask("query", query=expression, time=now, stats="all")
        else:
            step = SCRAPED_SECONDS / steps_of(query)
            start = now - SCRAPED_SECONDS
            found = server.ask("query_range", query=expression, start=start, end=now, step=step, stats="all")
        series = len(found["result"])
        samples = found["stats"]["samples"]["totalQueryableSamples"]
    except (ValueError, OSError) as error:
        series = f"fails: {error}"
    return processor_seconds(child) - begun, samples, series, query.where


def prometheus_of(binary, folder, port):
    own = processes.free_port()
    (folder / "prometheus.yml").write_text(
        "global: { scrape_interval: 15s, scrape_timeout: 14s }\n"
        f"scrape_configs: [{{ job_name: cckm, static_configs: [{{ targets: ['127.0.0.1:{port}'] }}] }}]\n"
    )
    flags = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb"]
    child = subprocess.Popen(
        [binary, *flags, f"--web.listen-address=127.0.0.1:{own}"], stderr=open(folder / "prometheus.log", "wb")
    )
    return child, Server(own, patience_seconds=130)


def report(server, child, folder, slowest):
    asked = [(board, query) for board in dashboards.load(folder) for query in board.queries()]
    rows = sorted((measured(server, child, board, query) for board, query in asked), key=lambda row: (-row[0], -row[1]))
    print(f"{folder}: {sum(seconds for seconds, *_ in rows):.1f} s of processor time for {len(rows)} queries")
    for seconds, samples, series, where in rows[:slowest]:
        print(f"{seconds:8.2f} s {samples:>12} samples  {series!s:>8} series  {where}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--prometheus", required=True)
    parser.add_argument("--domains", type=int, default=10000)
    parser.add_argument("--dashboards", type=Path, nargs="+", default=[ROOT / "deploy/grafana/dashboards"])
    parser.add_argument("--slowest", type=int, default=20)
    arguments = parser.parse_args()
    Exposition.body = ("\n".join(exposition(arguments.domains, time.time())) + "\n").encode()
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Exposition)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as name:
        child, server = prometheus_of(arguments.prometheus, Path(name), web.server_port)
        try:
            full = f"min(count_over_time(cckm_up[{SCRAPED_SECONDS}s])) >= {SCRAPED_SECONDS // 15 - 1}"
            processes.eventually(lambda: server.has(full), "Prometheus has scraped", 10 * SCRAPED_SECONDS)
            for folder in arguments.dashboards:
                report(server, child, folder, arguments.slowest)
        finally:
            child.kill()
            child.wait()


if __name__ == "__main__":
    main()
