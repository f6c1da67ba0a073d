#!/usr/bin/env python3
"""Every format of the real exporter, read by programs that are not ours.

Usage: tests/system/formats/run.py --build-dir DIR

OpenMetrics by the reference parser of Prometheus' Python client library, protobuf by code that protoc makes,
all of it compared with the text format; then a real Prometheus with native histograms and exemplars (skipped
without CCKM_PROMETHEUS in the environment, exit code 77).  Everything listens on 127.0.0.1.
"""

import argparse
import gzip
import http.client
import importlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.parse

from processes import Exporter, Simulator, ask, eventually, free_port

HERE = pathlib.Path(__file__).parent
OPEN_METRICS = "application/openmetrics-text;version=1.0.0"
PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
SKIPPED = 77

CONFIG = """
global: {{ poll_interval: 1s, allow_http: true, native_histograms: {native} }}
targets:
  - name: cm
    url: {url}
    authorization: {{ credentials_file: token }}
    collectors:
      dsm: {{ refresh_ids: [{ids}] }}
"""
# How the refreshes end, and for which domains.
ENDS = {"r-completed": ("completed", "d1,d2"), "r-alone": ("completed", "d3"), "r-failed": ("failed", "d4")}
# Metrics of the exporter itself change from one exposition to the next.
CHANGING = ("cckm_api_", "cckm_poll_", "cckm_last_", "cckm_clock_", "process_")


def check(condition, what):
    if not condition:
        raise SystemExit(f"FAILED: {what}")
    print(f"ok: {what}")


