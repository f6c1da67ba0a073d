"""G166 and G167: broken web configurations, and guesses at passwords."""

import base64
import contextlib
import random
import subprocess
import threading
import time

from certificates import Certificates
from processes import eventually, free_port
from wire import CANARY, Reader, Refused, check_no_canary, connect, get, request

USER, PASSWORD = "prom", "right-of-prom"
OTHER, OTHER_PASSWORD = "ann", "right-of-ann"
HASH = "$2b$10$abcdefghijklmnopqrstuu5udOGqmZWIcgQNWIEO7WKvcYtbI2Vaa"  # of PASSWORD
OTHER_HASH = "$2b$10$zyxwvutsrqponmlkjihgfebGPyetn.kHL.729MD5FxfqITGujwzGK"
USERS = f"basic_auth_users:\n  {USER}: {HASH}\n  {OTHER}: {OTHER_HASH}\n"
LONGEST_VALID_SCRAPE = 1
ATTEMPTS = 10_000
PAIR = "  cert_file: server.pem\n  key_file: server.key\n"
# What is wrong, the line and the key that are named.
BROKEN = [
    ("tls_config: {}\n", 1, "tls_config"),
    (USERS + "http_server_config:\n  headers:\n    Server: x\n", 6, "http_server_config.headers.Server"),
    (f"basic_auth_users:\n  {USER}: {CANARY}\n", 2, "basic_auth_users.prom"),
    (f"basic_auth_users:\n  {USER}: {HASH[:-1]}\n", 2, "basic_auth_users.prom"),
    (f"basic_auth_users:\n  {USER}: $2b$32{HASH[6:]}\n", 2, "basic_auth_users.prom"),
    (f"basic_auth_users:\n  {USER}: {HASH}\n  {USER}: {HASH}\n", 3, "basic_auth_users.prom"),
    ("basic_auth_users: []\n", 1, "basic_auth_users"),
    ("\n\ntls_server_config:\n  cert_file: server.pem\n", 3, "tls_server_config"),
    ("tls_server_config:\n  cert_file: server.pem\n  key_file: other.key\n", 1, "tls_server_config"),
    ("tls_server_config:\n  cert_file: missing.pem\n  key_file: server.key\n", 1, "tls_server_config"),
    ("tls_server_config:\n  cert_file: server.pem\n  key_file: public.key\n", 1, "tls_server_config"),
    (f"tls_server_config:\n{PAIR}  client_ca_file: ca.pem\n", 1, "tls_server_config"),
    (f"tls_server_config:\n{PAIR}  client_auth_type: {CANARY}\n", 4, "tls_server_config.client_auth_type"),
    (f"tls_server_config:\n{PAIR}  min_version: TLS09\n", 4, "tls_server_config.min_version"),
    (f"tls_server_config:\n{PAIR}  max_version: TLS11\n", 1, "tls_server_config"),
    (f"tls_server_config:\n{PAIR}  client_allowed_sans: [a]\n", 1, "tls_server_config"),
    ("rate_limit:\n  interval: soon\n", 2, "rate_limit.interval"),
    (USERS + "\tx: y\n", 4, "YAML"),
    ("---\n" + USERS + "---\n{}\n", 6, "single YAML document"),
    (USERS + "x: \x07\n", 4, "control characters"),
]
# What a file may become while it is in use, and is no configuration.
BROKEN_LATER = [f"basic_auth_users: {{ {USER}: {CANARY} }}", "{{{", "[]", "basic_auth_user: {}", "\0" * 4096,
                USERS[:len(USERS) // 2], USERS + "tls_server_config: { cert_file: server.pem, key_file: server.key }"]


def basic(user, password):
    pair = f"{user}:{password}".encode("latin-1")
    return "Authorization: Basic " + base64.b64encode(pair).decode()


def check_start_is_refused(stage, place, flags):
    done = subprocess.run([stage.binary, "--config.file=config.yaml", "--storage.path=", "--web.config.file=web.yml",
                           f"--web.listen-address=127.0.0.1:{free_port()}", *flags],
                          cwd=place, capture_output=True, text=True, timeout=10)
    assert done.returncode == 2, f"it ends with {done.returncode}: {done.stderr}"
    check_no_canary(done.stdout + done.stderr, "the complaint")
    return done.stderr


def check_broken_starts(stage, place):
    for text, line, key in BROKEN:
        (place / "web.yml").write_text(text)
        for flags in ([], ["--config.check"]):
            said = check_start_is_refused(stage, place, flags)
            assert f"web.yml:{line}:" in said and key in said, f"{text!r} {flags}: {said}"
    (place / "web.yml").unlink()
    assert "web.yml" in check_start_is_refused(stage, place, [])


def complaints(exporter):
    """How often the log says that a web configuration is not used, or not wholly."""
    log = exporter.log()
    return log.count("Web configuration is wrong") + log.count("Part of the web configuration is not used")


def check_stays_locked(exporter, change):
    """Whatever `change` did, nobody comes in without the password, also after it was noticed."""
    port = exporter.port
    said = complaints(exporter)
    change()

    def is_noticed():
        assert get(port).status == 401, "no password was asked for"
        assert get(port, headers=[basic(USER, PASSWORD)]).status == 200
        return complaints(exporter) > said
    eventually(is_noticed, "a broken web configuration is noticed", 4)
    assert get(port, headers=[basic(USER, PASSWORD + "x")]).status == 401


def g166_broken_web_configurations(stage):
    place = stage.place("access")
    certificates = Certificates(place)
    certificates.authority("ca")
    certificates.authority("other")
    certificates.make("server", "ca", "DNS:localhost", usage="serverAuth")
    (place / "public.key").write_bytes((place / "server.key").read_bytes())
    (place / "public.key").chmod(0o644)
    check_broken_starts(stage, place)
    file = place / "web.yml"
    file.write_text(USERS)
    allowed = [basic(USER, PASSWORD)]
    with stage.running("access", "--web.config.file=web.yml", place=place,
                       ask_ready=lambda port: get(port, "/-/ready", headers=allowed).status) as exporter:
        for text in BROKEN_LATER:
            check_stays_locked(exporter, lambda text=text: file.write_text(text))
        check_stays_locked(exporter, file.unlink)
        check_stays_locked(exporter, file.mkdir)
        file.rmdir()
        file.write_text(f"basic_auth_users: {{ {OTHER}: {OTHER_HASH} }}")
        eventually(lambda: get(exporter.port, headers=allowed).status == 401, "who was struck off is refused", 4)
        assert get(exporter.port, headers=[basic(OTHER, OTHER_PASSWORD)]).status == 200
        allowed[:] = [basic(OTHER, OTHER_PASSWORD)]
        said = complaints(exporter)
        file.write_text("")
        eventually(lambda: get(exporter.port).status == 401 and complaints(exporter) > said,
                   "an emptied web configuration is refused while in use", 4)
    return f"{len(BROKEN)} refused at the start; emptied while in use it stays locked"


# What is near a password that was let in before, and no password.
NEARLY = [(USER, ""), ("", PASSWORD), (USER.upper(), PASSWORD), (USER + " ", PASSWORD), (" " + USER, PASSWORD),
          (USER, PASSWORD + " "), (USER, PASSWORD + "\0"), (USER, PASSWORD + "\0" + CANARY), (USER, PASSWORD[:-1]),
          (USER, PASSWORD.upper()), (USER, ":" + PASSWORD), (USER + ":" + USER, PASSWORD), (USER + "\0", PASSWORD),
          (OTHER, PASSWORD), (USER, OTHER_PASSWORD), (USER, HASH), (USER, PASSWORD * 6), (USER, "x" * 8000),
          (CANARY, PASSWORD), (USER, CANARY), ("\xff", "\xfe"), (USER + "\n", PASSWORD)]
MALFORMED = ["Basic", "Basic ", "Basic =", "Basic " + CANARY, "Bearer " + CANARY, "Digest username=prom", "Basic cHJvbQ==",
             "Basic cHJvbTpyaWdodC1vZi1wcm9t!", "Basic Og==", "BasicX cHJvbTpy", "Basic cHJv bTpy", "Negotiate", ",", "\xff"]


def check_guesses(port):
    right = [basic(USER, PASSWORD)]
    assert get(port, headers=right).status == 200
    for user, password in NEARLY:
        assert get(port, headers=[basic(user, password)]).status == 401, (user, password[:40])
        assert get(port, headers=right).status == 200
    for value in MALFORMED:
        assert get(port, headers=["Authorization: " + value]).status == 401, value
    assert get(port, headers=[right[0].replace("Basic", "bASIC")]).status == 200, "schemes have no case"
    for path in ("/", "/metrics", "/config", "/api/v1/status", "/-/healthy", "/-/ready", "/-/reload", "/" + CANARY):
        for method in ("GET", "POST", CANARY):
            answer = get(port, path, method)
            assert answer.status == 401 and "www-authenticate" in answer.headers, f"{method} {path}: {answer.status}"


def work_for(exporter, user):
    """Processor time for a wrong password that was not seen before."""
    before = exporter.cpu_seconds()
    for _ in range(5):
        assert get(exporter.port, headers=[basic(user, random.randbytes(9).hex())]).status == 401
    return exporter.cpu_seconds() - before


def check_same_work(exporter):
    """An unknown user costs what a known one does; counted as processor time, so that a busy machine does not matter."""
    known = unknown = 0
    for _ in range(6):
        known += work_for(exporter, USER)
        unknown += work_for(exporter, CANARY)
    ratio = unknown / known
    assert 0.8 < ratio < 1.25, f"an unknown user costs {ratio:.2f} times what a known one does"
    return ratio


class Guessers:
    """Connections of several addresses that try random passwords until they have made all attempts."""

    def __init__(self, port, sources, attempts):
        self.port = port
        self.left = attempts
        self.statuses = {}
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._guess, args=(source,), daemon=True)
                        for source in sources for _ in range(6)]
        for thread in self.threads:
            thread.start()

    def _guess(self, source):
        while self.left > 0:
            with contextlib.suppress(OSError, Refused), connect(self.port, source=source) as client:
                reader = Reader(client)
                while self.left > 0:
                    client.sendall(request(headers=[basic(USER, CANARY + random.randbytes(6).hex())]))
                    self._note(reader.answer().status)

    def _note(self, status):
        with self.lock:
            self.left -= 1
            self.statuses[status] = self.statuses.get(status, 0) + 1

    def is_over(self):
        return not any(thread.is_alive() for thread in self.threads)

    def stop(self):
        self.left = 0
        for thread in self.threads:
            thread.join(20)
        assert self.is_over()


