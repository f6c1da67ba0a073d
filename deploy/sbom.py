#!/usr/bin/env python3
"""Writes the bill of materials of an exporter: every Debian package whose library it loads or whose headers are in it.

Usage: sbom.py BINARY [BUILD_DIR] >cckm_exporter.cdx.json

CycloneDX 1.5 as JSON.  Asks ldd and dpkg, so it has to run where the exporter runs.  Which headers went into it only the
folder tells in which Ninja built it: without BUILD_DIR the bill says of itself that it is incomplete.
"""

import json
import os
import re
import subprocess
import sys

# The compiler's own: in every program, and of the same sources as the libraries that are loaded.
TOOLCHAIN = re.compile(r"(libc6|libcrypt|linux-libc|libgcc-\d+|libstdc\+\+-\d+|libclang-common-\d+)-dev")
OURS = re.compile(r"/lib/cckm_exporter/")
UNKNOWN = "no package has it"


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def libraries(binary):
    """The paths of what the loader finds for it, but for the exporter's own."""
    found = re.findall(r"=> (/\S+)", run("ldd", binary))
    return sorted({os.path.realpath(path) for path in found if not OURS.search(path)})


def headers(build):
    """The paths of all headers of the system that the objects of the exporter were compiled with."""
    found, ours = set(), False
    for line in run("ninja", "-C", build, "-t", "deps").splitlines():
        if line and not line.startswith(" "):
            ours = line.startswith(("collectors/", "exporter/"))
        elif ours and (path := line.strip()).startswith("/usr/include/"):
            found.add(os.path.realpath(path))
    if not found:
        raise SystemExit(f"Ninja built no exporter in {build}")
    return sorted(found)


def packages_of(paths):
    """The package of each path, without architecture; UNKNOWN for one that none has."""
    # A library may be known by its path without /usr.
    asked = sorted({name for path in paths for name in (path, path.removeprefix("/usr"))})
    answer = subprocess.run(["dpkg-query", "--search", *asked], capture_output=True, text=True, check=False).stdout
    owners = {}
    for line in answer.splitlines():
        names, _, path = line.rpartition(": ")
        owners[path] = names.split(",")[0].split(":")[0]
    return {path: owners.get(path) or owners.get(path.removeprefix("/usr"), UNKNOWN) for path in paths}


def loaded(binary):
    found = packages_of(libraries(binary))
    for path, package in found.items():
        if package == UNKNOWN:
            raise SystemExit(f"no package has {path}")
    return {package: component(package, "loaded") for package in sorted(set(found.values()))}


def compiled_in(build, beside):
    """Packages of headers alone: those that belong to a loaded library are in the bill with it."""
    sources = {source_of(made) for made in beside.values()}
    names = sorted(set(packages_of(headers(build)).values()) - {UNKNOWN})
    made = {name: component(name, "headers") for name in names if not TOOLCHAIN.fullmatch(name)}
    return {name: part for name, part in made.items() if source_of(part) not in sources}


def source_of(part):
    return next(row["value"] for row in part["properties"] if row["name"] == "debian:source")


def component(package, way):
    form = "${binary:Package}\t${Version}\t${Architecture}\t${source:Package}\t${Homepage}\n"
    rows = run("dpkg-query", "--show", f"--showformat={form}", package).splitlines()
    name, version, architecture, source, homepage = rows[0].split("\t")
    name = name.split(":")[0]
    purl = f"pkg:deb/debian/{name}@{version.replace('+', '%2B').replace(':', '%3A')}?arch={architecture}"
    made = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl,
            "properties": [{"name": "debian:source", "value": source}, {"name": "cckm:used-as", "value": way}]}
    if homepage:
        made["externalReferences"] = [{"type": "website", "url": homepage}]
    return made


def bill(binary, build=None):
    version = re.search(r"version (\S+)", run(binary, "--version"))[1]
    found = loaded(binary)
    if build:
        found |= compiled_in(build, found)
    parts = list(found.values())
    exporter = {"type": "application", "bom-ref": "cckm_exporter", "name": "cckm_exporter", "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}]}
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": {"component": exporter},
            "components": parts,
            "dependencies": [{"ref": "cckm_exporter", "dependsOn": [part["bom-ref"] for part in parts]}],
            "compositions": [{"aggregate": "complete" if build else "incomplete", "dependencies": ["cckm_exporter"]}]}


if len(sys.argv) not in (2, 3):
    sys.exit(__doc__)
json.dump(bill(*sys.argv[1:]), sys.stdout, indent=2)
print()
