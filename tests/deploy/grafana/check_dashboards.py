#!/usr/bin/env python3
"""Checks the Grafana dashboards against the exporter, the rules, the runbooks and the conventions of deploy/grafana.

Proves what no linter does: that every metric, label and label value exists in the exporter or is recorded; that states
have all their mappings; that counters are only shown as rates; that panels do not overlap and tell what they show; that
links and variables lead somewhere.  Whether each query finds something is asked by query_dashboards.py.

Usage: check_dashboards.py [--dashboards DIR]
Prints a line for each finding; exits 1 if there is any, 0 otherwise.
"""

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/deploy/operations"))

import check_rules  # noqa: E402
import dashboards  # noqa: E402
import promql  # noqa: E402

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
FIXED = {"editable": False, "graphTooltip": 1, "refresh": "1m", "schemaVersion": 39}
# Grafana's names of units that are used here; a wrong one is shown as text behind the number.
UNITS = {"none", "short", "s", "dtdurations", "dateTimeFromNow", "bytes", "percentunit", "reqps", "ops"}
RATES = {"rate", "irate", "increase", "changes", "resets"}
GRAFANA_VARIABLES = {"__rate_interval", "__range", "__interval", "__data", "__url_time_range", "1"}
OF_PROMETHEUS = {
    "up": set(),
    "scrape_duration_seconds": set(),
    "scrape_samples_scraped": set(),
    "ALERTS": {
        "alertname",
        "alertstate",
        "severity",
        "target",
        "cloud",
        "domain",
        "domain_id",
        "connection",
        "refresh_id",
        "schedule",
        "address",
    },
}
# The way from the data source to the domain.  A selector is narrowed by each of these labels that its metric has.
CHAIN = {"job": "job", "instance": "instance", "target": "target", "cloud": "cloud", "domain_id": "domain"}
# A variable that holds some of the values of another one, and is narrowed by it.
PART_OF = {"troubled": "domain"}
WINDOWS = {"__rate_interval": "1m", "__interval": "1m", "__range": "1h", "stale": "172800", "long": "3600"}

# What is not narrowed by a variable, and why.
NOT_NARROWED = {
    ("cckm-overview.json: Appliances down A", "cloud"): "an appliance is down if none of its families can be read",
}


class World:
    """What the dashboards may speak of."""

    def __init__(self):
        self.exporter = check_rules.Exporter(ROOT)
        self.rules = check_rules.Rules(ROOT / "deploy/prometheus/rules")
        self.labels = {**self.exporter.labels, **OF_PROMETHEUS}
        for name in [name for name in self.labels if name.endswith("_bucket")]:
            base = name.removesuffix("_bucket")
            self.labels[base] = self.labels[name] - {"le"}  # native histograms
        for record in self.rules.records:
            self.labels[record] = check_rules.labels_of(record, self.rules) - {"le", "job"}
        catalogue = (ROOT / "exporter/metrics/catalogue.cc").read_text()
        row = r'"(\w+)", kGauge,\s*\{[^}]*\},\s*"Whether '
        self.booleans = set(re.findall(row, catalogue)) | {"up"}
        self.states = {
            "cckm_domain_refresh_status": words("exporter/state/state.h", "kDomainShownNames"),
            "cckm_domain_refresh_last_result": {"none", "completed", "failed", "cancelled"},
            "cckm_refresh_status": words("collectors/model/refresh.h", "kRefreshStatusNames"),
            "cckm_schedule_last_run_status": words("collectors/model/refresh_schedule.h", "kRunStatusNames"),
        }
        self.runbooks = {file.stem for file in (ROOT / "deploy/runbooks").glob("*.md")}

    def known(self, metric):
        made_by_rules = metric in self.rules.records
        return self.labels[metric] | ({"job"} if made_by_rules else check_rules.SCRAPE_LABELS)


def words(file, array):
    """The values of a closed label, from the source that spells them out."""
    found = re.search(array + r" = \{([^}]*)\}", (ROOT / file).read_text())
    return set(re.findall(r'"(\w+)"', found[1]))


