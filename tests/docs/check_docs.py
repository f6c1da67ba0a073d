#!/usr/bin/env python3
"""Checks the documents for people: README.md, and the pages of deploy/docs.

- No sentence of the README has more than 30 words.
- Every relative link leads to a file, and to a heading where it names one.
- Every script, flag and metric that is named exists; so does every path and class that a page for developers names.
- Every text that deploy/docs/troubleshooting.md quotes is one of the programs' sources, where `...` stands for what differs; and it has
  every text that says what is wrong with a value or a file.
- Pictures are small, and every one is shown somewhere.

Usage: check_docs.py [FOLDER]      (default: the sources that it lies in); prints a line for each finding; exits 1 if there is any
"""

import re
import sys
from pathlib import Path

MOST_WORDS = 30
MOST_BYTES = 120_000
FENCE = re.compile(r"^```.*?^```$", re.M | re.S)
LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`]+)`")
FLAG = re.compile(r"(?<![\w-])--([a-z][a-z-]*\.[a-z][a-z.-]*[a-z])")
METRIC = re.compile(r"(?<!:)\bcckm_[a-z_]*[a-z]\b")  # not within the name of a recording rule
SCRIPT = re.compile(r"(?<![\w/.-])((?:tests|deploy|helm|\.ci)/[\w./-]*\w)")
PLACE = re.compile(r"(?<![\w/.-])((?:collectors|exporter|tests|deploy|helm|\.ci)/[\w./*-]*\w)")
NAME = re.compile(r"[A-Z]\w*[a-z]\w*(?:::\w+)*")  # a class or a function, with what belongs to it
# How a text begins that says what is wrong with a value or a file.
OBJECTION = re.compile(
    r'"( ?(?:must|needs|cannot be|holds|begins|is (?:missing|not a|one|listed|written|empty|open|longer))\b[^"]*[a-z][^"]*)"')
# What histograms are asked for by, and names that are no metrics.
SUFFIXES = ("_bucket", "_count", "_sum")
NO_METRICS = {"cckm_exporter", "cckm_ledger"}


def without_code(text):
    """The text without its fenced blocks; of links their words, of code one word."""
    text = FENCE.sub("", text)
    text = LINK.sub(lambda link: link[1] or "picture", text)
    return CODE.sub("code", text)


def sentences(text):
    """The sentences of paragraphs, list items, headings and cells of tables."""
    for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-*#|]|\d+\.)\s?)", without_code(text)):
        for cell in block.split("|") if block.lstrip().startswith("|") else [block]:
            yield from re.split(r"(?<=[.!?])\s+", cell.strip())


def long_sentences(page):
    for sentence in sentences(page.read_text()):
        words = re.findall(r"\S*\w\S*", sentence)
        if len(words) > MOST_WORDS:
            yield f"{page.name}: a sentence of {len(words)} words: {' '.join(words[:8])} ..."


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    for heading in re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text()), re.M):
        text = re.sub(r"[^\w\- ]", "", LINK.sub(lambda link: link[1], heading).lower())
        yield text.strip().replace(" ", "-")


def broken_links(root, page):
    for _, target in LINK.findall(FENCE.sub("", page.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        if not linked.exists():
            yield f"{page.relative_to(root)}: {target} is not there"
        elif anchor and linked.suffix == ".md" and anchor not in anchors(linked):
            yield f"{page.relative_to(root)}: {target} has no such heading"


def sources(root, *patterns):
    return "\n".join(path.read_text() for pattern in patterns for path in sorted(root.glob(pattern)))


def unknown_names(root, page):
    text = page.read_text()
    # A file that an example makes is no script of ours.
    for script in sorted(set(SCRIPT.findall(text))):
        if not any(root.glob(script)):
            yield f"{page.relative_to(root)}: {script} is not there"
    flags = set(re.findall(r'FlagRow\{\w+, "([\w.-]+)"', sources(root, "exporter/config/**/*.cc")))
    # Prometheus' own flags, and those of other programs, have no table here.
    for flag in sorted(set(FLAG.findall(text)) - flags):
        if flag.split(".")[0] in {name.split(".")[0] for name in flags}:
            yield f"{page.relative_to(root)}: --{flag} is no flag"
    known = sources(root, "exporter/metrics/catalogue.cc", "deploy/prometheus/rules/*.yml")
    for metric in sorted(set(METRIC.findall(text)) - NO_METRICS):
        base = next((metric.removesuffix(end) for end in SUFFIXES if metric.endswith(end)), metric)
        if metric not in known and base not in known and not any(root.rglob(f"{metric}.*")):
            yield f"{page.relative_to(root)}: {metric} is no metric"


def unknown_places(root, page):
    """The paths and names of the code in a page for developers that lead nowhere."""
    words = set(re.findall(r"\w+", sources(root, "exporter/**/*.h", "collectors/**/*.h", "tests/**/*.h", "exporter/**/*.cc", "tests/**/*.cc")))
    for text in CODE.findall(FENCE.sub("", page.read_text())):
        for path in PLACE.findall(text):
            if not any(root.glob(path)):
                yield f"{page.name}: {path} is not there"
        if NAME.fullmatch(text):
            for name in text.split("::"):
                if name not in words:
                    yield f"{page.name}: nothing is named {name}"


def code(root):
    """The programs' sources without comments, neighbouring texts joined as a compiler does; quotes within texts are single."""
    text = sources(root, "exporter/**/*.cc", "exporter/**/*.h", "collectors/**/*.cc", "collectors/**/*.h")
    text = re.sub(r"^\s*//.*$", "", text, flags=re.M).replace('\\"', "'")
    return re.sub(r'"\s*"', "", text)


def quoted(page):
    """What the page says that people may see, in the columns that are named so."""
    column = None
    for line in page.read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) < 3:
            column = None
            continue
        if column is None:  # a table begins
            column = next((i for i, cell in enumerate(cells) if cell in ("text", "line", "answer")), 0)
        for text in CODE.findall(cells[column]):
            yield from (part.strip().replace('"', "'") for part in text.split("...") if len(part.strip()) > 3)


def texts(root):
    """What people may see and this page has to explain, both ways."""
    page = root / "deploy/docs/troubleshooting.md"
    said = code(root)
    explained = set(quoted(page))
    for text in sorted(explained):
        if text not in said:
            yield f"{page.relative_to(root)}: nobody says: {text}"
    for objection in sorted({objection.strip() for objection in OBJECTION.findall(said)}):
        if not any(text in objection or objection in text for text in explained):
            yield f"{page.relative_to(root)}: does not explain: {objection}"


def pictures(root, pages):
    shown = {(page.parent / target).resolve() for page in pages for _, target in LINK.findall(page.read_text())}
    for picture in sorted((root / "deploy/docs/images").glob("*")):
        if picture.stat().st_size >= MOST_BYTES:
            yield f"{picture.relative_to(root)}: {picture.stat().st_size} bytes are too many"
        if picture.resolve() not in shown:
            yield f"{picture.relative_to(root)}: shown nowhere"


def findings(root):
    readme = root / "README.md"
    pages = [readme, *sorted((root / "deploy/docs").glob("*.md"))]
    yield from long_sentences(readme)
    for page in [*pages, *(root / name for name in ("ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "helm/cckm-exporter/README.md"))]:
        yield from broken_links(root, page)
    for page in pages:
        yield from unknown_names(root, page)
    for name in ("ARCHITECTURE.md", "CONTRIBUTING.md"):
        yield from unknown_places(root, root / name)
    yield from texts(root)
    yield from pictures(root, pages)


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2]).resolve()
    found = list(findings(root))
    print("\n".join(found) or "The documents are in order.")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
