"""What the queries of the dashboards are asked of.

A simulated appliance with refreshes of every kind, the exporter, and two Prometheus servers with the recording and
alerting rules: one that keeps classic histograms, and one that keeps native ones.  Both scrape the exporter at two
addresses, as if two exporters watched the same appliance by mistake.
"""

import http.client
import json
import re
import ssl
import subprocess
import urllib.parse
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

import processes

PASSWORD = "a-password-of-the-test"


class Appliance:
    """A simulated cluster of two nodes with TLS, logins and schedules, whose refreshes begin and end as told."""

    def __init__(self, binary, folder):
        self.port = processes.free_port()
        other_port = processes.free_port()
        self.urls = [f"https://127.0.0.1:{port}" for port in (self.port, other_port)]
        self.folder = folder
        self.child = subprocess.Popen(
            [
                binary,
                f"--listen=127.0.0.1:{self.port}",
                f"--node=127.0.0.1:{other_port}",
                "--control",
                "--families=dsm,external-cm",
                "--domains=4",
                "--refreshes=0",
                "--finished=0",
                "--min-duration=1h",
                "--max-duration=1h",
                "--username=exporter",
                f"--password={PASSWORD}",
                "--token-lifetime=20s",
                "--schedule=name=every-night&family=dsm&run_at=0 3 * * *&runs=3",
                "--schedule=name=missed&family=dsm&run_at=0 4 * * *&units=1&age=72h&missed=all",
                f"--tls-folder={folder / 'tls'}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=open(folder / "simulator.log", "wb"),
        )
        processes.eventually(self._answers, "the simulator answers")

    def _answers(self):
        try:
            return self.tell("journal", method="GET")
        except (OSError, http.client.HTTPException):
            return None

    def tell(self, what, method="POST"):
        trust = ssl.create_default_context(cafile=self.folder / "tls/ca.pem")
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=trust)
        try:
            connection.request(method, f"/simulator/{what}")
            answer = connection.getresponse()
            body = answer.read().decode()
            if answer.status != 200:
                raise SystemExit(f"the simulator answers {what} with {answer.status}: {body[:200]}")
            return body
        finally:
            connection.close()

    def start(self, family, refresh, *domains):
        """Of all domains of the family if none is named."""
        self.tell(f"refresh/{family}?id={refresh}" + (f"&domains={','.join(domains)}" if domains else ""))

    def finish(self, family, refresh, ending):
        self.tell(f"refresh/{family}/{refresh}/finish?as={ending}")


@dataclass
class Chosen:
    """What stands in the variables of which only one value can be chosen."""

    target: str
    cloud: str
    domain: str


