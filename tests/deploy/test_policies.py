"""Unit ring: rules that every overlay keeps, beyond having the right shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from reception.channels.web_server import IDLE_BEHIND_PROXY
from reception.inference.capacity import GB, need
from reception.production import unsafe
from reception.settings import Settings
from tests.deploy.rendered import (
    DEPLOY,
    OVERLAYS,
    containers,
    name_of,
    of_kind,
    one,
    pod_labels,
    rendered,
    selects,
    templates,
)
from tests.deploy.test_capacity import LLAMA_7B, LLAMA_8B

pytestmark = pytest.mark.parametrize("overlay", OVERLAYS)


def test_pods_are_confined(overlay: str) -> None:
    for name, template in templates(overlay):
        pod = template["spec"]
        assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] > 0, name
        assert pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault", name
        assert pod["automountServiceAccountToken"] is False, name
    for name, container in containers(overlay):
        confined = container["securityContext"]
        assert confined["readOnlyRootFilesystem"] and not confined["allowPrivilegeEscalation"], name
        assert confined["capabilities"] == {"drop": ["ALL"]}, name


def test_containers_have_limits_probes_and_a_pinned_image(overlay: str) -> None:
    for name, container in containers(overlay):
        for bound in ("requests", "limits"):
            assert {"cpu", "memory"} <= container["resources"][bound].keys(), name
        image, _, tag = container["image"].rpartition(":")
        assert image and re.fullmatch(r"[\w.-]+", tag) and tag != "latest", name
        if not name.startswith("Job/"):
            assert {"livenessProbe", "readinessProbe"} <= container.keys(), name


def test_what_has_replicas_has_a_disruption_budget_that_matches(overlay: str) -> None:
    budgets = [each["spec"]["selector"] for each in of_kind(overlay, "PodDisruptionBudget")]
    assert all(any(selects(budget, labels) for labels in pod_labels(overlay)) for budget in budgets)
    for scaler in of_kind(overlay, "HorizontalPodAutoscaler"):
        target = one(overlay, "Deployment", scaler["spec"]["scaleTargetRef"]["name"])
        assert scaler["spec"]["minReplicas"] >= 2 and "replicas" not in target["spec"]
        labels = target["spec"]["template"]["metadata"]["labels"]
        assert any(selects(budget, labels) for budget in budgets)
        spread = target["spec"]["template"]["spec"]["topologySpreadConstraints"]
        assert {each["topologyKey"] for each in spread} == {
            "topology.kubernetes.io/zone",
            "kubernetes.io/hostname",
        }


def provided(overlay: str) -> dict[str, set[str]]:
    """Each Secret's keys, whoever makes it."""
    found = {
        each["metadata"]["name"]: {*each.get("data", {}), *each.get("stringData", {})}
        for each in of_kind(overlay, "Secret")
    }
    for each in of_kind(overlay, "ExternalSecret"):
        found[each["spec"]["target"]["name"]] = {entry["secretKey"] for entry in each["spec"]["data"]}
    for each in of_kind(overlay, "Cluster"):  # what CloudNativePG makes for each cluster
        found[f"{each['metadata']['name']}-app"] = {"uri", "username", "password", "host", "port", "dbname"}
        found[f"{each['metadata']['name']}-ca"] = {"ca.crt", "ca.key"}
    return found


def used(overlay: str) -> Iterator[tuple[str, str]]:
    """Each Secret's key that a pod needs."""
    for _, container in containers(overlay):
        for variable in container.get("env", []):
            if reference := variable.get("valueFrom", {}).get("secretKeyRef"):
                yield reference["name"], reference["key"]
    for _, template in templates(overlay):
        for volume in template["spec"].get("volumes", []):
            for item in volume.get("secret", {}).get("items", []):
                yield volume["secret"]["secretName"], item["key"]


def test_every_secret_that_is_used_exists(overlay: str) -> None:
    keys = provided(overlay)
    missing = [(name, key) for name, key in used(overlay) if key not in keys.get(name, set())]
    assert list(used(overlay)) and not missing