def scrape_beside(guessers, port):
    """The times of a scraper that was let in before."""
    times = []
    while not guessers.is_over() or len(times) < 100:
        start = time.monotonic()
        assert get(port, headers=[basic(USER, PASSWORD)]).status == 200
        times.append(time.monotonic() - start)
        time.sleep(0.01)
    return sorted(times)


def newcomer_is_let_in(port):
    """Somebody with the right password and an address of its own, who was not there before."""
    answer = get(port, headers=[basic(OTHER, OTHER_PASSWORD)], source="127.0.0.9")
    return answer.status == 200


def g167_guessed_passwords(stage):
    place = stage.place("guessed")
    (place / "web.yml").write_text(USERS)
    with stage.running("guessed", "--web.config.file=web.yml", place=place, ask_ready=lambda port: get(
            port, "/-/ready", headers=[basic(USER, PASSWORD)]).status) as exporter:
        ratio = check_same_work(exporter)
        check_guesses(exporter.port)
        many = Guessers(exporter.port, [f"127.0.1.{n}" for n in range(1, 21)], 1 << 30)
        eventually(lambda: newcomer_is_let_in(exporter.port), "a newcomer is let in while twenty addresses guess", 10)
        many.stop()
        start, busy = time.monotonic(), exporter.cpu_seconds()
        guessers = Guessers(exporter.port, [f"127.0.0.{n}" for n in (2, 3, 4, 5)], ATTEMPTS)
        times = scrape_beside(guessers, exporter.port)
        cores = (exporter.cpu_seconds() - busy) / (time.monotonic() - start)
        guessers.stop()
    p99 = times[len(times) * 99 // 100]
    assert p99 < LONGEST_VALID_SCRAPE, f"p99 of {len(times)} scrapes is {p99:.2f} s"
    assert set(guessers.statuses) <= {401, 503}, guessers.statuses
    assert cores < 1.5, f"{cores:.2f} processors"
    return f"unknown/known {ratio:.2f}; {guessers.statuses}; p99 {p99 * 1000:.0f} ms, {cores:.2f} processors"
