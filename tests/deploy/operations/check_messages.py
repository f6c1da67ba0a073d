#!/usr/bin/env python3
"""Renders the messages of the Alertmanager configuration for few and for many alerts, as Alertmanager would.

Usage: check_messages.py CONFIG     needs amtool in PATH
Prints a line for each message that is otherwise; exits 1 if there is any.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

LISTED = 20
DEFAULT_RETENTION_HOURS = 120


def message_texts(config):
    """Pairs of a name and the template of every message that lists alerts."""
    for receiver in config["receivers"]:
        for email in receiver.get("email_configs", []):
            yield f"{receiver['name']}: text", email["text"]
        for pagerduty in receiver.get("pagerduty_configs", []):
            yield f"{receiver['name']}: details", pagerduty.get("details", {}).get("firing", "")


def notification(firing, resolved):
    alerts = [
        {"status": status, "labels": {"alertname": "CCKMRefreshFailed"}, "startsAt": "2026-01-01T00:00:00Z",
         "annotations": {"description": f"[{status} {number}]", "runbook_url": "https://runbook", "dashboard_url": "https://board"}}
        # Those that ended come first, as they may.
        for status, count in (("resolved", resolved), ("firing", firing))
        for number in range(count)
    ]
    return {"receiver": "r", "status": "firing" if firing else "resolved", "alerts": alerts, "externalURL": "https://am",
            "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}}


def rendered(text, data):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.json"
        file.write_text(json.dumps(data))
        command = ["amtool", "template", "render", "--template.glob", f"{folder}/*.tmpl", "--template.text", text,
                   "--template.data", str(file)]
        (Path(folder) / "none.tmpl").write_text("")
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def findings(config):
    for name, text in message_texts(config):
        for firing in (1, LISTED, LISTED + 1, 25):
            answer = rendered(text, notification(firing, 2))
            for number in range(firing):
                if (f"[firing {number}]" in answer) != (number < LISTED):
                    yield f"{name}: with {firing} alerts, number {number} is {'not ' if number < LISTED else ''}listed"
            if "[resolved" in answer:
                yield f"{name}: with {firing} alerts that fire, those that ended are listed, too"
            if (f"{firing - LISTED} others" in answer) != (firing > LISTED):
                yield f"{name}: with {firing} alerts, the number of the others is wrong: {answer[-60:]!r}"
    for receiver in config["receivers"]:
        for email in receiver.get("email_configs", []):
            answer = rendered(email["text"], notification(0, 25))
            if answer.count("[resolved") != LISTED or "5 others" not in answer:
                yield f"{receiver['name']}: of 25 alerts that ended, {answer.count('[resolved')} are listed"
            if email.get("html") != "":
                yield f"{receiver['name']}: the default HTML lists every alert"
    for where, hours in repeat_intervals(config["route"]):
        if hours > DEFAULT_RETENTION_HOURS:
            yield f"{where}: repeat_interval is longer than Alertmanager remembers"


def repeat_intervals(route):
    units = {"m": 1 / 60, "h": 1, "d": 24}
    if "repeat_interval" in route:
        text = route["repeat_interval"]
        yield str(route.get("receiver")), int(text[:-1]) * units[text[-1]]
    for below in route.get("routes", []):
        yield from repeat_intervals(below)


def main():
    found = list(findings(yaml.safe_load(Path(sys.argv[1]).read_text())))
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
