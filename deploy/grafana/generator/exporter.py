"""A row of the overview: how the exporter itself does."""

import panels
import queries
from selection import SCRAPED, TARGET


def exporter(page):
    page.row("Exporter", collapsed=True)
    instances, build = "job, instance", "version, revision, compiler"

    def each(metric, unit, title, description, expression=None, **more):
        asked = queries.query(expression or f"max by ({instances}) ({metric}{{{SCRAPED}}})", "{{instance}}")
        return panels.series(title, description, [asked], unit, **more)

    written = f"max by ({instances}) (increase(cckm_ledger_write_failures_total{{{SCRAPED}}}[$__rate_interval]))"
    loaded = f"max by ({instances}) (cckm_exporter_config_last_reload_success_timestamp_seconds{{{SCRAPED}}})"
    page.add(
        6,
        7,
        panels.timeline(
            "Scraped",
            "Whether Prometheus could scrape the instance.",
            [queries.query(f"max by ({instances}) (up{{{SCRAPED}}})", "{{instance}}")],
            panels.yes_no("up", "down"),
            links=[
                panels.runbook("CCKMExporterDown"),
                panels.runbook("CCKMExporterInstanceDown"),
                panels.runbook("CCKMExporterAbsent"),
            ],
        ),
        each("scrape_duration_seconds", "s", "Duration of scrapes", "As Prometheus measures it."),
        each("scrape_samples_scraped", "short", "Samples of a scrape", "Lines of the page, or native histograms."),
        panels.series(
            "Series left out",
            "What max_series leaves out now, by reason.",
            [queries.query(f"max by (target, reason) (cckm_dropped_series{{{TARGET}}})", "{{target}} {{reason}}")],
            "none",
            links=[panels.runbook("CCKMSeriesDropped")],
        ),
        each("process_resident_memory_bytes", "bytes", "Memory", "What the process has resident."),
        each(
            None,
            "percentunit",
            "CPU",
            "Of one core.",
            f"max by ({instances}) (rate(process_cpu_seconds_total{{{SCRAPED}}}[$__rate_interval]))",
        ),
        panels.series(
            "File descriptors",
            "Open ones, and how many may be.",
            [
                queries.query(f"max by ({instances}) (process_open_fds{{{SCRAPED}}})", "{{instance}} open"),
                queries.query(f"max by ({instances}) (process_max_fds{{{SCRAPED}}})", "{{instance}} at most"),
            ],
            "none",
        ),
        panels.timeline(
            "Ledger writable",
            "Whether finished refreshes can be stored. While they cannot they are shown, and not counted.",
            [queries.query(f"min by ({instances}) (cckm_ledger_writable{{{SCRAPED}}})", "{{instance}}")],
            panels.yes_no(),
            links=[panels.runbook("CCKMLedgerUnwritable")],
        ),
        panels.bars(
            "Failures to write the ledger",
            "Attempts to store finished refreshes that failed.",
            [queries.query(written, "{{instance}}")],
            links=[panels.runbook("CCKMLedgerUnwritable")],
        ),
        panels.timeline(
            "Configuration",
            "Whether the last attempt to load it succeeded. If not the former one is in use.",
            [
                queries.query(
                    f"min by ({instances}) (cckm_exporter_config_last_reload_successful{{{SCRAPED}}})", "{{instance}}"
                )
            ],
            panels.yes_no("loaded", "refused"),
            links=[panels.runbook("CCKMConfigReloadFailed")],
        ),
        panels.table(
            "Running since",
            "When each process started, and when it last loaded its configuration.",
            [
                queries.row_of_table(f"1000 * max by ({instances}) (process_start_time_seconds{{{SCRAPED}}})"),
                queries.row_of_table(f"1000 * {loaded}"),
            ],
            unit="dateTimeFromNow",
            columns={
                **panels.labels("instance"),
                "Value #A": panels.column("Started"),
                "Value #B": panels.column("Configuration"),
            },
        ),
        panels.table(
            "Build and share",
            "The program that runs, how many targets it polls, and which of how many shards it is, counted from 0.",
            [
                queries.row_of_table(f"max by ({instances}, {build}) (cckm_exporter_build_info{{{SCRAPED}}})"),
                *(
                    queries.row_of_table(f"max by ({instances}) (cckm_exporter_{name}{{{SCRAPED}}})")
                    for name in ("targets", "shard_index", "shard_count")
                ),
            ],
            columns={
                **panels.labels("instance", "version", "revision", "compiler"),
                "Value #B": panels.column("Targets"),
                "Value #C": panels.column("Shard"),
                "Value #D": panels.column("Shards"),
            },
        ),
    )
