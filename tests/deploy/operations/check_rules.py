#!/usr/bin/env python3
"""Checks the Prometheus rules, their tests and their runbooks against each other and against the exporter.

Proves what promtool cannot: that every metric, label and label value exists in the exporter; that every alert has its
annotations, a severity, a runbook, and tests in which it fires, does not, and ends; that names can be joined.

Usage: check_rules.py [--deploy DIR] [--source DIR]
       check_rules.py --queries     prints the queries of the runbooks as rules, for promtool to parse
Prints a line for each finding; exits 1 if there is any, 0 otherwise.
"""

import argparse
import re
import sys
from pathlib import Path

import yaml

import promql

SEVERITIES = {"critical", "warning", "info", "none"}
# The severity of an alert that is as bad as the configuration expects, and as bad as this where nothing is expected.
FOLLOWING = re.compile(r'\{\{ or \$labels\.severity "(\w+)" \}\}')
ANNOTATIONS = {"summary", "description", "runbook_url", "dashboard_url"}
HEADINGS = ["Meaning", "Impact", "Diagnosis", "Mitigation", "It is over when"]
# What stands at the top of a runbook, before the colon or comma that the reason follows, by whether the alert pages.
URGENCY = {True: "**Can it wait until morning?** No", False: "**Can it wait until morning?** Yes"}
DASHBOARDS = {"cckm-overview", "cckm-domain"}
ALERT_NAME = re.compile(r"CCKM[A-Z][A-Za-z]+")
RECORD_NAME = re.compile(r"[a-z]+:[a-z0-9_]+:[a-z0-9_]+")
# Where a mitigation that names the path of dsm says what it is in other families.
FAMILIES = "README.md#start-and-cancel-in-each-family"
RUNBOOK_URL = re.compile(r"https://.+/")

# Labels that a scrape adds, and series that Prometheus makes.
SCRAPE_LABELS = {"job", "instance"}
OF_PROMETHEUS = {"up": set(), "scrape_samples_scraped": set()}
# Counters whose series exist from the first scrape, and that move all the time while something is wrong: only of these a
# rate tells anything.
FREQUENT = {"cckm_api_errors_total", "cckm_ledger_write_failures_total"}
# Counters that count an event once: their first sample may be above 0, so that a rule has to compare it with the past, too.
RARE = {"cckm_refresh_anomalies_total"}
RATES = {"increase", "rate", "irate", "delta"}
# Labels with values that the exporter's source spells out.
CLOSED_LABELS = {"cloud", "status", "result", "reason", "kind", "endpoint", "severity"}
# What a description has to name, by the label that the alert has.
IDENTITY = {
    "domain_id": ["domain", "domain_id", "cloud", "target"],
    "refresh_id": ["refresh_id", "cloud", "target"],
    "schedule_id": ["schedule", "schedule_id", "cloud", "target"],
    "address": ["address", "target"],
}


class Exporter:
    """The metrics and the label values of the exporter, read from its source."""

    def __init__(self, source):
        self.labels = dict(OF_PROMETHEUS)
        catalogue = (source / "exporter/metrics/catalogue.cc").read_text()
        row = re.compile(r'\{Metric::\w+, "(\w+)", k(\w+),\s*\{([^}]*)\}')
        for name, kind, labels in row.findall(catalogue):
            names = set(re.findall(r'"(\w+)"', labels))
            if kind == "Histogram":
                self.labels[name + "_bucket"] = names | {"le"}
                self.labels[name + "_sum"] = self.labels[name + "_count"] = names
                self.labels[name] = names  # the native histogram
            else:
                self.labels[name] = names
        if len(self.labels) < 20:
            raise ValueError("exporter/metrics/catalogue.cc no longer looks as this script expects")
        files = [*source.glob("exporter/**/*.[ch]*"), *source.glob("collectors/**/*.[ch]*")]
        self.words = {word for file in files for word in re.findall(r'"([\w-]+)"', file.read_text())}


class Rules:
    """All rules of a folder, and what is recorded by them."""

    def __init__(self, folder):
        self.alerts = []
        self.records = {}
        for file in sorted(folder.glob("*.yml")):
            for group in yaml.safe_load(file.read_text())["groups"]:
                for rule in group["rules"]:
                    if "alert" in rule:
                        self.alerts.append(rule)
                    else:
                        self.records[rule["record"]] = rule["expr"]


def check_expression(where, expression, exporter, rules):
    """Metrics, labels and label values of the expression exist; rates and joins are of what they can be of."""
    used = set(SCRAPE_LABELS)
    for selector in promql.selectors(expression):
        if selector.metric in rules.records:
            used |= set(promql.label_lists(rules.records[selector.metric])) | labels_of(selector.metric, rules)
            continue
        if selector.metric not in exporter.labels:
            yield f"{where}: no metric {selector.metric}"
            continue
        known = exporter.labels[selector.metric] | SCRAPE_LABELS
        used |= known
        yield from check_matchers(where, selector, known, exporter)
        compared = selector.metric in RARE and re.search(rf"{selector.metric}[^)]* offset ", expression)
        if selector.inside in RATES and selector.metric not in FREQUENT and not compared:
            yield f"{where}: {selector.inside}() of {selector.metric}, which moves too rarely for it"
    for label in sorted(set(promql.label_lists(expression)) - used):
        yield f"{where}: no metric of the expression has the label {label}"
    if re.search(r"group_(left|right)[^)]*\)\s*cckm_domain_info", expression):
        yield f"{where}: joins cckm_domain_info itself, which may have two series for a domain"


