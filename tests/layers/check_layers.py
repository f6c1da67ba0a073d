#!/usr/bin/env python3
"""Fails where the sources, CMake or ARCHITECTURE.md say something else than arrows.txt.

- Every #include is an arrow, and every arrow is needed by one; no files include each other in a circle.
- Every library has its folder and its line in CMake, with the sources of that folder, and links what the arrows say.
- ARCHITECTURE.md has a sentence for every library.
- A file that a comment names is there.

Usage: check_layers.py REPOSITORY
"""

import pathlib
import re
import sys

import cmake_libraries

SIDES = ("collectors", "exporter")
# What is no library of this project's CMake function: the program itself, what stands in for OpenSSL, and the simulator.
NO_LIBRARIES = ("exporter", "exporter/web/openssl_shim", "tests/simulator")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)

COMMENT = re.compile(r"^(?!\s*#).*?//(.*)$", re.MULTILINE)
NAMED_FILE = re.compile(r"(?<![\w/<])([a-z_0-9]+\.(?:h|cc))\b")


def read_arrows(path):
    """Returns {library: libraries it may include} and {header prefix: libraries that may include it}."""
    libraries, prefixes = {}, {}
    for line in path.read_text().splitlines():
        line = line.split("#")[0].strip()
        if " = " in line:
            prefix, allowed = line.split(" = ", 1)
            prefixes[prefix.strip()] = set(allowed.split())
        elif ":" in line:
            library, allowed = line.split(":", 1)
            libraries[library.strip()] = set(allowed.split())
    return libraries, prefixes


def read_includes(root):
    """Returns {file: its includes as (bracket, header)}, of all sources."""
    return {str(file.relative_to(root)): INCLUDE.findall(file.read_text())
            for side in (*SIDES, "tests/simulator") for file in sorted((root / side).rglob("*")) if file.suffix in (".h", ".cc")}


def folder_of(file):
    return str(pathlib.PurePosixPath(file).parent)


def faults_of(file, includes, libraries, prefixes):
    """Yields what is wrong with the includes of one file."""
    library = folder_of(file)
    for bracket, header in includes:
        if bracket == '"':
            other = folder_of(header)
            if other != library and other not in libraries[library]:
                yield f"{file}: {library} may not include {other} ({header})"
            continue
        prefix = max((prefix for prefix in prefixes if header.startswith(prefix)), key=len, default=None)
        if prefix and library not in prefixes[prefix]:
            allowed = ", ".join(sorted(prefixes[prefix]))
            yield f"{file}: {library} may not include <{header}>; only {allowed}"


def circles(files):
    """Yields the first circle of includes that is found from each file."""
    graph = {file: [header for bracket, header in includes if bracket == '"' and header in files] for file, includes in files.items()}
    done = set()

    def walk(file, way):
        if file in way:
            yield " -> ".join([*way[way.index(file):], file]) + ": files include each other"
        elif file not in done:
            for header in graph[file]:
                yield from walk(header, [*way, file])
            done.add(file)

    for file in graph:
        yield from walk(file, [])


def unused(files, libraries):
    """Yields the arrows that no include needs."""
    for library, allowed in libraries.items():
        used = {folder_of(header) for file, includes in files.items() if folder_of(file) == library for _, header in includes}
        for other in sorted(allowed - used):
            yield f"arrows.txt: {library} includes nothing of {other}"


def missing_files(root, files, prefixes):
    """Yields the comments that name a file of this project which is not there."""
    known = {pathlib.PurePosixPath(file).name for file in files} | {path.name for path in (root / "tests").rglob("*.h")}
    for file in files:
        for comment in COMMENT.findall((root / file).read_text()):
            for name in NAMED_FILE.findall(comment):
                if name not in known and name not in prefixes:
                    yield f"{file}: a comment names {name}, which is not there"


def picture(text):
    """The libraries of the first block of code of ARCHITECTURE.md, each with what is said of it."""
    said, side, last = {}, "", None
    for line in text.split("```")[1].splitlines():
        top, nested = re.match(r"([\w/]+)/(\s|$)", line), re.match(r"  ([\w/]+)/ +(\S.*)?", line)
        if top:
            side, last = top[1], None
        elif nested and side in SIDES:
            last = f"{side}/{nested[1]}"
            said[last] = nested[2] or ""
        elif last and line.startswith("   "):
            said[last] += " " + line.strip()
    return said


def unpictured(text, libraries):
    said = picture(text)
    for library in sorted(set(libraries) - set(said) - {"exporter", "tests/simulator"}):
        yield f"ARCHITECTURE.md: does not have {library}"
    for library, sentence in said.items():
        if library not in libraries:
            yield f"ARCHITECTURE.md: {library} has no line in arrows.txt"
        if len(sentence.split()) < 3:
            yield f"ARCHITECTURE.md: does not say what belongs into {library}"


def check(root):
    """Returns the faults of the tree below root, and how many files were read."""
    libraries, prefixes = read_arrows(root / "tests/layers/arrows.txt")
    files = read_includes(root)
    faults = []
    for file, includes in files.items():
        if folder_of(file) not in libraries:
            faults.append(f"{file}: {folder_of(file)} has no line in tests/layers/arrows.txt")
        else:
            faults.extend(faults_of(file, includes, libraries, prefixes))
    faults.extend(circles(files))
    faults.extend(unused(files, libraries))
    faults.extend(missing_files(root, files, prefixes))
    faults.extend(cmake_libraries.faults(root, {name: libraries[name] for name in libraries if name not in NO_LIBRARIES}, files))
    faults.extend(unpictured((root / "ARCHITECTURE.md").read_text(), libraries))
    return faults, len(files)


def main():
    faults, read = check(pathlib.Path(sys.argv[1]))
    for fault in faults:
        print(fault)
    print(f"{read} files, {len(faults)} faults")
    return 1 if faults or read == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
