"""What the checks need to know of PromQL: which series and labels an expression names.

Not a parser: it finds selectors, label lists and function calls in expressions that promtool has already accepted.
"""

import re
from dataclasses import dataclass, field

# Words that stand where a metric's name could.
_KEYWORDS = {"and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset"}
_LABEL_LIST = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"')
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


@dataclass
class Selector:
    """A metric's name with its matchers, as (label, operator, value)."""

    metric: str
    matchers: list = field(default_factory=list)
    inside: str = ""  # the function or aggregation whose parenthesis opens just before it


def label_lists(expression):
    """The labels of every by, on, group_left ... of the expression."""
    return [
        label.strip()
        for _, labels in _LABEL_LIST.findall(expression)
        for label in labels.split(",")
        if label.strip()
    ]


def selectors(expression):
    """Every selector of the expression, in order."""
    text = _LABEL_LIST.sub(lambda found: " " * len(found.group(0)), expression)
    found = []
    position = 0
    while match := _NAME.search(text, position):
        position = match.end()
        before = text[: match.start()]
        if before and (before[-1].isdigit() or before[-1] in '."'):
            continue  # the unit of a duration, or a part of a number
        rest = text[position:].lstrip()
        if match.group(0) in _KEYWORDS or rest.startswith("("):
            continue
        opened = re.search(r"(\w+)\s*\(\s*$", before)
        selector = Selector(match.group(0), inside=opened.group(1) if opened else "")
        if rest.startswith("{"):
            end = _closing_brace(text, text.index("{", position))
            selector.matchers = _MATCHER.findall(text[position:end])
            position = end
        found.append(selector)
    return found


def _closing_brace(text, start):
    quoted = False
    for position in range(start, len(text)):
        if text[position] == '"' and text[position - 1] != "\\":
            quoted = not quoted
        if text[position] == "}" and not quoted:
            return position + 1
    return len(text)
