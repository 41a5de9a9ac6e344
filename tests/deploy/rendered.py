"""The manifests as Kubernetes gets them: each overlay rendered once, and ways to walk through it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

Resource = dict[str, Any]

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
OVERLAYS = ("local", "eks", "hybrid")
#: Kinds that run pods, and where in them the pod's template lies.
WORKLOADS = ("Deployment", "StatefulSet", "Job")


@lru_cache
def rendered(overlay: str) -> list[Resource]:
    """All resources of an overlay; skips the test where there is no kubectl."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is missing: install it to render the manifests (it needs no cluster)")
    command = ["kubectl", "kustomize", str(DEPLOY / "overlays" / overlay)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [one for one in yaml.safe_load_all(done.stdout) if one]


def of_kind(overlay: str, *kinds: str) -> list[Resource]:
    """The resources of these kinds."""
    return [one for one in rendered(overlay) if one["kind"] in kinds]


def one(overlay: str, kind: str, name: str) -> Resource:
    """The resource of that kind and name."""
    [found] = [each for each in of_kind(overlay, kind) if each["metadata"]["name"] == name]
    return found


def name_of(resource: Resource) -> str:
    return f"{resource['kind']}/{resource['metadata']['name']}"


def templates(overlay: str) -> Iterator[tuple[str, Resource]]:
    """Each workload's name and the template of its pods."""
    for workload in of_kind(overlay, *WORKLOADS):
        yield name_of(workload), workload["spec"]["template"]


def containers(overlay: str) -> Iterator[tuple[str, Resource]]:
    """Each container with its workload's name."""
    for workload, template in templates(overlay):
        for container in template["spec"]["containers"] + template["spec"].get("initContainers", []):
            yield f"{workload}/{container['name']}", container


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a label selector matches."""
    wanted = selector.get("matchLabels", {})
    terms = selector.get("matchExpressions", [])
    assert all(term["operator"] == "In" for term in terms)
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        labels.get(term["key"]) in term["values"] for term in terms
    )


def pod_labels(overlay: str) -> list[Mapping[str, str]]:
    """The labels of all pods: those of the workloads, and those that operators make."""
    own = [template["metadata"]["labels"] for _, template in templates(overlay)]
    clusters = [each["metadata"]["name"] for each in of_kind(overlay, "Cluster")]
    return own + [{"cnpg.io/cluster": name} for name in clusters]
