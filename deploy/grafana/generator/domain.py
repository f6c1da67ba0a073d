"""The page of one domain: how it is now, which refreshes it was in, and how those went."""

import panels
import queries
import states
from page import Page, dashboard

SCRAPED = 'job=~"$job",instance=~"$instance"'
TARGET = SCRAPED + ',target="$target"'
CLOUD = TARGET + ',cloud="$cloud"'
DOMAIN = CLOUD + ',domain_id="$domain"'
OF_DOMAIN = 'job=~"$job|",target="$target",cloud="$cloud",domain_id="$domain"'
OF_FAMILY = 'job=~"$job|",target="$target",cloud=~"$cloud|",domain_id=""'

HISTOGRAM = "cckm_domain_refresh_duration_seconds"


def newest(metric, matchers=""):
    return queries.of_each(queries.EACH_DOMAIN, metric, DOMAIN, matchers)


def status():
    return queries.coded("cckm_domain_refresh_status", DOMAIN, "status", states.DOMAIN_STATES, queries.EACH_DOMAIN)


def result():
    return queries.coded("cckm_domain_refresh_last_result", DOMAIN, "result", states.RESULTS, queries.EACH_DOMAIN)


def at_present(page):
    page.row("Now")
    success = newest("cckm_domain_refresh_last_success_timestamp_seconds")
    started = newest("cckm_domain_refresh_started_timestamp_seconds")
    running = newest("cckm_domain_refresh_status", 'status="in_progress"')
    page.add(
        3,
        4,
        panels.stat(
            "Status", "Of the newest refresh that names the domain.", status(), mappings=panels.state_mappings()
        ),
        panels.stat(
            "Last result",
            "Of the newest finished refresh, whether another one runs since then or not.",
            result(),
            mappings=panels.state_mappings(),
            links=[panels.runbook("CCKMRefreshFailed"), panels.runbook("CCKMRefreshCancelled")],
        ),
        panels.stat(
            "Last success",
            "How long ago a refresh completed for the domain. Below is how much of what is allowed that is.",
            f"time() - {success}",
            "dtdurations",
            links=[panels.runbook("CCKMRefreshStale")],
        ),
        panels.stat(
            "Running for",
            "How long the newest refresh has been in progress. Nothing while none is.",
            f"(time() - {started})\nand on ({queries.EACH_DOMAIN})\n{running} == 1",
            "dtdurations",
            noValue="not running",
            links=[panels.runbook("CCKMRefreshSlow"), panels.runbook("CCKMRefreshStuck")],
        ),
        panels.stat(
            "Last duration",
            "From creation to completion of the newest finished refresh.",
            newest("cckm_domain_refresh_last_duration_seconds"),
            "s",
        ),
        panels.stat(
            "95th percentile",
            "Of the durations of the successful refreshes in the time shown.",
            queries.quantile(0.95, HISTOGRAM, DOMAIN, window="$__range"),
            "s",
        ),
        panels.stat(
            "Failures in a row",
            "Finished refreshes that failed for the domain since the last one that did not.",
            newest("cckm_domain_refresh_consecutive_failures"),
            "none",
            thresholds=panels.steps(states.GREEN, (1, states.ORANGE), (3, states.RED)),
            decimals=0,
            links=[panels.runbook("CCKMRefreshFailingRepeatedly")],
        ),
        panels.stat(
            "Readable",
            "Whether the last poll reached the API and was authorised for the family.",
            f"max by (target, cloud) (cckm_up{{{CLOUD}}})",
            mappings=panels.yes_no("up", "down"),
            links=[panels.runbook("CCKMCollectorDown"), panels.runbook("CCKMApplianceUnreachable")],
        ),
    )
    planned(page)
    page.add(
        12,
        5,
        panels.table(
            "The domain",
            "Its names, as far as they are known, when the exporter first knew of it, and how bad it is if it is late.",
            [
                queries.row_of_table(
                    f"max by ({queries.EACH_DOMAIN}, domain, connection) (cckm_domain_info{{{DOMAIN}}})"
                ),
                queries.row_of_table(f"1000 * {newest('cckm_domain_first_seen_timestamp_seconds')}"),
                queries.row_of_table(
                    f"min by ({queries.EACH_DOMAIN}, severity) (cckm_domain_expected_interval_seconds{{{DOMAIN}}})"
                ),
            ],
            columns={
                **panels.labels("domain", "connection", "domain_id", "cloud", "target"),
                "Value #B": panels.column("Known since", unit="dateTimeFromNow"),
                "severity": panels.column("If late"),
            },
        ),
        panels.firing(["domain_id", "refresh_id"], OF_DOMAIN, OF_FAMILY),
    )


