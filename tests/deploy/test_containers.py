"""Unit ring: the containers are built from what is there, with commands that exist, by nobody's root.

`make rehearse` takes the steps themselves, in a clean folder.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.containers.containerfile import Stage, read_containerfile
from deploy.containers.rehearse import take
from reception.cli import main
from tests.deploy.rendered import DEPLOY, ROOT, containers

FILES = sorted((DEPLOY / "containers").glob("*.Containerfile"))
everywhere = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def stages(file: Path) -> list[Stage]:
    return read_containerfile(file)


def test_there_are_two() -> None:
    assert [file.stem for file in FILES] == ["inference", "service"]


@everywhere
def test_bases_are_pinned(file: Path) -> None:
    names = {stage.name for stage in stages(file)}
    for stage in stages(file):
        if stage.base not in names:
            assert re.fullmatch(r"docker\.io/[\w./-]+:\d[\w.-]+", stage.base), stage.base


@everywhere
def test_what_is_copied_is_there_and_not_kept_from_the_builder(file: Path) -> None:
    ignored = {line.strip("*/\n") for line in (ROOT / ".dockerignore").read_text().splitlines()}
    names = {stage.name for stage in stages(file)}
    for stage in stages(file):
        for step in stage.of("COPY"):
            if step.source_stage:
                assert step.source_stage in names
                continue
            for source in step.words[:-1]:
                if not source.startswith("$"):
                    assert (ROOT / source).exists() and source.split("/")[0] not in ignored, source


@everywhere
def test_all_that_the_package_reads_is_copied(file: Path) -> None:
    [build] = [stage for stage in stages(file) if stage.name == "build"]
    copied = {source for step in build.of("COPY") for source in step.words[:-1]}
    used = re.findall(
        r'ROOT / "(\w+)"', "".join(each.read_text() for each in (ROOT / "reception").rglob("*.py"))
    )
    # Evaluation reads test cases, and belongs to a developer's machine.
    assert {*used} - {"tests"} <= {one.split("/")[0] for one in copied}


@everywhere
def test_steps_name_commands_that_exist(file: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    for stage in stages(file):
        for step in stage.of("RUN"):
            for target in re.findall(r"\bmake (\S+)", step.text):
                assert target.replace(".venv", "$(VENV)") + ":" in makefile, target
            for command in re.findall(r"bin/reception ((?:[a-z]+ ?)+)", step.text):
                assert CliRunner().invoke(main, [*command.split(), "--help"]).exit_code == 0, command
            if "apt-get install" in step.text:
                assert "--no-install-recommends" in step.text and "rm -rf /var/lib/apt/lists" in step.text


@everywhere
def test_the_last_stage_runs_as_nobody_and_as_the_manifests_do(file: Path) -> None:
    server = next(stage for stage in reversed(stages(file)) if stage.of("CMD"))
    assert server.steps.index(server.of("USER")[-1]) > server.steps.index(server.of("COPY")[-1])
    assert server.of("USER")[-1].text == "10001:10001"
    assert json.loads(server.of("ENTRYPOINT")[-1].text) == ["reception"]
    arguments = json.loads(server.of("CMD")[-1].text)
    name = {"service": "Deployment/reception/reception", "inference": "Deployment/inference/inference"}
    [container] = [each for where, each in containers("eks") if where == name[file.stem]]
    assert container["args"] == arguments
    assert str(container["ports"][0]["containerPort"]) == server.of("EXPOSE")[-1].text == arguments[-1]


def test_gpus_are_built_for_those_that_the_nodes_have() -> None:
    steps = " ".join(step.text for stage in stages(FILES[0]) for step in stage.of("RUN"))
    assert "-DGGML_CUDA=ON" in steps and "75-real;86-real" in steps


def test_a_bill_of_materials_is_in_every_image() -> None:
    for file in FILES:
        [build] = [stage for stage in stages(file) if stage.name == "build"]
        assert any("cyclonedx-py environment" in step.text for step in build.of("RUN"))


def test_a_rehearsed_step_happens_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    [build] = [stage for stage in stages(FILES[1]) if stage.name == "build"]
    copies = [step for step in build.of("COPY") if not step.source_stage and "Makefile" in step.text]
    take(copies[0], tmp_path)
    assert (tmp_path / "app" / "Makefile").is_file() and (tmp_path / "app" / "pyproject.toml").is_file()
    # The Makefile knows the target in a folder that holds nothing but what was copied.
    (tmp_path / "app" / "web" / "src").mkdir(parents=True)
    if shutil.which("make"):
        done = subprocess.run(
            ["make", "-n", ".venv/.installed", "NODE="], cwd=tmp_path / "app", capture_output=True, text=True
        )
        assert "pip install" in done.stdout or "web/" in done.stderr, done.stderr
