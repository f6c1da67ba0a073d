#!/usr/bin/env python3
"""Checks what Helm rendered, and the chart's own files, for what no other tool can tell.

Usage: check_chart.py schema               values.yaml and values.schema.json know the same keys
       check_chart.py switches             some file of ci/ sets every value, to something other than the default
       check_chart.py rules MANIFEST DIR   the rules are those of deploy/prometheus/rules; writes them to DIR for promtool
       check_chart.py promtool MANIFEST DIR    writes the rules of a PrometheusRule to DIR, whatever they are
       check_chart.py dashboards MANIFEST  the dashboards are those of deploy/grafana/dashboards
       check_chart.py config MANIFEST EXPORTER    the exporter accepts its configuration and flags, in every shard
       check_chart.py probes MANIFEST EXPORTER    the exporter starts, and its probes succeed
Prints a line for each finding; exits 1 if there is any.
"""

import json
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from base64 import b64decode
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[3]
CHART = ROOT / "helm/cckm-exporter"
WEB_TLS = "tls_server_config: {cert_file: tls.crt, key_file: tls.key}\n"
# A password that nobody knows.
WEB_USERS = "basic_auth_users: {prometheus: $2y$04$abcdefghijklmnopqrstuuZ2PBGBPvWFQ3BO5cWxTiVRBDbRZc5xq}\n"
EXISTING_CONFIG = """
targets:
  - name: own
    url: https://cm.example.com
    login: {username: exporter, password_file: secrets/password}
    collectors: {dsm: {discovery: {enabled: true}}}
"""


def documents(manifest):
    return [document for document in yaml.safe_load_all(Path(manifest).read_text()) if document]


def of_kind(manifest, kind):
    return [document for document in documents(manifest) if document["kind"] == kind]


# Schema.


def check_schema():
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    schema = json.loads((CHART / "values.schema.json").read_text())
    # For the charts that this one is part of; without a default of its own; what every probe may have.
    optional = {"global", "enabled", "podDisruptionBudget.minAvailable", "podDisruptionBudget.maxUnavailable", "resources.claims"}
    findings = []

    def resolve(part):
        return schema["definitions"][part["$ref"].split("/")[-1]] if "$ref" in part else part

    def walk(part, value, path):
        part = resolve(part)
        if "properties" not in part or not isinstance(value, dict):
            return
        if part.get("additionalProperties") is not False:
            findings.append(f"{path or 'the root'}: the schema lets unknown keys pass")
        for key in part["properties"].keys() | value.keys():
            name = f"{path}.{key}".lstrip(".")
            if key not in part["properties"]:
                findings.append(f"{name}: not in the schema")
            elif key not in value:
                if value and name not in optional and not re.match(r"\w+Probe\.|updateStrategy\.", name):
                    findings.append(f"{name}: not in values.yaml")
            else:
                walk(part["properties"][key], value[key], name)

    walk(schema, values, "")
    return findings


def leaves(value, path=()):
    """The values that are no maps with content, by their path."""
    if isinstance(value, dict) and value:
        return {key: leaf for name, child in value.items() for key, leaf in leaves(child, (*path, name)).items()}
    return {path: value}


def check_switches():
    values = leaves(yaml.safe_load((CHART / "values.yaml").read_text()))
    changed = set()
    for file in (CHART / "ci").glob("*-values.yaml"):
        for path, value in leaves(yaml.safe_load(file.read_text())).items():
            # Below what is an empty map by default, everything is a change of that map.
            changed |= {path[:length] for length in range(1, len(path) + 1) if values.get(path[:length], value) != value}
    return [f"{'.'.join(path)}: no file of ci/ sets it" for path in sorted(values.keys() - changed)]


# Rules and dashboards.


def rendered_groups(manifest):
    return [group for rule in of_kind(manifest, "PrometheusRule") for group in rule["spec"]["groups"]]


def check_rules(manifest, folder):
    rendered = {group["name"]: group for group in rendered_groups(manifest)}
    findings = []
    for file in sorted((ROOT / "deploy/prometheus/rules").glob("*.yml")):
        groups = yaml.safe_load(file.read_text())["groups"]
        mine = [rendered.pop(group["name"], None) for group in groups]
        findings += [f"{group['name']}: not as in {file.name}" for group, own in zip(groups, mine) if group != own]
        # Under the name of the source, where its unit tests look for it.
        (Path(folder) / file.name).write_text(yaml.safe_dump({"groups": mine}, sort_keys=False))
    return findings + [f"{name}: in no file of deploy/prometheus/rules" for name in rendered]


def write_rules(manifest, folder):
    (Path(folder) / "rules.yml").write_text(yaml.safe_dump({"groups": rendered_groups(manifest)}, sort_keys=False))
    return []


def check_dashboards(manifest):
    rendered = {}
    for config_map in of_kind(manifest, "ConfigMap"):
        rendered.update({name: text for name, text in config_map["data"].items() if name.endswith(".json")})
    sources = {file.name: file.read_text() for file in (ROOT / "deploy/grafana/dashboards").glob("*.json")}
    if not sources:
        return ["deploy/grafana/dashboards has no dashboards"]
    return [f"{name}: not as in deploy/grafana/dashboards" for name in sources.keys() | rendered.keys()
            if sources.get(name) != rendered.get(name)]


# The exporter.


