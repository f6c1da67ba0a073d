"""G156 to G164: requests that are too long, ambiguous, of other protocols, or merely odd."""

import contextlib
import gzip
import re
import time

from wire import CANARY, Reader, Refused, ask_raw, connect, get, request, status_of

CLOSED = 0  # without an answer
TOO_LONG = {CLOSED, 400, 413, 414, 431}
MEBIBYTE = 1 << 20
GIBIBYTE = 1 << 30
START = b"GET /metrics HTTP/1.1\r\nHost: x\r\n"


def check_statuses(port, table):
    """(what, bytes, the allowed statuses)"""
    for what, data, allowed in table:
        status = status_of(port, data)
        assert status in allowed, f"{what}: {status}, not one of {allowed}"
    return f"{len(table)} requests"


def with_headers(*headers):
    return request(headers=headers)


def g156_huge_requests(stage):
    long = CANARY * 700  # 8 KB
    return check_statuses(stage.exporter.port, [
        ("8 KB path", request("/" + long), {404}),
        ("8 KB query", request("/metrics?" + long), {200}),
        ("8 KB header", with_headers("X-A: " + long), {200}),
        ("60 headers", with_headers(*[f"X-{n}: {CANARY}" for n in range(60)]), {200}),
        ("the longest authorization", with_headers("Authorization: Basic " + "QUFB" * 3500), {200}),
        ("1 MB path", request("/" + CANARY * 95_000), TOO_LONG),
        ("1 MB method", request(method=CANARY * 95_000), TOO_LONG),
        ("1 MB header", with_headers("X-A: " + CANARY * 95_000), TOO_LONG),
        ("1 MB header name", with_headers(CANARY * 95_000 + ": a"), TOO_LONG),
        ("1 MB without a line end", CANARY.encode() * 95_000, TOO_LONG),
        ("1 MB of line ends", b"\r\n" * 500_000, TOO_LONG),
        ("1 MB of NUL", bytes(MEBIBYTE), TOO_LONG),
        ("65 headers", with_headers(*[f"X-{n}: {CANARY}" for n in range(65)]), TOO_LONG),
        ("10,000 headers", with_headers(*[f"X-{n}: {CANARY}" for n in range(10_000)]), TOO_LONG),
        ("1,000 of one header", with_headers(*[f"Accept: {CANARY}"] * 1000), TOO_LONG),
        ("5,000 media types", with_headers("Accept: " + "a/b;q=0.1," * 1400), {200}),
        ("5,000 parameters", with_headers("Accept: text/plain" + ";a=b" * 3500), {200}),
        ("5,000 codings", with_headers("Accept-Encoding: " + "gzip;q=0," * 1500), {200}),
    ])


def upload(port, head, piece):
    """How much of a GiB is taken before the answer, or the end of the connection, comes; and the status."""
    sent = 0
    end = time.monotonic() + 20
    with connect(port) as client:
        client.sendall(head)
        with contextlib.suppress(ConnectionError):
            while sent < GIBIBYTE and time.monotonic() < end:
                sent += client.send(piece)
        try:
            return sent, Reader(client).answer().status
        except (Refused, ConnectionError):
            return sent, CLOSED  # the answer is lost where bytes were still on their way


def g157_post_1gb(stage):
    port = stage.exporter.port
    before = stage.exporter.memory_bytes()
    announced = f"Content-Length: {GIBIBYTE}"
    chunk = b"10000\r\n" + CANARY.encode().ljust(0x10000, b"x") + b"\r\n"
    most = 0
    for path, status in (("/metrics", 405), ("/", 405), ("/-/reload", 403), ("/" + CANARY, 404)):
        # Who only announces it, or waits to be told to go on, is refused before any of it is sent.
        for headers in ([announced], [announced, "Expect: 100-continue"], ["Transfer-Encoding: chunked"]):
            answer = ask_raw(port, request(path, "POST", headers))
            assert answer.status == status, f"{path} {headers}: {answer.status}"
            assert answer.headers["connection"] == "close", headers
        for header, piece in ((announced, CANARY.encode() * 6000), ("Transfer-Encoding: chunked", chunk)):
            sent, seen = upload(port, request(path, "POST", [header]), piece)
            assert seen in (status, CLOSED), f"{path}: {seen}"
            most = max(most, sent)
    assert most < 64 * MEBIBYTE, f"{most} bytes of a body were taken"
    grown = stage.exporter.memory_bytes() - before
    assert grown < 32 * MEBIBYTE, f"bodies cost {grown} bytes"
    return f"{most >> 10} KiB taken at most"


