"""G168 to G170: names that want to be markup, bodies while they change, and probes."""

import gzip
import json
import re
import threading
import time
from html.parser import HTMLParser

from processes import eventually
from wire import CANARY, Reader, all_at_once, ask_raw, connect, get, request

NAMES = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "javascript:alert(1)",
         "</title></style><svg/onload=alert(1)>", "&lt;b&gt;&amp;", "a\\nb\\", "{{7*7}}${7*7}<%= 7 %>", "]]>--><!--",
         "\u00fc\U0001f600"]
TURNS_TEXT_AROUND = "\u202eevil"  # what is made of it is the label's business, but nobody gets it as it is

TARGET = """
  - name: {name}
    url: {url}
    authorization: {{ credentials_file: token }}
    collectors:
      dsm: {{ refresh_ids: [r-1, r-2] }}
"""


class Outline(HTMLParser):
    """The kinds of elements with their attributes, and the text; links that run code."""

    def __init__(self, page):
        super().__init__()
        self.kinds = set()
        self.texts = []
        self.links = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.kinds |= {(tag, name) for name, _ in attributes} | {(tag, None)}
        self.texts += [value for _, value in attributes if value]
        self.links += [value for name, value in attributes if name in ("href", "src", "action") and value]

    def handle_data(self, data):
        self.texts.append(data)

    def handle_comment(self, data):
        self.kinds.add(("comment", data))


def place_of_targets(stage, name, names):
    place = stage.place(name)
    targets = "".join(TARGET.format(name=json.dumps(target, ensure_ascii=False), url=stage.simulator.url) for target in names)
    (place / "config.yaml").write_text("global: { allow_http: true }\ntargets:" + targets)
    return place


def g168_names_as_markup(stage):
    outlines = {}
    for kind, names in (("harmless", [f"target-{n}" for n in range(len(NAMES) + 1)]), ("hostile", [*NAMES, TURNS_TEXT_AROUND])):
        with stage.running(kind, place=place_of_targets(stage, kind, names)) as exporter:
            page = get(exporter.port, "/")
            outlines[kind] = Outline(page.body.decode())
            status = get(exporter.port, "/api/v1/status").body.decode()
            metrics = get(exporter.port).body.decode()
            config = get(exporter.port, "/config")
    hostile = outlines["hostile"]
    strange = hostile.kinds - outlines["harmless"].kinds
    assert not strange, f"names became elements: {strange}"
    assert not [link for link in hostile.links if re.match(r"\s*javascript:", link, re.I)], hostile.links
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy, policy
    text = "\0".join(hostile.texts)
    shown = {target["name"] for target in json.loads(status)["targets"]["items"]}
    labels = set(re.findall(r'cckm_up\{target="((?:[^"\\\n]|\\.)*)",', metrics))
    for name in NAMES:
        assert name in text, f"{name!r} is not on the page as it is"
        assert name in shown, shown
        assert name.replace("\\", "\\\\").replace('"', '\\"') in labels, f"{name!r} is not in {labels}"
    assert TURNS_TEXT_AROUND not in text + status + metrics
    assert config.headers["content-type"].startswith("text/plain"), config.headers
    return f"{len(NAMES)} names"


LINE = re.compile(r'(# (HELP|TYPE|UNIT|EOF).*|[a-z_]+(\{(\w+="([^"\\\n]|\\[\\"n])*",?)*\})? [-+.\deEInfaN]+( # \{.*\} .*)?)')
ACCEPTS = ("text/plain", "application/openmetrics-text;version=1.0.0",
           "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")


def check_delimited(body):
    """Every message is as long as it says, and the last one ends with the body."""
    at = count = 0
    while at < len(body):
        length = shift = 0
        while True:
            length |= (body[at] & 0x7F) << shift
            shift += 7
            at += 1
            if body[at - 1] < 0x80:
                break
        at += length
        count += 1
    assert at == len(body) and count > 10, f"{count} messages end at {at} of {len(body)}"


