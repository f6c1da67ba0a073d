#!/usr/bin/env python3
"""Writes the JSON schemas of the kinds that the chart makes, for kubeconform, to tests/deploy/helm/schemas.

They come from Kubernetes' OpenAPI document and the Prometheus operator's CRDs (both Apache-2.0, as modules of Go), without
descriptions, refusing unknown fields, and each with just the definitions that it uses.

Usage: make_schemas.py        needs go and a module proxy; run it to take newer versions
"""

import json
import subprocess
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "schemas"
# The oldest and a recent Kubernetes: the first refuses fields that it did not have yet.
KUBERNETES = {"v1.25.0": "k8s.io/kubernetes@v1.25.16", "v1.33.0": "k8s.io/kubernetes@v1.33.4"}
OPERATOR = "github.com/prometheus-operator/prometheus-operator@v0.85.0"
KINDS = {
    "configmap-v1": "io.k8s.api.core.v1.ConfigMap",
    "pod-v1": "io.k8s.api.core.v1.Pod",
    "secret-v1": "io.k8s.api.core.v1.Secret",
    "service-v1": "io.k8s.api.core.v1.Service",
    "serviceaccount-v1": "io.k8s.api.core.v1.ServiceAccount",
    "statefulset-apps-v1": "io.k8s.api.apps.v1.StatefulSet",
    "networkpolicy-networking-v1": "io.k8s.api.networking.v1.NetworkPolicy",
    "poddisruptionbudget-policy-v1": "io.k8s.api.policy.v1.PodDisruptionBudget",
}
CUSTOM = ["servicemonitors", "prometheusrules"]
KEPT = {"type", "properties", "items", "additionalProperties", "required", "enum", "pattern", "minimum", "maximum", "minItems",
        "maxItems", "minLength", "maxLength", "minProperties", "anyOf", "oneOf", "allOf", "not", "$ref"}
PREFIX = "#/definitions/"


def module(version):
    """The folder of a module of Go."""
    answer = subprocess.run(["go", "mod", "download", "-json", version], check=True, capture_output=True, text=True)
    return Path(json.loads(answer.stdout)["Dir"])


def strict(schema):
    """The schema without what validates nothing, and without room for unknown fields."""
    if schema.get("format") == "int-or-string" or schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    result = {}
    for key, value in schema.items():
        if key not in KEPT:
            continue
        if key == "properties":
            value = {name: strict(child) for name, child in value.items()}
        elif key in ("anyOf", "oneOf", "allOf"):
            value = [strict(child) for child in value]
        elif isinstance(value, dict):
            value = strict(value)
        result[key] = value
    if "properties" in result and "additionalProperties" not in result:
        result["additionalProperties"] = False
    return result


def references(schema):
    """The names of all definitions that the schema refers to."""
    if isinstance(schema, list):
        return set().union(*map(references, schema))
    if not isinstance(schema, dict):
        return set()
    found = {schema["$ref"].removeprefix(PREFIX)} if isinstance(schema.get("$ref"), str) else set()
    return found.union(*map(references, schema.values()))


def with_definitions(name, definitions):
    """The schema of one kind with the definitions that it needs, and no others."""
    needed, waiting = {}, {name}
    while waiting:
        current = waiting.pop()
        needed[current] = strict(definitions[current])
        waiting |= references(needed[current]) - needed.keys()
    root = needed.pop(name)
    return {**root, "definitions": needed}


def write(path, schema):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(schema, sort_keys=True, separators=(",", ":")) + "\n")


def main():
    for version, source in KUBERNETES.items():
        document = json.loads((module(source) / "api/openapi-spec/swagger.json").read_text())
        definitions = document["definitions"]
        # An amount may be written as a number, too.
        definitions["io.k8s.apimachinery.pkg.api.resource.Quantity"] = {"type": ["string", "number"]}
        for file, name in KINDS.items():
            write(FOLDER / version / f"{file}.json", with_definitions(name, definitions))
    crds = module(OPERATOR) / "example/prometheus-operator-crd"
    for plural in CUSTOM:
        crd = yaml.safe_load((crds / f"monitoring.coreos.com_{plural}.yaml").read_text())
        schema = strict(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"])
        schema["properties"]["metadata"] = {"type": "object"}
        write(FOLDER / "crds" / f"{crd['spec']['names']['singular']}-monitoring-v1.json", schema)


if __name__ == "__main__":
    main()
