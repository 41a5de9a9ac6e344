"""Takes the steps of a Containerfile's build stage in a clean folder: `python -m deploy.containers.rehearse`.

There need be no container engine for it. What only an image can do (apt-get, users, files of other images)
is left out, and said; everything else runs as written, with the folder in place of /app. Then what was built
is started with nothing else on its path, and asked whether it is ready.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
import httpx

from deploy.containers.containerfile import Stage, Step, read_containerfile

ROOT = Path(__file__).parents[2]
SERVICE = Path(__file__).with_name("service.Containerfile")
#: Steps whose first word is one of these need an image, or change the machine.
ONLY_IN_AN_IMAGE = ("apt-get", "ln", "groupadd", "install")
#: Where the image has its tools and its application.
IMAGE_PATHS = ("/app", "/sbom")
PATIENCE = 120.0


def rehearse(file: Path, folder: Path) -> None:
    """All steps of the stage `build`. Raises CalledProcessError for one that fails."""
    [stage] = [one for one in read_containerfile(file) if one.name == "build"]
    (folder / "app").mkdir(parents=True)
    for step in stage.steps:
        take(step, folder)


def take(step: Step, folder: Path) -> None:
    """One step in the folder."""
    if step.name == "COPY" and not step.source_stage:
        *sources, target = step.words
        for source in sources:
            _copy(ROOT / source, folder / "app" / target, into=target.endswith("/"))
    elif step.name == "RUN" and step.words[0] not in ONLY_IN_AN_IMAGE:
        click.echo(f"run   {step.text}")
        command = step.text
        for path in IMAGE_PATHS:
            command = command.replace(path, f"{folder}{path}")
        subprocess.run(["sh", "-eu", "-c", command], cwd=folder / "app", env=_bare(), check=True)
    else:
        click.echo(f"skip  {step.name} {step.text}")


def _copy(source: Path, target: Path, *, into: bool) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "node_modules")
    if source.is_dir():
        shutil.copytree(source, target, ignore=ignored)
    else:
        target = target / source.name if into else target
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def start(stage: Stage, folder: Path) -> None:
    """Starts what was built with the last stage's command; RuntimeError unless it becomes ready."""
    [command] = stage.of("CMD")
    assert '"serve"' in command.text
    environment = _bare() | {
        "RECEPTION_DATA_DIR": str(folder / "data"),
        "RECEPTION_MODEL_DIR": str(folder / "app" / "models"),
        "RECEPTION_QUANTISATION": "Q8_0",
    }
    service = [str(folder / "app/.venv/bin/reception"), "serve", "--port", "0"]
    output = folder / "service.log"
    with output.open("w") as log:
        process = subprocess.Popen(service, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        _await_ready(process, output)
    finally:
        process.terminate()
        process.wait(30)


def _await_ready(process: subprocess.Popen[bytes], output: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        line = next((each for each in output.read_text().splitlines() if "Ready?" in each), "")
        try:
            if line and httpx.get(line.split()[-1], timeout=10).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    raise RuntimeError(f"What was built did not become ready:\n{output.read_text()[-2000:]}")


def _bare() -> dict[str, str]:
    """An environment without this one's virtual environment, settings and Python paths."""
    kept = ("PATH", "HOME", "LANG", "PIP_", "npm_config", "NPM_CONFIG", "SSL_", "REQUESTS_")
    found = {name: value for name, value in os.environ.items() if name.startswith(kept)}
    own = str(Path(sys.prefix) / "bin")
    found["PATH"] = os.pathsep.join(part for part in found["PATH"].split(os.pathsep) if part != own)
    return found


@click.command()
@click.option("--keep", type=click.Path(path_type=Path), help="A folder that stays; else one that does not.")
def main(keep: Path | None) -> None:
    """Builds the service as its image is built, and starts it. Compiles the inference engine: minutes."""
    folder = keep or Path(tempfile.mkdtemp(prefix="reception-image-"))
    try:
        rehearse(SERVICE, folder)
        start(read_containerfile(SERVICE)[-1], folder)
        bill = folder / "app" / "sbom.cdx.json"
        size = sum(each.stat().st_size for each in (folder / "app").rglob("*") if each.is_file())
        click.echo(
            f"It lives: {size / 1e6:.0f} MB in /app, bill of materials of {bill.stat().st_size} bytes."
        )
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