def test_references_lead_somewhere(overlay: str) -> None:
    present = {name_of(each) for each in rendered(overlay)}
    for name, container in containers(overlay):
        for source in container.get("envFrom", []):
            assert f"ConfigMap/{source['configMapRef']['name']}" in present, name
    for name, template in templates(overlay):
        volumes = {volume["name"] for volume in template["spec"].get("volumes", [])}
        for volume in template["spec"].get("volumes", []):
            if claim := volume.get("persistentVolumeClaim"):
                assert f"PersistentVolumeClaim/{claim['claimName']}" in present, name
        if not name.startswith("StatefulSet/"):
            mounts = {m["name"] for c in template["spec"]["containers"] for m in c.get("volumeMounts", [])}
            assert mounts == volumes, name
        account = template["spec"].get("serviceAccountName")
        assert account is None or f"ServiceAccount/{account}" in present, name
    for external in of_kind(overlay, "ExternalSecret"):
        assert f"SecretStore/{external['spec']['secretStoreRef']['name']}" in present
    for ingress in of_kind(overlay, "Ingress"):
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                assert f"Service/{path['backend']['service']['name']}" in present


def test_services_and_monitors_find_their_pods(overlay: str) -> None:
    for service in of_kind(overlay, "Service"):
        found = [
            template
            for _, template in templates(overlay)
            if selects({"matchLabels": service["spec"]["selector"]}, template["metadata"]["labels"])
        ]
        assert len(found) == 1, name_of(service)
        ports = {port["name"] for each in found[0]["spec"]["containers"] for port in each.get("ports", [])}
        for port in service["spec"]["ports"]:
            assert port.get("targetPort", port["name"]) in ports, name_of(service)
    for monitor in of_kind(overlay, "ServiceMonitor"):
        services = [
            each
            for each in of_kind(overlay, "Service")
            if selects(monitor["spec"]["selector"], each["metadata"].get("labels", {}))
        ]
        ports = {port["name"] for each in services for port in each["spec"]["ports"]}
        assert {each["port"] for each in monitor["spec"]["endpoints"]} <= ports, name_of(monitor)


def test_nothing_may_talk_unless_it_is_listed(overlay: str) -> None:
    policies = of_kind(overlay, "NetworkPolicy")
    everything = [each for each in policies if not each["spec"]["podSelector"]]
    denied = [each for each in everything if not {"ingress", "egress"} & each["spec"].keys()]
    assert denied and set(denied[0]["spec"]["policyTypes"]) == {"Ingress", "Egress"}
    for policy in policies:
        assert any(selects(policy["spec"]["podSelector"], labels) for labels in pod_labels(overlay)), name_of(
            policy
        )


def allowed(overlay: str, source: str, target: dict[str, str], port: int) -> bool:
    """Whether a pod of that name may open a connection to the target's port."""
    labels = {"app.kubernetes.io/name": source}
    policies = [each["spec"] for each in of_kind(overlay, "NetworkPolicy")]

    def lets(rules: list[dict[str, Any]], side: str, other: dict[str, str]) -> bool:
        return any(
            any("podSelector" in peer and selects(peer["podSelector"], other) for peer in rule.get(side, []))
            and any(each["port"] == port for each in rule["ports"])
            for rule in rules
        )

    leaves = any(
        lets(policy.get("egress", []), "to", target)
        for policy in policies
        if selects(policy["podSelector"], labels)
    )
    enters = any(
        lets(policy.get("ingress", []), "from", labels)
        for policy in policies
        if selects(policy["podSelector"], target)
    )
    return leaves and enters


def test_what_must_talk_may(overlay: str) -> None:
    local = overlay == "local"
    postgres = {"app.kubernetes.io/name": "postgres"} if local else {"cnpg.io/cluster": "postgres"}
    for source in ("reception", "worker", "migrate"):
        assert allowed(overlay, source, postgres, 5432), source
    inference = {"app.kubernetes.io/name": "inference"}
    assert allowed(overlay, "reception", inference, 8100)
    assert not allowed(overlay, "worker", inference, 8100)
    assert not allowed(overlay, "inference", postgres, 5432)


#: What must have a form of its own.
SECRETS = {
    "RECEPTION_DATABASE_URL": "postgresql://app:x@postgres-rw/app",
    "RECEPTION_TWILIO_ACCOUNT_SID": f"AC{0:032}",
}


def settings_of(overlay: str) -> dict[str, str]:
    data: dict[str, str] = one(overlay, "ConfigMap", "reception-settings")["data"]
    return data


