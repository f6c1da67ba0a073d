#!/usr/bin/env python3
"""Writes the dashboards of this folder from their description in generator/.

Usage: generate.py            writes dashboards/*.json
       generate.py --check    writes nothing; exits 1 if a file is not what it would write
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "generator"))
sys.dont_write_bytecode = True

from domain import domain  # noqa: E402
from overview import overview  # noqa: E402


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    only_check = bool(sys.argv[1:])
    stale = 0
    for dashboard in (overview(), domain()):
        file = HERE / "dashboards" / f"{dashboard['uid']}.json"
        text = json.dumps(dashboard, indent=2, ensure_ascii=False) + "\n"
        if only_check and not (file.exists() and file.read_text() == text):
            print(f"deploy/grafana/dashboards/{file.name} is not what deploy/grafana/generate.py writes")
            stale = 1
        if not only_check:
            file.write_text(text)
    sys.exit(stale)


if __name__ == "__main__":
    main()