def check_page(board):
    for name, value in FIXED.items():
        if board.content.get(name) != value:
            yield f"{board.name}: {name} is not {value}"
    if board.uid != board.stem:
        yield f"{board.name}: the uid is not the name of the file"
    for word in ("__inputs", "__requires", "${DS_"):
        if word in board.text:
            yield f"{board.name}: {word} works in the import dialogue only"
    numbers = [panel.get("id") for panel in board.everything()]
    for number in sorted({number for number in numbers if numbers.count(number) > 1}, key=str):
        yield f"{board.name}: more than one panel has the id {number}"
    for level in board.levels():
        yield from check_positions(board, level)


def check_positions(board, panels):
    taken = {}
    for panel in panels:
        at = panel["gridPos"]
        if at["x"] < 0 or at["x"] + at["w"] > 24 or at["w"] < 1 or at["h"] < 1:
            yield f"{board.where(panel)}: not within the 24 columns"
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        for other in sorted({taken[cell] for cell in cells if cell in taken}):
            yield f"{board.where(panel)}: covers {other}"
        taken |= dict.fromkeys(cells, panel.get("title", ""))


def check_panels(board):
    for panel in board.panels:
        where = board.where(panel)
        for needed in ("title", "description"):
            if not panel.get(needed):
                yield f"{where}: no {needed}"
        if not (panel.get("description") or ".").endswith("."):
            yield f"{where}: the description is not a sentence"
        if not panel.get("targets"):
            yield f"{where}: no query"
        for unit in units_of(panel):
            if unit not in UNITS:
                yield f"{where}: the unit {unit} is not one of {', '.join(sorted(UNITS))}"
        references = [target.get("refId") for target in panel.get("targets", [])]
        if len(set(references)) != len(references):
            yield f"{where}: two queries have the same refId"
    for where, source in datasources(board):
        if source != DATASOURCE:
            yield f"{where}: the data source is not the one of the variable"


def check_length(board):
    """What shows one row for each domain shows a number of them that somebody can read: thousands are slow, too."""
    troubled = board.variables.get("troubled")
    if troubled and not re.match(r"query_result\(topk\(\d\d?,", troubled["definition"]):
        yield f"{board.name}: variable troubled: is not the worst few"
    of_every_domain = board.variables.get("domain", {"multi": True}).get("multi")
    for panel in board.panels if of_every_domain else ():
        if panel["type"] not in ("table", "state-timeline"):
            continue
        for target in panel["targets"]:
            rows = re.search(r"by \([^)]*domain_id", target["expr"]) and "ALERTS" not in target["expr"]
            if rows and 'domain_id=~"$troubled"' not in target["expr"]:
                yield f"{board.where(panel)} {target['refId']}: has a row for every domain"


def check_columns(board):
    """Every column of a table is a label of its queries, or a number."""
    for panel in board.panels:
        expressions = " ".join(target["expr"] for target in panel.get("targets", []))
        labels = set(promql.label_lists(expressions)) | set(re.findall(r'"(\w+)"', expressions))
        numbers = {"Value"} | {f"Value #{target['refId']}" for target in panel.get("targets", [])}
        shown = {override["matcher"]["options"] for override in panel["fieldConfig"]["overrides"]}
        if panel["type"] == "table":
            for name in sorted(shown - labels - numbers):
                yield f"{board.where(panel)}: no query gives the column {name}"


def units_of(panel):
    config = panel.get("fieldConfig", {})
    yield config.get("defaults", {}).get("unit")
    for override in config.get("overrides", []):
        yield from [property["value"] for property in override["properties"] if property["id"] == "unit"]


def datasources(board):
    for panel in board.panels:
        yield board.where(panel), panel.get("datasource")
        for target in panel.get("targets", []):
            yield board.where(panel), target.get("datasource")
    for note in board.annotations:
        yield f"{board.name}: annotation {note['name']}", note.get("datasource")
    for variable in board.variables.values():
        if variable["type"] == "query":
            yield f"{board.name}: variable {variable['name']}", variable.get("datasource")


