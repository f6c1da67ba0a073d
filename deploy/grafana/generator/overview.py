"""The page that tells whether anything is wrong, and where: all targets, families and domains."""

import panels
import queries
import states
from appliances import appliances, session
from exporter import exporter
from page import Page, dashboard
from selection import ALERTS, CLOUD, DOMAIN, SCRAPED, TARGET

BAD = panels.steps(states.GREEN, (1, states.RED))
DOUBTFUL = panels.steps(states.GREEN, (1, states.ORANGE))


def domains(metric, matchers=""):
    return f"max by ({queries.EACH_DOMAIN}) ({metric}{{{DOMAIN}{',' + matchers if matchers else ''}}})"


def refreshes(metric, matchers=""):
    return f"max by ({queries.EACH_REFRESH}) ({metric}{{{CLOUD}{',' + matchers if matchers else ''}}})"


def running_for(limit=""):
    running = domains("cckm_domain_refresh_status", 'status="in_progress"')
    return f"""(
  time() - {domains("cckm_domain_refresh_started_timestamp_seconds")}{limit}
)
and on ({queries.EACH_DOMAIN})
{running} == 1"""


def count_or_zero(expression, of):
    """How many series there are; 0 where there is none, and nothing where the exporter shows none of `of` either."""
    return f"count(\n{expression}\n)\nor\n0 * count({of})"


def is_anything_wrong(page):
    page.row("Is anything wrong?")
    failed = domains("cckm_domain_refresh_last_result", 'result="failed"')
    partial = 'status="partial"'
    unknown = domains("cckm_domain_refresh_status", 'status="unknown"')
    page.add(
        3,
        4,
        panels.stat(
            "Failed",
            "Domains whose newest finished refresh failed, whether another one runs since then or not.",
            f"sum({failed})",
            thresholds=BAD,
            links=[panels.runbook("CCKMRefreshFailed")],
        ),
        panels.stat(
            "Partly failed",
            "Refreshes of the last 24 hours that completed for some of their domains only.",
            count_or_zero(
                f"{refreshes('cckm_refresh_status', partial)} == 1\n"
                f"and on ({queries.EACH_REFRESH})\n"
                f"time() - {refreshes('cckm_refresh_completed_timestamp_seconds')} < 86400",
                f"cckm_up{{{CLOUD}}}",
            ),
            thresholds=DOUBTFUL,
            links=[panels.runbook("CCKMRefreshPartlyFailed")],
        ),
        panels.stat(
            "Stale",
            'Domains whose last success is older than "Stale after" above allows.',
            f"sum(\n  time() - {domains('cckm_domain_refresh_last_success_timestamp_seconds')}\n  > bool $stale\n)"
            f"\nor\n0 * count(cckm_up{{{CLOUD}}})",
            thresholds=DOUBTFUL,
            links=[panels.runbook("CCKMRefreshStale")],
        ),
        panels.stat(
            "Running long",
            'Domains whose refresh has been in progress for longer than "Long after" above allows.',
            count_or_zero(running_for(" > $long"), f"cckm_up{{{CLOUD}}}"),
            thresholds=DOUBTFUL,
            links=[panels.runbook("CCKMRefreshSlow"), panels.runbook("CCKMRefreshStuck")],
        ),
        panels.stat(
            "Never refreshed",
            "Domains of which no successful refresh is known.",
            count_or_zero(
                f"{domains('cckm_domain_info')}\nunless on ({queries.EACH_DOMAIN})\n"
                f"{domains('cckm_domain_refresh_last_success_timestamp_seconds')}",
                f"cckm_up{{{CLOUD}}}",
            ),
            thresholds=DOUBTFUL,
            links=[panels.runbook("CCKMDomainNeverRefreshed")],
        ),
        panels.stat(
            "Status unknown",
            "Domains whose status cannot be told: the appliance has not answered, or not understandably.",
            f"sum({unknown})",
            thresholds=DOUBTFUL,
            links=[panels.runbook("CCKMRefreshStatusUnknown")],
        ),
        panels.stat(
            "Appliances down",
            "Targets of which no family of refresh jobs can be read.",
            f"sum(max by (target) (cckm_up{{{TARGET}}}) == bool 0)",
            thresholds=BAD,
            links=[panels.runbook("CCKMApplianceUnreachable"), panels.runbook("CCKMLoginFailing")],
        ),
        panels.stat(
            "Exporters down",
            "Instances of the exporter that Prometheus cannot scrape.",
            f"sum(max by (job, instance) (up{{{SCRAPED}}}) == bool 0)",
            thresholds=BAD,
            links=[panels.runbook("CCKMExporterInstanceDown"), panels.runbook("CCKMExporterDown")],
        ),
    )
    page.add(24, 7, panels.firing(["target", "cloud", "domain", "domain_id", "refresh_id"], ALERTS))


