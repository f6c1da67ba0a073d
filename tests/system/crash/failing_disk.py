#!/usr/bin/env python3
"""Makes every single write, sync and cut of a poll's commit fail, and checks that each refresh is counted once.

Usage: tests/system/crash/failing_disk.py --library FILE [--every] [--build-dir DIR]

FILE is failing_disk.cc as a library.  The disk is full, or broken, once or until it is mended; with --every
all four for each operation, without it they take turns.  Exit code 0: all was well.
"""

import argparse
import concurrent.futures
import errno
import itertools
import pathlib
import tempfile
import threading

from processes import Exporter, Simulator, Watch, ask, copy_of, eventually, free_port, value_of
from truth import FAMILIES, Truth

WORKERS = 4
FEWEST = 6  # operations of a transaction: a sync, and two writes for each of its pages
POLLS_WITHOUT = 3 * WORKERS  # that have no such operation any more: then all are through
FAULTS = list(itertools.product([errno.ENOSPC, errno.EIO], ["on", "once"]))
POLL = [("completed", "a,b"), ("failed", "c"), ("partial", "d,e"), ("cancelled", "f")]
LABELS = '{target="cm",cloud="dsm"'
CONFIG = """
global: {{ poll_interval: 1s, recheck_interval: 0s, allow_http: true }}
targets:
  - name: cm
    url: {url}
    authorization: {{ credentials_file: token }}
    collectors: {{ dsm: {{ discovery: {{ enabled: true, interval: 1s }} }} }}
"""


class Site:
    """An exporter on a disk that fails on demand, and its simulator."""

    def __init__(self, arguments, folder):
        self.folder = folder.resolve()
        self.order = self.folder / "order"
        self.environment = {"LD_PRELOAD": str(arguments.library), "FAILING_DISK_FOLDER": str(self.folder / "data"),
                            "FAILING_DISK_ORDER": str(self.order)}
        self.binary = copy_of(arguments.build_dir / "exporter/cckm_exporter", folder)
        self.simulator = Simulator(arguments.build_dir / "tests/simulator/ciphertrust_simulator", folder,
                                   ["--families=dsm", "--refreshes=0"])
        (self.folder / "config.yaml").write_text(CONFIG.format(url=self.simulator.url))
        (self.folder / "token").write_text("any")
        (self.folder / "token").chmod(0o600)
        self.port = free_port()
        self.watch = Watch()
        self.exporter = None
        self.polls = 0

    def start(self):
        log = self.folder / "exporter.log"
        self.log_begins = log.stat().st_size if log.exists() else 0
        self.exporter = Exporter(self.binary, self.folder, self.port, self.environment)
        self.exporter.first_exposition()

    def restart(self):
        self.exporter.kill()
        self.start()

    def stop(self):
        if self.exporter:
            self.exporter.kill()
        self.simulator.stop()

    def scrape(self):
        exposition = eventually(self.exporter.exposition, "the exporter answers")
        self.watch.see(exposition)
        return exposition

    def until(self, holds, what):
        return eventually(lambda: holds(self.scrape()), what)

    def fail(self, number, error, mode):
        (self.folder / "order.count").unlink(missing_ok=True)
        (self.folder / "new").write_text(f"{number} {error} {mode}")
        (self.folder / "new").rename(self.order)

    def operations(self):
        """How many there have been since fail()."""
        count = self.folder / "order.count"
        if not count.exists():
            return 0
        return int(eventually(count.read_text, "the count is written"))  # it is empty for a moment

    def log(self):
        """What this life of the exporter has logged."""
        return (self.folder / "exporter.log").read_bytes()[self.log_begins:].decode(errors="replace")

    def mend(self):
        self.order.unlink()

    def finish_some(self):
        """Refreshes that end before the next poll; the ID of the last."""
        self.polls += 1
        for end, domains in POLL:
            ask(self.simulator.port, f"/simulator/refresh/dsm?domains={domains}&id={end}-{self.polls}", "POST")
        for end, _ in POLL:
            ask(self.simulator.port, f"/simulator/refresh/dsm/{end}-{self.polls}/finish?as={end}", "POST")
        return f"{end}-{self.polls}"

    def truth(self):
        truth = Truth()
        for job in self.simulator.jobs(FAMILIES["dsm"][0]):
            truth.add("dsm", job)
        return truth

    def is_all_counted(self, exposition):
        return not self.truth().differences(self.watch.see(exposition))


def is_writable(exposition):
    return value_of(exposition, "cckm_ledger_writable") == 1


def failures(exposition):
    return value_of(exposition, "cckm_ledger_write_failures_total")


def last_poll(exposition):
    return value_of(exposition, f"cckm_last_poll_timestamp_seconds{LABELS}}}")


