#!/usr/bin/env python3
"""Writes the table of values in the chart's README from the comments of values.yaml.

A comment that begins with `# --` describes the key below it, `# @section` begins a table.  A map with a comment is one row; one
without has a row for each of its keys, which then need comments.

Usage: values_table.py            writes README.md
       values_table.py --check    prints the difference, and exits 1 if there is any
"""

import difflib
import json
import re
import sys
from pathlib import Path

import yaml

CHART = Path(__file__).parents[3] / "helm/cckm-exporter"
BEGIN = "<!-- The values, written by tests/deploy/helm/values_table.py from values.yaml. -->\n"
END = "<!-- End of the values. -->\n"
KEY = re.compile(r"( *)([A-Za-z][A-Za-z0-9]*):(.*)")


def value_at(values, path):
    for key in path:
        values = values[key]
    return values


def rows(text):
    """Yields ("section", title) and ("value", path, description) in the order of the file."""
    path, described, comment = [], [], None
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("# @section "):
            yield "section", stripped.removeprefix("# @section ")
        elif stripped.startswith("# -- "):
            comment = stripped.removeprefix("# -- ")
        elif stripped.startswith("# ") and comment:
            comment += stripped.removeprefix("#")
        elif match := KEY.fullmatch(line):
            depth = len(match[1]) // 2
            path = path[:depth] + [match[2]]
            if comment:
                described = list(path)
                yield "value", path, comment
            elif match[3].strip() and path[: len(described)] != described:
                raise SystemExit(f"values.yaml:{number}: {'.'.join(path)} has no comment that begins with `# --`")
            comment = None


def table(text):
    values = yaml.safe_load(text)
    lines = []
    for kind, *row in rows(text):
        if kind == "section":
            lines += ["", f"### {row[0]}", "", "| key | default | meaning |", "|---|---|---|"]
        else:
            path, description = row
            default = json.dumps(value_at(values, path), ensure_ascii=False)
            lines.append(f"| `{'.'.join(path)}` | `{default}` | {description.replace('|', chr(92) + '|')} |")
    return "\n".join(lines[1:]) + "\n"


def main():
    readme = CHART / "README.md"
    old = readme.read_text()
    before, rest = old.split(BEGIN)
    after = rest.split(END)[1]
    new = before + BEGIN + "\n" + table((CHART / "values.yaml").read_text()) + "\n" + END + after
    if "--check" not in sys.argv[1:]:
        readme.write_text(new)
    elif new != old:
        sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), new.splitlines(True), "README.md", "values.yaml"))
        raise SystemExit(1)


if __name__ == "__main__":
    main()