def status():
    return queries.coded("cckm_domain_refresh_status", DOMAIN, "status", states.DOMAIN_STATES, queries.EACH_DOMAIN)


def domain_table(page):
    result = queries.coded("cckm_domain_refresh_last_result", DOMAIN, "result", states.RESULTS, queries.EACH_DOMAIN)
    success = domains("cckm_domain_refresh_last_success_timestamp_seconds")
    recorded = (
        f'max by ({queries.EACH_DOMAIN}) (domain:cckm_domain_refresh_duration_seconds:p95_7d{{job=~"$job",'
        'target=~"$target",cloud=~"$cloud",domain_id=~"$domain"})'
    )
    rates = f"rate(cckm_domain_refresh_duration_seconds{{{DOMAIN}}}[7d])"
    native = f"histogram_quantile(0.95, sum by ({queries.EACH_DOMAIN}) ({rates})) > 0"
    seconds = {"unit": "s", "decimals": 1}
    page.add(
        24,
        11,
        panels.table(
            "Domains",
            "Every domain with its newest refresh; a click opens the domain. The 95th percentile is that of the "
            "successful refreshes of 7 days; with classic histograms it needs the recording rules.",
            [
                queries.row_of_table(expression)
                for expression in (
                    queries.named(status(), DOMAIN),
                    result,
                    f"time() - {success}",
                    domains("cckm_domain_refresh_last_duration_seconds"),
                    f"{recorded}\nor\n{native}",
                    running_for(),
                )
            ],
            sort="Last success",
            columns={
                "domain": panels.column("Domain", links=[panels.to_domain()]),
                **panels.labels("target", "cloud"),
                "Value #A": panels.column("Status", **panels.STATE_CELL),
                "Value #B": panels.column("Last result", **panels.STATE_CELL),
                "Value #C": panels.column("Last success", unit="dtdurations"),
                "Value #F": panels.column("Running for", unit="dtdurations"),
                "Value #D": panels.column("Last duration", **seconds),
                "Value #E": panels.column("95th percentile", **seconds),
                **panels.labels("connection"),
                "domain_id": panels.column("Domain ID", links=[panels.to_domain()]),
            },
        ),
    )


def domain_timeline(page):
    page.add(
        24,
        11,
        panels.timeline(
            "Status of domains",
            "What the newest refresh of each domain was doing. Where nothing is drawn the exporter was not scraped. "
            "Refreshes shorter than the scrape interval are seen finished only.",
            [queries.query(queries.named(status(), DOMAIN), "{{target}} {{cloud}} {{domain}}")],
            panels.state_mappings(),
        ),
    )


def durations(page):
    page.row("Durations and results")
    histogram, labels = "cckm_refresh_duration_seconds", "target, cloud, status"
    percentiles = ((0.5, "median"), (0.95, "95 %"), (0.99, "99 %"))
    page.add(
        12,
        9,
        panels.heatmap(
            "How long refreshes took",
            "Finished refreshes by the time from creation to completion.",
            queries.buckets(histogram, CLOUD, labels),
            interval="5m",
        ),
        panels.series(
            "Quantiles of durations",
            "Of the refreshes that finished around each moment; a gap is a time in which none did. "
            "A point opens the refresh's ID where Prometheus keeps exemplars.",
            [queries.query(queries.quantile(q, histogram, CLOUD), name, exemplar=q == 0.95) for q, name in percentiles],
            "s",
            custom={"showPoints": "always"},
            interval="5m",
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
            [
                queries.query(
                    f"sum by (status) (max by ({queries.EACH_DOMAIN}, status) "
                    f"(increase(cckm_domain_refreshes_total{{{DOMAIN}}}[$__rate_interval])))",
                    "{{status}}",
                )
            ],
            overrides=panels.state_colors(),
            interval="5m",
        ),
    )


def overview():
    page = Page()
    is_anything_wrong(page)
    page.row("Domains")
    domain_table(page)
    domain_timeline(page)
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
        alert_matchers=ALERTS,
        since="now-24h",
    )