class Pod:
    """The pod of a manifest, with its projected volumes laid out in a folder as the kubelet would."""

    def __init__(self, manifest, folder):
        self.folder = Path(folder)
        self.workload = of_kind(manifest, "StatefulSet")[0]
        self.spec = self.workload["spec"]["template"]["spec"]
        self.container = self.spec["containers"][0]
        self.objects = {(d["kind"], d["metadata"]["name"]): d for d in documents(manifest)}
        self.make_certificate()
        self.paths = {}
        for mount in self.container["volumeMounts"]:
            volume = next((v for v in self.spec["volumes"] if v["name"] == mount["name"]), {})
            self.paths[mount["mountPath"]] = self.lay_out(mount["name"], volume)

    def make_certificate(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=test", "-addext", "subjectAltName=DNS:test", "-keyout", self.folder / "key.pem",
                        "-out", self.folder / "cert.pem"], check=True, capture_output=True)
        self.certificate = (self.folder / "cert.pem").read_text()
        self.key = (self.folder / "key.pem").read_text()

    def lay_out(self, name, volume):
        """The folder of a volume: files behind the link `..data`, so that they change at once."""
        top = self.folder / name
        data = top / "..of_one_moment"
        data.mkdir(parents=True)
        (top / "..data").symlink_to(data.name)
        for source in volume.get("projected", {}).get("sources", []):
            for path, content in self.files_of(source):
                file = data / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(content)
                file.chmod(volume["projected"]["defaultMode"])
        if "csi" in volume:
            (data / "password").write_text("dummy")
            (data / "password").chmod(0o440)
        for entry in data.iterdir():
            (top / entry.name).symlink_to(Path("..data") / entry.name)
        return top

    def files_of(self, source):
        (kind, reference), = source.items()
        own = self.objects.get(({"secret": "Secret", "configMap": "ConfigMap"}[kind], reference["name"]))
        if own:
            content = {**own.get("data", {}), **own.get("stringData", {})}
            if own["kind"] == "Secret" and "data" in own:
                content = {key: b64decode(value).decode() for key, value in own["data"].items()}
            return [(item["path"], content[item["key"]]) for item in reference["items"]]
        items = reference.get("items") or [{"key": key, "path": key} for key in ("web.yml", "plain.yml", "tls.crt", "tls.key", "ca.crt")]
        return [(item["path"], self.dummy(item["path"])) for item in items]

    def dummy(self, path):
        name = path.rsplit("/", 1)[-1]
        # Where the kubelet asks by itself, there must be no password.
        web = WEB_TLS + (WEB_USERS if "exec" in self.container.get("readinessProbe", {}) else "")
        known = {"config.yml": EXISTING_CONFIG, "web.yml": web, "plain.yml": WEB_USERS, "key": self.key, "tls.key": self.key}
        if name in ("ca", "cert", "ca.crt", "proxy_ca", "tls.crt"):
            return self.certificate
        return known.get(name, "dummy")

    def localized(self, text):
        for mount, folder in self.paths.items():
            text = text.replace(mount + "/", f"{folder}/")
            if text.endswith("=" + mount):
                text = text.replace(mount, str(folder))
        return text

    def flags(self, shard=0):
        config = self.paths["/etc/cckm_exporter"] / "..data/config.yml"
        localized = self.localized(config.read_text())
        config.chmod(0o640)
        config.write_text(localized)
        for file in config.parent.glob("targets/*.yml"):
            file.chmod(0o640)
            file.write_text(self.localized(file.read_text()))
        return [self.localized(flag).replace("$(SHARD_INDEX)", str(shard)) for flag in self.container["args"]]


def check_config(manifest, exporter):
    findings = []
    with tempfile.TemporaryDirectory() as folder:
        pod = Pod(manifest, folder)
        for shard in range(max(1, pod.workload["spec"]["replicas"])):
            command = [exporter, "--config.check", *pod.flags(shard)]
            answer = subprocess.run(command, capture_output=True, text=True, timeout=30)
            if answer.returncode != 0:
                findings.append(f"shard {shard}: {answer.stdout}{answer.stderr}")
    return findings


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def probe(pod, settings, exporter, change):
    """True if the probe succeeds."""
    if "exec" in settings:
        command = [exporter if word == "cckm_exporter" else change(pod.localized(word)) for word in settings["exec"]["command"]]
        return subprocess.run(command, capture_output=True, timeout=30).returncode == 0
    get = settings["httpGet"]
    url = f"{get['scheme'].lower()}://127.0.0.1{change(':' + str(pod.container['ports'][0]['containerPort']))}{get['path']}"
    # The kubelet verifies nothing.
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with urllib.request.urlopen(url, timeout=5, context=context) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def check_probes(manifest, exporter):
    with tempfile.TemporaryDirectory() as folder:
        pod = Pod(manifest, folder)
        port = free_port()

        def change(text):
            return re.sub(r":9847$", f":{port}", text)

        # No name is looked up outside: what is asked for cannot be reached, and counts as polled.
        config = pod.paths["/etc/cckm_exporter"] / "..data/config.yml"
        flags = [change(flag) for flag in pod.flags()]
        config.write_text(config.read_text().replace("cm.example.com", "127.0.0.1:1"))
        process = subprocess.Popen([exporter, *flags], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            return [f"{kind} {pod.container[kind]} did not succeed within 20 s" for kind in
                    ("startupProbe", "livenessProbe", "readinessProbe")
                    if not succeeds_soon(process, lambda: probe(pod, pod.container[kind], exporter, change))]
        finally:
            process.terminate()
            process.communicate(timeout=10)


def succeeds_soon(process, attempt):
    deadline = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < deadline:
        if attempt():
            return True
        time.sleep(0.1)
    return False


def main():
    commands = {"schema": check_schema, "switches": check_switches, "rules": check_rules, "promtool": write_rules,
                "dashboards": check_dashboards, "config": check_config, "probes": check_probes}
    findings = commands[sys.argv[1]](*sys.argv[2:])
    for finding in findings:
        print(finding)
    raise SystemExit(1 if findings else 0)


if __name__ == "__main__":
    main()
