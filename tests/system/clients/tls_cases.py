"""G165: TLS that is not spoken, half spoken, too old, or spoken by an unknown client."""

import contextlib
import shutil
import socket
import ssl
import struct

from certificates import ALLOWED_NAME, Certificates
from crowd_cases import CROWD, count_ended, crowd, scrape_for
from processes import eventually
from stage import Skipped
from wire import CANARY, Reader, Refused, connect, request, reset

WEB_CONFIG = f"""
tls_server_config:
  cert_file: server.pem
  key_file: server.key
  client_ca_file: ca.pem
  client_auth_type: RequireAndVerifyClientCert
  client_allowed_sans: [{ALLOWED_NAME}]
"""
REFUSED = ["of-other-ca", "of-false-ca", "wrong-san", "san-in-subject", "san-with-more", "san-wildcard", "san-as-mail",
           "expired", "for-servers", "of-a-client", "self-signed", None]
VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
HANDSHAKE, ALERT = 22, 21
REFUSALS = (40, 70)  # handshake_failure, protocol_version


class TlsScraper:
    """Trusts the test's authority, and shows one of its certificates or none."""

    def __init__(self, certificates, name, version=None):
        self.context = ssl.create_default_context(cafile=certificates.path("ca.pem"))
        if version is not None:
            self.context.minimum_version = self.context.maximum_version = version
        if name is not None:
            self.context.load_cert_chain(certificates.path(f"{name}.pem"), certificates.path(f"{name}.key"))

    def get(self, port, path="/metrics", server_name="localhost"):
        """ssl.SSLError or Refused where it is not let in; with TLS 1.3 that shows only at the answer."""
        with connect(port) as plain, self.context.wrap_socket(plain, server_hostname=server_name) as client:
            client.sendall(request(path, headers=["Connection: close"]))
            return Reader(client).answer()

    def is_let_in(self, port):
        try:
            return self.get(port).status == 200
        except (ssl.SSLError, ConnectionError, Refused):
            return False


def hello(version):
    """A ClientHello by hand, for OpenSSL would not speak the old versions; what this server speaks of 1.2 is in it."""
    suites = struct.pack(">6H", 0xC02B, 0xC009, 0xC013, 0xC014, 0x002F, 0x0035)
    groups, signatures = 0x0017, 0x0403  # P-256, and ECDSA with it
    extensions = b"".join(struct.pack(">4H", kind, 4, 2, value) for kind, value in ((10, groups), (13, signatures)))
    body = version + bytes(32) + b"\0" + struct.pack(">H", len(suites)) + suites + b"\1\0"
    body += struct.pack(">H", len(extensions)) + extensions
    message = b"\1" + struct.pack(">I", len(body))[1:] + body
    return struct.pack(">BHH", HANDSHAKE, 0x0301, len(message)) + message


def reply_to(port, data):
    """What comes before the connection is closed."""
    reply = b""
    with connect(port) as client:
        with contextlib.suppress(OSError):  # it may be closed before all is said
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            while piece := client.recv(1 << 14):
                reply += piece
    return reply


def check_old_versions(port):
    for version, name in ((b"\2\0", "SSL 2"), (b"\3\0", "SSL 3"), (b"\3\1", "TLS 1.0"), (b"\3\2", "TLS 1.1")):
        reply = reply_to(port, hello(version))
        assert reply[:1] == bytes([ALERT]) and reply[-1] in REFUSALS, f"{name} is answered {reply!r}"
    # So it was not the hello itself that was refused.
    assert reply_to(port, hello(b"\3\3"))[:1] == bytes([HANDSHAKE]), "TLS 1.2 is spoken"


def check_noise(port):
    noises = [b"", b"\x16", b"\x16\x03\x01", b"\x16\x03\x01\xff\xff" + CANARY.encode() * 10,
              b"\x80\x2e\x01\x00\x02" + bytes(44),
              request(), request(path="/" + CANARY), CANARY.encode() * 2000, bytes(20_000), b"\x15\x03\x03\x00\x02\x02\x00",
              hello(b"\3\3") * 3, hello(b"\3\3")[:-1], b"\x16\x03\x01\x00\x00" * 2000]
    for noise in noises:
        reply = reply_to(port, noise)
        assert b"HTTP/1.1 200" not in reply and b"cckm_" not in reply, f"{noise[:20]!r} is answered {reply[:60]!r}"


def check_clients(port, certificates):
    for version in VERSIONS:
        assert TlsScraper(certificates, "good", version).get(port).status == 200, f"the good client by {version}"
        for name in REFUSED:
            assert not TlsScraper(certificates, name, version).is_let_in(port), f"{name} is let in by {version}"
    stranger_name = TlsScraper(certificates, "good")
    stranger_name.context.check_hostname = False
    assert stranger_name.get(port, server_name=CANARY + ".example").status == 200


def scrape_beside_crowds(port, scraper):
    """The longest scrape beside connections that say nothing, and beside those that begin a handshake."""
    longest = 0
    for say in (b"", hello(b"\3\3")[:20]):
        with crowd(port, CROWD, say) as clients:
            longest = max(longest, scrape_for(2, lambda: scraper.get(port)))
            for client in clients[::2]:
                reset(client)  # while the other side waits for more
            if say:
                eventually(lambda: count_ended(clients[1::2]) == CROWD // 2, "handshakes that rest are ended", 25)
    return longest


def g165_tls(stage):
    if shutil.which("openssl") is None:
        raise Skipped("there is no openssl program to make certificates with")
    place = stage.place("tls")
    certificates = Certificates(place)
    certificates.make_all(CANARY)
    (place / "web.yml").write_text(WEB_CONFIG)
    scraper = TlsScraper(certificates, "good")
    with stage.running("tls", "--web.config.file=web.yml", "--web.max-connections=1200", place=place,
                       ask_ready=lambda port: scraper.get(port, "/-/ready").status) as exporter:
        port = exporter.port
        before = exporter.descriptors()
        check_old_versions(port)
        check_noise(port)
        check_clients(port, certificates)
        longest = scrape_beside_crowds(port, scraper)
        exporter.check_forgets(before)
        assert CANARY.encode() not in scraper.get(port, "/").body
    return f"{len(REFUSED)} unknown clients, longest scrape {longest * 1000:.0f} ms"
