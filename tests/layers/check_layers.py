#!/usr/bin/env python3
"""Fails on an #include that arrows.txt does not allow.  Usage: check_layers.py REPOSITORY"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def read_arrows(path):
    """Returns {room: rooms it may include} and {header prefix: rooms that may include it}."""
    rooms, libraries = {}, {}
    for line in path.read_text().splitlines():
        line = line.split("#")[0].strip()
        if " = " in line:
            prefix, allowed = line.split(" = ", 1)
            libraries[prefix.strip()] = set(allowed.split())
        elif ":" in line:
            room, allowed = line.split(":", 1)
            rooms[room.strip()] = set(allowed.split())
    return rooms, libraries


def faults_of(file, room, rooms, libraries):
    """Yields what is wrong with the includes of one file."""
    for bracket, header in INCLUDE.findall(file.read_text()):
        if bracket == '"':
            other = str(pathlib.PurePosixPath(header).parent)
            if other != room and other not in rooms[room]:
                yield f"{file}: {room} may not include {other} ({header})"
            continue
        prefix = max((prefix for prefix in libraries if header.startswith(prefix)), key=len, default=None)
        if prefix and room not in libraries[prefix]:
            allowed = ", ".join(sorted(libraries[prefix]))
            yield f"{file}: {room} may not include <{header}>; only {allowed}"


def check(root):
    """Returns the faults of the tree below root, and how many files were read."""
    rooms, libraries = read_arrows(root / "tests/layers/arrows.txt")
    faults, read = [], 0
    for side in ("collectors", "exporter", "tests/simulator"):
        for file in sorted((root / side).rglob("*")):
            if file.suffix not in (".h", ".cc"):
                continue
            read += 1
            room = str(file.parent.relative_to(root))
            if room not in rooms:
                faults.append(f"{file}: {room} has no line in tests/layers/arrows.txt")
                continue
            faults.extend(faults_of(file, room, rooms, libraries))
    return faults, read


def main():
    faults, read = check(pathlib.Path(sys.argv[1]))
    for fault in faults:
        print(fault)
    print(f"{read} files, {len(faults)} includes that the arrows do not allow")
    return 1 if faults or read == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