def get(port, accept, encoding="identity", method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, "/metrics", headers={"Accept": accept, "Accept-Encoding": encoding})
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def text_samples(body):
    from prometheus_client.parser import text_string_to_metric_families
    return {(sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(body) for sample in family.samples
            if not sample.name.startswith(CHANGING)}


def open_metrics_families(body):
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
    return list(text_string_to_metric_families(body))


def exemplars_of(families):
    return {(family.name, sample.exemplar.labels["refresh_id"], sample.exemplar.labels.get("domain_id"))
            for family in families for sample in family.samples if sample.exemplar}


def varint(data, at):
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number, at


def protobuf_families(body, messages):
    families = []
    at = 0
    while at < len(body):
        length, at = varint(body, at)
        family = messages.MetricFamily()
        check_length = family.ParseFromString(body[at:at + length])
        if check_length != length:
            raise SystemExit("FAILED: a protobuf message is not as long as it says")
        families.append(family)
        at += length
    return families


def float_text(value):
    return "+Inf" if value == float("inf") else repr(float(value))


def protobuf_samples(families):
    samples = {}
    for family in families:
        if family.name.startswith(CHANGING):
            continue
        for metric in family.metric:
            labels = {pair.name: pair.value for pair in metric.label}
            if metric.HasField("histogram"):
                histogram = metric.histogram
                for bucket in histogram.bucket:
                    key = {**labels, "le": float_text(bucket.upper_bound)}
                    samples[(family.name + "_bucket", frozenset(key.items()))] = bucket.cumulative_count
                samples[(family.name + "_sum", frozenset(labels.items()))] = histogram.sample_sum
                samples[(family.name + "_count", frozenset(labels.items()))] = histogram.sample_count
            else:
                number = metric.counter if metric.HasField("counter") else metric.gauge
                samples[(family.name, frozenset(labels.items()))] = number.value
    return samples


def normal(samples):
    """With `le` written one way: Python writes large floats otherwise."""
    def normal_labels(labels):
        return frozenset((name, float_text(float(value)) if name == "le" else value) for name, value in labels)
    return {(name, normal_labels(labels)): value for (name, labels), value in samples.items()}


def created_times(families):
    return {(family.name, tuple((pair.name, pair.value) for pair in metric.label)):
            (metric.histogram.created_timestamp.seconds, metric.histogram.created_timestamp.nanos)
            for family in families if "refresh_duration" in family.name for metric in family.metric
            if metric.histogram.HasField("created_timestamp")}


def without_beginning(families):
    """Families with a counter, or a histogram that counts, that does not say since when."""
    return {family.name for family in families for metric in family.metric
            if (metric.HasField("counter") and not metric.counter.HasField("created_timestamp"))
            or (metric.HasField("histogram") and metric.histogram.sample_count
                and not metric.histogram.HasField("created_timestamp"))}


def load_messages(folder):
    subprocess.run(["protoc", f"--proto_path={HERE.parents[1]}/support/proto", f"--python_out={folder}",
                    "metrics.proto"], check=True)
    sys.path.insert(0, str(folder))
    return importlib.import_module("metrics_pb2")


class Scene:
    """A simulator whose refreshes have all ended, and an exporter that has seen it."""

    def __init__(self, arguments, folder, native):
        self.arguments = arguments
        self.folder = folder
        self.simulator = Simulator(arguments.build_dir / "tests/simulator/ciphertrust_simulator", folder, [])
        for refresh, (_, domains) in ENDS.items():
            ask(self.simulator.port, f"/simulator/refresh/dsm?domains={domains}&id={refresh}", "POST")
        (folder / "token").write_text("t")
        (folder / "token").chmod(0o600)
        (folder / "config.yaml").write_text(CONFIG.format(
            url=self.simulator.url, ids=", ".join(ENDS), native=str(native).lower()))
        self.start()
        eventually(lambda: 'cckm_refresh_status{target="cm",cloud="dsm",refresh_id="r-failed",status="in_progress"} 1'
                   in (self.exporter.exposition() or ""), "the refreshes are seen running")
        for refresh, (end, _) in ENDS.items():
            ask(self.simulator.port, f"/simulator/refresh/dsm/{refresh}/finish?as={end}", "POST")
        self.wait_for_ends()

    def start(self):
        self.exporter = Exporter(self.arguments.build_dir / "exporter/cckm_exporter", self.folder, free_port())

    def wait_for_ends(self):
        counted = 'cckm_refresh_duration_seconds_count{target="cm",cloud="dsm",status="%s"} %d'
        eventually(lambda: all(line in (self.exporter.exposition() or "")
                               for line in (counted % ("completed", 2), counted % ("failed", 1))),
                   "every refresh is counted")

    def restart(self):
        self.exporter.kill()
        self.start()
        self.wait_for_ends()

    def stop(self):
        self.exporter.kill()
        self.simulator.stop()


def check_formats(scene, messages):
    port = scene.exporter.port
    answer, body = get(port, "text/plain")
    check(answer.getheader("Content-Type") == "text/plain; version=0.0.4; charset=utf-8", "text has its type")
    text = text_samples(body.decode())
    check(len(text) > 150, "the text format has samples")

    answer, body = get(port, OPEN_METRICS)
    check(answer.getheader("Content-Type").startswith(OPEN_METRICS.replace(";", "; ")), "OpenMetrics has its type")
    families = open_metrics_families(body.decode())
    open_samples = {(sample.name, frozenset(sample.labels.items())): sample.value
                    for family in families for sample in family.samples if not sample.name.startswith(CHANGING)}
    check(open_samples == text, "the reference parser reads the same samples from OpenMetrics as from text")
    check(b"_created" not in body.replace(b"cckm_refresh_created_timestamp", b""), "no _created in OpenMetrics")
    exemplars = exemplars_of(families)
    expected = {("cckm_domain_refresh_duration_seconds", "r-completed", "d1"),
                ("cckm_domain_refresh_duration_seconds", "r-completed", "d2"),
                ("cckm_domain_refresh_duration_seconds", "r-alone", "d3"),
                ("cckm_refresh_duration_seconds", "r-failed", "d4")}
    check(expected <= exemplars, "exemplars name refresh and domain")
    check_protobuf(port, messages, text)
    check_gzip(port)


def check_protobuf(port, messages, text):
    answer, body = get(port, PROTOBUF)
    check(answer.getheader("Content-Type") == PROTOBUF.replace(";", "; "), "protobuf has its type")
    families = protobuf_families(body, messages)
    check(normal(protobuf_samples(families)) == normal(text), "protoc's code reads the same samples")
    check(len(created_times(families)) == 6, "histograms that count say since when")
    check(without_beginning(families) == set(), "counters say since when they count")


def check_gzip(port):
    for accept in ("text/plain", OPEN_METRICS, PROTOBUF):
        answer, packed = get(port, accept, "gzip")
        check(answer.getheader("Content-Encoding") == "gzip" and answer.getheader("Vary"), "gzip says so")
        answer, plain = get(port, accept, "gzip;q=0")
        check(answer.getheader("Content-Encoding") is None, "gzip;q=0 is respected")
        check(len(gzip.decompress(packed)) > len(plain) * 0.9, "what is packed is the exposition")
        answer, body = get(port, accept, "gzip", "HEAD")
        check(body == b"" and answer.getheader("Content-Encoding") == "gzip", "HEAD has no body")


def check_restart(scene, messages):
    def seen():
        return (created_times(protobuf_families(get(scene.exporter.port, PROTOBUF)[1], messages)),
                exemplars_of(open_metrics_families(get(scene.exporter.port, OPEN_METRICS)[1].decode())))
    before = seen()
    scene.restart()
    after = seen()
    check(before[0] == after[0], "the times since when histograms count survive a kill")
    check(before[1] == after[1], "exemplars survive a kill")


def native_of(port, messages):
    return {(family.name, tuple(pair.value for pair in metric.label)):
            (metric.histogram.schema, metric.histogram.zero_count,
             tuple((span.offset, span.length) for span in metric.histogram.positive_span),
             tuple(metric.histogram.positive_delta))
            for family in protobuf_families(get(port, PROTOBUF)[1], messages)
            if "refresh_duration" in family.name for metric in family.metric}


class Prometheus:
    FEATURES = "native-histograms,exemplar-storage"

    def __init__(self, binary, folder, target_port):
        self.port = free_port()
        (folder / "prometheus.yml").write_text(json.dumps(self.config(target_port)))
        self.child = subprocess.Popen(
            [binary, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
             f"--web.listen-address=127.0.0.1:{self.port}", f"--enable-feature={self.FEATURES}"],
            stdout=subprocess.DEVNULL, stderr=open(folder / "prometheus.log", "wb"))

    def config(self, target_port):
        jobs = [{"job_name": "cckm", "static_configs": [{"targets": [f"127.0.0.1:{target_port}"]}]}]
        return {"global": {"scrape_interval": "1s"}, "scrape_configs": jobs}

    def ask(self, path, **parameters):
        try:
            body = ask(self.port, f"/api/v1/{path}?" + urllib.parse.urlencode(parameters))
        except (OSError, http.client.HTTPException):
            return []
        return json.loads(body)["data"]

    def query(self, expression):
        data = self.ask("query", query=expression)
        return data["result"] if data else []

    def stop(self):
        self.child.kill()
        self.child.wait()


def check_prometheus(scene, binary, folder):
    prometheus = Prometheus(binary, folder, scene.exporter.port)
    try:
        quantile = "histogram_quantile(0.5, cckm_refresh_duration_seconds{status='completed'})"
        eventually(lambda: [r for r in prometheus.query(quantile) if 0 < float(r["value"][1]) < 1000],
                   "Prometheus answers a quantile of the native histogram")
        check(True, "Prometheus answers a quantile of the native histogram")
        count = prometheus.query("histogram_count(cckm_refresh_duration_seconds{status='completed'})")
        check([r["value"][1] for r in count] == ["2"], "Prometheus counts the native histogram's observations")
        eventually(lambda: prometheus.ask("query_exemplars", query="cckm_domain_refresh_duration_seconds",
                                          start=0, end=4_000_000_000), "Prometheus shows the exemplars")
        found = prometheus.ask("query_exemplars", query="cckm_domain_refresh_duration_seconds",
                               start=0, end=4_000_000_000)
        refreshes = {exemplar["labels"]["refresh_id"] for series in found for exemplar in series["exemplars"]}
        check(refreshes == {"r-completed", "r-alone"}, "Prometheus shows the exemplars of each refresh")
    finally:
        prometheus.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build-dir", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        messages = load_messages(folder)
        for native in (False, True):
            place = folder / f"native-{native}"
            place.mkdir()
            scene = Scene(arguments, place, native)
            try:
                check_formats(scene, messages)
                before = native_of(scene.exporter.port, messages)
                check(all((schema == 3) == native for schema, *_ in before.values()),
                      "native buckets are there if the configuration says so")
                check_restart(scene, messages)
                check(native_of(scene.exporter.port, messages) == before, "native buckets survive a kill")
                if native and "CCKM_PROMETHEUS" not in os.environ:
                    print("SKIPPED: CCKM_PROMETHEUS is not set to the path of prometheus")
                    return SKIPPED
                if native:
                    check_prometheus(scene, os.environ["CCKM_PROMETHEUS"], place)
            finally:
                scene.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
