#!/usr/bin/env python3
"""Asks every query of the dashboards of a real Prometheus that scrapes the real exporter; each must find something.

Variables are replaced as Grafana does it.  Everything is asked twice, where Prometheus keeps classic histograms and
where it keeps native ones; and with one exporter and with two that watch the same appliance, which must make no
difference.

Usage: query_dashboards.py --exporter FILE --simulator FILE --prometheus FILE [--dashboards DIR] [--broken DIR]
Prints a line for each query that fails, and for each query of the broken dashboards that does not, on either server;
exits 1 if there is any, 0 otherwise.
"""

import argparse
import math
import re
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/support/processes"))

import dashboards  # noqa: E402
from world import World  # noqa: E402

STEP_SECONDS = 2
LOOK_BACK_SECONDS = 40

# Queries that show every domain, those without a name, too.
SHOWS_EVERY_DOMAIN = {"cckm-overview.json: variable domain"}
# Queries that show the domains in trouble: in the test all but those whose newest finished refresh completed.
SHOWS_DOMAINS_IN_TROUBLE = {
    "cckm-overview.json: Domains in trouble A",
    "cckm-overview.json: Domains in trouble B",
    "cckm-overview.json: Status of domains in trouble A",
    "cckm-overview.json: variable troubled",
}
# Queries that may find nothing, and why.
MAY_FIND_NOTHING = {}
# Queries of which a second exporter makes a difference, and why.
COUNTS_EXPORTERS = {
    "cckm-overview.json: Requests A": "each exporter's requests are load on the appliance",
    "cckm-overview.json: Errors A": "each exporter meets faults of its own",
}
# Queries whose answer is another from one poll to the next, of which two scrapes need not see the same.
ANOTHER_EVERY_POLL = {"cckm-overview.json: Duration of polls A", "cckm-overview.json: Clock skew A"}


def hidden_values(server, board, values, now):
    """Of the variables that nobody chooses: all that their queries find, as Grafana puts it into an expression."""
    for query in board.queries():
        name = query.where.rpartition(" ")[2]
        if query.pattern and board.variables.get(name, {}).get("hide"):
            rows = server.ask("query", query=dashboards.substituted(query.expression, values), time=now)["result"]
            ids = sorted({re.escape(row["metric"]["domain_id"]).replace("\\", "\\\\") for row in rows})
            yield name, f"({'|'.join(ids)})" if ids else ""


def values_for(server, chosen, board, instance, now):
    """What Grafana would put in place of the variables: all, where several may be chosen."""
    every = dict.fromkeys(("job", "instance", "target", "cloud", "domain"), ".+")
    if instance:
        every["instance"] = re.escape(instance).replace("\\", "\\\\")  # in a string of PromQL
    one = {"target": chosen.target, "cloud": chosen.cloud, "domain": chosen.domain}
    several = {name for name, variable in board.variables.items() if variable.get("multi")}
    values = {name: every[name] if name in several else one.get(name) for name in every}
    limits = {name: board.variables[name]["current"]["value"] for name in ("stale", "long") if name in board.variables}
    values |= limits | {"__rate_interval": "30s", "__interval": "2s", "__range": "1m"}
    return values | dict(hidden_values(server, board, values, now))


def found_by(server, query, expression, now):
    """The series of the answer: labels, and the last number that is one; a native histogram is its count."""
    if query.instant:
        answer = server.ask("query", query=expression, time=now)
    else:
        answer = server.ask("query_range", query=expression, start=now - LOOK_BACK_SECONDS, end=now, step=STEP_SECONDS)
    series = []
    for row in answer["result"]:
        points = [float(v) for _, v in row.get("values", [row["value"]] if "value" in row else [])]
        points += [
            float(h["count"]) for _, h in row.get("histograms", [row["histogram"]] if "histogram" in row else [])
        ]
        points = [point for point in points if not math.isnan(point)]
        if points:
            series.append((row["metric"], points[-1]))
    return series


def check_variable(query, series):
    for labels, _ in series:
        if query.label and query.label not in labels:
            yield f"{query.where}: a series without the label {query.label}"
        if query.pattern:
            shown = "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "} 1 1700000000000"
            match = re.search(query.pattern.strip("/").replace("(?<", "(?P<"), shown)
            if not match or match["value"] != labels["domain_id"] or not match["text"].strip():
                yield f"{query.where}: no value and text are read from {shown}"


def check_domains(server, query, series, now):
    (total,) = server.ask("query", query="count(count by (target, cloud, domain_id) (cckm_domain_info))", time=now)[
        "result"
    ]
    shown = {(labels.get("cloud"), labels["domain_id"]) for labels, _ in series}
    if len(shown) != int(total["value"][1]):
        yield f"{query.where}: shows {len(shown)} domains of {total['value'][1]}"
    if "group_left (domain" in query.expression and not all(labels.get("domain") for labels, _ in series):
        yield f"{query.where}: a domain without a name is not called by its ID"


