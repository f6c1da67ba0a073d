"""The simulator and the exporter as processes, and how they are asked."""

import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

WATCHED = re.compile(
    r"(cckm_(?:domain_)?refresh_duration_seconds_(?:bucket|count|sum)|cckm_domain_refreshes_total){(.*)} (\S+)")
LABEL = re.compile(r'(\w+)="([^"]*)",?')
PATIENCE_SECONDS = 60  # longer than anything takes on a busy host


def ask(port, path, method="GET", headers=None):
    """The body of the answer; OSError or http.client.HTTPException if there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request(method, path, headers=headers or {})
        answer = connection.getresponse()
        body = answer.read().decode()
        if answer.status != 200:
            raise http.client.HTTPException(f"{path} is answered {answer.status}: {body[:200]}")
        return body
    finally:
        connection.close()


def eventually(condition, what, seconds=PATIENCE_SECONDS):
    end = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > end:
            raise SystemExit(f"it does not come to this: {what}")
        time.sleep(0.02)
    return result


def free_port():
    """One that no outgoing connection takes by chance: below the usual ephemeral ports."""
    for port in random.sample(range(20000, 32000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise SystemExit("no port is free")


def copy_of(binary, folder):
    """Its own copy for a long run, beside which others may build."""
    return shutil.copy(binary, folder)


class Simulator:
    """Asks for no token, unless it is given one that it takes, as well as those that it grants."""

    def __init__(self, binary, folder, flags, token=None):
        port = free_port()
        access = f"--token={token}" if token else "--no-auth"
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.child = subprocess.Popen(
            [binary, f"--listen=127.0.0.1:{port}", "--control", access, *flags],
            stdout=subprocess.DEVNULL, stderr=open(folder / "simulator.log", "wb"))
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        eventually(self._answers, "the simulator answers")

    def _answers(self):
        try:
            return ask(self.port, "/simulator/journal")
        except OSError:
            return None

    def jobs(self, path):
        """Every job of the list."""
        jobs = []
        while True:
            page = json.loads(ask(self.port, f"/api/v1/cckm/{path}?skip={len(jobs)}&limit=1000", headers=self.headers))
            jobs += page["resources"]
            if len(jobs) >= page["total"] or not page["resources"]:
                return jobs

    def set_auto_restart(self, value):
        ask(self.port, f"/simulator/auto-restart?value={value}", "POST")

    def stop(self):
        self.child.kill()
        self.child.wait()


class Exporter:
    """One life of it in `folder`, which has its config.yaml; its log is exporter.log."""

    def __init__(self, binary, folder, port, environment=None):
        self.folder = folder
        self.port = port
        self.killed = threading.Event()
        self.begun = time.monotonic()
        self.child = subprocess.Popen(
            [binary, "--config.file=config.yaml", "--storage.path=data", f"--web.listen-address=127.0.0.1:{port}",
             "--web.enable-lifecycle"],
            cwd=folder, stderr=open(folder / "exporter.log", "ab"), env={**os.environ, **(environment or {})})

    def kill(self):
        self.killed.set()
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()

    def kill_after(self, seconds):
        timer = threading.Timer(max(0, self.begun + seconds - time.monotonic()), self.kill)
        timer.start()
        return timer

    def log(self):
        return (self.folder / "exporter.log").read_text(errors="replace")

    def exposition(self):
        """Nothing where it does not listen yet, or was killed before the answer was complete."""
        if not self.killed.is_set() and self.child.poll() is not None and not self.killed.is_set():
            raise SystemExit(f"the exporter ended by itself: {self.child.returncode}\n{self.log()[-2000:]}")
        try:
            return ask(self.port, "/metrics")
        except (OSError, http.client.HTTPException):
            return None

    def first_exposition(self):
        return eventually(self.exposition, "the exporter answers a scrape")


def samples_of(exposition):
    """(name, labels) of what must never decrease: its value."""
    return {(name, tuple(LABEL.findall(labels))): float(value)
            for name, labels, value in WATCHED.findall(exposition)}


def value_of(exposition, series):
    """0 where the series is not there."""
    match = re.search("^" + re.escape(series) + r" (\S+)$", exposition, re.MULTILINE)
    return float(match[1]) if match else 0.0


class Watch:
    """Sees every scrape, and that nothing in it is less than in the one before."""

    def __init__(self):
        self.last = {}
        self.scrapes = 0

    def see(self, exposition):
        samples = samples_of(exposition)
        for key, before in self.last.items():
            now = samples.get(key, 0)  # a domain without any count may go with the process
            if now < before:
                raise SystemExit(f"scrape {self.scrapes}: {key} falls from {before} to {now}")
        self.last = samples
        self.scrapes += 1
        return samples
