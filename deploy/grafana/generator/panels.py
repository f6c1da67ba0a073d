"""Panels of Grafana's classic schema, which file provisioning and the sidecars of charts take from Grafana 10 on."""

from queries import DATASOURCE, instant, numbered, query, row_of_table
from states import ADDRESSES, BLUE, DARK_BLUE, GREEN, GREY, ORANGE, RED, STATES, TROUBLES


def value_mappings(rows):
    """What stands for each number: rows of its code, colour and text."""
    options = {str(code): {"color": color, "index": code, "text": text} for code, color, text in rows}
    return [{"type": "value", "options": options}]


def state_mappings():
    """All states by their numbers, in one mapping for all panels."""
    return value_mappings(STATES.values())


def yes_no(yes="yes", no="no"):
    return value_mappings([(0, RED, no), (1, GREEN, yes)])


def address_mappings():
    return value_mappings((code, color, text) for code, (text, color) in enumerate(ADDRESSES))


def steps(*pairs):
    """Thresholds: the colour below the first limit, then limit and colour."""
    values = [{"color": pairs[0], "value": None}]
    return {"mode": "absolute", "steps": values + [{"color": c, "value": v} for v, c in pairs[1:]]}


BAD = steps(GREEN, (1, RED))
DOUBTFUL = steps(GREEN, (1, ORANGE))


def override(name, **properties):
    """Of the field of that name; `_` in a property's name stands for `.`, as in custom_width."""
    rows = [{"id": key.replace("custom_", "custom."), "value": value} for key, value in properties.items()]
    return {"matcher": {"id": "byName", "options": name}, "properties": rows}


def state_colors():
    """For panels that have a series for each state."""
    return [override(state, color={"mode": "fixed", "fixedColor": color}) for state, (_, color, _) in STATES.items()]


def runbook(alert):
    return {"title": f"Runbook {alert}", "url": f"${{runbooks}}{alert}", "targetBlank": True}


def panel(kind, title, description, targets, unit, *, defaults=None, overrides=(), options=None, links=(), **more):
    field_config = {"defaults": {"unit": unit, **(defaults or {})}, "overrides": list(overrides)}
    return {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": DATASOURCE,
        "targets": numbered(targets),
        "fieldConfig": field_config,
        "options": options or {},
        "links": list(links),
        **more,
    }


def stat(
    title, description, expression, unit="none", *, thresholds=None, mappings=None, links=(), legend="", **defaults
):
    """One number, or one for each series where `legend` names them; further properties are those of the field."""
    looks = {"thresholds": thresholds or steps(DARK_BLUE), "color": {"mode": "thresholds"}, "mappings": mappings or []}
    options = {
        "colorMode": "background",
        "graphMode": "none",
        "justifyMode": "center",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "textMode": "value_and_name" if legend else "value",
    }
    targets = [instant(expression, legend)]
    return panel(
        "stat", title, description, targets, unit, defaults={**looks, **defaults}, options=options, links=links
    )


def watched(title, description, expression, *alerts, **more):
    """A number that alerts watch: a stat with their runbooks."""
    return stat(title, description, expression, links=[runbook(alert) for alert in alerts], **more)


def series(title, description, targets, unit, *, custom=None, defaults=None, legend=("lastNotNull", "max"), **more):
    drawn = {
        "drawStyle": "line",
        "lineWidth": 1,
        "fillOpacity": 10,
        "showPoints": "auto",
        "spanNulls": False,
        **(custom or {}),
    }
    options = {
        "legend": {"displayMode": "table", "placement": "bottom", "showLegend": True, "calcs": list(legend)},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    defaults = {"custom": drawn, "min": 0, **(defaults or {})}
    return panel("timeseries", title, description, targets, unit, defaults=defaults, options=options, **more)


def bars(title, description, targets, unit="none", **more):
    custom = {"drawStyle": "bars", "lineWidth": 0, "fillOpacity": 80, "stacking": {"mode": "normal", "group": "A"}}
    return series(title, description, targets, unit, custom=custom, legend=("sum",), **more)


def timeline(title, description, targets, mappings, **more):
    options = {
        "mergeValues": True,
        "showValue": "auto",
        "rowHeight": 0.9,
        "perPage": 20,
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "single", "sort": "none"},
    }
    defaults = {
        "custom": {"fillOpacity": 85, "lineWidth": 0, "spanNulls": False},
        "color": {"mode": "fixed", "fixedColor": GREY},
        "mappings": mappings,
    }
    return panel("state-timeline", title, description, targets, "none", defaults=defaults, options=options, **more)


