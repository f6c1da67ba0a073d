"""G151 to G155: many connections at once that mean no good, and many that do."""

import contextlib
import socket
import threading
import time

from processes import eventually
from wire import CANARY, Metronome, Refused, all_at_once, connect, get, request, reset

CROWD = 1000
# What deploy/docs/figures.md promises beside any of the crowds.
SCRAPE_SECONDS = 2
MEBIBYTE = 1 << 20


@contextlib.contextmanager
def crowd(port, count, say=b"", small=False):
    clients = []
    try:
        for _ in range(count):
            clients.append(connect(port, small=small))
            clients[-1].sendall(say)
        yield clients
    finally:
        for client in clients:
            reset(client)


def scrape_for(seconds, scrape, meanwhile=lambda: None):
    """The longest of many scrapes, each on a connection of its own; checks that it is within what was promised."""
    longest = 0
    end = time.monotonic() + seconds
    with Metronome() as metronome:
        while time.monotonic() < end:
            start = time.monotonic()
            answer = scrape()
            assert answer.status == 200, f"a scrape is answered {answer.status}: {answer.body[:100]}"
            longest = max(longest, time.monotonic() - start)
            meanwhile()
            time.sleep(0.1)
    assert longest - metronome.latest < SCRAPE_SECONDS, (
        f"a scrape took {longest:.2f} s, while this machine stalled for {metronome.latest:.2f} s at most")
    return longest


def is_ended(client):
    """Whether the other side has closed; reads what it said."""
    client.setblocking(False)
    try:
        while client.recv(1 << 16):
            pass
        return True
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def count_ended(clients):
    return sum(is_ended(client) for client in clients)


def g151_slow_headers(stage):
    port = stage.exporter.port

    with crowd(port, CROWD, request().rstrip(b"\r\n") + f"\r\nX-{CANARY}: ".encode()) as clients:
        def trickle():
            for client in clients:
                with contextlib.suppress(OSError):
                    client.send(CANARY[:1].encode())
        longest = scrape_for(4, lambda: get(port), trickle)
        # A request has twice its 10 s, however steadily its bytes trickle in.
        eventually(lambda: trickle() or count_ended(clients) == CROWD, "slow requests are ended", 30)
    return f"longest scrape {longest * 1000:.0f} ms"


def g152_idle(stage):
    port = stage.exporter.port
    with crowd(port, CROWD) as clients:
        longest = scrape_for(2, lambda: get(port))
        with crowd(port, 300) as more:  # 100 more than --web.max-connections
            eventually(lambda: count_ended(clients + more) >= 100, "those over the limit are ended at once", SCRAPE_SECONDS)
        eventually(lambda: get(port).status == 200, "there is room again", SCRAPE_SECONDS)
        eventually(lambda: count_ended(clients) == CROWD, "idle connections are ended", 15)
    return f"longest scrape {longest * 1000:.0f} ms"


def await_requests_of_crowd(port):
    """Whoever asks last is served first: once a scrape is served, the crowd has asked before it."""
    eventually(lambda: get(port).status == 200, "a scrape that came after the crowd is served", 30)


def never_readers(exporter, path):
    """The longest scrape beside them, and how much memory they cost."""
    before = exporter.memory_bytes()
    with crowd(exporter.port, CROWD, request(path), small=True):
        await_requests_of_crowd(exporter.port)
        longest = scrape_for(3, lambda: get(exporter.port))
        return longest, exporter.memory_bytes() - before


def g153_never_reading(stage):
    body = len(get(stage.exporter.port).body)
    with stage.running("unread", "--web.max-connections=1200") as exporter:
        before = exporter.descriptors()
        longest, memory = never_readers(exporter, "/metrics")
        assert memory < 4 * body + 64 * MEBIBYTE, f"{CROWD} readers of {body} bytes cost {memory} bytes"
        exporter.check_forgets(before)
        pages = {path: never_readers(exporter, path) for path in ("/", "/api/v1/status")}
    for path, (_, cost) in pages.items():
        assert cost < 64 * MEBIBYTE, f"{CROWD} readers of {path} cost {cost} bytes"
    with stage.running("usual") as exporter:  # with 40 scrapes at once
        eventually(lambda: len(get(exporter.port).body) > MEBIBYTE, "the refreshes are polled")
        with crowd(exporter.port, 45, request(), small=True):
            await_requests_of_crowd(exporter.port)
            scrape_for(10, lambda: get(exporter.port))
    costs = ", ".join(f"{path} {cost // MEBIBYTE} MiB" for path, (_, cost) in pages.items())
    return f"longest scrape {longest * 1000:.0f} ms; memory: /metrics {memory // MEBIBYTE} MiB, {costs}"


def g154_scrapers_at_once(stage):
    port = stage.exporter.port
    start = time.monotonic()
    answers = all_at_once(200, lambda _: get(port))
    took = time.monotonic() - start
    refused = [answer.status for answer in answers if answer.status != 200]
    assert not refused, f"{len(refused)} of 200 scrapers are refused: {set(refused)}"
    with crowd(port, 200, request(), small=True) as clients:
        assert get(port, "/-/healthy").status == 200, "only scrapes are counted"
        reset(clients.pop())
        eventually(lambda: get(port).status == 200, "there is room for a scrape again")
    return f"200 scrapes of {len(answers[0].body)} bytes in {took:.1f} s"


def flood(port, until, counts, number):
    while time.monotonic() < until:
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", port))
        reset(client)
        counts[number] += 1
        if counts[number] % 50 == 0:
            time.sleep(0.001)  # for the other threads of this program


def g155_connect_flood(stage):
    port = stage.exporter.port
    seconds = 6
    counts = [0, 0]
    start = time.monotonic()
    threads = [threading.Thread(target=flood, args=(port, start + seconds, counts, number)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    times = []
    while time.monotonic() < start + seconds:
        began = time.monotonic()
        with contextlib.suppress(Refused, OSError):
            if get(port).status == 200:
                times.append(time.monotonic() - began)
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    assert times, "no scrape got through"
    scrape_for(1, lambda: get(port))
    return f"{sum(counts) // seconds} connections/s, {len(times)} scrapes, the longest {max(times) * 1000:.0f} ms"


def g171_stop_in_a_crowd(stage):
    with stage.running("stopped", "--web.max-connections=1200", "--web.max-requests=1200") as exporter:
        with crowd(exporter.port, 300), crowd(exporter.port, 300, request()[:-2]), \
                crowd(exporter.port, 300, request(), small=True), crowd(exporter.port, 30, request("/"), small=True):
            exporter.terminate()