def labels_of(record, rules, depth=4):
    """The labels that a recorded series may have: those listed where it, or what it is made of, is aggregated."""
    found = set(promql.label_lists(rules.records[record]))
    for selector in promql.selectors(rules.records[record]):
        if selector.metric in rules.records and depth > 0:
            found |= labels_of(selector.metric, rules, depth - 1)
    return found


def check_matchers(where, selector, known, exporter):
    for label, operator, value in selector.matchers:
        if label not in known:
            yield f"{where}: {selector.metric} has no label {label}"
        elif label in CLOSED_LABELS:
            words = value.split("|") if operator in ("=~", "!~") else [value]
            for word in words:
                if word and word not in exporter.words:
                    yield f'{where}: the exporter never says {label}="{word}"'


def severity_of(rule):
    """The severity of the alert where nothing is expected, and whether it is another one where something is."""
    severity = rule.get("labels", {}).get("severity")
    following = FOLLOWING.fullmatch(severity or "")
    return (following.group(1), True) if following else (severity, False)


def check_alert(rule):
    name = rule["alert"]
    annotations = rule.get("annotations", {})
    if not ALERT_NAME.fullmatch(name):
        yield f"{name}: the name is not CCKM and words in camel case"
    severity, follows = severity_of(rule)
    if set(rule.get("labels", {})) != {"severity"} or severity not in SEVERITIES:
        yield f"{name}: needs the label severity, one of {', '.join(sorted(SEVERITIES))}, and no other"
    if follows and not re.search(r"group_left \([^)]*\bseverity\b", rule["expr"]):
        yield f"{name}: follows the label severity, which the expression does not have"
    for missing in sorted(ANNOTATIONS ^ set(annotations)):
        yield f"{name}: the annotation {missing} is missing or one too many"
        return
    if not re.fullmatch(r"[A-Z][^{}]*\.", annotations["summary"]):
        yield f"{name}: the summary is not a sentence without templates"
    if not annotations["runbook_url"].endswith("/" + name):
        yield f"{name}: runbook_url does not end in the alert's name"
    dashboard = re.fullmatch(r"https://[^/]+/d/([a-z-]+)(\?.*)?", annotations["dashboard_url"])
    if not dashboard or dashboard.group(1) not in DASHBOARDS:
        yield f"{name}: dashboard_url is not that of a dashboard of this project"
    yield from check_description(name, rule["expr"], annotations)


def check_description(name, expression, annotations):
    labels = set(promql.label_lists(expression))
    told = set(re.findall(r"\$labels\.(\w+)", annotations["description"]))
    for identity, names in IDENTITY.items():
        if identity not in labels:
            continue
        for label in [label for label in names if label not in told]:
            yield f"{name}: the description does not tell {label}"
    if "var-target" not in annotations["dashboard_url"] and "target" in labels:
        yield f"{name}: dashboard_url does not select the target"


def check_names(rules):
    names = [rule["alert"] for rule in rules.alerts]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name}: two alerts have this name"
    bases = {RUNBOOK_URL.match(r["annotations"].get("runbook_url", "")) for r in rules.alerts if "annotations" in r}
    if len({base.group(0) for base in bases if base}) > 1:
        yield "runbook_url: more than one base, which cannot be replaced at once"
    for record in rules.records:
        if not RECORD_NAME.fullmatch(record):
            yield f"{record}: not named level:metric:operation"


def check_runbooks(folder, names, exporter, rules):
    files = {file.stem: file for file in folder.glob("*.md") if file.stem != "README"}
    pages = {rule["alert"]: severity_of(rule)[0] == "critical" for rule in rules.alerts}
    rows = {rule["alert"]: row_of(rule) for rule in rules.alerts if "labels" in rule and "annotations" in rule}
    for name in sorted(names - set(files)):
        yield f"{name}: no runbook"
    index = (folder / "README.md").read_text() if (folder / "README.md").exists() else ""
    for stem, file in sorted(files.items()):
        if stem not in names:
            yield f"{stem}: a runbook without an alert"
        text = file.read_text()
        yield from check_form(stem, text, pages.get(stem, False))
        if f"({stem}.md)" not in index:
            yield f"{stem}: not in the index of the runbooks"
        elif stem in rows and rows[stem] not in index:
            yield f"{stem}: the index of the runbooks does not have severity and summary of the alert"
        for query in queries(text):
            yield from check_expression(f"runbook {stem}", query, exporter, rules)


