"""The page that tells whether anything is wrong, and where: all targets, families and domains."""

import panels
import queries
import states
from appliances import appliances, session
from exporter import exporter
from page import Page, dashboard, hidden
from plans import plans
from selection import ALERTS, CLOUD, DOMAIN, SCRAPED, TARGET, TROUBLED

RESULT_FAILED, STATUS_UNKNOWN = 'result="failed"', 'status="unknown"'
# More than these nobody reads.
SHOWN_DOMAINS = 50


def domains(metric, matchers="", of=DOMAIN):
    return queries.of_each(queries.EACH_DOMAIN, metric, of, matchers)


def refreshes(metric, matchers=""):
    return queries.of_each(queries.EACH_REFRESH, metric, CLOUD, matchers)


def running_for(limit, of=DOMAIN):
    running = domains("cckm_domain_refresh_status", 'status="in_progress"', of)
    return f"""(
  time() - {domains("cckm_domain_refresh_started_timestamp_seconds", of=of)}{limit}
)
and on ({queries.EACH_DOMAIN})
{running} == 1"""


def never_refreshed(of=DOMAIN):
    return f"{domains('cckm_domain_info', of=of)}\nunless on ({queries.EACH_DOMAIN})\n{queries.last_success(of)}"


def count_or_zero(expression, of):
    """How many series there are; 0 where there is none, and nothing where the exporter shows none of `of` either."""
    return f"count(\n{expression}\n)\nor\n0 * count({of})"


def is_anything_wrong(page):
    page.row("Is anything wrong?")
    failed = domains("cckm_domain_refresh_last_result", RESULT_FAILED)
    partial = 'status="partial"'
    unknown = domains("cckm_domain_refresh_status", STATUS_UNKNOWN)
    page.add(
        3,
        4,
        panels.watched(
            "Failed",
            "Domains whose newest finished refresh failed, whether another one runs since then or not.",
            f"sum({failed})",
            "CCKMRefreshFailed",
            thresholds=panels.BAD,
        ),
        panels.watched(
            "Partly failed",
            "Refreshes of the last 24 hours that completed for some of their domains only.",
            count_or_zero(
                f"{refreshes('cckm_refresh_status', partial)} == 1\n"
                f"and on ({queries.EACH_REFRESH})\n"
                f"time() - {refreshes('cckm_refresh_completed_timestamp_seconds')} < 86400",
                f"cckm_up{{{CLOUD}}}",
            ),
            "CCKMRefreshPartlyFailed",
            thresholds=panels.DOUBTFUL,
        ),
        panels.watched(
            "Stale",
            "Domains whose last success is older than two of the intervals in which they are expected, or, where none "
            'is, than "Stale after" above allows.',
            f"sum(\n{queries.age(DOMAIN)}\n> bool on ({queries.EACH_DOMAIN})\n{queries.limit(DOMAIN)}\n)"
            f"\nor\n0 * count(cckm_up{{{CLOUD}}})",
            "CCKMRefreshStale",
            thresholds=panels.DOUBTFUL,
        ),
        panels.watched(
            "Running long",
            'Domains whose refresh has been in progress for longer than "Long after" above allows.',
            count_or_zero(running_for(" > $long"), f"cckm_up{{{CLOUD}}}"),
            "CCKMRefreshSlow",
            "CCKMRefreshStuck",
            thresholds=panels.DOUBTFUL,
        ),
        panels.watched(
            "Never refreshed",
            "Domains of which no successful refresh is known.",
            count_or_zero(never_refreshed(), f"cckm_up{{{CLOUD}}}"),
            "CCKMDomainNeverRefreshed",
            thresholds=panels.DOUBTFUL,
        ),
        panels.watched(
            "Status unknown",
            "Domains whose status cannot be told: the appliance has not answered, or not understandably.",
            f"sum({unknown})",
            "CCKMRefreshStatusUnknown",
            thresholds=panels.DOUBTFUL,
        ),
        panels.watched(
            "Appliances down",
            "Targets of which no family of refresh jobs can be read.",
            f"sum(max by (target) (cckm_up{{{TARGET}}}) == bool 0)",
            "CCKMApplianceUnreachable",
            "CCKMLoginFailing",
            thresholds=panels.BAD,
        ),
        panels.watched(
            "Exporters down",
            "Instances of the exporter that Prometheus cannot scrape.",
            f"sum(max by (job, instance) (up{{{SCRAPED}}}) == bool 0)",
            "CCKMExporterInstanceDown",
            "CCKMExporterDown",
            thresholds=panels.BAD,
        ),
    )
    page.add(24, 7, panels.firing(["target", "cloud", "domain", "domain_id", "refresh_id", "schedule", "address"], ALERTS))


def status(of):
    return queries.coded("cckm_domain_refresh_status", of, "status", states.DOMAIN_STATES, queries.EACH_DOMAIN)


def trouble(of=DOMAIN):
    """Why a domain is looked at: a number of TROUBLES, the worst of each domain; nothing of the others."""
    found = {
        "failed": f"{domains('cckm_domain_refresh_last_result', RESULT_FAILED, of)} == 1",
        "stale": f"{queries.age(of)}\n> on ({queries.EACH_DOMAIN})\n{queries.limit(of)}",
        "unknown": f"{domains('cckm_domain_refresh_status', STATUS_UNKNOWN, of)} == 1",
        "long": running_for(" > $long", of),
        "never": never_refreshed(of),
        "unscheduled": f"{domains('cckm_domain_schedules', of=of)} == 0",
    }
    parts = [f"{code} + 0 * ({found[name]})" for name, (code, *_) in states.TROUBLES.items()]
    return f"\nor on ({queries.EACH_DOMAIN})\n".join(parts)


