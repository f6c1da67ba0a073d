"""An appliance that names more domains than anybody can hold, beside paths of a healthy one.

Every answer is made from a seed.  /flood/... floods, /healthy/... does not; requests are noted with their time."""

import http.server
import random
import re
import threading
import time

DSM = "/api/v1/cckm/dsm/"
LONG = "n" * 20_000
LISTED_NAMES = ",".join(f'"N-{i:x}"' for i in range(200))
COUNTED = re.compile(r"skip=(\d+)&limit=(\d+)")


def job(refresh_id, domains, status):
    """A job that names `domains`, a text of JSON strings with commas between them."""
    times = '"createdAt":"2024-05-14T08:00:00Z","updatedAt":"2024-05-14T08:00:00Z"'
    if status != "in_progress":
        times += ',"completed_at":"2024-05-14T08:01:00Z"'
    return f'{{"id":"{refresh_id}",{times},"overall_status":"{status}","domains":[{domains}]}}'.encode()


class Flood:
    """Eight refreshes of different domains, every second one finished, and lists that have no end."""

    REFRESHES = 8

    def __init__(self, domains, seed):
        rng = random.Random(seed)
        self.prefix = f"{rng.randrange(36 ** 2):x}"
        self.domains = domains
        self.bodies = {f"flood{i}": job(f"flood{i}", self._names(i), "completed" if i % 2 else "in_progress")
                       for i in range(self.REFRESHES)}

    def _names(self, i):
        return ",".join(f'"{self.prefix}{i}{n:x}"' for n in range(self.domains))

    def answer(self, path):
        page = COUNTED.search(path)
        if not page:
            return self.bodies.get(path.rsplit("/", 1)[1])
        skip, limit = int(page[1]), min(int(page[2]), 100)
        entry = self._domain if "/domains?" in path else self._listed
        entries = ",".join(entry(n) for n in range(skip, skip + limit))
        return f'{{"skip":{skip},"limit":{limit},"total":4000000000,"resources":[{entries}]}}'.encode()

    def _domain(self, n):
        return f'{{"id":"{n:x}{LONG}","name":"{LONG}{n:x}","connection":"{LONG}"}}'

    def _listed(self, n):
        return job(f"listed{n}", LISTED_NAMES.replace("N", f"{n:x}"), "completed").decode()


class Healthy:
    def answer(self, path):
        if "?" in path:
            return b'{"skip":0,"limit":1,"total":0,"resources":[]}'
        return job(path.rsplit("/", 1)[1], '"calm1","calm2"', "in_progress")


class Appliance:
    """Both, on one port."""

    def __init__(self, domains, seed):
        self.sides = {"flood": Flood(domains, seed), "healthy": Healthy()}
        self.asked = {"flood": [], "healthy": []}  # when
        appliance = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                side = self.path.split("/")[1]
                appliance.asked[side].append(time.monotonic())
                body = appliance.sides[side].answer(self.path)
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # the exporter hangs up when it stops

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