class Server:
    """A Prometheus that somebody started on loopback."""

    def __init__(self, port, patience_seconds=20):
        self.port = port
        self.patience_seconds = patience_seconds

    def ask(self, path, **parameters):
        """The data of the answer; a refused query is a ValueError."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.patience_seconds)
        try:
            connection.request("GET", f"/api/v1/{path}?" + urllib.parse.urlencode(parameters))
            response = connection.getresponse()
            if response.status == 503:
                raise ConnectionError("it has not started yet")
            answer = json.loads(response.read())
        finally:
            connection.close()
        if answer["status"] != "success":
            raise ValueError(answer["error"])
        return answer["data"]

    def has(self, expression):
        try:
            return self.ask("query", query=expression)["result"]
        except OSError:
            return None


class Prometheus(Server):
    def __init__(self, binary, folder, config, features):
        super().__init__(processes.free_port())
        folder.mkdir()
        (folder / "prometheus.yml").write_text(config)
        self.child = subprocess.Popen(
            [
                binary,
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'tsdb'}",
                f"--web.listen-address=127.0.0.1:{self.port}",
                f"--enable-feature={features}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=open(folder / "prometheus.log", "wb"),
        )


class World:
    """Use it in a with statement, which ends all processes."""

    def __init__(self, binaries, folder, rules):
        self._end = ExitStack()
        self._folder = folder
        try:
            self._begin(binaries, rules)
        except BaseException:
            self._end.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._end.close()

    def _own(self, process):
        self._end.callback(process.child.wait)
        self._end.callback(process.child.kill)
        return process

    def _begin(self, binaries, rules):
        self.appliance = self._own(Appliance(binaries["simulator"], self._folder))
        secret = self._folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(PASSWORD)
        (self._folder / "config.yaml").write_text(exporter_config(self.appliance.urls))
        self.exporter = self._own(processes.Exporter(binaries["exporter"], self._folder, processes.free_port()))
        self.domains = processes.eventually(self._domains, "the exporter shows the domains of the appliance")
        config = prometheus_config(self.exporter.port, hurried(rules, self._folder / "rules"))
        self.servers = {
            kind: self._own(Prometheus(binaries["prometheus"], self._folder / kind, config, features))
            for kind, features in (("classic", "exemplar-storage"), ("native", "exemplar-storage,native-histograms"))
        }
        self._await("count(up == 1) == 2")
        self._play()

    def _domains(self):
        """The IDs of the domains of dsm, once there are all."""
        page = self.exporter.exposition() or ""
        found = re.findall(r'^cckm_domain_info\{.*?cloud="dsm",domain_id="([^"]*)"', page, re.M)
        return found if len(found) == 4 else None

    def _await(self, expression):
        """Until it is so in both servers."""
        for kind, server in self.servers.items():
            processes.eventually(partial(server.has, expression), f"{kind}: {expression}")

    def _play(self):
        """Three domains of dsm and all of external-cm are refreshed, with every ending; one is never refreshed."""
        first, second, third, _ = self.domains
        # The first has seen all: a success, then a failure, and a refresh that runs.
        self.chosen = Chosen("cm-of-the-test", "dsm", first)
        self._await(f'count_over_time(cckm_domain_refreshes_total{{domain_id="{first}",status="failed"}}[1m]) > 2')
        self._refresh("dsm", "it-completes", "completed", first, second)
        self._refresh("external-cm", "it-is-cancelled", "cancelled")
        self._refresh("dsm", "it-fails-for-one", "partial", second, third)
        self._refresh("dsm", "it-fails", "failed", first)
        self.appliance.start("dsm", "it-runs", first)
        self.appliance.tell("fault?status=500&count=1")
        domain = f'domain_id="{first}"'
        self._await(f'cckm_domain_refresh_status{{{domain},status="in_progress"}} offset 3s == 1')
        self._await(f'ALERTS{{alertname="CCKMRefreshFailed",alertstate="firing",{domain}}} offset 3s')
        self._await(f'increase(cckm_domain_refreshes_total{{{domain},status="failed"}}[1m]) > 0')
        self._await("increase(cckm_token_renewals_total[20s]) > 0")
        self._await('sum(increase(cckm_api_errors_total{reason="http_status"}[20s])) > 0')

    def _refresh(self, family, refresh, ending, *domains):
        self.appliance.start(family, refresh, *domains)
        self._await(f'cckm_refresh_status{{refresh_id="{refresh}",status="in_progress"}} == 1')
        self.appliance.finish(family, refresh, ending)
        self._await(f'cckm_refresh_status{{refresh_id="{refresh}",status="{ending}"}} == 1')


def exporter_config(urls):
    """Domains of dsm have names, those of external-cm have none."""
    discovery = "discovery: { enabled: true, interval: 1s }"
    return f"""
global: {{ poll_interval: 1s, heartbeat_interval: 2s, native_histograms: true }}
targets:
  - name: cm-of-the-test
    urls: [{', '.join(urls)}]
    login: {{ username: exporter, password_file: password }}
    tls_config: {{ ca_file: tls/ca.pem }}
    schedules: {{ enabled: true, interval: 1s }}
    expectations: [{{ refreshed_every: 1h }}]
    collectors: {{ dsm: {{ {discovery} }}, external-cm: {{ domain_names: false, {discovery} }} }}
"""


def hurried(rules, folder):
    """A copy of the rules in which no group waits longer than the others."""
    folder.mkdir()
    for file in rules.glob("*.yml"):
        (folder / file.name).write_text(re.sub(r"^    interval: .*\n", "", file.read_text(), flags=re.M))
    return folder


def prometheus_config(port, rules):
    return f"""
global: {{ scrape_interval: 1s, evaluation_interval: 1s }}
rule_files: ['{rules}/*.yml']
scrape_configs:
  - job_name: cckm_exporter
    static_configs: [{{ targets: ['127.0.0.1:{port}', 'localhost:{port}'] }}]
"""
