"""Sockets as a hostile client uses them, and answers as a strict one reads them.

Every socket has a time limit.  Whatever a client sends that is free to choose holds CANARY, and no answer may.
"""

import contextlib
import dataclasses
import socket
import struct
import threading
import time

CANARY = "Qx7Canary9f3"
PATIENCE_SECONDS = 10
# Small enough that the kernel keeps little of an answer that nobody reads.
SMALL_WINDOW_BYTES = 4096
SMALL_SEGMENT_BYTES = 536


class Refused(Exception):
    """The connection ended without a whole answer."""


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict
    body: bytes


def connect(port, host="127.0.0.1", source=None, small=False):
    client = socket.socket()
    client.settimeout(PATIENCE_SECONDS)
    try:
        if small:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_WINDOW_BYTES)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SMALL_SEGMENT_BYTES)
        if source is not None:
            client.bind((source, 0))
        client.connect((host, port))
    except OSError:
        client.close()
        raise
    return client


def reset(client):
    """Ends it without the minute for which the kernel would keep its port."""
    with contextlib.suppress(OSError):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def request(path="/metrics", method="GET", headers=(), host="exporter"):
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Reader:
    """Answers one after the other; each has all the bytes that it announces."""

    def __init__(self, client):
        self.client = client
        self.rest = b""

    def _more(self):
        try:
            piece = self.client.recv(1 << 16)
        except ConnectionError as error:
            raise Refused(f"after {len(self.rest)} bytes: {error}") from error
        if not piece:
            raise Refused(f"closed after {len(self.rest)} bytes")
        self.rest += piece

    def answer(self, method="GET"):
        while b"\r\n\r\n" not in self.rest:
            self._more()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        status, *lines = head.decode("latin-1").split("\r\n")
        version, code, _ = status.split(" ", 2)
        assert version == "HTTP/1.1", status
        headers = dict(self._header(line) for line in lines)
        pieces = [self.rest]
        missing = 0 if method == "HEAD" else int(headers["content-length"]) - len(self.rest)
        while missing > 0:
            self.rest = b""
            self._more()
            pieces.append(self.rest)
            missing -= len(self.rest)
        whole = b"".join(pieces)
        length = 0 if method == "HEAD" else int(headers["content-length"])
        body, self.rest = whole[:length], whole[length:]
        check_no_canary(head + body, "an answer")
        return Answer(int(code), headers, body)

    @staticmethod
    def _header(line):
        name, separator, value = line.partition(": ")
        assert separator and name, line
        return name.lower(), value

    def nothing_more(self):
        """The other side closes, and has sent nothing since the last answer."""
        try:
            while not self.rest:
                self._more()
        except Refused:
            return
        raise AssertionError(f"more than one answer: {self.rest[:80]}")


def check_no_canary(data, where):
    if isinstance(data, str):
        data = data.encode()
    at = data.lower().find(CANARY.lower().encode())
    assert at < 0, f"{where} holds what a client sent: {data[max(0, at - 60):at + 60]}"


def ask_raw(port, data, method="GET", source=None):
    """The answer to `data` on a connection of its own; Refused where there is none."""
    with connect(port, source=source) as client:
        with contextlib.suppress(ConnectionError):  # the answer may come before all is sent
            client.sendall(data)
        return Reader(client).answer(method)


def get(port, path="/metrics", method="GET", headers=(), source=None):
    return ask_raw(port, request(path, method, [*headers, "Connection: close"]), method, source)


def status_of(port, data):
    """0 where the connection is closed without an answer."""
    try:
        return ask_raw(port, data).status
    except (Refused, ConnectionError):
        return 0


def all_at_once(count, work):
    """What `work(number)` returned in `count` threads that begin together; the first exception if any."""
    gate = threading.Barrier(count)
    results = [None] * count

    def run(number):
        try:
            gate.wait(PATIENCE_SECONDS)
            results[number] = work(number)
        except BaseException as error:  # handed on below
            results[number] = error
    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


class Metronome:
    """How late this program itself gets its turn: a machine that stalls is not the exporter's doing."""

    BEAT_SECONDS = 0.01

    def __enter__(self):
        self.latest = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _beat(self):
        last = time.monotonic()
        while not self._over.wait(self.BEAT_SECONDS):
            now = time.monotonic()
            self.latest = max(self.latest, now - last - self.BEAT_SECONDS)
            last = now
