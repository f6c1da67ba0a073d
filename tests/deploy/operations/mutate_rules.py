#!/usr/bin/env python3
"""Breaks every Prometheus rule in every small way it knows, and tells which changes no unit test notices.

Takes minutes, so that no gate runs it: run it after changing a rule or a test.  What no test notices and
unnoticed_changes.txt lists changes nothing that can be observed, or a margin that no test should hold to.

Usage: mutate_rules.py [NAME...]     only the rules with these names
Needs promtool in PATH.  Exits 1 if a change was not noticed.
"""

import copy
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]
PROMETHEUS = ROOT / "deploy/prometheus"
QUOTED = r'"[^"]*"'
LABELS = r"\b(?:by|on|group_left)\s*\([^)]*\)"

# What to look for, and what to put there.
CHANGES = [
    (r"(?<![\w.:])\d+(?:\.\d+)?(?![\w.])", lambda text: [halved(text), doubled(text)]),
    (r"(?<=\[)\d+(?=[smhd]\])|(?<=offset )\d+(?=[smhd])", lambda text: [str(int(text) * 2), str(max(1, int(text) // 2))]),
    (r"[<>]", lambda text: [{"<": ">", ">": "<"}[text]]),
    (r"==", lambda text: ["!="]),
    (r"\band\b", lambda text: ["or", "unless"]),
    (r"\bor\b", lambda text: ["and"]),
    (r"\bunless\b", lambda text: ["and"]),
    (r"\b(max|min|sum|avg)(?= by)", lambda text: [{"max": "min", "min": "max", "sum": "min", "avg": "max"}[text], "sum"]),
    (r"(?<=[a-z_])=~?(?=\")", lambda text: [{"=": "!=", "=~": "!~"}[text]]),
]


def doubled(text):
    return f"{float(text) * 2:g}" if float(text) else "1"


def halved(text):
    return f"{float(text) / 2:.10g}" if float(text) else "-1"


def expression_mutants(expression):
    hidden = [m.span() for m in re.finditer(f"{QUOTED}|{LABELS}", expression)]
    for pattern, replacements in CHANGES:
        for match in re.finditer(pattern, expression):
            if any(start < match.start() < end for start, end in hidden):
                continue
            for replacement in replacements(match.group(0)):
                if replacement != match.group(0):
                    yield match, expression[: match.start()] + replacement + expression[match.end() :], replacement


def mutants(rule):
    """Pairs of what was changed and the changed rule."""
    for match, expression, replacement in expression_mutants(rule["expr"]):
        near = rule["expr"][max(0, match.start() - 30) : match.end() + 12].replace("\n", " ")
        yield f"{match.group(0)} -> {replacement} in …{near}…", {**rule, "expr": expression}
    for key in ("for", "keep_firing_for"):
        if key in rule:
            yield f"no {key}", {k: v for k, v in rule.items() if k != key}
            yield f"{key} doubled", {**rule, key: re.sub(r"\d+", lambda n: str(int(n.group(0)) * 2), rule[key])}


def tests_of(alerts, rule):
    """The test files, cut down to the cases of these alerts and, for a recording rule, to the expressions."""
    for file in sorted(PROMETHEUS.glob("tests/*.yml")):
        content = yaml.safe_load(file.read_text())
        for test in content["tests"]:
            test["alert_rule_test"] = [c for c in test.get("alert_rule_test", []) if c["alertname"] in alerts]
            if "alert" in rule:
                test.pop("promql_expr_test", None)
        content["tests"] = [t for t in content["tests"] if t["alert_rule_test"] or t.get("promql_expr_test")]
        if content["tests"]:
            yield file.name, content


def alerts_upon(rule, groups):
    """The names of the alerts that depend on the rule: its own, or those that use what it records."""
    if "alert" in rule:
        return {rule["alert"]}
    rules = [other for group in groups for other in group["rules"]]
    names = {rule["record"]}
    while more := {r["record"] for r in rules if "record" in r and any(n in r["expr"] for n in names)} - names:
        names |= more
    return {r["alert"] for r in rules if "alert" in r and any(n in r["expr"] for n in names)}


def is_noticed(groups, tests):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "rules.yml").write_text(yaml.safe_dump({"groups": groups}))
        for file_name, content in tests:
            content = {**content, "rule_files": ["rules.yml"], "group_eval_order": [group["name"] for group in groups]}
            file = Path(folder) / file_name
            file.write_text(yaml.safe_dump(content))
            command = ["promtool", "test", "rules", str(file)]
            if subprocess.run(command, capture_output=True, timeout=300, check=False).returncode != 0:
                return True
    return False


def work(wanted):
    groups = []
    for file in ("recording.yml", "alerts.yml"):
        groups += yaml.safe_load((PROMETHEUS / "rules" / file).read_text())["groups"]
    for at, group in enumerate(groups):
        for position, rule in enumerate(group["rules"]):
            name = rule.get("alert", rule.get("record"))
            if wanted and name not in wanted:
                continue
            alerts = alerts_upon(rule, groups)
            tests = list(tests_of(alerts, rule))
            for what, mutant in mutants(rule):
                changed = copy.deepcopy(groups)
                changed[at]["rules"][position] = mutant
                for other in changed:
                    other["rules"] = [r for r in other["rules"] if "record" in r or r["alert"] in alerts]
                yield f"{name}: {what}", changed, tests


def main():
    known_file = Path(__file__).with_name("unnoticed_changes.txt")
    known = {line.split("  # ")[0] for line in known_file.read_text().splitlines() if not line.startswith("#")}
    jobs = list(work(set(sys.argv[1:])))
    missed, unknown = 0, 0
    with ThreadPoolExecutor(2) as pool:
        for (what, _, _), seen in zip(jobs, pool.map(lambda job: is_noticed(job[1], job[2]), jobs)):
            missed += not seen
            if not seen and what not in known:
                unknown += 1
                print(what, flush=True)
    print(f"{len(jobs)} changes: {len(jobs) - missed} noticed, {missed - unknown} known to change nothing that matters, {unknown} missed")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