def planned(page):
    """Which of the family's schedules covers a domain no metric tells: only how many do."""
    of_family = f"and on ({queries.EACH_SCHEDULE})\ncckm_schedule_info{{{CLOUD}}}"

    def schedules(metric):
        return f"max by ({queries.EACH_SCHEDULE}) (\n{metric}{{{TARGET}}}\n{of_family}\n)"

    whichever = "Of all schedules of the family, whether they cover this domain or not."
    unread = {"noValue": "not read"}
    page.add(
        4,
        4,
        panels.stat(
            "Expected every",
            "How often the domain has to be refreshed: by the target's expectations, or else by its schedule.",
            queries.expected(DOMAIN),
            "dtdurations",
            noValue="not told",
        ),
        panels.stat(
            "Age of what is allowed",
            "The age of the last success as a share of two expected intervals, or, where none is expected, of "
            '"Stale after" above.',
            f"(\n{queries.age(DOMAIN)}\n)\n/ on ({queries.EACH_DOMAIN})\n{queries.limit(DOMAIN)}",
            "percentunit",
            thresholds=panels.DOUBTFUL,
            links=[panels.runbook("CCKMRefreshStale")],
        ),
        panels.stat(
            "Schedules",
            "Enabled schedules that cover the domain.",
            newest("cckm_domain_schedules"),
            thresholds=panels.steps(states.ORANGE, (1, states.GREEN)),
            links=[panels.runbook("CCKMDomainUnscheduled")],
            **unread,
        ),
        panels.stat(
            "Next run of a schedule",
            whichever,
            f"min({schedules('cckm_schedule_next_run_timestamp_seconds')}) - time()",
            "dtdurations",
            **unread,
        ),
        panels.stat(
            "Newest run of a schedule",
            whichever,
            f"time() - max({schedules('cckm_schedule_last_run_timestamp_seconds')})",
            "dtdurations",
            **unread,
        ),
        panels.stat(
            "Missed schedules",
            whichever,
            f"sum({schedules('cckm_schedule_missed')})",
            thresholds=panels.BAD,
            links=[panels.runbook("CCKMScheduleMissed")],
            **unread,
        ),
    )


