"""Unit ring: every manifest of every overlay has the shape that Kubernetes and each operator's API ask for.

Kubernetes' own kinds are checked against its schemas (package kubernetes-validate, strict: unknown fields
fail), custom resources by `schemas/check.mjs`. For CloudNativePG's `ObjectStore` no schema was found.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
from kubernetes_validate.utils import schema_contents
from referencing import Registry, Resource

from tests.deploy.rendered import OVERLAYS, name_of, of_kind, rendered

SCHEMAS = Path(__file__).with_name("schemas")
#: Kubernetes as of the nodes' image, and the newest known: what is deprecated fails early.
VERSIONS = ("1.33.0", "1.37.0")
WITHOUT_SCHEMA = {"ObjectStore"}
CORE = ("v1", "apps/v1", "batch/v1", "policy/v1", "autoscaling/v2", "networking.k8s.io/v1")


@lru_cache
def _registry(version: str) -> Any:
    definitions = schema_contents(f"{_folder(version)}/_definitions.json", version)
    return Resource.from_contents(definitions) @ Registry()


def _folder(version: str) -> str:
    return f"kubernetes-json-schema/v{version}-local-strict"


@lru_cache
def _validator(version: str, kind: str, api_version: str) -> Any:
    group = api_version.split("/")[0].split(".")[0] + "-" if "/" in api_version else ""
    file = f"{_folder(version)}/{kind.lower()}-{group}{api_version.split('/')[-1]}.json"
    schema = schema_contents(file, version)
    registry = Resource.from_contents(schema) @ _registry(version)
    return jsonschema.validators.Draft202012Validator(schema, registry=registry)


def core_problems(resource: dict[str, Any], version: str) -> list[str]:
    validator = _validator(version, resource["kind"], resource["apiVersion"])
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(resource)]


def custom_problems(resources: Sequence[dict[str, Any]]) -> list[list[str]]:
    if shutil.which("node") is None or not (SCHEMAS / "node_modules").is_dir():
        pytest.skip("the schemas of custom resources are missing: install Node 20 and run `make schemas`")
    command = ["node", str(SCHEMAS / "check.mjs")]
    done = subprocess.run(command, input=json.dumps(resources), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: list[list[str]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_kubernetes_itself_knows_has_its_shape(overlay: str, version: str) -> None:
    checked = [one for one in rendered(overlay) if one["apiVersion"] in CORE]
    assert len(checked) > 15
    problems = {name_of(one): core_problems(one, version) for one in checked}
    assert not {name: found for name, found in problems.items() if found}


def test_what_operators_know_has_its_shape() -> None:
    found = [one for each in OVERLAYS for one in rendered(each) if one["apiVersion"] not in CORE]
    checked = [one for one in found if one["kind"] not in WITHOUT_SCHEMA]
    assert {one["kind"] for one in checked} == {
        "Cluster", "EC2NodeClass", "ExternalSecret", "NodePool", "PodMonitor", "PrometheusRule",
        "ScaledObject", "ScheduledBackup", "SecretStore", "ServiceMonitor",
    }  # fmt: skip
    problems = zip(map(name_of, checked), custom_problems(checked), strict=True)
    assert not [(name, wrong) for name, wrong in problems if wrong]


def test_the_check_is_strict() -> None:
    deployment = deepcopy(of_kind("eks", "Deployment")[0])
    deployment["spec"]["template"]["spec"]["containers"][0]["imagee"] = "x"
    assert core_problems(deployment, VERSIONS[0])
    custom = deepcopy(
        [*of_kind("eks", "ScaledObject"), *of_kind("eks", "Cluster"), *of_kind("eks", "NodePool")]
    )
    for one in custom:
        one["spec"]["unknownField"] = 1
    missing = deepcopy(of_kind("eks", "ScaledObject")[0])
    del missing["spec"]["triggers"]
    assert all(custom_problems([*custom, missing]))


def test_the_package_knows_the_versions() -> None:
    assert kubernetes_validate.latest_version() == VERSIONS[-1]