def test_every_variable_is_a_setting_and_production_would_start(
    overlay: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {f"RECEPTION_{name.upper()}" for name in Settings.model_fields}
    named = [v["name"] for _, each in containers(overlay) for v in each.get("env", [])]
    assert {each for each in [*named, *settings_of(overlay)] if each.startswith("RECEPTION_")} <= known
    if overlay == "local":
        return
    assert settings_of(overlay)["RECEPTION_ENV"] == "production"
    for pod in ("reception", "worker"):
        container = one(overlay, "Deployment", pod)["spec"]["template"]["spec"]["containers"][0]
        with monkeypatch.context() as environment:
            for name, value in settings_of(overlay).items():
                environment.setenv(name, value)
            for variable in container["env"]:
                secret = SECRETS.get(variable["name"], "a-secret")
                environment.setenv(variable["name"], variable.get("value", secret))
            assert not list(unsafe(Settings())), pod


def test_a_pod_that_goes_keeps_its_calls(overlay: str) -> None:
    pod = one(overlay, "Deployment", "reception")["spec"]["template"]["spec"]
    command = pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"]
    seconds = int(command[command.index("--seconds") + 1])
    assert command[:2] == ["reception", "drain"] and pod["terminationGracePeriodSeconds"] > seconds >= 900
    for ingress in of_kind(overlay, "Ingress"):
        attributes = (
            ingress["metadata"]
            .get("annotations", {})
            .get("alb.ingress.kubernetes.io/target-group-attributes", f"timeout_seconds={seconds}")
        )
        [delay] = re.findall(r"timeout_seconds=(\d+)", attributes)
        assert int(delay) >= seconds


def test_pods_that_were_ready_stay_in_service_and_outlast_the_balancers_connections(overlay: str) -> None:
    [container] = one(overlay, "Deployment", "reception")["spec"]["template"]["spec"]["containers"]
    assert container["readinessProbe"]["httpGet"]["path"] == "/health/open"
    for ingress in of_kind(overlay, "Ingress"):
        notes = ingress["metadata"].get("annotations", {})
        path = notes.get("alb.ingress.kubernetes.io/healthcheck-path", "/health/open")
        idle = re.findall(
            r"idle_timeout\.timeout_seconds=(\d+)",
            notes.get("alb.ingress.kubernetes.io/load-balancer-attributes", ""),
        )
        assert path == "/health/open" and all(int(each) < IDLE_BEHIND_PROXY for each in idle)


def test_the_gpus_settings_fit_a_t4(overlay: str) -> None:
    [container] = [each for name, each in containers(overlay) if name == "Deployment/inference/inference"]
    env = {each["name"]: each.get("value", "") for each in container["env"]}
    if overlay == "local":
        assert "nvidia.com/gpu" not in container["resources"]["limits"] and env["RECEPTION_GPU_LAYERS"] == "0"
        return
    assert container["resources"]["limits"]["nvidia.com/gpu"] == 1
    memory, tokens = float(env["RECEPTION_MEMORY_GB"]) * GB, int(env["RECEPTION_CONTEXT_TOKENS"])
    for model in (LLAMA_7B, LLAMA_8B):
        assert need(model, tokens, gpu=True).total < memory <= 16 * GB


def test_nodes_with_gpus_are_for_those_who_need_them(overlay: str) -> None:
    pools = of_kind(overlay, "NodePool")
    pod = one(overlay, "Deployment", "inference")["spec"]["template"]["spec"]
    if overlay == "local":
        assert not pools and not pod.get("tolerations")
        return
    tolerated = {each["key"] for each in pod["tolerations"]}
    for pool in pools:
        taints = pool["spec"]["template"]["spec"]["taints"]
        assert taints and {each["key"] for each in taints} <= tolerated
    [term] = pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"][
        "nodeSelectorTerms"
    ]
    labels = {pool["spec"]["template"]["metadata"]["labels"]["reception/gpu"] for pool in pools}
    assert labels == {"t4", "a10g"} and labels <= set(term["matchExpressions"][0]["values"])
    operator = yaml.safe_load((DEPLOY / "overlays/eks/gpu-operator.values.yaml").read_text("utf-8"))
    for part in (operator["daemonsets"], operator["node-feature-discovery"]["worker"]):
        assert {each["key"] for each in part["tolerations"]} >= {"nvidia.com/gpu"}
