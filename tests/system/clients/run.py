#!/usr/bin/env python3
"""The real exporter against hostile and clumsy clients: cases G151 to G170 of the hostile matrix.

Usage: tests/system/clients/run.py --build-dir DIR [CASE ...]     such as g151 g160; without one: all

Everything listens on 127.0.0.1.  Exit code 0 if every case holds, 1 if one does not, 77 if one could not be played.
"""

import argparse
import contextlib
import pathlib
import resource
import sys
import tempfile
import time
import traceback

import access_cases
import crowd_cases
import page_cases
import request_cases
import tls_cases
from stage import Skipped, Stage

MODULES = (crowd_cases, request_cases, tls_cases, access_cases, page_cases)
DESCRIPTORS = 4096
HOLDS, FAILED, SKIPPED = 0, 1, 77


def cases_of(modules):
    """In the order of their numbers."""
    found = {name: function for module in modules for name, function in vars(module).items()
             if name[0] == "g" and name[1:4].isdigit()}
    return dict(sorted(found.items()))


def allow_descriptors():
    """A thousand clients here, and the exporter inherits the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= DESCRIPTORS:
        return True
    if hard != resource.RLIM_INFINITY and hard < DESCRIPTORS:
        return False
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, hard))
    return True


def play(name, case, stage):
    start = time.monotonic()
    number = name.split("_", 1)[0].upper()
    try:
        note = case(stage)
        stage.check_after_case()
    except Skipped as reason:
        print(f"SKIPPED {number} {name[5:]}: {reason}", flush=True)
        return SKIPPED
    except (Exception, SystemExit) as error:  # eventually() says so by SystemExit
        traceback.print_exc()
        print(f"FAILED {number} {name[5:]}: {error!r}", flush=True)
        return FAILED
    print(f"ok {number} {name[5:]} ({time.monotonic() - start:.1f} s){': ' + note if note else ''}", flush=True)
    return HOLDS


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build-dir", type=pathlib.Path, required=True)
    parser.add_argument("cases", nargs="*")
    arguments = parser.parse_args()
    if not allow_descriptors():
        print(f"SKIPPED all: fewer than {DESCRIPTORS} open files are allowed here")
        return SKIPPED
    chosen = {name: case for name, case in cases_of(MODULES).items()
              if not arguments.cases or name.split("_", 1)[0] in arguments.cases}
    stage = Stage(arguments.build_dir.resolve(), pathlib.Path(tempfile.mkdtemp()))
    with contextlib.closing(stage):
        verdicts = [play(name, case, stage) for name, case in chosen.items()]
    print(f"{verdicts.count(HOLDS)} of {len(verdicts)} cases hold")
    return FAILED if FAILED in verdicts else max(verdicts, default=FAILED)


if __name__ == "__main__":
    sys.exit(main())
