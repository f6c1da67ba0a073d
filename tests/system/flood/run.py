#!/usr/bin/env python3
"""What an appliance can cost: eight refreshes of very many domains and lists without an end, beside a healthy target.

The exporter stays below 512 MiB and its ledger below 100 MB, the healthy target is polled on time, and SIGTERM ends it
within two seconds while it works on such answers."""

import argparse
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from appliance import Appliance, Flood
from processes import Exporter, eventually, free_port, value_of

MEBIBYTE = 1 << 20
MOST_MEMORY = 512 * MEBIBYTE
MOST_LEDGER = 100 * 1000 * 1000
MAX_DOMAINS = 20_000
POLL_SECONDS = 1
# Beside the flood a poll may be late by as much again.
LONGEST_GAP_SECONDS = 2 * POLL_SECONDS + 1
STOP_SECONDS = 2
DROPPED = 'cckm_dropped_domains{target="flood",cloud="dsm"}'

CONFIG = """
global: {{ poll_interval: 1s, stale_after: 10s, allow_http: true }}
targets:
  - name: flood
    url: http://127.0.0.1:{port}/flood
    authorization: {{ credentials_file: token }}
    collectors:
      dsm:
        refresh_ids: [{ids}]
        discovery: {{ enabled: true, interval: 1s, max_refreshes: 100, observe_history: true }}
  - name: healthy
    url: http://127.0.0.1:{port}/healthy
    authorization: {{ credentials_file: token }}
    collectors: {{ dsm: {{ refresh_ids: [calm], domain_names: false }} }}
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build-dir", required=True)
    parser.add_argument("--domains", type=int, default=500_000, help="that each of the eight refreshes names")
    parser.add_argument("--seconds", type=float, default=60, help="to watch")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def peak_memory(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024


def size_of(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def longest_gap(times):
    return max(later - earlier for earlier, later in zip(times, times[1:]))


class Stage:
    def __init__(self, options, folder):
        self.folder = folder
        self.appliance = Appliance(options.domains, options.seed)
        ids = ", ".join(f"flood{i}" for i in range(Flood.REFRESHES))
        (folder / "token").write_text("t")
        (folder / "token").chmod(0o600)
        (folder / "config.yaml").write_text(CONFIG.format(port=self.appliance.port, ids=ids))
        binary = pathlib.Path(options.build_dir) / "exporter" / "cckm_exporter"
        self.exporter = Exporter(binary.resolve(), folder, free_port())

    def every_refresh_is_counted(self, domains):
        dropped = value_of(self.exporter.exposition() or "", DROPPED)
        return dropped >= Flood.REFRESHES * domains - MAX_DOMAINS

    def stop(self):
        """Seconds that SIGTERM takes, sent while the flood is being worked on."""
        begun = time.monotonic()
        self.exporter.child.send_signal(signal.SIGTERM)
        try:
            code = self.exporter.child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.exporter.kill()
            raise SystemExit("SIGTERM does not end it") from None
        assert code == 0, f"it ended with {code}"
        return time.monotonic() - begun


def run(options, folder):
    stage = Stage(options, folder)
    exporter = stage.exporter
    try:
        exporter.first_exposition()
        eventually(lambda: stage.every_refresh_is_counted(options.domains), "every domain is held or counted", 120)
        begun = time.monotonic()
        while time.monotonic() < begun + options.seconds:
            assert exporter.exposition(), "a scrape is not answered"
            time.sleep(0.2)
        exposition = exporter.exposition()
        gap = longest_gap([at for at in stage.appliance.asked["healthy"] if at >= begun])
        memory = peak_memory(exporter.child.pid)
        ledger = size_of(folder / "data")
        seconds = stage.stop()
    finally:
        if exporter.child.poll() is None:
            exporter.kill()
    held = exposition.count('cckm_domain_info{target="flood"')
    dropped = value_of(exposition, DROPPED)
    print(f"peak memory {memory / MEBIBYTE:.0f} MiB, ledger {ledger / 1e6:.1f} MB, {held} domains held, {dropped:.0f} left out, "
          f"longest gap between polls of the healthy target {gap:.2f} s, SIGTERM {seconds:.2f} s")
    assert memory < MOST_MEMORY, "too much memory"
    assert ledger < MOST_LEDGER, "the ledger is too large"
    assert held <= MAX_DOMAINS, "more domains than max_domains"
    assert gap < LONGEST_GAP_SECONDS, "the healthy target is polled late"
    assert seconds < STOP_SECONDS, "SIGTERM takes too long"


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder:
        run(options, pathlib.Path(folder))
    print("1 passed, 0 failed")


if __name__ == "__main__":
    sys.exit(main())
