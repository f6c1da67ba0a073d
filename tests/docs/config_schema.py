#!/usr/bin/env python3
"""Makes deploy/docs/cckm.schema.json, for editors, from the tables of deploy/docs/configuration.md.

The tables have every key with its default, its range and its meaning; DocumentedConfigurationTest holds them against the code.

Usage: config_schema.py             prints the schema
       config_schema.py --write     writes the file
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "deploy/docs/configuration.md"
FILE = ROOT / "deploy/docs/cckm.schema.json"
MUST = "must be given"
SECTIONS_OF_A_TARGET = ("targets", "Authentication", "TLS", "Proxy")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")

# How long a year is in each unit of a duration.
UNITS = {"y": 1, "w": 52, "d": 365, "h": 8_760, "m": 525_600, "s": 31_536_000, "ms": 31_536_000_000}


class UnknownRange(Exception):
    """A range of the page that nobody has said how to write as a schema."""


def some_digits(count):
    return "" if count == 0 else "[0-9]" if count == 1 else f"[0-9]{{{count}}}"


def at_most(largest):
    """A pattern of the whole numbers up to the largest, zeros before them included."""
    digits = str(largest)
    shorter = [f"[0-9]{{1,{len(digits) - 1}}}"] if len(digits) > 1 else []
    smaller = []
    for i, digit in enumerate(digits):
        if digit != "0":
            below = "0" if digit == "1" else f"[0-{int(digit) - 1}]"
            smaller.append(digits[:i] + below + some_digits(len(digits) - i - 1))
    return "0*(?:" + "|".join([*shorter, *smaller, digits]) + ")"


def duration(smallest_ms, may_be_zero=False):
    """Text such as 15s or 1h30m, from so many milliseconds (a power of ten) to a year."""
    parts = "".join(f"(?:{at_most(most)}{unit})?" for unit, most in UNITS.items())
    zeros = len(str(smallest_ms)) - 1
    enough = r"[1-9][0-9]*(?:[ywdhs]|m(?!s))" + rf"|[1-9][0-9]{{{zeros},}}ms"
    pattern = rf"^(?=.)(?=.*(?:{enough}))(?!0*1y.*[1-9]){parts}$"
    if may_be_zero:
        pattern += "|^(?:0+(?:[ywdhs]|m(?!s)|ms))+$|^0$"
    return {"type": ["string", "integer"] if may_be_zero else "string", "maximum": 0, "pattern": pattern}


def size(smallest, largest):
    """Text such as 8MiB, or a number of bytes."""
    powers = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
    units = "|".join(f"{at_most(largest // power)}{unit}" for unit, power in powers.items() if largest >= power)
    too_few = rf"0*B?$|{at_most(smallest - 1)}B?$|0+[KMGT]iB$"
    return {"type": ["integer", "string"], "minimum": smallest, "maximum": largest,
            "pattern": f"^(?!{too_few})(?:{units}|{at_most(largest)})$",
            "patternErrorMessage": "must be a size from 1KiB to 1GiB, written like 8MiB or 512KiB"}


# An unquoted number is a text to the exporter.
TEXT = {"type": ["string", "integer"], "minLength": 1, "pattern": r"^[^\u0000-\u001f\u007f-\u009f]*$"}
REFRESH_ID = {"type": ["string", "integer"], "minimum": 0, "pattern": r"^(?!\.{1,2}$)[A-Za-z0-9._:-]{1,128}$"}
PORT = "(?::0*[1-9][0-9]{0,4})?"
HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_][A-Za-z0-9_.-]*)"
URL = {"type": "string", "maxLength": 2048, "pattern": rf"^https?://{HOST}{PORT}(?:/[^?#\s]*)?$",
       "not": {"pattern": r"[^/:]/+[aA][pP][iI](?:/+[vV]1)?/*$"}}
NAME = {**TEXT, "maxLength": 128}

LIKE = "written like 15s or 1h30m"
# Editors show the message in the place of the pattern.
PATTERNS = {
    "interval": duration(1000) | {"patternErrorMessage": f"must be a duration from 1s to 1y, {LIKE}"},
    "interval_or_never": duration(1000, may_be_zero=True) | {
        "patternErrorMessage": f"must be 0s or a duration from 1s to 1y, {LIKE}"},
    "timeout": duration(100) | {"patternErrorMessage": f"must be a duration from 100ms to 1y, {LIKE}"},
    "bucket": duration(1) | {"patternErrorMessage": f"must be a duration from 1ms to 1y, {LIKE}"},
    "size": size(1 << 10, 1 << 30),
    "text": TEXT,
}

# Each range of the page that is no pair of bounds.
RANGES = {
    "true or false": {"type": "boolean"},
    "TLS12 or TLS13": {"enum": ["TLS12", "TLS13"]},
    "text": {"$ref": "#/$defs/text"},
    "path": {"$ref": "#/$defs/text"},
    "text without a colon": {**TEXT, "pattern": r"^[^:\u0000-\u001f\u007f-\u009f]*$"},
    "host name": {"type": ["string", "integer"], "pattern": rf"^{HOST}$"},
    "1 to 128 characters, no two alike": NAME,
    "https://host[:port][/prefix], 2048 bytes": URL,
    "http(s)://host[:port]": {"type": "string", "maxLength": 2048, "pattern": rf"^https?://{HOST}{PORT}/*$"},
    "0s, or 1s to 1y": {"$ref": "#/$defs/interval_or_never"},
    "1s to 1y": {"$ref": "#/$defs/interval"},
    "100ms to 1y": {"$ref": "#/$defs/timeout"},
    "1KiB to 1GiB": {"$ref": "#/$defs/size"},
    "1 to 100 durations, ascending": {"type": "array", "minItems": 1, "maxItems": 100, "items": {"$ref": "#/$defs/bucket"}},
    "1 to 128 of A-Z a-z 0-9 . _ : -, but neither . nor ..":
        {"type": ["array", "null"], "items": REFRESH_ID, "uniqueItems": True},
    "paths; *, ? and [...] match": {"type": ["array", "null"], "items": {"$ref": "#/$defs/text"}},
    "100 texts of 1 to 200 characters": {"type": ["array", "null"], "maxItems": 100, "items": {**TEXT, "maxLength": 200}},
}


def schema_of_range(text):
    bounds = re.fullmatch(r"(\d+) to (\d+)", text)
    if bounds:
        return {"type": "integer", "minimum": int(bounds[1]), "maximum": int(bounds[2])}
    if text not in RANGES:
        raise UnknownRange(f"the range '{text}' has no line in RANGES")
    return dict(RANGES[text])


def default_of(cell):
    """The default as a value in a list, or an empty list where the cell has a sentence instead."""
    literal = re.fullmatch(r"`([^`]*)`", cell)
    if not literal:
        return []
    text = literal[1]
    return [text == "true"] if text in ("true", "false") else [int(text)] if text.isdigit() else [text]


def rows(page):
    """Section, key, default, range and meaning of every row."""
    section = ""
    for line in page.splitlines():
        if line.startswith("## "):
            section = line[3:]
        if line.startswith("| `"):
            key, default, allowed, meaning = (cell.strip() for cell in line.split("|")[1:-1])
            yield section, key.strip("`"), default, allowed.replace("`", ""), meaning


def plain(text):
    return LINK.sub(lambda link: link[1], text).replace("`", "")


def closed(description, **more):
    return {"description": description, "type": "object", "additionalProperties": False, "properties": {}, **more}


def add(parent, key, default, allowed, meaning):
    """Adds a row to the map that it belongs to, whose own maps exist once one of their keys does."""
    outer, _, inner = key.partition(".")
    if inner:
        child = parent["properties"].setdefault(outer, closed(""))
        if default == MUST:
            child.setdefault("required", []).append(inner)
        return add(child, inner, "none" if default == MUST else default, allowed, meaning)
    if not allowed:  # a map whose keys have rows of their own
        parent["properties"].setdefault(outer, closed(plain(meaning)))["description"] = plain(meaning)
        return None
    if outer == "collectors":
        return None
    schema = {"description": plain(meaning), **schema_of_range(allowed)}
    for value in default_of(default):
        schema["default"] = value
    if default == MUST:
        parent.setdefault("required", []).append(outer)
    parent["properties"][outer] = schema
    return None


def families(page):
    return re.findall(r"`([a-z-]+)`", re.search(r"The families are (.*?)\.\n", page, re.S)[1])


def http_needs_leave(of_all):
    """A target's http:// URL needs allow_http: true, there or under global."""
    here = {"required": ["allow_http"], "properties": {"allow_http": {"const": not of_all}}}
    only_https = {"properties": {"url": {"pattern": "^https://"}}}
    rule = {"if": here, "then": only_https} if of_all else {"if": here, "else": only_https}
    return {"properties": {"targets": {"items": rule}}}


