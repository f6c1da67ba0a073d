"""The dashboards of deploy/grafana, taken apart: panels, and every query with what it is for."""

import json
import re
from dataclasses import dataclass, field

VARIABLE = re.compile(r"\$\{(\w+)(?:[.:][^}]*)?\}|\$(\w+)")
FUNCTION = re.compile(r"(label_values|query_result)\((.*)\)", re.S)


@dataclass
class Query:
    """An expression, where it stands, and how it is asked."""

    where: str
    expression: str
    instant: bool = False
    exemplar: bool = False
    legend: str = ""
    label: str = ""  # of label_values
    pattern: str = ""  # of a variable that takes its values from a result
    panel: dict = field(default_factory=dict)


class Dashboard:
    def __init__(self, file):
        self.name = file.name
        self.stem = file.stem
        self.text = file.read_text()
        self.content = json.loads(self.text)
        self.uid = self.content.get("uid")
        self.rows = [p for p in self.content["panels"] if p["type"] == "row"]
        self.panels = [p for p in self.everything() if p["type"] != "row"]
        self.variables = {variable["name"]: variable for variable in self.content["templating"]["list"]}
        self.annotations = self.content["annotations"]["list"]

    def everything(self):
        """Rows and panels, those of collapsed rows, too."""
        for panel in self.content["panels"]:
            yield panel
            yield from panel.get("panels", [])

    def levels(self):
        """Panels that share a surface."""
        return [self.content["panels"], *(row["panels"] for row in self.rows if row["panels"])]

    def where(self, panel):
        return f"{self.name}: {panel.get('title') or panel.get('id')}"

    def queries(self):
        for panel in self.panels:
            for target in panel.get("targets", []):
                where = f"{self.where(panel)} {target.get('refId', '')}"
                yield Query(
                    where,
                    target.get("expr", ""),
                    target.get("instant", False),
                    target.get("exemplar", False),
                    target.get("legendFormat", ""),
                    panel=panel,
                )
        for note in self.annotations:
            legend = note.get("titleFormat", "") + note.get("textFormat", "")
            yield Query(f"{self.name}: annotation {note['name']}", note["expr"], legend=legend)
        for variable in self.variables.values():
            if variable["type"] == "query":
                yield query_of(self.name, variable)


def query_of(name, variable):
    where = f"{name}: variable {variable['name']}"
    function, inside = FUNCTION.fullmatch(variable["definition"]).groups()
    if function == "query_result":
        return Query(where, inside, instant=True, pattern=variable["regex"])
    series, _, label = inside.rpartition(",")
    return Query(where, series, instant=True, label=label.strip())


def load(folder):
    return [Dashboard(file) for file in sorted(folder.glob("*.json"))]


def names_in(text):
    """Of the variables that a text uses."""
    return {long or short for long, short in VARIABLE.findall(text)}


def substituted(text, values):
    """The text with variables replaced; a name that `values` does not have stays."""
    return VARIABLE.sub(lambda found: values.get(found[1] or found[2], found[0]), text)