def heatmap(title, description, expression, exemplar=False, **more):
    options = {
        "calculate": False,
        "cellGap": 1,
        "color": {
            "mode": "scheme",
            "scheme": "Viridis",
            "steps": 64,
            "reverse": False,
            "exponent": 0.5,
            "scale": "exponential",
        },
        "filterValues": {"le": 1e-9},
        "legend": {"show": True},
        "rowsFrame": {"layout": "auto"},
        "tooltip": {"mode": "single", "showColorScale": True, "yHistogram": False},
        "yAxis": {"axisPlacement": "left", "unit": "s"},
    }
    target = query(expression, "{{le}}", format="heatmap", **({"exemplar": True} if exemplar else {}))
    return panel("heatmap", title, description, [target], "none", options=options, maxDataPoints=60, **more)


# How the labels are called at the head of a table.
HEADINGS = {
    "alertname": "Alert",
    "severity": "Severity",
    "target": "Target",
    "cloud": "Cloud",
    "domain": "Domain",
    "domain_id": "Domain ID",
    "connection": "Connection",
    "refresh_id": "Refresh ID",
    "schedule": "Schedule",
    "schedule_id": "Schedule ID",
    "run_at": "Runs at (UTC)",
    "address": "Address",
    "instance": "Instance",
    "version": "Version",
    "revision": "Revision",
    "compiler": "Compiler",
}


def column(heading, **properties):
    return {"displayName": heading, **properties}


def table(title, description, targets, *, columns, unit="none", sort=None, defaults=None):
    """`columns`: from field to column(), in order.  Other fields are not shown."""
    order = {name: position for position, name in enumerate(columns)}
    transformations = [
        {"id": "filterFieldsByName", "options": {"include": {"names": list(columns)}}},
        {"id": "organize", "options": {"indexByName": order, "excludeByName": {}, "renameByName": {}}},
    ]
    if len(targets) > 1:
        transformations.insert(0, {"id": "merge", "options": {}})
    options = {
        "cellHeight": "sm",
        "showHeader": True,
        "footer": {"show": False, "reducer": [], "fields": "", "enablePagination": True},
        "sortBy": [{"displayName": sort, "desc": True}] if sort else [],
    }
    return panel(
        "table",
        title,
        description,
        targets,
        unit,
        defaults={"custom": {"align": "auto", "filterable": True}, **(defaults or {})},
        overrides=[override(name, **properties) for name, properties in columns.items()],
        options=options,
        transformations=transformations,
    )


def labels(*names):
    """Columns of labels, without more."""
    return {name: column(HEADINGS[name]) for name in names}


COLORED = {"type": "color-background", "mode": "basic"}

def yes_no_cell(yes, no, bad=None):
    """A cell for 1 and 0, of which one is coloured red: no, unless `bad` is the text of yes."""
    colors = (GREEN, RED) if bad == yes else (RED, GREEN)
    return {"mappings": value_mappings(zip((0, 1), colors, (no, yes))), "custom_cellOptions": COLORED}


STATE_CELL = {"mappings": state_mappings(), "custom_cellOptions": COLORED}
TROUBLE_CELL = {"mappings": value_mappings(TROUBLES.values()), "custom_cellOptions": COLORED}


def to_domain():
    """A link from the row of a table that has these three labels."""
    values = {"target": "target", "cloud": "cloud", "domain": "domain_id"}
    chosen = "&".join(f"var-{name}=${{__data.fields.{label}:percentencode}}" for name, label in values.items())
    kept = "${datasource:queryparam}&${job:queryparam}&${instance:queryparam}"
    url = f"/d/cckm-domain?{kept}&{chosen}&${{__url_time_range}}"
    return {"title": "This domain", "url": url, "targetBlank": False}


SEVERITIES = {"critical": RED, "warning": ORANGE, "info": BLUE}


def firing(names, *selections):
    """The alerts that fire now, each with its runbook."""
    real = 'alertname=~"CCKM.+",alertname!="CCKMWatchdog"'
    alerts = [f'ALERTS{{{real},alertstate="firing",{matchers}}}' for matchers in selections]
    identity = "alertname, severity, target, cloud, domain, domain_id, refresh_id, schedule, address"
    expression = f"max by ({identity}) (\n  " + "\n  or\n  ".join(alerts) + "\n)"
    colors = {name: {"color": color, "index": index} for index, (name, color) in enumerate(SEVERITIES.items())}
    to_runbook = {"title": "Runbook", "url": "${runbooks}${__data.fields.alertname}", "targetBlank": True}
    columns = labels("severity", "alertname", *names)
    columns["severity"] |= {
        "mappings": [{"type": "value", "options": colors}],
        "custom_cellOptions": {"type": "color-text"},
        "custom_width": 100,
    }
    columns["alertname"] |= {"links": [to_runbook]}
    columns["domain_id"] |= {"links": [to_domain()]}
    return table(
        "Alerts that fire",
        "Of the rules of the exporter, by Prometheus; a click opens the runbook. Empty as well where the rules are not "
        "loaded, or are evaluated elsewhere.",
        [row_of_table(expression)],
        columns=columns,
        defaults={"noValue": "No alert fires."},
    )