def make(page):
    of_all, target, collector = closed("Settings of all targets"), closed("One appliance"), closed("One family")
    process_only = ("duration_buckets", "native_histograms")
    for section, key, *cells in rows(page):
        if section == "global":
            add(of_all, key, *cells)
            if key not in process_only:
                target["properties"][key] = {"$ref": f"#/properties/global/properties/{key}"}
        elif section == "collectors":
            add(collector, key, *cells)
        elif section in SECTIONS_OF_A_TARGET:
            add(target, key, *cells)
    return joined(of_all, target, collector, families(page))


def joined(of_all, target, collector, names):
    """The parts as one schema, with the rules that more than one key takes part in."""
    of_all["type"] = target["properties"]["tls_config"]["type"] = ["object", "null"]
    discovery = collector["properties"]["discovery"]
    discovery.update(type=["object", "null"], description="whether and how the family's list of jobs is read")
    target["properties"]["tls_config"]["dependentRequired"] = {"cert_file": ["key_file"], "key_file": ["cert_file"]}
    filled = {"type": "array", "minItems": 1}
    collector["anyOf"] = [
        {"required": ["refresh_ids"], "properties": {"refresh_ids": filled}},
        {"required": ["refresh_id_files"], "properties": {"refresh_id_files": filled}},
        {"required": ["discovery"], "properties": {
            "discovery": {"type": "object", "required": ["enabled"], "properties": {"enabled": {"const": True}}}}}]
    target["properties"]["collectors"] = closed(
        "Which families are watched", minProperties=1, properties={name: {"$ref": "#/$defs/collector"} for name in names})
    target.setdefault("required", []).append("collectors")
    ways = ("login", "client_certificate", "authorization")
    target["oneOf"] = [{"required": [way]} for way in ways]
    target["dependentRequired"] = {"proxy_login": ["proxy_url"], "proxy_ca_file": ["proxy_url"],
                                   "client_certificate": ["tls_config"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of cckm_exporter",
        "$comment": "Generated from configuration.md by tests/docs/config_schema.py --write",
        **closed("", required=["targets"]) | {"description": "The file that --config.file names"},
        "properties": {"global": of_all, "targets": {"description": "The appliances", "type": "array", "minItems": 1,
                                                     "items": {"$ref": "#/$defs/target"}}},
        "if": {"required": ["global"], "properties": {"global": {
            "type": "object", "required": ["allow_http"], "properties": {"allow_http": {"const": True}}}}},
        "then": http_needs_leave(of_all=True),
        "else": http_needs_leave(of_all=False),
        "$defs": {"target": target, "collector": collector, **PATTERNS},
    }


def text_of(page):
    return json.dumps(make(page), indent=2) + "\n"


def main():
    text = text_of(PAGE.read_text())
    if sys.argv[1:] == ["--write"]:
        FILE.write_text(text)
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
