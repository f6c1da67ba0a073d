"""A dashboard around its panels: the grid, variables, annotations, links."""

from queries import DATASOURCE
from states import DARK_BLUE, GREY, RED

RUNBOOKS = "https://runbooks.example.com/cckm_exporter/"


class Page:
    """Puts panels from left to right, and numbers them."""

    def __init__(self):
        self.panels = []
        self._into = self.panels
        self._number = self._x = self._y = self._height = 0

    def row(self, title, *, collapsed=False):
        self._break_line()
        header = {"type": "row", "title": title, "collapsed": collapsed, "panels": []}
        self._append(self.panels, header, 24, 1)
        self._into = header["panels"] if collapsed else self.panels
        self._break_line()

    def add(self, width, height, *panels):
        for item in panels:
            if self._x + width > 24:
                self._break_line()
            self._append(self._into, item, width, height)

    def _append(self, panels, item, width, height):
        self._number += 1
        item["id"] = self._number
        item["gridPos"] = {"h": height, "w": width, "x": self._x, "y": self._y}
        panels.append(item)
        self._x += width
        self._height = max(self._height, height)

    def _break_line(self):
        self._y += self._height
        self._x = self._height = 0


def variable(name, label, definition, **more):
    kind = 3 if definition.startswith("query_result") else 1
    return {
        "type": "query",
        "name": name,
        "label": label,
        "datasource": DATASOURCE,
        "definition": definition,
        "query": {"qryType": kind, "query": definition, "refId": "PrometheusVariableQueryEditor-VariableQuery"},
        "refresh": 2,
        "regex": "",
        "sort": 1,
        "multi": False,
        "includeAll": False,
        **more,
    }


EVERY = {
    "multi": True,
    "includeAll": True,
    "allValue": ".+",
    "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
}


def hidden(name, label, definition, pattern):
    """All that a query finds at the moment, for other queries to ask of; nobody chooses."""
    everything = {**EVERY, "allValue": None, "hide": 2, "skipUrlSync": True}
    return variable(name, label, definition, **{**everything, "regex": pattern})


def choice(name, label, description, choices, chosen):
    """A number of seconds, by a name for people."""
    options = [{"selected": value == chosen, "text": text, "value": str(value)} for text, value in choices]
    current = next(option for option in options if option["selected"])
    return {
        "type": "custom",
        "name": name,
        "label": label,
        "description": description,
        "query": ", ".join(f"{text} : {value}" for text, value in choices),
        "options": options,
        "current": current,
        "multi": False,
        "includeAll": False,
    }


def variables(one_domain):
    """From the data source to the domain.  For the page of one domain, target, cloud and domain have one value."""
    scraped = 'job=~"$job",instance=~"$instance"'
    target = 'target="$target"' if one_domain else 'target=~"$target"'
    cloud = 'cloud="$cloud"' if one_domain else 'cloud=~"$cloud"'
    several = {} if one_domain else EVERY
    # A domain without a name is listed by its ID.
    info = f"max by (domain, domain_id) (cckm_domain_info{{{scraped},{target},{cloud}}})"
    domains = f'query_result(label_join({info}, "shown", " ", "domain", "domain_id"))'
    return [
        {
            "type": "datasource",
            "name": "datasource",
            "label": "Data source",
            "query": "prometheus",
            "regex": "",
            "current": {},
            "multi": False,
            "includeAll": False,
        },
        variable("job", "Job", "label_values(cckm_exporter_build_info, job)", **EVERY),
        variable("instance", "Instance", 'label_values(cckm_exporter_build_info{job=~"$job"}, instance)', **EVERY),
        variable("target", "Target", f"label_values(cckm_up{{{scraped}}}, target)", **several),
        variable("cloud", "Cloud", f"label_values(cckm_up{{{scraped},{target}}}, cloud)", **several),
        variable(
            "domain",
            "Domain",
            domains,
            **{**several, "regex": r'/domain_id="(?<value>[^"]+)".*shown="\s*(?<text>[^"]+)"/'},
        ),
        choice(
            "stale",
            "Stale after",
            "How old a domain's last success may be where no interval is expected. CCKMRefreshStale has a limit of its own.",
            [("12 hours", 43200), ("1 day", 86400), ("36 hours", 129600), ("2 days", 172800), ("7 days", 604800)],
            172800,
        ),
        choice(
            "long",
            "Long after",
            "How long a refresh may run. CCKMRefreshSlow and CCKMRefreshStuck have limits of their own.",
            [("10 minutes", 600), ("30 minutes", 1800), ("1 hour", 3600), ("4 hours", 14400), ("1 day", 86400)],
            3600,
        ),
        {
            "type": "constant",
            "name": "runbooks",
            "label": "Runbooks",
            "query": RUNBOOKS,
            "hide": 2,
            "skipUrlSync": True,
            "current": {"selected": True, "text": RUNBOOKS, "value": RUNBOOKS},
        },
    ]