def check_body(accept, body):
    if accept == ACCEPTS[2]:
        return check_delimited(body)
    lines = body.decode().split("\n")
    assert lines.pop() == "", "the last line does not end"
    broken = [line for line in lines if not LINE.fullmatch(line)]
    assert not broken, broken[:3]
    names = [line.rpartition(" ")[0] for line in lines if not line.startswith("#") and " # {" not in line]
    assert len(names) == len(set(names)), "a series is there twice"
    if accept == ACCEPTS[1]:
        assert lines[-1] == "# EOF" and lines.count("# EOF") == 1
    return None


def scrape_many(port, number, seconds):
    """Bodies in all formats on one connection; how many differed."""
    seen = set()
    with connect(port) as client:
        reader = Reader(client)
        end = time.monotonic() + seconds
        count = number
        while time.monotonic() < end:
            count += 1
            accept, packed = ACCEPTS[count % 3], count % 2 == 0
            coding = "gzip" if packed else "identity"
            client.sendall(request(headers=["Accept: " + accept, "Accept-Encoding: " + coding]))
            answer = reader.answer()
            assert answer.status == 200, answer.status
            assert (answer.headers.get("content-encoding") == "gzip") == packed, answer.headers
            body = gzip.decompress(answer.body) if packed else answer.body
            if hash(body) not in seen:
                check_body(accept, body)
                seen.add(hash(body))
    return count - number, len(seen)


def g169_scrapes_during_swaps(stage):
    changing = stage.simulate("changing", "--domains=8", "--auto-restart", "--min-duration=500ms", "--max-duration=1s",
                              "--restart-after=500ms")
    place = stage.place("swapped", url=changing.url)
    seconds = 5
    with stage.running("swapped", "--web.enable-lifecycle", place=place) as exporter:
        stop = threading.Event()

        def swap():  # a changed configuration publishes anew
            while not stop.wait(0.02):
                assert get(exporter.port, "/-/reload", "POST").status == 200
        swapper = threading.Thread(target=swap)
        swapper.start()
        try:
            counts = all_at_once(6, lambda number: scrape_many(exporter.port, number, seconds))
        finally:
            stop.set()
            swapper.join()
    return f"{sum(count for count, _ in counts)} scrapes, {max(different for _, different in counts)} different bodies"


def g170_no_probe_path(stage):
    bait = stage.simulate("bait")
    port = stage.exporter.port
    targets = [bait.url, bait.url + "/api/v1/cckm/dsm/refresh", f"127.0.0.1:{bait.port}", f"localhost:{bait.port}", "cm",
               "unknown", "%00", f"//127.0.0.1:{bait.port}", "file:///etc/passwd", f"gopher://127.0.0.1:{bait.port}/_x",
               f"{bait.url}&target={bait.url}", f"a,{bait.url}", f"http://{CANARY}@127.0.0.1:{bait.port}/", "..", ""]
    connections = len([line for line in stage.exporter.log().splitlines()])
    for target in targets:
        for path in ("/probe", "/metrics/probe", "/-/probe", "/proxy", "/fetch"):
            for method in ("GET", "HEAD", "POST"):
                assert get(port, f"{path}?target={target}", method).status == 404, f"{method} {path} {target}"
        for parameter in ("target", "url", "module", "collect[]", "debug", "callback"):
            assert get(port, f"/metrics?{parameter}={target}").status == 200
    headers = [f"X-Forwarded-For: {bait.url}", f"Referer: {bait.url}", f"Link: <{bait.url}>", f"Proxy: {bait.url}"]
    assert ask_raw(port, request(headers=headers, host=f"127.0.0.1:{bait.port}")).status == 200
    assert stage.requests_of(bait) == 0, "what a client names is asked"
    eventually(lambda: stage.requests_of(stage.simulator) > 0, "the journal counts")
    assert connections == len(stage.exporter.log().splitlines()), "requests are logged"
    return f"{len(targets)} targets"
