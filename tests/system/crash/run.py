#!/usr/bin/env python3
"""Kills the exporter at random moments while refreshes finish, and checks that each is counted once.

Usage: tests/system/crash/run.py [--moments N] [--seconds S] [--seed N] [--build-dir DIR]

No scrape may show a counter or a histogram that fell, and in the end all of them have to be what the
simulator's lists say.  Everything listens on 127.0.0.1.  Ends after S seconds even if fewer moments have
come.  Exit code 0: all was well.
"""

import argparse
import pathlib
import random
import tempfile
import time

from processes import Exporter, Simulator, Watch, copy_of, eventually, free_port, value_of
from truth import FAMILIES, Truth, is_finished

REFRESHES = 2000  # that are to finish, about
DOMAINS = 15  # of each family
FINISHED_AT_START = 15  # refreshes of each family
SECONDS_PER_MOMENT = 0.45
CONFIGURED = "hsm-luna"  # has no discovery, its IDs come through a file

CONFIG = """
global: {{ poll_interval: 1s, recheck_interval: 0s, heartbeat_interval: 1s, allow_http: true }}
targets:
  - name: cm
    url: {url}
    authorization: {{ credentials_file: token }}
    collectors:
"""
DISCOVERY = "      {family}: {{ discovery: {{ enabled: true, interval: 1s, max_refreshes: 100000 }}{more} }}\n"
ID_FILES = "      {family}: {{ refresh_id_files: [{family}*.txt] }}\n"


class Run:
    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.folder = folder
        self.random = random.Random(arguments.seed)
        self.watch = Watch()
        self.port = free_port()
        self.exporter_binary = copy_of(arguments.build_dir / "exporter/cckm_exporter", folder)
        self.simulator = Simulator(
            copy_of(arguments.build_dir / "tests/simulator/ciphertrust_simulator", folder), folder,
            self.simulator_flags())
        try:
            self.work()
        finally:
            self.simulator.stop()

    def simulator_flags(self):
        """So many at once, each in two thirds of the mean cycle, that the wanted number ends in time."""
        running = len(FAMILIES) * DOMAINS / 2
        cycle = self.arguments.moments * SECONDS_PER_MOMENT * running / REFRESHES
        shortest, longest = int(600 * cycle), int(1200 * cycle)
        return [f"--seed={self.arguments.seed}", "--families=" + ",".join(FAMILIES), f"--domains={DOMAINS}",
                f"--refreshes={FINISHED_AT_START}", f"--finished={FINISHED_AT_START}",
                f"--min-duration={max(1, shortest)}ms", f"--max-duration={max(2, longest)}ms",
                "--restart-after=100ms", "--failed-percent=10", "--partial-percent=20", "--cancelled-percent=10"]

    def start_exporter(self):
        return Exporter(self.exporter_binary, self.folder, self.port)

    def write_config(self):
        """Of dsm, one that has ended before anybody watches is configured, too: it counts."""
        self.configured = {family: set() for family in FAMILIES}
        self.configured["dsm"] = {self.jobs("dsm")[0]["id"]}
        text = CONFIG.format(url=self.simulator.url)
        for family in FAMILIES:
            ids = ", ".join(self.configured[family])
            text += (ID_FILES if family == CONFIGURED else DISCOVERY).format(
                family=family, more=f", refresh_ids: [{ids}]" if ids else "")
        (self.folder / "config.yaml").write_text(text)
        (self.folder / "token").write_text("any")
        (self.folder / "token").chmod(0o600)
        self.write_ids()

    def jobs(self, family):
        return self.simulator.jobs(FAMILIES[family][0])

    def write_ids(self):
        """Every refresh of the configured family so far, in a file that takes the former one's place."""
        ids = self.configured[CONFIGURED]
        ids.update(job["id"] for job in self.jobs(CONFIGURED))
        (self.folder / "new").write_text("\n".join(sorted(ids)) + "\n")
        (self.folder / "new").rename(self.folder / f"{CONFIGURED}.txt")

    def work(self):
        self.write_config()
        self.baseline = {job["id"] for family in FAMILIES for job in self.jobs(family)}
        self.begin()
        self.simulator.set_auto_restart("on")
        begun = time.monotonic()
        moments = 0
        while moments < self.arguments.moments and time.monotonic() < begun + self.arguments.seconds:
            self.live_and_die()
            moments += 1
            if moments % 5 == 0:
                self.write_ids()
        self.simulator.set_auto_restart("off")
        eventually(self.is_quiet, "every refresh ends", 120)
        self.write_ids()
        truth = self.truth()
        self.catch_up(truth)
        print(f"{moments} times killed in {time.monotonic() - begun:.0f} s, {self.watch.scrapes} scrapes, "
              f"{truth.refreshes} refreshes: all counted once.")

    def begin(self):
        """A first life in which every collector with discovery gets its baseline."""
        exporter = self.start_exporter()
        def is_polled():
            exposition = exporter.exposition() or ""
            return all(value_of(exposition, f'cckm_tracked_refreshes{{target="cm",cloud="{family}"}}') > 0
                       for family in FAMILIES)
        eventually(is_polled, "every family is discovered")
        self.watch.see(exporter.exposition())
        exporter.kill()

    def moment(self):
        """Seconds after the start: mostly in the first poll and the second, at times in a later one."""
        return self.random.choices([self.random.uniform(0, 0.35), self.random.uniform(1.0, 1.5),
                                    self.random.uniform(0, 3.5)], [15, 4, 1])[0]

    def live_and_die(self):
        exporter = self.start_exporter()
        timer = exporter.kill_after(self.moment())
        while not exporter.killed.is_set():
            if (exposition := exporter.exposition()) is not None:
                self.watch.see(exposition)
            exporter.killed.wait(0.01)
        timer.join()

    def is_quiet(self):
        return all(is_finished(job) for family in FAMILIES for job in self.jobs(family))

    def truth(self):
        truth = Truth()
        for family in FAMILIES:
            for job in self.jobs(family):
                if job["id"] not in self.baseline or job["id"] in self.configured[family]:
                    truth.add(family, job)
        return truth

    def catch_up(self, truth):
        """Now, and after one more restart."""
        for _ in range(2):
            exporter = self.start_exporter()
            differences = ["no answer"]
            end = time.monotonic() + 20
            while differences and time.monotonic() < end:
                if (exposition := exporter.exposition()) is not None:
                    differences = truth.differences(self.watch.see(exposition))
                time.sleep(0.1)
            exporter.kill()
            if differences:
                raise SystemExit("it is not counted once:\n" + "\n".join(differences[:40]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--moments", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--build-dir", type=lambda text: pathlib.Path(text).resolve(), default="build/release")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.build_dir) as folder:
        Run(arguments, pathlib.Path(folder))


if __name__ == "__main__":
    main()
