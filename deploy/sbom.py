#!/usr/bin/env python3
"""Writes the bill of materials of an installed or built exporter: every Debian package whose library it loads.

Usage: sbom.py BINARY >cckm_exporter.cdx.json

CycloneDX 1.5 as JSON.  Asks ldd and dpkg, so it has to run where the exporter runs.
"""

import json
import os
import re
import subprocess
import sys


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def libraries(binary):
    """The paths of what the loader finds for it, but for the exporter's own."""
    found = re.findall(r"=> (/\S+)", run("ldd", binary))
    return sorted({os.path.realpath(path) for path in found if "cckm_exporter" not in path and "openssl_shim" not in path})


def package_of(path):
    """A library may be known by its path without /usr."""
    for candidate in (path, path.removeprefix("/usr")):
        try:
            return run("dpkg-query", "--search", candidate).split(": ")[0].split(",")[0]
        except subprocess.CalledProcessError:
            continue
    raise SystemExit(f"no package has {path}")


def component(package):
    form = "${binary:Package}\t${Version}\t${Architecture}\t${source:Package}\t${Homepage}"
    name, version, architecture, source, homepage = run("dpkg-query", "--show", f"--showformat={form}", package).split("\t")
    name = name.split(":")[0]
    purl = f"pkg:deb/debian/{name}@{version.replace('+', '%2B').replace(':', '%3A')}?arch={architecture}"
    made = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl,
            "properties": [{"name": "debian:source", "value": source}]}
    if homepage:
        made["externalReferences"] = [{"type": "website", "url": homepage}]
    return made


def bill(binary):
    version = re.search(r"version (\S+)", run(binary, "--version"))[1]
    parts = [component(package) for package in sorted({package_of(path) for path in libraries(binary)})]
    exporter = {"type": "application", "bom-ref": "cckm_exporter", "name": "cckm_exporter", "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}]}
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": {"component": exporter},
            "components": parts,
            "dependencies": [{"ref": "cckm_exporter", "dependsOn": [part["bom-ref"] for part in parts]}]}


if len(sys.argv) != 2:
    sys.exit(__doc__)
json.dump(bill(sys.argv[1]), sys.stdout, indent=2)
print()