def check_query(board, query, world):
    """Metrics, labels and label values exist; counters move; what a variable can narrow is narrowed."""
    for name in sorted(dashboards.names_in(query.expression) - set(board.variables) - GRAFANA_VARIABLES):
        yield f"{query.where}: no variable ${name}"
    expression = dashboards.substituted(query.expression, WINDOWS)
    used = set(check_rules.SCRAPE_LABELS)
    for selector in promql.selectors(expression):
        if selector.metric not in world.labels:
            yield f"{query.where}: no metric {selector.metric}"
            continue
        known = world.known(selector.metric)
        used |= known
        fixed = [matcher for matcher in selector.matchers if "$" not in matcher[2]]
        narrowed = [matcher for matcher in selector.matchers if "$" in matcher[2]]
        selector.matchers = fixed
        yield from check_rules.check_matchers(query.where, selector, known, world.exporter)
        is_difference = f"{selector.metric}{{" in query.expression and "} offset $__interval" in query.expression
        if selector.metric.endswith("_total") and selector.inside not in RATES and not is_difference:
            yield f"{query.where}: {selector.metric} is a counter, and shown as it is"
        if not query.label:
            yield from check_narrowed(board, query, selector.metric, narrowed, known)
    used |= set(re.findall(r'"(\w+)"' + 3 * r',\s*"[^"]*"' + r"\s*\)", expression))  # made by label_replace
    labels = set(promql.label_lists(expression)) | set(re.findall(r"{{(\w+)}}", query.legend)) | {query.label} - {""}
    for label in sorted(labels - used):
        yield f"{query.where}: no metric of the query has the label {label}"


def check_narrowed(board, query, metric, matchers, known):
    given = {
        (label, PART_OF.get(name, name)): operator
        for label, operator, value in matchers
        for name in dashboards.names_in(value)
    }
    for label, name in CHAIN.items():
        several = board.variables.get(name, {}).get("multi")
        operator = given.pop((label, name), None)
        if operator is None:
            exempt = (query.where, label) in NOT_NARROWED or f"variable {name}" in query.where
            if label in known and metric != "ALERTS" and not exempt:
                yield f"{query.where}: {metric} is not narrowed by ${name}"
        elif operator != "=~" and several:
            yield f'{query.where}: {label}{operator}"${name}" fails where several values are chosen'
    for label, name in sorted(given):
        yield f"{query.where}: {label} is narrowed by ${name}, which holds something else"


def mappings_of(panel):
    """The numbers that have a text, in the panel and in each of its columns, each with its text."""
    config = panel["fieldConfig"]
    found = [config["defaults"].get("mappings", [])]
    for override in config["overrides"]:
        found += [property["value"] for property in override["properties"] if property["id"] == "mappings"]
    return [
        {key: value.get("text", key) for row in rows for key, value in row.get("options", {}).items()} for rows in found
    ]


def check_states(board, world):
    """A number that stands for a state has its text, and every state its number."""
    for panel in board.panels:
        for target in panel.get("targets", []):
            where = f"{board.where(panel)} {target['refId']}"
            expression = target["expr"]
            coded = re.findall(r'(\d+) \* (\w+)\{[^}]*(?:status|result)="(\w+)"\}', expression)
            for metric in sorted({metric for _, metric, _ in coded} & set(world.states)):
                codes = {word: code for code, name, word in coded if name == metric}
                for word in sorted(world.states[metric] - set(codes) - {"unknown"}):
                    yield f"{where}: {metric} can be {word}, and the query leaves it out"
                if len(set(codes.values())) < len(codes) or "0" in codes.values():
                    yield f"{where}: two states have the same number"
                yield from check_texts(where, panel, {**codes, "unknown": "0"})


def check_texts(where, panel, codes):
    mappings = mappings_of(panel)
    for word, code in sorted(codes.items()):
        texts = {mapping[code] for mapping in mappings if code in mapping}
        if not any(text.replace(" ", "_").startswith(word) for text in texts):
            yield f"{where}: no mapping tells that {code} is {word}"


def check_booleans(board, world):
    for panel in board.panels:
        plain = [
            re.fullmatch(r"(?:max|min) by \([^)]*\) \((\w+)\{[^}]*\}\)", t["expr"]) for t in panel.get("targets", [])
        ]
        if plain and all(found and found[1] in world.booleans for found in plain):
            if not any({"0", "1"} <= set(mapping) for mapping in mappings_of(panel)):
                yield f"{board.where(panel)}: no mappings tell what 0 and 1 mean"