def refreshes(page):
    """The metrics of a refresh name no domain: it is the one with the domain's times."""
    page.row("Which refreshes")
    created = f"max by ({queries.EACH_REFRESH}) (cckm_refresh_created_timestamp_seconds{{{CLOUD}}})"
    completed = f"max by ({queries.EACH_REFRESH}) (cckm_refresh_completed_timestamp_seconds{{{CLOUD}}})"

    def at_time_of(refresh, metric, text):
        same = f"{refresh}\n    == on (target, cloud) group_left ()\n    {newest(metric)}"
        return f'label_replace(\n    {same},\n    "which", "{text}", "", ""\n  )'

    which = "\n  or\n  ".join(
        (
            at_time_of(created, "cckm_domain_refresh_started_timestamp_seconds", "newest"),
            at_time_of(completed, "cckm_domain_refresh_completed_timestamp_seconds", "finished"),
            at_time_of(completed, "cckm_domain_refresh_last_success_timestamp_seconds", "successful"),
        )
    )

    def domains_that_are(state):
        return f'max by ({queries.EACH_REFRESH}) (cckm_refresh_domains{{{CLOUD},status="{state}"}})'

    code = queries.coded("cckm_refresh_status", CLOUD, "status", states.REFRESH_STATES, queries.EACH_REFRESH)
    page.add(
        10,
        9,
        panels.table(
            "Refreshes of this domain",
            "Its newest refresh and when it was created, its newest finished and newest successful one and when they "
            "finished: found by these times among the refreshes that are shown.",
            [queries.row_of_table(f"1000 * (\n  {which}\n)")],
            unit="dateTimeFromNow",
            columns={"which": panels.column("Refresh"), "Value": panels.column("When"), **panels.labels("refresh_id")},
        ),
    )
    count = {"unit": "none"}
    page.add(
        14,
        9,
        panels.table(
            "All refreshes of the family",
            "Whatever domains they name, with the number of those that completed and failed.",
            [
                queries.row_of_table(code),
                queries.row_of_table(f"1000 * {created}"),
                queries.row_of_table(f"1000 * {completed}"),
                queries.row_of_table(domains_that_are("completed")),
                queries.row_of_table(domains_that_are("failed")),
                queries.row_of_table(domains_that_are("in_progress")),
            ],
            unit="dateTimeFromNow",
            sort="Created",
            columns={
                **panels.labels("refresh_id"),
                "Value #A": panels.column("Status", **panels.STATE_CELL, **count),
                "Value #B": panels.column("Created"),
                "Value #C": panels.column("Finished"),
                "Value #D": panels.column("Completed", **count),
                "Value #E": panels.column("Failed", **count),
                "Value #F": panels.column("In progress", **count),
            },
        ),
    )


def of_time_shown(q):
    return queries.quantile(q, HISTOGRAM, DOMAIN, window="$__range", at="@ end()")


def history(page):
    page.row("History")
    success = newest("cckm_domain_refresh_last_success_timestamp_seconds")
    page.add(
        24,
        6,
        panels.timeline(
            "Status and last result",
            "What the newest refresh was doing, and how the newest finished one ended. Where nothing is "
            "drawn the exporter was not scraped.",
            [queries.query(status(), "newest refresh"), queries.query(result(), "last result")],
            panels.state_mappings(),
        ),
    )
    lines = [
        panels.override(
            "limit",
            custom_lineStyle={"fill": "dash", "dash": [10, 10]},
            custom_fillOpacity=0,
            color={"mode": "fixed", "fixedColor": states.ORANGE},
        )
    ]
    page.add(
        12,
        9,
        panels.series(
            "Durations",
            "Of each newest finished refresh, and quantiles of all successful ones of the time shown. "
            "The exemplars, drawn as points, tell the refreshes' IDs.",
            [
                queries.query(newest("cckm_domain_refresh_last_duration_seconds"), "last"),
                queries.query(of_time_shown(0.5), "median"),
                queries.query(of_time_shown(0.95), "95 %", exemplar=True),
            ],
            "s",
        ),
        panels.heatmap(
            "How long refreshes took",
            "Successful refreshes by the time from creation to completion.",
            queries.buckets(HISTOGRAM, DOMAIN, queries.EACH_DOMAIN),
            interval="5m",
        ),
        panels.series(
            "Age of the last success",
            "Falls to the duration's end with every success. The limit is two of the expected intervals, or, where none "
            'is expected, "Stale after" above.',
            [queries.query(f"time() - {success}", "age"), queries.query(queries.limit(DOMAIN), "limit")],
            "s",
            overrides=lines,
        ),
        panels.bars(
            "Results",
            "Finished refreshes of the domain, each counted once.",
            [
                queries.query(
                    f"max by ({queries.EACH_DOMAIN}, status) "
                    f"(increase(cckm_domain_refreshes_total{{{DOMAIN}}}[$__rate_interval]))",
                    "{{status}}",
                )
            ],
            overrides=panels.state_colors(),
            interval="5m",
        ),
    )


def domain():
    page = Page()
    at_present(page)
    refreshes(page)
    history(page)
    return dashboard(
        "cckm-domain",
        "CipherTrust refreshes / Domain",
        "One key domain: its status, its refreshes, and how long they took.",
        page,
        one_domain=True,
        alert_matchers=OF_DOMAIN,
        since="now-7d",
    )