def row_of(rule):
    """What the index of the runbooks has to say of the alert."""
    severity, follows = severity_of(rule)
    told = f"{severity}, or as expected" if follows else severity
    return f"]({rule['alert']}.md) | {told} | {rule['annotations'].get('summary')} |"


def check_form(stem, text, pages):
    """Whoever is woken sees first whether to get up, and last how to see that it is over."""
    if re.findall(r"^## (.+)$", text, re.M) != HEADINGS or not text.startswith(f"# {stem}\n"):
        yield f"{stem}: the runbook's headings are not the alert's name and {', '.join(HEADINGS)}"
    if not re.match(rf"# .+\n\n{re.escape(URGENCY[pages])}[:,] \S", text):
        yield f"{stem}: the runbook does not begin with '{URGENCY[pages]}' and the reason"
    mitigation = text.partition("## Mitigation\n")[2].partition("\n## ")[0]
    if "/cckm/dsm/refresh" in mitigation and FAMILIES not in mitigation:
        yield f"{stem}: the mitigation is for dsm alone"
    if not text.partition(f"## {HEADINGS[-1]}\n")[2].strip():
        yield f"{stem}: the runbook does not say how to see that it is over"


def queries(text):
    """The queries of a runbook: one a line."""
    blocks = re.findall(r"```promql\n(.*?)```", text, re.S)
    return [line for block in blocks for line in block.splitlines() if line]


def queries_as_rules(folder):
    found = [query for file in sorted(folder.glob("*.md")) for query in queries(file.read_text())]
    rules = [{"record": f"runbook:query:{number}", "expr": query} for number, query in enumerate(found)]
    return yaml.safe_dump({"groups": [{"name": "runbooks", "rules": rules}]})


def check_tests(folder, names, exporter, rules):
    fires, silent, ends = set(), set(), set()
    for file in sorted(folder.glob("*.yml")):
        for test in yaml.safe_load(file.read_text())["tests"]:
            for series in test.get("input_series", []):
                yield from check_series(f"{file.name}: {test.get('name')}", series["series"], exporter, rules)
            history = {}
            for case in test.get("alert_rule_test", []):
                history.setdefault(case["alertname"], []).append((minutes(case["eval_time"]), bool(case["exp_alerts"])))
            for name, moments in history.items():
                order = [fired for _, fired in sorted(moments)]
                fires |= {name} if any(order) else set()
                silent |= {name} if not any(order) else set()
                ends |= {name} if any(a and not b for a, b in zip(order, order[1:])) else set()
    always = {rule["alert"] for rule in rules.alerts if rule["expr"].startswith("vector(")}
    for tested, what in ((fires, "fires"), (silent | always, "never fires"), (ends | always, "ends")):
        for name in sorted(names - tested):
            yield f"{name}: no test in which it {what}"
    for name in sorted((fires | silent) - names):
        yield f"{name}: tested, and not an alert"


def check_series(where, series, exporter, rules):
    """A series of a test is one that the exporter would show, with all of its labels."""
    (selector,) = promql.selectors(series)
    if selector.metric in rules.records:
        return
    if selector.metric not in exporter.labels:
        yield f"{where}: no metric {selector.metric}"
        return
    known = exporter.labels[selector.metric] | SCRAPE_LABELS
    given = {label for label, _, _ in selector.matchers}
    if given != known:
        yield f"{where}: {selector.metric} does not have the labels {', '.join(sorted(given ^ known))}, or has them, too"
    selector.matchers = [matcher for matcher in selector.matchers if matcher[0] in known]
    yield from check_matchers(where, selector, known, exporter)


def minutes(time):
    units = {"d": 1440, "h": 60, "m": 1, "s": 1 / 60}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([dhms])", time))


def findings(deploy, source):
    exporter = Exporter(source)
    rules = Rules(deploy / "prometheus/rules")
    names = {rule["alert"] for rule in rules.alerts}
    for rule in rules.alerts:
        yield from check_alert(rule)
        yield from check_expression(rule["alert"], rule["expr"], exporter, rules)
    for record, expression in rules.records.items():
        yield from check_expression(record, expression, exporter, rules)
    yield from check_names(rules)
    yield from check_runbooks(deploy / "runbooks", names, exporter, rules)
    yield from check_tests(deploy / "prometheus/tests", names, exporter, rules)


def main():
    root = Path(__file__).resolve().parents[3]
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--deploy", type=Path, default=root / "deploy", help="folder with prometheus and runbooks")
    parser.add_argument("--source", type=Path, default=root, help="folder with exporter and collectors")
    parser.add_argument("--queries", action="store_true", help="print the queries of the runbooks as rules")
    arguments = parser.parse_args()
    if arguments.queries:
        print(queries_as_rules(arguments.deploy / "runbooks"))
        return 0
    found = list(findings(arguments.deploy, arguments.source))
    for finding in found:
        print(finding)
    if found:
        return 1
    rules = Rules(arguments.deploy / "prometheus/rules")
    print(f"{len(rules.alerts)} alerts and {len(rules.records)} recording rules agree with exporter, tests and runbooks.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