# What two programs may understand in two ways.
AMBIGUOUS = [
    ("both lengths", b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"),
    ("the other order", b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n"),
    ("two lengths", b"Content-Length: 0\r\nContent-Length: 30\r\n"),
    ("two lengths of another case", b"content-length: 30\r\nCONTENT-LENGTH: 30\r\n"),
    ("lengths in a list", b"Content-Length: 0, 30\r\n"),
    ("negative length", b"Content-Length: -1\r\n"),
    ("length with a sign", b"Content-Length: +30\r\n"),
    ("hexadecimal length", b"Content-Length: 0x1e\r\n"),
    ("length that overflows", b"Content-Length: 18446744073709551646\r\n"),
    ("length with a unit", b"Content-Length: 30a\r\n"),
    ("empty length", b"Content-Length:\r\n"),
    ("length without a value", b"Content-Length\r\n"),
    ("space before the colon", b"Content-Length : 30\r\n"),
    ("encoding with a space before the colon", b"Transfer-Encoding : chunked\r\n"),
    ("two encodings", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
    ("unknown encoding", b"Transfer-Encoding: xchunked\r\n"),
    ("encoding behind a tab", b"Transfer-Encoding:\tchunked\r\n"),
    ("folded encoding", b"Transfer-Encoding:\r\n chunked\r\n"),
    ("folded length", b"Content-Length:\r\n 30\r\n"),
    ("length behind a lone line feed", b"X: a\nContent-Length: 30\r\n"),
    ("length behind a lone carriage return", b"X: a\rContent-Length: 30\r\n"),
    ("a plain length", b"Content-Length: 30\r\n"),
]


def answers_to(port, data):
    """The statuses of all answers until the connection is closed."""
    statuses = []
    with connect(port) as client:
        client.sendall(data)
        reader = Reader(client)
        with contextlib.suppress(Refused):
            while len(statuses) < 10:
                statuses.append(reader.answer().status)
    return statuses


def g158_ambiguous_lengths(stage):
    port = stage.exporter.port
    hidden = b"GET /-/healthy HTTP/1.1\r\nHost: " + CANARY.encode() + b"\r\nConnection: close\r\n\r\n"
    for method in (b"GET", b"POST"):
        for what, headers in AMBIGUOUS:
            data = method + b" /-/ready HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n" + hidden
            statuses = answers_to(port, data)
            # A second answer would be to the hidden request.
            assert len(statuses) <= 1, f"{method} {what}: {statuses}"
            assert statuses in ([], [200], [400], [405], [411]), f"{method} {what}: {statuses}"
    for body in (b"0\r\n\r\n", b"1e\r\n" + hidden[:30] + b"\r\n0\r\n\r\n", b"FFFFFFFFFFFFFFFF\r\n", b""):
        statuses = answers_to(port, START + b"Transfer-Encoding: chunked\r\n\r\n" + body + hidden)
        assert statuses in ([200], [400]), f"{body}: {statuses}"
    # What is not ambiguous: requests one behind the other.
    assert answers_to(port, request("/-/healthy") * 3 + hidden) == [200] * 4
    return f"{2 * len(AMBIGUOUS) + 4} requests"


def series_of(port):
    return {line.rpartition(" ")[0] for line in get(port).body.decode().splitlines() if not line.startswith("#")}


def g159_methods(stage):
    port = stage.exporter.port
    before = series_of(port)
    others = ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "get", "Get", "head", "FOO", "GETT", "GE",
              "PROPFIND", "LOCK", "MKCOL", "REPORT", "M-SEARCH", CANARY, CANARY.upper() * 8 + "ABCD", "*", "0", "$", "'"]
    for method in others:
        for path in ("/metrics", "/", "/api/v1/status", "/config", "/-/healthy", "/-/ready"):
            answer = ask_raw(port, request(path, method))
            assert answer.status == 405, f"{method} {path}: {answer.status}"
            assert answer.headers["allow"] == "GET, HEAD", answer.headers
    for method in ("", " ", "GET\t", "G\x00ET", "GET\x0b", "\xff\xfe", "G@T", "G(T)", "G E T", '"GET"'):
        status = status_of(port, request(method=method))
        assert status in (CLOSED, 400, 405, 505), f"{method!r}: {status}"
    for path in ("/metrics", "/", "/-/healthy"):
        assert get(port, path, "HEAD").status == 200
    for method in ("GET", "HEAD", "DELETE", CANARY):
        assert get(port, "/-/reload", method).status == 405
    assert series_of(port) == before, "requests make series"
    return f"{len(others)} methods on 6 paths"


PATHS = ["/metrics/", "//metrics", "/metrics//", "/./metrics", "/%2e/metrics", "/a/../metrics", "/metrics/..",
         "/%2e%2e", "/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/../../../../etc/passwd", "/..%2f..%2fetc/passwd",
         "/..%5c..%5cetc", "/..\\..\\etc", "/METRICS", "/Metrics", "/metrics%00", "/%00", "/metrics%00.html",
         "/metrics%20", "/metrics%0d%0aX-A:a", "/%6d%65trics", "/metrics;a=b", "/metrics,", "/metrics.", "/metricsfoo",
         "/metrics#a", "/metrics%3fa", "/metrics%252e", "/index.html", "/favicon.ico", "/config.yaml",
         "/token", "/data/ledger.db", "/config/", "/-/", "/-", "/-/healthy/", "/-/HEALTHY", "/api", "/api/v1",
         "/api/v1/status/", "/api/v1/targets", "/api//v1/status", "/debug/pprof/", "/proc/self/environ",
         "/<script>alert(1)</script>", "/" + CANARY, "/*", "//", "/%", "/%zz", "/metrics%"]


def g160_paths(stage):
    port = stage.exporter.port
    for path in PATHS:
        for method in ("GET", "HEAD", "POST"):
            status = get(port, path, method).status
            assert status == 404, f"{method} {path!r}: {status}"
    for target in ("/metrics?", "/metrics?a=" + CANARY, "/metrics?/../x", "/?" + CANARY, "/-/healthy?a#b"):
        assert get(port, target).status == 200, target
    for target in ("metrics", "*", "?", "", "\\metrics", "..", "/metrics\x00", "/metrics\x01", "/a b", "\t/metrics",
                   "/metrics\u00e9", "/\xff\xfe"):
        status = status_of(port, request(target))
        assert status in (CLOSED, 400, 404, 505), f"{target!r}: {status}"
    return f"{len(PATHS)} paths"


def foreign_requests(port):
    """Of other forms, versions and protocols."""
    evil = CANARY + ".example"
    return [
        ("absolute form", request(f"http://{evil}/metrics"), {200}),
        ("absolute form of here", request(f"http://127.0.0.1:{port}/metrics"), {200}),
        ("absolute form of https", request(f"https://{evil}/" + CANARY), {404}),
        ("absolute form without a host", request(f"http:///{evil}"), {400}),
        ("file", request("file:///etc/passwd"), {400}),
        ("authority form", request(f"{evil}:443", "CONNECT"), {400}),
        ("CONNECT with a path", request("/metrics", "CONNECT"), {400, 405}),
        ("asterisk form", request("*", "OPTIONS"), {400}),
        ("TRACE", request(method="TRACE", headers=["X-A: " + CANARY]), {405}),
        ("HTTP/2 with prior knowledge", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", {400, 505}),
        ("HTTP/0.9", b"GET /metrics\r\n\r\n", {400}),
        ("HTTP/1.2", b"GET /metrics HTTP/1.2\r\nHost: x\r\n\r\n", {200, 400, 505}),
        ("HTTP/9.9", b"GET /metrics HTTP/9.9\r\nHost: x\r\n\r\n", {400, 505}),
        ("a version of letters", f"GET /metrics {CANARY}\r\nHost: x\r\n\r\n".encode(), {400, 505}),
        ("a version in small letters", b"GET /metrics http/1.1\r\nHost: x\r\n\r\n", {400, 505}),
        ("a write without a version", b"POST /-/reload 1.1\r\nHost: x\r\n\r\n", {400, 505}),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + CANARY.encode() + b"\r\n\r\n", {CLOSED, 400}),
        ("SSH", b"SSH-2.0-" + CANARY.encode() + b"\r\n\r\n", {CLOSED, 400}),
        ("PROXY", b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n" + request(), {CLOSED, 400, 405, 505}),
        ("memcached", b"stats\r\n\r\n", {CLOSED, 400}),
        ("a lone line feed everywhere", request().replace(b"\r\n", b"\n"), {CLOSED, 200, 400}),
        ("empty lines first", b"\r\n\r\n" + request(), {CLOSED, 200, 400}),
    ]


def g161_other_protocols(stage):
    port = stage.exporter.port
    count = check_statuses(port, foreign_requests(port))
    for upgrade in ("h2c", "websocket", "TLS/1.0", CANARY):
        answer = ask_raw(port, with_headers("Connection: Upgrade, HTTP2-Settings", f"Upgrade: {upgrade}",
                                            "HTTP2-Settings: AAMAAABkAAQAAP__", "Sec-WebSocket-Version: 13",
                                            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="))
        assert answer.status == 200 and "upgrade" not in answer.headers, f"{upgrade}: {answer.headers}"
    return count


def g162_hosts(stage):
    port = stage.exporter.port
    # Any single one is answered: the name by which a scraper knows this host is nobody's business.  None comes back.
    single = [CANARY, CANARY + ".example:80", "evil.example", "127.0.0.1", "[::1]", "a" * 4000, "x@" + CANARY, "\xff",
              "<script>", "a, b", "${jndi:ldap://" + CANARY + "}"]
    table = [(host, request(host=host), {200}) for host in single]
    return check_statuses(port, table + [
        ("none", b"GET /metrics HTTP/1.1\r\n\r\n", {400}),
        ("none in HTTP/1.0", b"GET /metrics HTTP/1.0\r\n\r\n", {200}),
        ("two", START + b"Host: " + CANARY.encode() + b"\r\n\r\n", {400}),
        ("two in HTTP/1.0", START.replace(b"1.1", b"1.0") + b"Host: x\r\n\r\n", {400}),
        ("two of another case", START + b"hOST: x\r\n\r\n", {400}),
        ("forwarded", with_headers("X-Forwarded-Host: " + CANARY, "Forwarded: host=" + CANARY), {200}),
        ("another path", with_headers("X-Original-URL: /config", "X-Rewrite-URL: /config"), {200}),
    ])


def g163_accept_encoding(stage):
    port = stage.exporter.port
    table = {"": False, "gzip": True, "GZIP": True, "x-gzip": True, "gzip;q=0": False, "gzip;q=0.0": False,
             "gzip; q=0": False, "gzip ; q=0": False, "gzip;Q=0": False, "gzip;q=0.001": True, "gzip;q=1.0": True,
             "*": True, "*;q=0": False, "gzip;q=0, *": False, "identity": False, "identity;q=0.5, gzip": True,
             "identity, gzip;q=0.5": False, "deflate, br": False, "br, gzip": True, "notgzip": False, "gzipped": False,
             "x-gzip-" + CANARY: False, "gzip;q=" + CANARY: None, "gzip;q=-1": None, "gzip;q=2": None, "gzip;q=": None,
             ",,,gzip,,": True, ";;;": False, "gzip;q=nan": None, "gzip;q=1e-9": None, "\xff": False}
    for value, packed in table.items():
        answer = get(port, headers=[f"Accept-Encoding: {value}"])
        is_packed = answer.headers.get("content-encoding") == "gzip"
        assert packed in (None, is_packed), f"{value!r}: {answer.headers}"
        assert ("content-encoding" in answer.headers) == is_packed, answer.headers
        assert "accept-encoding" in answer.headers["vary"].lower(), answer.headers
        plain = gzip.decompress(answer.body) if is_packed else answer.body
        assert plain.startswith(b"# HELP ") and plain.endswith(b"\n"), value
    accepts = ["", "*/*", CANARY, "text/html", "application/openmetrics-text;version=9.9", "a/b;q=" + "9" * 400,
               "application/vnd.google.protobuf;proto=" + CANARY + ";encoding=delimited", "text/plain;q=0", ",;=/\xff"]
    for accept in accepts:
        answer = get(port, headers=[f"Accept: {accept}"])
        assert answer.status == 200 and re.match("text/plain|application/", answer.headers["content-type"]), accept
    return f"{len(table)} codings, {len(accepts)} types"


def g164_conditions_and_ranges(stage):
    port = stage.exporter.port
    for header in ("Range: bytes=0-0", "Range: bytes=-1", "Range: bytes=0-0,1-1,2-2,0-", "Range: bytes=9-1",
                   "Range: " + CANARY, "If-None-Match: *", 'If-None-Match: "a"', "If-Match: " + CANARY,
                   "If-Modified-Since: Fri, 31 Dec 2100 23:59:59 GMT", "If-Modified-Since: " + CANARY,
                   "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT", "If-Range: *", "TE: trailers",
                   "Cache-Control: only-if-cached", "Pragma: no-cache", "Referer: " + CANARY, "Cookie: " + CANARY,
                   "X-HTTP-Method-Override: DELETE", "X-Prometheus-Scrape-Timeout-Seconds: -1",
                   "Origin: http://" + CANARY):
        for path in ("/metrics", "/", "/api/v1/status"):
            answer = get(port, path, headers=[header])
            assert answer.status == 200 and len(answer.body) > 1000, f"{path} {header}: {answer.status}"
            for absent in ("content-range", "etag", "last-modified", "access-control-allow-origin", "set-cookie",
                           "server"):
                assert absent not in answer.headers, f"{path} {header}: {answer.headers}"
            assert answer.headers["x-content-type-options"] == "nosniff", answer.headers
    return None