def check_troubled(server, query, series, now):
    well = 'cckm_domain_refresh_last_result{result="completed"} == 1'
    expected = f"cckm_domain_info unless on (target, cloud, domain_id) {well}"
    rows = server.ask("query", query=f"count by (cloud, domain_id) ({expected})", time=now)["result"]
    expected = {(row["metric"]["cloud"], row["metric"]["domain_id"]) for row in rows}
    shown = [(labels.get("cloud"), labels["domain_id"]) for labels, _ in series]
    if set(shown) != expected or len(shown) != len(expected):
        yield f"{query.where}: shows {sorted(shown)} as domains in trouble, which are {sorted(expected)}"


def check_exemplars(server, query, expression, now):
    rows = server.ask("query_exemplars", query=expression, start=now - 60, end=now)
    if not any("refresh_id" in exemplar["labels"] for row in rows for exemplar in row["exemplars"]):
        yield f"{query.where}: no exemplar with a refresh_id"


def check_same(query, one, two):
    """As many series, and none that is about twice as high: the moments of scrapes differ by a part of a second.

    A quantile may depend on them, and does not on how many exporters there are.
    """
    slack = 3 if "time()" in query.expression else 0.01
    by_labels = dict((tuple(sorted(labels.items())), value) for labels, value in one)
    if len(one) != len(two):
        yield f"{query.where}: {len(one)} series with one exporter, {len(two)} with two"
        return
    for labels, value in two:
        alone = by_labels.get(tuple(sorted(labels.items())))
        if alone is None:
            yield f"{query.where}: {labels} is there with two exporters only"
        elif not query.expression.startswith("histogram_quantile") and abs(value - alone) > max(
            0.4 * abs(alone), slack
        ):
            yield f"{query.where}: {alone} with one exporter, {value} with two: {labels}"


def tells_of_instances(query, native):
    """Of each exporter by itself, or a native histogram, of which Prometheus can tell no maximum."""
    panel_of_instances = "instance" in query.expression.replace('instance=~"$instance"', "")
    return (
        query.where.split(": ")[1].startswith(("annotation", "variable"))
        or panel_of_instances
        or (native and query.panel.get("type") == "heatmap")
        or query.where in COUNTS_EXPORTERS
        or query.where in ANOTHER_EVERY_POLL
    )


def check_query(server, kind, query, world, board, now):
    def expression(instance):
        return dashboards.substituted(query.expression, values_for(server, world.chosen, board, instance, now))

    try:
        two = found_by(server, query, expression(None), now)
        one = found_by(server, query, expression(f"127.0.0.1:{world.exporter.port}"), now)
    except ValueError as error:
        yield f"{query.where}: Prometheus says: {error}"
        return
    if not two and query.where not in MAY_FIND_NOTHING:
        yield f"{query.where}: finds nothing"
        return
    yield from check_variable(query, two)
    if query.where in SHOWS_EVERY_DOMAIN:
        yield from check_domains(server, query, two, now)
    if query.where in SHOWS_DOMAINS_IN_TROUBLE:
        yield from check_troubled(server, query, two, now)
    if query.exemplar:
        yield from check_exemplars(server, query, expression(None), now)
    if not tells_of_instances(query, kind == "native"):
        yield from check_same(query, one, two)


def findings(world, boards):
    """What is found twice: a scrape or a rule may have been under way the first time."""
    for kind, server in world.servers.items():
        for board in boards:
            for query in board.queries():
                found = list(check_query(server, kind, query, world, board, time.time() - 1))
                if found:
                    time.sleep(2)
                    found = list(check_query(server, kind, query, world, board, time.time() - 1))
                yield from [f"{kind}: {finding}" for finding in found]


def unnoticed(world, boards):
    """The queries of which no server has anything to complain."""
    now = time.time() - 1
    for board in boards:
        for query in board.queries():
            complaints = [list(check_query(s, kind, query, world, board, now)) for kind, s in world.servers.items()]
            if not any(complaints):
                yield f"broken, and not noticed: {query.where}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for program in ("exporter", "simulator", "prometheus"):
        parser.add_argument(f"--{program}", type=Path, required=True)
    parser.add_argument("--dashboards", type=Path, default=ROOT / "deploy/grafana/dashboards")
    parser.add_argument("--broken", type=Path, default=ROOT / "tests/deploy/grafana/broken/asked")
    arguments = vars(parser.parse_args())
    boards, broken = (dashboards.load(arguments.pop(name)) for name in ("dashboards", "broken"))
    binaries = {name: str(file.resolve()) for name, file in arguments.items()}
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        World(binaries, Path(folder), ROOT / "deploy/prometheus/rules") as world,
    ):
        print(f"After {time.monotonic() - begun:.0f} s there is a world to ask about.")
        found = [*findings(world, boards), *unnoticed(world, broken)]
    for finding in found:
        print(finding)
    asked = sum(len(list(board.queries())) for board in boards)
    print(f"{asked} queries asked of each of 2 servers in {time.monotonic() - begun:.0f} s, {len(found)} findings.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
