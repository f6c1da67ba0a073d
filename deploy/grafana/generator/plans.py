"""A row of the overview: what the appliances' schedules plan, what was done, and who is late by what is expected."""

import panels
import queries
import states
from selection import CLOUD_OR_LOGIN, DOMAIN, TARGET

INFO_LABELS = f"{queries.EACH_SCHEDULE}, schedule, cloud, run_at"
# A schedule whose family nobody knows has no cloud.
INFO = f"max by ({INFO_LABELS}) (cckm_schedule_info{{{CLOUD_OR_LOGIN}}})"


def schedules(metric, matchers=""):
    return queries.of_each(queries.EACH_SCHEDULE, metric, TARGET, matchers)


def of_the_families(expression):
    return queries.row_of_table(f"{expression}\nand on ({queries.EACH_SCHEDULE})\n{INFO}")


def counts(page):
    covered = queries.of_each(queries.EACH_DOMAIN, "cckm_domain_schedules", DOMAIN)
    ended_badly = 'status=~"failed|aborted"'
    unread = {"noValue": "not read"}
    page.add(
        4,
        4,
        panels.watched(
            "Missed schedules",
            "Schedules that were due longer than their grace ago, and of which no run since then is known.",
            f"sum({schedules('cckm_schedule_missed')})",
            "CCKMScheduleMissed",
            thresholds=panels.BAD,
            **unread,
        ),
        panels.watched(
            "Last run failed",
            "Schedules whose newest run failed or was aborted.",
            f"sum({schedules('cckm_schedule_last_run_status', ended_badly)})",
            "CCKMScheduleFailed",
            thresholds=panels.DOUBTFUL,
            **unread,
        ),
        panels.watched(
            "Schedules that do not run",
            "They are disabled, have ended, or have not begun.",
            f"sum({schedules('cckm_schedule_enabled')} == bool 0)",
            "CCKMScheduleDisabled",
            **unread,
        ),
        panels.watched(
            "Domains without a schedule",
            "No enabled schedule covers them. Of families whose schedules name domains.",
            f"sum({covered} == bool 0)",
            "CCKMDomainUnscheduled",
            thresholds=panels.DOUBTFUL,
            **unread,
        ),
        panels.watched(
            "Late by expectation",
            "Domains whose last success is older than two of the intervals in which they are expected.",
            f"sum(\n{queries.age(DOMAIN)}\n> bool on ({queries.EACH_DOMAIN})\n2 * {queries.expected(DOMAIN)}\n)",
            "CCKMRefreshStale",
            thresholds=panels.DOUBTFUL,
            noValue="none expected",
        ),
        panels.watched(
            "Schedules readable",
            "Whether the schedules of all targets that have schedules on could be read last time.",
            f"min(max by (target) (cckm_schedules_up{{{TARGET}}}))",
            "CCKMSchedulesUnreadable",
            mappings=panels.yes_no("yes", "not all"),
            **unread,
        ),
    )


def plans(page):
    page.row("Planned and done")
    counts(page)
    run = queries.coded(
        "cckm_schedule_last_run_status", TARGET, "status", states.RUNS, queries.EACH_SCHEDULE
    )
    page.add(
        24,
        9,
        panels.table(
            "Schedules",
            "What the schedulers of the appliances plan for refreshes: when each was due and is due next, and how its "
            "newest run ended.",
            [
                queries.row_of_table(INFO),
                of_the_families(schedules("cckm_schedule_enabled")),
                of_the_families(schedules("cckm_schedule_missed")),
                of_the_families(run),
                of_the_families(f"1000 * {schedules('cckm_schedule_last_due_timestamp_seconds')}"),
                of_the_families(f"1000 * {schedules('cckm_schedule_last_run_timestamp_seconds')}"),
                of_the_families(f"1000 * {schedules('cckm_schedule_next_run_timestamp_seconds')}"),
                of_the_families(schedules("cckm_schedule_interval_seconds")),
            ],
            unit="dateTimeFromNow",
            sort="Missed",
            columns={
                **panels.labels("schedule", "target", "cloud", "run_at"),
                "Value #B": panels.column("Runs", unit="none", **panels.yes_no_cell("yes", "no")),
                "Value #C": panels.column("Missed", unit="none", **panels.yes_no_cell("missed", "no", bad="missed")),
                "Value #D": panels.column("Newest run", unit="none", **panels.STATE_CELL),
                "Value #E": panels.column("Was due"),
                "Value #F": panels.column("Newest run began"),
                "Value #G": panels.column("Due next"),
                "Value #H": panels.column("Longest interval", unit="dtdurations"),
                **panels.labels("schedule_id"),
            },
            defaults={"noValue": "No schedules are read."},
        ),
    )
