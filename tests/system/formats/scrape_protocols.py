#!/usr/bin/env python3
"""A real Prometheus 3 scrapes text, OpenMetrics and protobuf of the real exporter, and keeps the same of all three.

Usage: tests/system/formats/scrape_protocols.py --build-dir DIR --prometheus FILE

Exemplars come by OpenMetrics and protobuf, native histograms by protobuf.  Everything listens on 127.0.0.1.
"""

import argparse
import pathlib
import sys
import tempfile

from processes import eventually
from run import ENDS, Prometheus, Scene, check

PROTOCOLS = {"text": "PrometheusText0.0.4", "openmetrics": "OpenMetricsText1.0.0", "protobuf": "PrometheusProto"}
DURATIONS = "cckm_domain_refresh_duration_seconds"
FOREVER = {"start": 0, "end": 4_000_000_000}


def scrape_config(job, target_port, **more):
    return {"job_name": job, "scrape_protocols": [PROTOCOLS[job.partition("-")[0]]],
            "static_configs": [{"targets": [f"127.0.0.1:{target_port}"]}], **more}


class PrometheusOfEveryFormat(Prometheus):
    """One job for each format, and one that keeps native histograms."""

    FEATURES = "exemplar-storage"

    def config(self, target_port):
        jobs = [scrape_config(job, target_port) for job in PROTOCOLS]
        jobs.append(scrape_config("protobuf-native", target_port, scrape_native_histograms=True))
        return {"global": {"scrape_interval": "1s"}, "scrape_configs": jobs}

    def samples(self, job):
        """What is known of refreshes and their domains: by name and labels, without those of the scrape."""
        found = self.query(f'{{__name__=~"cckm_(domain|refresh)_.+",job="{job}"}}')
        return {tuple(sorted((k, v) for k, v in row["metric"].items() if k != "job")): row["value"][1]
                for row in found if "value" in row}

    def exemplars(self, job):
        found = self.ask("query_exemplars", query=f'{{__name__=~"{DURATIONS}.*",job="{job}"}}', **FOREVER)
        return {exemplar["labels"]["refresh_id"] for series in found for exemplar in series["exemplars"]}


def check_jobs(prometheus):
    eventually(lambda: len(prometheus.query("up == 1")) == len(PROTOCOLS) + 1, "every format is scraped")
    eventually(lambda: len(prometheus.query('count by (job) (cckm_refresh_status)')) == len(PROTOCOLS) + 1,
               "every format has samples")
    text = prometheus.samples("text")
    check(len(text) > 150, "Prometheus keeps what the text format says")
    for job in ("openmetrics", "protobuf"):
        check(prometheus.samples(job) == text, f"Prometheus keeps the same samples of {job} as of text")
    expected = {refresh for refresh, (end, _) in ENDS.items() if end == "completed"}
    for job in ("openmetrics", "protobuf", "protobuf-native"):
        eventually(lambda job=job: prometheus.exemplars(job) == expected, f"Prometheus shows the exemplars of {job}")
        check(True, f"Prometheus shows the exemplars of {job}")
    check(not prometheus.exemplars("text"), "the text format has no exemplars")


def check_native(prometheus):
    native = 'cckm_refresh_duration_seconds{job="protobuf-native",status="completed"}'
    count = prometheus.query(f"histogram_count({native})")
    check([row["value"][1] for row in count] == ["2"], "Prometheus counts the native histogram's observations")
    (median,) = prometheus.query(f"histogram_quantile(0.5, {native})")
    (classic,) = prometheus.query("sum(cckm_refresh_duration_seconds_sum{job='text',status='completed'})")
    check(0 < float(median["value"][1]) <= float(classic["value"][1]), "Prometheus answers a quantile of it")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build-dir", type=pathlib.Path, required=True)
    parser.add_argument("--prometheus", required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        scene = Scene(arguments, folder, native=True)
        try:
            prometheus = PrometheusOfEveryFormat(arguments.prometheus, folder, scene.exporter.port)
            try:
                check_jobs(prometheus)
                check_native(prometheus)
            except (SystemExit, ValueError):
                print((folder / "prometheus.log").read_text()[-3000:])
                raise
            finally:
                prometheus.stop()
        finally:
            scene.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
