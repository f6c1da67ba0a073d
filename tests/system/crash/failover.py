#!/usr/bin/env python3
"""Kills the address in use under thousands of unfinished refreshes, and checks that nothing is lost by it.

Usage: tests/system/crash/failover.py [--refreshes N] [--build-dir DIR]

Two simulators stand for the nodes of a cluster, which do not take each other's tokens.  No scrape may show a poll
without an answer or a counter that fell; in the end each refresh counts once, as the node that is left lists it, and
the other node has cost one login.  Done twice: with refreshes asked for through the list, and by their IDs.
Exit code 0: all was well.
"""

import argparse
import itertools
import json
import pathlib
import re
import tempfile

from processes import Exporter, Simulator, Watch, ask, copy_of, eventually, free_port, value_of
from truth import FAMILIES, Truth

DOMAINS = 100
POLLS = 2  # that are seen after the kill
FINISHED_PER_SCRAPE = 200
ENDINGS = ["completed", "failed", "cancelled"]
TOKEN = "of-the-test"
LABELS = 'target="cm",cloud="dsm"'
ANOMALIES = re.compile(r"^cckm_refresh_anomalies_total{.*} (\S+)$", re.MULTILINE)
RUNNING = re.compile(r'^cckm_refresh_status{.*,status="in_progress"} 1$', re.MULTILINE)
CONFIG = """
global: {{ poll_interval: 1s, recheck_interval: 0s, request_timeout: 30s, allow_http: true }}
targets:
  - name: cm
    urls: [{urls}]
    login: {{ username: exporter, password_file: password }}
    collectors: {{ dsm: {{ refresh_id_files: [ids.txt] }} }}
"""


class Cluster:
    """An exporter and the two nodes that it asks, of which the first is in use."""

    def __init__(self, arguments, folder):
        self.folder = folder
        self.count = arguments.refreshes
        self.nodes = [self.node(arguments.build_dir, name) for name in ("first", "second")]
        self.watch = Watch()
        self.port = free_port()
        self.binary = copy_of(arguments.build_dir / "exporter/cckm_exporter", folder)
        self.exporter = None

    def node(self, build_dir, name):
        (self.folder / name).mkdir()
        flags = ["--families=dsm", f"--domains={DOMAINS}", f"--refreshes={self.count}", "--finished=0",
                 "--never-finish", "--latency=5ms", "--token-lifetime=1h"]
        return Simulator(build_dir / "tests/simulator/ciphertrust_simulator", self.folder / name, flags, TOKEN)

    def start(self, list_fails):
        first, second = self.nodes
        self.ids = [job["id"] for job in first.jobs(FAMILIES["dsm"][0])]
        if self.ids != [job["id"] for job in second.jobs(FAMILIES["dsm"][0])]:
            raise SystemExit("the nodes do not have the same refreshes")
        (self.folder / "ids.txt").write_text("\n".join(self.ids) + "\n")
        (self.folder / "config.yaml").write_text(CONFIG.format(urls=f"{first.url}, {second.url}"))
        (self.folder / "password").write_text("any")
        (self.folder / "password").chmod(0o600)
        if list_fails:
            ask(first.port, "/simulator/fault?kind=garbage&count=1&path=/api/v1/cckm/dsm/refresh", "POST")
        self.exporter = Exporter(self.binary, self.folder, self.port)

    def stop(self):
        if self.exporter:
            self.exporter.kill()
        for node in self.nodes:
            node.stop()

    def scrape(self):
        exposition = eventually(self.exporter.exposition, "the exporter answers")
        self.watch.see(exposition)
        return exposition

    def scrape_of_an_answered_poll(self):
        text = self.scrape()
        self.expect("cckm_up", value_of(text, f"cckm_up{{{LABELS}}}"), 1)
        self.expect("unanswered refreshes", value_of(text, f"cckm_unanswered_refreshes{{{LABELS}}}"), 0)
        self.expect("the last successful poll", last_poll(text, "successful_"), last_poll(text))
        return text

    def until(self, holds, what):
        return eventually(lambda: holds(self.scrape_of_an_answered_poll()), what)

    def wait_until_all_is_known(self):
        eventually(lambda: len(RUNNING.findall(self.scrape())) == self.count, "every refresh is in progress")

    def kill_the_first_while_it_is_asked(self):
        """A request that it has taken and not answered is under way when it ends."""
        first, second = self.nodes
        ask(first.port, "/simulator/fault?kind=hang&for=60s", "POST")
        eventually(lambda: json.loads(ask(first.port, "/simulator/journal"))["faults"], "the first node is asked")
        self.expect("logins at the first node", logins(first), 1)
        first.stop()
        self.until(lambda text: is_in_use(text, second) and not is_in_use(text, first), "the second node is in use")
        polls = set()
        self.until(lambda text: polls.add(last_poll(text)) or len(polls) > POLLS, "polls go on")

    def finish_all(self):
        second = self.nodes[1]
        for number, (refresh, ending) in enumerate(zip(self.ids, itertools.cycle(ENDINGS))):
            ask(second.port, f"/simulator/refresh/dsm/{refresh}/finish?as={ending}", "POST")
            if number % FINISHED_PER_SCRAPE == 0:
                self.scrape_of_an_answered_poll()

    def check_counts(self, list_fails):
        second = self.nodes[1]
        truth = Truth()
        for job in second.jobs(FAMILIES["dsm"][0]):
            truth.add("dsm", job)
        self.expect("refreshes of the second node", truth.refreshes, self.count)
        text = self.until(lambda text: not truth.differences(self.watch.see(text)) and text, "each refresh counts once")
        by_id = value_of(text, f'cckm_api_requests_total{{{LABELS},endpoint="refresh",code="200"}}')
        self.expect("refreshes are asked for by their IDs", by_id >= self.count, list_fails)
        self.expect("anomalies", sum(map(float, ANOMALIES.findall(text))), 0)
        self.expect("logins at the second node", logins(second), 1)
        self.expect("moves to another address", self.exporter.log().count("Requests go to another address"), 1)

    def expect(self, what, found, expected):
        if found != expected:
            raise SystemExit(f"scrape {self.watch.scrapes}: {what}: {found}, expected {expected}\n"
                             f"{self.exporter.log()[-2000:]}")


def is_in_use(text, node):
    return value_of(text, f'cckm_target_address_in_use{{target="cm",address="{node.url}"}}') == 1


def last_poll(text, which=""):
    return value_of(text, f"cckm_last_{which}poll_timestamp_seconds{{{LABELS}}}")


def logins(node):
    return json.loads(ask(node.port, "/simulator/nodes"))[0]["logins"]


def check(arguments, list_fails):
    with tempfile.TemporaryDirectory(dir=arguments.build_dir) as folder:
        cluster = Cluster(arguments, pathlib.Path(folder))
        try:
            cluster.start(list_fails)
            cluster.wait_until_all_is_known()
            cluster.kill_the_first_while_it_is_asked()
            cluster.finish_all()
            cluster.check_counts(list_fails)
            way = "by their IDs" if list_fails else "through the list"
            print(f"{cluster.count} refreshes, asked for {way}: the address in use was killed, every poll was answered, "
                  f"and each counts once in {cluster.watch.scrapes} scrapes.")
        finally:
            cluster.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--refreshes", type=int, default=2000)
    parser.add_argument("--build-dir", type=lambda text: pathlib.Path(text).resolve(), default="build/release")
    arguments = parser.parse_args()
    for list_fails in (False, True):
        check(arguments, list_fails)


if __name__ == "__main__":
    main()
