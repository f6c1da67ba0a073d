"""Certificates made for one run by the openssl program: a good one of every kind, and what is wrong with others."""

import pathlib
import subprocess

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
ALLOWED_NAME = "scraper.example"


def openssl(folder, *arguments):
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, timeout=30)
    if done.returncode != 0:
        raise SystemExit(f"openssl {arguments}: {done.stderr}")


class Certificates:
    """Files in a folder: NAME.pem and NAME.key."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def authority(self, name, subject=None):
        openssl(self.folder, "req", "-x509", *KEY, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "9",
                "-subj", f"/CN={subject or name}")

    def make(self, name, authority, names, usage="clientAuth", days=9, subject="client", is_authority=False):
        openssl(self.folder, "req", *KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={subject}")
        lines = [f"basicConstraints=CA:{str(is_authority).upper()}"]
        lines += [f"extendedKeyUsage={usage}"] if usage else []
        lines += [f"subjectAltName={names}"] if names else []
        (self.folder / f"{name}.ext").write_text("\n".join(lines) + "\n")
        openssl(self.folder, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey",
                f"{authority}.key", "-CAcreateserial", "-out", f"{name}.pem", "-days", str(days), "-extfile", f"{name}.ext")
        (self.folder / f"{name}.key").chmod(0o600)

    def path(self, name):
        return self.folder / name

    def make_all(self, canary):
        allowed = f"DNS:{ALLOWED_NAME}"
        self.authority("ca")
        self.authority("other-ca")
        self.authority("false-ca", subject="ca")
        self.make("server", "ca", "DNS:localhost,IP:127.0.0.1", usage="serverAuth", subject="server")
        self.make("good", "ca", allowed, subject=canary)
        self.make("of-other-ca", "other-ca", allowed)
        self.make("of-false-ca", "false-ca", allowed)
        self.make("wrong-san", "ca", f"DNS:{canary}.example")
        self.make("san-in-subject", "ca", "", subject=ALLOWED_NAME)
        self.make("san-with-more", "ca", f"DNS:{ALLOWED_NAME}.evil.example,DNS:x{ALLOWED_NAME}")
        self.make("san-wildcard", "ca", "DNS:*.example")
        self.make("san-as-mail", "ca", f"email:x@{ALLOWED_NAME}")
        self.make("expired", "ca", allowed, days=-1)
        self.make("for-servers", "ca", allowed, usage="serverAuth")
        # A client is no authority, whatever it signs.
        self.make("of-a-client", "good", allowed)
        self.authority("self-signed", subject=ALLOWED_NAME)
