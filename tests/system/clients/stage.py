"""The exporter that is attacked, what is known of its process, and what must hold after every attack."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

from processes import Exporter, Simulator, ask, eventually, free_port
from wire import Refused, check_no_canary, get

STOP_SECONDS = 2
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
CONFIG = """
global: {{ poll_interval: 1s, allow_http: true }}
targets:
  - name: {name}
    url: {url}
    authorization: {{ credentials_file: token }}
    collectors:
      dsm: {{ discovery: {{ enabled: true, interval: 1s }} }}
"""
PAGES = ("/metrics", "/", "/api/v1/status", "/config")


class Skipped(Exception):
    """The case cannot be played here; its text says why."""


class AttackedExporter(Exporter):
    """With flags of its own, and nothing on disk but its log."""

    def __init__(self, binary, folder, flags):
        self.folder = folder
        self.port = free_port()
        self.is_stopped = False
        self.child = subprocess.Popen(
            [binary, "--config.file=config.yaml", "--storage.path=", f"--web.listen-address=127.0.0.1:{self.port}",
             *flags], cwd=folder, stdout=subprocess.DEVNULL, stderr=open(folder / "exporter.log", "ab"))

    def check_alive(self):
        assert self.child.poll() is None, f"the exporter ended: {self.child.returncode}\n{self.log()[-2000:]}"

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.child.pid}/fd"))

    def memory_bytes(self):
        for line in pathlib.Path(f"/proc/{self.child.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("the kernel does not tell how much memory it has")

    def cpu_seconds(self):
        """Of all its threads, those that ended included."""
        fields = pathlib.Path(f"/proc/{self.child.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND

    def check_forgets(self, descriptors):
        """What was opened for clients is closed; one more may be on the way to the appliance."""
        eventually(lambda: self.descriptors() <= descriptors + 1,
                   f"{self.descriptors()} descriptors become {descriptors} again")

    def check_repeats_nothing(self):
        check_no_canary(self.log(), "the log")

    def terminate(self):
        """SIGTERM: it ends within 2 s, with exit code 0.  Does nothing the second time."""
        if self.is_stopped:
            return
        self.check_alive()
        start = time.monotonic()
        self.child.send_signal(signal.SIGTERM)
        code = self.child.wait(STOP_SECONDS * 5)
        took = time.monotonic() - start
        self.check_repeats_nothing()
        self.is_stopped = True
        assert code == 0, f"SIGTERM ends it with {code}"
        assert took < STOP_SECONDS, f"it took {took:.1f} s to end"


class Stage:
    """A simulated appliance with many domains, so that an exposition has megabytes, and exporters that poll it."""

    def __init__(self, build_dir, folder):
        self.build_dir = build_dir
        self.folder = folder
        self.binary = build_dir / "exporter/cckm_exporter"
        self.shelf = contextlib.ExitStack()
        self.simulator = self.simulate("appliance", "--domains=400", "--refreshes=3", "--finished=2", "--never-finish")
        # What most cases attack.
        self.exporter = self.shelf.enter_context(
            self.running("attacked", "--web.max-connections=1200", "--web.max-requests=200"))
        self.descriptors = self.exporter.descriptors()

    def simulate(self, name, *flags):
        place = self.folder / name
        place.mkdir()
        simulator = Simulator(self.build_dir / "tests/simulator/ciphertrust_simulator", place,
                              ["--families=dsm", *flags])
        self.shelf.callback(simulator.stop)
        return simulator

    def place(self, name, target="cm", url=None):
        """A folder with the configuration of an exporter."""
        place = self.folder / name
        place.mkdir()
        (place / "token").write_text("t")
        (place / "token").chmod(0o600)
        (place / "config.yaml").write_text(CONFIG.format(name=target, url=url or self.simulator.url))
        return place

    @contextlib.contextmanager
    def running(self, name, *flags, place=None, ask_ready=None):
        """An exporter that has polled; it ends as it should unless something failed already."""
        exporter = AttackedExporter(self.binary, place or self.place(name), flags)
        try:
            ask_ready = ask_ready or (lambda port: get(port, "/-/ready").status)
            eventually(lambda: self._is_ready(exporter, ask_ready), f"the exporter {name} is ready")
            yield exporter
            exporter.terminate()
        finally:
            if exporter.child.poll() is None:
                exporter.child.kill()
                exporter.child.wait()

    @staticmethod
    def _is_ready(exporter, ask_ready):
        exporter.check_alive()
        try:
            return ask_ready(exporter.port) == 200
        except (OSError, Refused):
            return False

    def check_after_case(self):
        """The attacked one is well, has let go of everything, and shows nothing of what it was sent."""
        exporter = self.exporter
        exporter.check_alive()
        exporter.check_forgets(self.descriptors)
        assert get(exporter.port, "/-/healthy").status == 200
        for page in PAGES:
            assert get(exporter.port, page).status == 200, page  # get() looks for the canary
        exporter.check_repeats_nothing()

    def requests_of(self, simulator):
        return json.loads(ask(simulator.port, "/simulator/journal"))["requests"]

    def close(self):
        try:
            self.shelf.close()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
