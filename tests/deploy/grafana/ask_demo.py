#!/usr/bin/env python3
"""Asks every query of the dashboards of the Prometheus of a running demo, until each has found something.

Usage: ask_demo.py PORT     where that Prometheus listens on 127.0.0.1
Prints a line for each query that finds nothing within a minute; exits 1 if there is any, 0 otherwise.
"""

import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/support/processes"))

import dashboards  # noqa: E402
import processes  # noqa: E402
from query_dashboards import found_by, values_for  # noqa: E402
from world import Chosen, Server  # noqa: E402

PATIENCE_SECONDS = 60
# Of the domain on the page about one domain: it has succeeded, which was observed (a success before the first discovery is
# not), and its newest refresh did not.
TROUBLED = (
    "cckm_domain_refresh_last_success_timestamp_seconds and on (target, cloud, domain_id) "
    'cckm_domain_refresh_last_result{result=~"failed|cancelled"} == 1 '
    "and on (target, cloud, domain_id) rate(cckm_domain_refresh_duration_seconds_count[10m]) > 0"
)


def choose(server):
    """The domain that a look at the demo would lead to."""
    rows = processes.eventually(lambda: server.has(TROUBLED), "a domain of the demo is in trouble", PATIENCE_SECONDS)
    labels = rows[0]["metric"]
    return Chosen(labels["target"], labels["cloud"], labels["domain_id"])


def main():
    server = Server(int(sys.argv[1]))
    chosen = choose(server)
    boards = dashboards.load(ROOT / "deploy/grafana/dashboards")
    unanswered = [(board, query) for board in boards for query in board.queries()]
    asked = len(unanswered)
    end = time.monotonic() + PATIENCE_SECONDS
    while unanswered and time.monotonic() < end:
        now = time.time()
        values = {board.uid: values_for(server, chosen, board, None, now) for board in boards}
        unanswered = [
            (board, query)
            for board, query in unanswered
            if not found_by(server, query, dashboards.substituted(query.expression, values[board.uid]), now)
        ]
        time.sleep(1)
    for _, query in unanswered:
        print(f"finds nothing in the demo: {query.where}")
    print(f"{asked - len(unanswered)} of {asked} queries found something for {chosen.cloud} {chosen.domain}.")
    return 1 if unanswered else 0


if __name__ == "__main__":
    sys.exit(main())