def annotation(name, color, expression, title, text="", **more):
    return {
        "name": name,
        "datasource": DATASOURCE,
        "enable": True,
        "hide": False,
        "iconColor": color,
        "expr": expression,
        "step": "60s",
        "titleFormat": title,
        "textFormat": text,
        **more,
    }


def annotations(alert_matchers):
    """Alerts while they fired, one mark for each rule; restarts and reloads at the time that the exporter tells."""
    alerts = f'ALERTS{{alertname=~"CCKM.+",alertstate="firing",severity=~"critical|warning",{alert_matchers}}}'
    scraped = 'job=~"$job",instance=~"$instance"'
    reloaded = "cckm_exporter_config_last_reload_success_timestamp_seconds"
    return [
        annotation(
            "Alerts",
            RED,
            f"max by (alertname, severity) ({alerts})",
            "{{alertname}}",
            "{{severity}}",
            tagKeys="severity",
        ),
        annotation(
            "Restarts",
            DARK_BLUE,
            f"1000 * process_start_time_seconds{{{scraped}}}",
            "Exporter started",
            "{{instance}}",
            useValueForTime=True,
        ),
        annotation(
            "Reloads",
            GREY,
            f"1000 * {reloaded}{{{scraped}}}",
            "Configuration loaded",
            "{{instance}}",
            useValueForTime=True,
        ),
    ]


def link(title, url, icon, **more):
    fixed = {"type": "link", "tags": [], "asDropdown": False, "includeVars": False, "keepTime": False, "tooltip": ""}
    return {**fixed, "title": title, "url": url, "icon": icon, "targetBlank": False, **more}


def links(one_domain):
    """To the other dashboard, with what is chosen here as far as that can be chosen there, too; and to the runbooks."""
    shared = ["datasource", "job", "instance"] + (["target", "cloud"] if one_domain else [])
    other, title = ("cckm-overview", "Overview") if one_domain else ("cckm-domain", "Domain")
    url = f"/d/{other}?" + "&".join(f"${{{name}:queryparam}}" for name in shared)
    return [
        link(title, url, "dashboard", keepTime=True),
        link("Runbooks", RUNBOOKS, "doc", targetBlank=True, tooltip="What to do about each alert"),
    ]


def dashboard(uid, title, description, page, *, one_domain, alert_matchers, since, more_variables=()):
    return {
        "uid": uid,
        "title": title,
        "description": description,
        "tags": ["cckm", "ciphertrust"],
        "schemaVersion": 39,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "timezone": "browser",
        "refresh": "1m",
        "time": {"from": since, "to": "now"},
        "timepicker": {},
        "fiscalYearStartMonth": 0,
        "weekStart": "",
        "annotations": {"list": annotations(alert_matchers)},
        "links": links(one_domain),
        "templating": {"list": [*variables(one_domain), *more_variables]},
        "panels": page.panels,
    }
