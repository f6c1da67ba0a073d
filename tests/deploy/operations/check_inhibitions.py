#!/usr/bin/env python3
"""Starts a real Alertmanager with the inhibition rules of this project and asks it what keeps what quiet.

Usage: check_inhibitions.py CONFIG TABLE     TABLE: lines of inhibitions.tsv
Needs alertmanager in PATH.  It listens on the loopback address only and has no receiver that could send anything.
Prints a line for each case that is otherwise; exits 1 if there is any.
"""

import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import yaml

WAIT_SECONDS = 10


def cases(table):
    for number, line in enumerate(table.read_text().splitlines(), 1):
        if line and not line.startswith("#"):
            expected, source, target = line.split("\t")
            # Each case is about a job in a cluster of its own, so that cases do not meet.
            own = {"job": f"case-{number}", "cluster": f"case-{number}"}
            yield number, expected == "yes", {**own, **labels(source)}, {**own, **labels(target)}


def labels(text):
    return dict(pair.split("=", 1) for pair in text.split())


def muted_config(config):
    """The configuration with its inhibition rules, and nobody to tell."""
    content = yaml.safe_load(config.read_text())
    return {"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}], "inhibit_rules": content["inhibit_rules"]}


def ask(base, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        text = answer.read()
    return json.loads(text) if body is None else None


def wait_until_ready(base):
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        try:
            ask(base, "/api/v2/status")
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("Alertmanager did not start")


def inhibited(base, all_cases):
    """The label sets that Alertmanager keeps quiet while all alerts of all cases fire."""
    ask(base, "/api/v2/alerts", [{"labels": alert} for _, _, *pair in all_cases for alert in pair])
    expected = [target for _, yes, _, target in all_cases if yes]
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        quiet = [alert["labels"] for alert in ask(base, "/api/v2/alerts") if alert["status"]["inhibitedBy"]]
        # It hears of the alerts a moment after it took them, in the order in which it took them.
        if all(target in quiet for target in expected) or time.monotonic() > deadline:
            return quiet
        time.sleep(0.1)


def main():
    config, table = Path(sys.argv[1]), Path(sys.argv[2])
    all_cases = list(cases(table))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "alertmanager.yml"
        file.write_text(yaml.safe_dump(muted_config(config)))
        command = ["alertmanager", f"--config.file={file}", f"--storage.path={folder}/data",
                   f"--web.listen-address={address}", "--cluster.listen-address="]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                wait_until_ready(f"http://{address}")
                quiet = inhibited(f"http://{address}", all_cases)
            finally:
                process.terminate()
    wrong = [(n, yes) for n, yes, _, target in all_cases if (target in quiet) != yes]
    for number, yes in wrong:
        print(f"{table.name}:{number}: the second alert is {'not ' if yes else ''}kept quiet")
    print(f"{len(all_cases)} inhibitions asked of Alertmanager, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