def check_variables(board):
    """Each narrows all that follow, is read again with the time range, and All means all."""
    before = []
    for name in CHAIN.values():
        variable = board.variables.get(name)
        where = f"{board.name}: variable {name}"
        if variable is None or variable["type"] != "query":
            yield f"{where}: is missing"
            continue
        for other in [other for other in before if other not in dashboards.names_in(variable["definition"])]:
            yield f"{where}: does not depend on ${other}"
        if variable["query"].get("query") != variable["definition"]:
            yield f"{where}: definition and query differ"
        if variable["refresh"] != 2:
            yield f"{where}: is not read again when the time range changes"
        if variable["includeAll"] and variable.get("allValue") != ".+":
            yield f"{where}: All is not .+"
        before.append(name)
    first = board.content["templating"]["list"][:1]
    if [v["type"] for v in first] != ["datasource"] or first[0]["name"] != "datasource":
        yield f"{board.name}: the first variable is not the data source"


def links_of(board):
    for panel in board.panels:
        for link in panel.get("links", []):
            yield board.where(panel), link, panel
        for override in panel["fieldConfig"]["overrides"]:
            for property in override["properties"]:
                for link in property["value"] if property["id"] == "links" else []:
                    yield board.where(panel), link, panel


def check_links(board, boards, world):
    others = {other.uid: other for other in boards}
    base = board.variables.get("runbooks", {}).get("query", "")
    for where, link, panel in links_of(board):
        url = link["url"]
        for label in re.findall(r"__data\.fields\.(\w+)", url):
            if not any(label in promql.label_lists(target["expr"]) for target in panel["targets"]):
                yield f"{where}: the link needs {label}, which the panel does not have"
        for name in sorted(dashboards.names_in(url) - set(board.variables) - GRAFANA_VARIABLES):
            yield f"{where}: the link uses ${name}, which is no variable"
        if page := re.match(r"\$\{runbooks\}(\w*)", url):
            if page[1] and page[1] not in world.runbooks:
                yield f"{where}: no runbook {page[1]}"
        elif target := re.match(r"/d/([\w-]+)", url):
            yield from check_way_to(where, target[1], url, others)
        else:
            yield f"{where}: {url} leads out of this project"
    for link in board.content["links"]:
        where = f"{board.name}: link {link['title']}"
        if target := re.match(r"/d/([\w-]+)", link["url"]):
            yield from check_way_to(where, target[1], link["url"], others)
        elif not base or not link["url"].startswith(base):
            yield f"{where}: {link['url']} leads out of this project"
    rule = world.rules.alerts[0]["annotations"]["runbook_url"]
    if base != rule[: rule.rindex("/") + 1]:
        yield f"{board.name}: the base of the runbooks is not the one of the rules"


def check_way_to(where, uid, url, others):
    if uid not in others:
        yield f"{where}: no dashboard {uid}"
        return
    for name in re.findall(r"[?&](?:var-(?=\w+=)|\$\{(?=\w+:queryparam))(\w+)", url):
        if name not in others[uid].variables:
            yield f"{where}: the dashboard {uid} has no variable {name}"


def check_alerts_arrive(boards, world):
    """The addresses in the annotations of the rules are those of these dashboards."""
    others = {board.uid: board for board in boards}
    for rule in world.rules.alerts:
        url = rule["annotations"]["dashboard_url"]
        yield from check_way_to(rule["alert"], re.search(r"/d/([\w-]+)", url)[1], url, others)


def findings(folder, own):
    world = World()
    boards = dashboards.load(folder)
    if not boards:
        yield f"no dashboard in {folder.name}"
    for board in boards:
        yield from check_page(board)
        yield from check_panels(board)
        yield from check_length(board)
        yield from check_columns(board)
        yield from check_variables(board)
        for query in board.queries():
            yield from check_query(board, query, world)
        yield from check_states(board, world)
        yield from check_booleans(board, world)
        yield from check_links(board, boards, world)
    if own:
        yield from check_alerts_arrive(boards, world)


def main():
    own = ROOT / "deploy/grafana/dashboards"
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--dashboards", type=Path, default=own, help="folder with dashboards")
    folder = parser.parse_args().dashboards
    found = list(findings(folder, folder == own))
    for finding in found:
        print(finding)
    if found:
        return 1
    boards = dashboards.load(folder)
    panels, queries = sum(len(b.panels) for b in boards), sum(len(list(b.queries())) for b in boards)
    print(
        f"{len(boards)} dashboards with {panels} panels and {queries} queries agree with exporter, rules and runbooks."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
