#!/usr/bin/env python3
"""deploy/docs/cckm.schema.json knows the keys that the exporter knows, takes what it takes and refuses what it refuses.

Needs CCKM_EXPORTER, the program.
"""

import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import jsonschema
import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "deploy/docs/cckm.schema.json"
MISTAKES = ROOT / "tests/unit/exporter/config/yaml/config_mistakes_test.cc"
ROW = re.compile(r'\{(\d+), "((?:[^"\\]|\\.)*)",\s*\d+,\s*[^{}]*?\}')
# What a schema cannot say: what is in a file or twice in a map, what belongs together in size, and how a number is spelled.
BEYOND = re.compile("|".join((
    "ca_file", "_file: none", "_file: eyJ", r"_file: \.", r"token, \.", "name: b$", r"15s\\n  poll_interval",
    ": True", ": 0x10", ": 1e3", r"\[2s, 1s\]", r"\[1s, 1s\]", r"refresh_ids: \[y\]", r"//CM\.:443")))


class Loader(yaml.SafeLoader):
    """Reads plain words as editors do: YAML 1.2, in which `yes` is a text."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (("bool", "^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"), ("null", "^(?:~|null|)$", ["~", "n", ""]),
                            ("int", "^[-+]?[0-9]+$", "-+0123456789"), ("merge", "^<<$", "<"),
                            ("float", r"^[-+]?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?$", "-+0123456789")):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)

VALUES = (
    "0", "0s", "00s", "1", "1s", "1ms", "99ms", "100ms", "999ms", "1000ms", "0s999ms", "1m30s", "30s1m", "1h30m", "365d", "366d", "52w1d",
    "1y", "1y0s", "1y1ms", "2y", "8760h", "8761h", "007d", "s", "1.5s", "-1s", "1023", "1024", "1024B", "1KiB", "0KiB", "1GiB", "1025MiB",
    "2GiB", "1TiB", "1073741824", "1073741825", "8MB", "100000000", "100000001", "1000000", "1000001", "true", "false", "'true'", "yes",
    "1.5", "x", "[x]", "{}", "~", "''", "'15s'", "'1'")

# What a target may say in the place of the like in a good one.
KEYS = ("name: {name}", "url: 'https://cm'", "authorization: {credentials_file: token}", "collectors: {dsm: {refresh_ids: [x]}}")
LINES = {
    "name": ("name: 7", "name: 'a b'", "name: ''", "name: ~", f"name: {'a' * 129}", f"name: {'ä' * 128}", "name: [a]"),
    "url": [f"url: '{url}'" for url in (
        "https://cm:443", "https://cm:65535/", "https://cm:0", "https://[::1]:8443/x", "https://10.0.0.1/a/b/", "https://cm_1.example.com",
        "https://-cm", "https://.cm", "https://u@cm", "https://cm?q", "https://cm#f", "https://cm/api", "https://cm/API/v1/", "https://cm/apis",
        "https://api", "https://cm/a b", "http://cm", "ftp://cm", "https://", "https:///x", "cm", "", "https://" + "c" * 2041)],
    "authorization": tuple(f"authorization: {{credentials_file: token}}, expectations: {expectations}" for expectations in (
        "~", "[]", "{}", "[~]", "[{}]", "[{refreshed_every: 1h}]", "[{refreshed_every: 1ms}]", "[{refreshed_every: 1h, severity: none}]",
        "[{refreshed_every: 1h, severity: bad}]", "[{refreshed_every: 1h, match: ~}]", "[{refreshed_every: 1h, match: {domain: ''}}]",
        "[{refreshed_every: 1h, match: {cloud: dsm, domain: 7, connection: a}}]", "[{refreshed_every: 1h, match: {name: a}}]",
        f"[{{refreshed_every: 1h, match: {{domain: {'a' * 501}}}}}]")) + tuple(
        f"login: {{username: u, password_file: password{domain}}}, domains: {domains}" for domain, domains in (
            ("", "[a, b]"), ("", "[7]"), ("", "[]"), ("", "~"), ("", "[a, a]"), ("", "['']"), ("", "a"), (", domain: a", "[b]"))) + (
        "authorization: {credentials_file: token}, domains: [a]",
        "login: {username: u, password_file: password}", "login: {username: 7, password_file: password, domain: a, connection: b}",
        "login: {username: u}", "login: {password_file: password}", "login: {username: '', password_file: password}", "login: ~",
        "client_certificate: {client_id: a}", "tls_config: {}", "authorization: {credentials_file: token}, tls_config: {min_version: TLS12}",
        "authorization: {credentials_file: token}, login: {username: u, password_file: password}",
        "authorization: {credentials_file: token}, proxy_url: 'http://proxy:3128/'",
        "authorization: {credentials_file: token}, proxy_url: 'http://p', proxy_login: {username: u, password_file: password}",
        "authorization: {credentials_file: token}, proxy_url: 'http://p', proxy_login: {username: 'u:v', password_file: password}",
        "authorization: {credentials_file: token}, proxy_login: {username: u, password_file: password}",
        "authorization: {credentials_file: token}, tls_config: ~", "authorization: {credentials_file: token}, max_connections: 1024",
        "authorization: {credentials_file: token}, max_connections: 1025", "authorization: {credentials_file: token}, unknown: 1"),
    "collectors": [f"collectors: {text}" for text in (
        "{}", "~", "{dsm: ~}", "{dsm: {}}", "{nowhere: {refresh_ids: [x]}}", "{aws: {discovery: {enabled: true}}}",
        "{aws: {discovery: {enabled: false}}}", "{aws: {discovery: {enabled: true, interval: 1s, max_refreshes: 100000}}}",
        "{aws: {discovery: {enabled: true, interval: 0s}}}", "{aws: {discovery: ~, refresh_ids: [x]}}", "{oci: {refresh_ids: []}}",
        "{oci: {refresh_ids: ~}}", "{oci: {refresh_ids: [x, x]}}", "{oci: {refresh_ids: [7, 8]}}", "{oci: {refresh_ids: [.]}}",
        "{oci: {refresh_ids: [x], optional: true, domain_names: false}}", "{oci: {refresh_ids: [x], success_texts: [fine, 7]}}",
        "{oci: {refresh_ids: [x], success_texts: ['']}}", "{oci: {refresh_ids: [x], success_texts: ~}}", "{oci: {refresh_id_files: ['*.none']}}")],
}

# A good document, in which a case replaces a line.
GOOD = re.findall(r'^    "(.*)", +// \d+$', MISTAKES.read_text(), re.M)


def good_with(number, text):
    return "\n".join(text if i == number else line for i, line in enumerate(GOOD, 1)) + "\n"


class ConfigSchemaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        schema = json.loads(FILE.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        cls.schema = schema
        cls.validator = jsonschema.Draft202012Validator(schema)
        made = tempfile.TemporaryDirectory()
        cls.addClassCleanup(made.cleanup)
        cls.folder = Path(made.name)
        for name in ("token", "password"):
            (cls.folder / name).write_text("canary")
            (cls.folder / name).chmod(0o600)

    def objections(self, text):
        """Those of the schema."""
        try:
            document = yaml.load(text, Loader)
        except (yaml.YAMLError, ValueError) as error:
            return [str(error)]
        return [error.message for error in self.validator.iter_errors(document)]

    def check(self, text):
        """What --config.check says; empty where it takes the file."""
        (self.folder / "config.yml").write_text(text)
        run = subprocess.run([os.environ["CCKM_EXPORTER"], "--config.check", f"--config.file={self.folder / 'config.yml'}"],
                             capture_output=True, text=True, check=False)
        self.assertIn(run.returncode, (0, 2), run.stderr)
        return run.stderr if run.returncode else ""

    def test_every_key_has_a_type_and_a_description(self):
        for name, part in self.schema["$defs"].items():
            for key, value in part.get("properties", {}).items():
                value = self.resolved(value)
                self.assertTrue(value["description"], f"{name}.{key}")
                self.assertTrue({"type", "enum"} & set(value), f"{name}.{key}")

    def resolved(self, part):
        """What a reference to a key stands for."""
        if "$ref" not in part:
            return part
        found = self.schema
        for step in part["$ref"].split("/")[1:]:
            found = found[step]
        return found

    def examples(self):
        for name in ("deploy/debian/config.yml", "deploy/compose/config.yml"):
            yield name, (ROOT / name).read_text()
        for name in ("README.md", "deploy/docs/configuration.md"):
            for block in re.findall(r"^```yaml\n((?:#[^\n]*\n)*(?:global|targets):.*?)^```", (ROOT / name).read_text(), re.M | re.S):
                yield name, block
        for file in sorted(ROOT.glob("tests/**/*.cc")):
            for block in re.findall(r'R"\((.*?)\)"', file.read_text(), re.S):
                if re.search(r"^(?:global|targets):", block, re.M):
                    yield str(file), block.lstrip("\n")

    def test_what_the_examples_hold_is_allowed(self):
        taken = 0
        for name, text in self.examples():
            with self.subTest(name, text=text):
                is_ours = name.startswith(("deploy", "README"))
                # Its files need not be here; nothing else may be wrong with it.
                said = [line for line in self.check(text).splitlines() if "cannot be opened" not in line]
                if said and not is_ours:
                    continue
                taken += 1
                self.assertEqual(said, [])
                self.assertEqual(self.objections(text), [])
        self.assertGreater(taken, 5)

    def test_the_keys_are_those_of_the_exporter(self):
        parts = self.schema["properties"] | self.schema["$defs"]
        target, collector = parts["target"]["properties"], parts["collector"]["properties"]
        places = [(good_with(1, "zzzzzzzz: 1\nglobal:"), self.schema), (good_with(2, "  zzzzzzzz: 1"), parts["global"]),
                  (good_with(7, "    zzzzzzzz: 1"), parts["target"]), (good_with(9, "      zzzzzzzz: 1\n      dsm:"), target["collectors"]),
                  (good_with(11, "        zzzzzzzz: 1"), parts["collector"]),
                  (good_with(11, "        discovery: { zzzzzzzz: 1 }"), collector["discovery"])]
        for key in ("login", "client_certificate", "authorization", "tls_config", "proxy_login"):
            places.append((good_with(6, f"    {key}: {{ zzzzzzzz: 1 }}"), target[key]))
        for text, schema in places:
            with self.subTest(text):
                known = re.search(r"zzzzzzzz.*allowed here are ([^;\n]*)", self.check(text))
                self.assertEqual(set(known[1].split(", ")), set(schema["properties"]))
                self.assertIs(schema["additionalProperties"], False)

    def test_the_mistakes_are_refused(self):
        self.assertEqual(self.objections(good_with(0, "")), [])
        refused = 0
        for number, text in ROW.findall(MISTAKES.read_text()):
            with self.subTest(text):
                if BEYOND.search(text):
                    continue
                refused += 1
                text = re.sub(r"\\x[0-9A-F]{2}", "\\\\x00", text).encode().decode("unicode_escape")
                self.assertNotEqual(self.objections(good_with(int(number), text)), [])
        self.assertGreater(refused, 80)

    def test_what_is_at_the_bounds_is_taken_and_refused_alike(self):
        settings = self.schema["properties"]["global"]["properties"]
        for key in settings:
            if key in self.schema["$defs"]["target"]["properties"]:
                self.compare(key)
        for key in sorted(set(settings) - set(self.schema["$defs"]["target"]["properties"])):
            for value in ("true", "yes", "1", "1s", "[1s]", "[0s]", "[1ms, 1y]", "[366d]", "[1]", "[]", "{}"):
                with self.subTest(f"{key}: {value}"):
                    text = good_with(2, f"  {key}: {value}")
                    self.assertEqual(bool(self.objections(text)), bool(self.check(text)))

    def test_targets_are_taken_and_refused_alike(self):
        targets = [", ".join(line if key.startswith(changed) else key for key in KEYS) for changed, lines in LINES.items() for line in lines]
        text = "targets:\n" + "".join(f"  - {{{target}}}\n".replace("{name}", f"t{i}") for i, target in enumerate(targets))
        said = {int(i) for i in re.findall(r"targets\[(\d+)\]", self.check(text))}
        objections = {error.absolute_path[1] for error in self.validator.iter_errors(yaml.load(text, Loader))}
        self.assertEqual({targets[i] for i in objections}, {targets[i] for i in said})

    def compare(self, key):
        """Gives every value to a target of its own."""
        text = "targets:\n" + "".join(
            f"  - {{name: t{i}, url: 'https://cm', authorization: {{credentials_file: token}}, {key}: {value}, "
            "collectors: {dsm: {refresh_ids: [x]}}}\n" for i, value in enumerate(VALUES))
        said = {int(i) for i in re.findall(rf"targets\[(\d+)\]\.{key}: ", self.check(text))}
        objections = {error.absolute_path[1] for error in self.validator.iter_errors(yaml.load(text, Loader))}
        self.assertTrue(said)
        self.assertEqual({VALUES[i] for i in objections}, {VALUES[i] for i in said}, key)


if __name__ == "__main__":
    unittest.main()
