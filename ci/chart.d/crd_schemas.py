#!/usr/bin/env python3
"""Derive a strict kubeconform schema from a CustomResourceDefinition: crd_schemas.py OUTDIR CRD.yaml..."""
import json
import os
import sys

import yaml

KEEP = ("type", "format", "enum", "items", "properties", "required", "additionalProperties", "minimum", "maximum", "pattern",
        "oneOf", "anyOf", "minLength", "minItems")


def strict(node):
    out = {}
    for key in KEEP:
        if key not in node:
            continue
        value = node[key]
        if key == "properties":
            out[key] = {name: strict(each) for name, each in value.items()}
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            out[key] = strict(value)
        elif key in ("oneOf", "anyOf"):
            out[key] = [strict(each) for each in value]
        elif key == "format" and value != "date-time":
            continue
        else:
            out[key] = value
    if node.get("x-kubernetes-int-or-string"):
        out["type"] = ["string", "integer"]
    if "properties" in out and "additionalProperties" not in out and not node.get("x-kubernetes-preserve-unknown-fields"):
        out["additionalProperties"] = False
    return out


for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        spec = yaml.safe_load(file)["spec"]
    for version in spec["versions"]:
        schema = strict(version["schema"]["openAPIV3Schema"])
        schema["properties"].update(
            apiVersion={"enum": [f"{spec['group']}/{version['name']}"]},
            kind={"enum": [spec["names"]["kind"]]},
            metadata={"type": "object"},
            status={"type": "object"},
        )
        schema["required"] = ["apiVersion", "kind", "metadata", "spec"]
        name = "-".join((spec["names"]["kind"].lower(), spec["group"].split(".")[0], version["name"]))
        with open(os.path.join(sys.argv[1], name + ".json"), "w", encoding="utf-8") as file:
            json.dump({"$schema": "http://json-schema.org/draft-07/schema#", **schema}, file, separators=(",", ":"), sort_keys=True)
            file.write("\n")