class Plan:
    """Which operation fails next, from the first to one that no poll has any more.

    How many a poll has depends on how many transactions its refreshes fall into.
    """

    def __init__(self, every):
        self.lock = threading.Lock()
        self.tasks = ((number, *fault) for number in itertools.count(1)
                      for fault in (FAULTS if every else [FAULTS[number % len(FAULTS)]]))
        self.reached = set()  # numbers
        self.faults = 0
        self.without = 0  # polls in a row

    def next(self):
        with self.lock:
            return next(self.tasks) if self.without < POLLS_WITHOUT else None

    def note(self, number, is_reached):
        with self.lock:
            self.without = 0 if is_reached else self.without + 1
            self.faults += is_reached
            if is_reached:
                self.reached.add(number)


def check(site, number, error, mode):
    """One poll whose number-th operation fails.  False if it had fewer of them."""
    name = f"operation {number}, {errno.errorcode[error]}, {mode}"
    before = failures(site.scrape())
    site.fail(number, error, mode)
    last = site.finish_some()
    status = f'cckm_refresh_status{LABELS},refresh_id="{last}",status="cancelled"}}'
    site.until(lambda text: value_of(text, status) == 1, f"{name}: the gauge shows the end")
    site.until(lambda text: site.operations() >= number or site.is_all_counted(text), f"{name}: the ledger is written")
    is_reached = site.operations() >= number
    if is_reached and mode == "on":
        check_while_it_fails(site, name)
    if mode == "on":
        site.mend()
    site.until(lambda text: site.is_all_counted(text) and is_writable(text), f"{name}: all is counted")
    if mode == "once":
        site.mend()
    if is_reached:
        site.until(lambda text: failures(text) > before, f"{name}: a failure is counted")
        eventually(lambda: "Ledger cannot be written" in site.log(), f"{name}: the log says so")
    site.restart()
    if not site.is_all_counted(site.scrape()):
        raise SystemExit(f"{name}: a restart changes the counts")
    return is_reached


def check_commits(site):
    """A commit whose number cannot be written beside the ledger has succeeded, and a restart takes the ledger as it is."""
    for error in (errno.ENOSPC, errno.EIO):
        name = f"the number of commits, {errno.errorcode[error]}"
        before = failures(site.scrape())
        site.fail(1, error, "commits")
        site.finish_some()
        text = site.until(lambda text: site.is_all_counted(text) and text, f"{name}: all is counted")
        if not site.operations() or failures(text) != before or not is_writable(text):
            raise SystemExit(f"{name}: it was not written, or the ledger says that it failed")
        site.exporter.kill()
        site.mend()
        site.start()
        if not site.is_all_counted(site.scrape()):
            raise SystemExit(f"{name}: a restart changes the counts")


def check_while_it_fails(site, name):
    """Gauges go on, nothing counts, and the exporter says that it cannot write: in every scrape of two more polls."""
    text = site.until(lambda text: not is_writable(text) and text, f"{name}: the ledger is not writable")
    polls = {last_poll(text)}

    def has_polled_twice(text):
        if is_writable(text) or site.is_all_counted(text) or value_of(text, f"cckm_up{LABELS}}}") != 1:
            raise SystemExit(f"{name}: it counts, calls itself writable or is down while the disk fails")
        polls.add(last_poll(text))
        return len(polls) > 2

    site.until(has_polled_twice, f"{name}: polls go on")


def check_baseline(site):
    """The first discovery cannot be stored at once: what ends while the exporter is down counts all the same."""
    ask(site.simulator.port, "/simulator/fault?status=503", "POST")
    site.start()
    site.fail(1, errno.ENOSPC, "on")
    ask(site.simulator.port, "/simulator/fault?status=off", "POST")
    site.until(lambda text: not is_writable(text), "the ledger is not writable")
    site.mend()
    site.until(is_writable, "the ledger is writable again")
    site.exporter.kill()
    site.finish_some()
    site.start()
    site.until(site.is_all_counted, "what ended meanwhile is counted")


def work(arguments, plan):
    with tempfile.TemporaryDirectory(dir=arguments.build_dir) as folder:
        site = Site(arguments, pathlib.Path(folder))
        try:
            check_baseline(site)
            check_commits(site)
            while task := plan.next():
                plan.note(task[0], check(site, *task))
        finally:
            site.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--library", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--every", action="store_true")
    parser.add_argument("--build-dir", type=lambda text: pathlib.Path(text).resolve(), default="build/release")
    arguments = parser.parse_args()
    plan = Plan(arguments.every)
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        for future in [pool.submit(work, arguments, plan) for _ in range(WORKERS)]:
            future.result()
    missing = set(range(1, FEWEST + 1)) - plan.reached
    if missing:
        raise SystemExit(f"no poll has operation {min(missing)}, which every transaction has")
    print(f"{plan.faults} faults in the {max(plan.reached)} operations of a poll: all counted once.")


if __name__ == "__main__":
    main()