def in_trouble():
    """The variable that holds the domains in the worst trouble.

    It is asked once; what is shown of them is asked of them alone.  With ten thousand domains a table of all is slow,
    and nobody reads it.
    """
    worst = f"topk({SHOWN_DOMAINS},\n{trouble()}\n)"
    return hidden("troubled", "Domains in trouble", f"query_result({worst})", '/domain_id="(?<text>(?<value>[^"]+))"/')


def domain_table(page):
    page.add(
        24,
        11,
        panels.table(
            "Domains in trouble",
            f"The worst {SHOWN_DOMAINS}: the last refresh failed, the last success is too old, the status is unknown, "
            "a refresh runs for long, none is known that succeeded, or no schedule covers the domain. A click opens "
            "the domain; the others are chosen at the top.",
            [
                queries.row_of_table(queries.named(trouble(TROUBLED), TROUBLED)),
                queries.row_of_table(status(TROUBLED)),
                queries.row_of_table(queries.age(TROUBLED)),
                queries.row_of_table(domains("cckm_domain_refresh_last_duration_seconds", of=TROUBLED)),
                queries.row_of_table(domains("cckm_domain_refresh_consecutive_failures", of=TROUBLED)),
                queries.row_of_table(queries.expected(TROUBLED)),
                queries.row_of_table(domains("cckm_domain_schedules", of=TROUBLED)),
            ],
            sort="Trouble",
            columns={
                "domain": panels.column("Domain", links=[panels.to_domain()]),
                **panels.labels("target", "cloud"),
                "Value #A": panels.column("Trouble", **panels.TROUBLE_CELL),
                "Value #B": panels.column("Status", **panels.STATE_CELL),
                "Value #E": panels.column("Failures in a row"),
                "Value #C": panels.column("Last success", unit="dtdurations"),
                "Value #F": panels.column("Expected every", unit="dtdurations"),
                "Value #G": panels.column("Schedules"),
                "Value #D": panels.column("Last duration", unit="s", decimals=1),
                **panels.labels("connection"),
                "domain_id": panels.column("Domain ID", links=[panels.to_domain()]),
            },
            defaults={"noValue": "No domain is in trouble."},
        ),
    )


def domain_timeline(page):
    page.add(
        24,
        11,
        panels.timeline(
            "Status of domains in trouble",
            "What the newest refresh of each of them was doing. Where nothing is drawn the exporter was not scraped. "
            "Refreshes shorter than the scrape interval are seen finished only.",
            [queries.query(queries.named(status(TROUBLED), TROUBLED), "{{target}} {{cloud}} {{domain}}")],
            panels.state_mappings(),
        ),
    )


def finished_since(window):
    """By status, over all domains.

    The exporter keeps these counters through restarts, so a difference of two moments does what increase() would, and
    reads two samples of each of many thousand series rather than all of them.
    """
    counter = f"cckm_domain_refreshes_total{{{DOMAIN}}}"
    now, before = (
        f"sum by (status) (max by ({queries.EACH_DOMAIN}, status) ({counter}{moment}))"
        for moment in ("", f" offset {window}")
    )
    return f"clamp_min(\n{now}\n-\n{before},\n0)"


def durations(page):
    page.row("Durations and results")
    histogram, labels = "cckm_refresh_duration_seconds", "target, cloud, status"
    percentiles = ((0.5, "median"), (0.95, "95 %"), (0.99, "99 %"))
    page.add(
        12,
        9,
        panels.heatmap(
            "How long refreshes took",
            "Finished refreshes by the time from creation to completion. A point opens the refresh's ID where "
            "Prometheus keeps exemplars.",
            queries.buckets(histogram, CLOUD, labels),
            interval="5m",
            exemplar=True,
        ),
        panels.stat(
            "Quantiles of durations",
            "Of all refreshes that finished in the time shown.",
            queries.quantiles(histogram, CLOUD, percentiles),
            "s",
            legend="{{quantile}}",
        ),
        panels.bars(
            "Finished refreshes",
            "How finished refreshes ended. Those without a usable duration are not in it.",
            [queries.query(queries.observed(histogram, CLOUD, "status", labels), "{{status}}")],
            overrides=panels.state_colors(),
            interval="5m",
        ),
        panels.bars(
            "Finished refreshes of domains",
            "The same, counted for each domain of a refresh.",
            [queries.query(finished_since("$__interval"), "{{status}}")],
            overrides=panels.state_colors(),
            interval="1h",
        ),
    )


def overview():
    page = Page()
    is_anything_wrong(page)
    page.row("Domains")
    domain_table(page)
    domain_timeline(page)
    plans(page)
    durations(page)
    appliances(page)
    session(page)
    exporter(page)
    return dashboard(
        "cckm-overview",
        "CipherTrust refreshes / Overview",
        "Refreshes of key domains by CipherTrust Manager, as cckm_exporter sees them.",
        page,
        one_domain=False,
        more_variables=[in_trouble()],
        alert_matchers=ALERTS,
        since="now-24h",
    )
