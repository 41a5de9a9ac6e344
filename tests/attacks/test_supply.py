"""Unit ring: what the service is made of is locked by hashes, and no secret lies in what git keeps."""

from __future__ import annotations

import re
import subprocess
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from reception.settings import ROOT

_LOCKED = re.compile(r"^(?P<name>[\w.-]+)(?:\[[\w,]+\])?==(?P<version>[^\s;\\]+)", re.MULTILINE)
#: What keys look like; names and words that are made up for tests look like none of them.
SECRETS = {
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "Amazon": r"\bAKIA[0-9A-Z]{16}\b",
    "GitHub": r"\bgh[pousr]_[A-Za-z0-9]{36}\b",
    "GitLab": r"\bglpat-[\w-]{20}\b",
    "Slack": r"\bxox[abpr]-[\w-]{10,}",
    "OpenAI": r"\bsk-[A-Za-z0-9_-]{32,}",
    "Stripe": r"\b[rs]k_live_[A-Za-z0-9]{20,}",
    "Twilio": r"\bSK[0-9a-f]{32}\b",
    "PyPI": r"\bpypi-AgEIcHlwaS5vcmc[\w-]{40,}",
    "npm": r"\bnpm_[A-Za-z0-9]{36}\b",
    "Google": r"\bAIza[\w-]{35}\b",
    "JSON web token": r"\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,}",
}


def locked() -> dict[str, list[str]]:
    """Name → versions in the lock, which differ by Python's version."""
    found: dict[str, list[str]] = {}
    for each in _LOCKED.finditer((ROOT / "requirements.lock").read_text()):
        found.setdefault(canonicalize_name(each["name"]), []).append(each["version"])
    return found


def test_the_lock_holds_everything_the_service_needs_within_its_bounds() -> None:
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    versions = locked()
    for text in needed:
        wanted = Requirement(text)
        pinned = versions.get(canonicalize_name(wanted.name), [])
        assert pinned, f"{wanted.name} is not in requirements.lock: run `make lock`"
        assert all(Version(one) in wanted.specifier for one in pinned), f"{text}: run `make lock`"


def test_every_file_of_the_lock_has_its_hash_and_comes_from_no_odd_place() -> None:
    text = (ROOT / "requirements.lock").read_text()
    entries = re.split(r"(?m)^(?=[\w])", text)[1:]
    assert len(entries) > 50
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", one) for one in entries)
    assert not re.search(r"https?://|file:|@ |--index|--find|git\+", text)


@pytest.mark.parametrize("name", ["service", "inference"])
def test_containers_are_built_from_the_lock(name: str) -> None:
    text = (ROOT / "deploy" / "containers" / f"{name}.Containerfile").read_text()
    assert "LOCKED=1" in text and "requirements.lock" in text


def test_no_secret_lies_in_what_git_keeps() -> None:
    """Skipped where this is no git checkout."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("no git checkout")
    patterns = {name: re.compile(pattern) for name, pattern in SECRETS.items()}
    found = []
    for path in listed.stdout.decode().split("\0"):
        file = ROOT / path
        if not path or not file.is_file() or file.suffix in (".gguf", ".npz", ".png"):
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        found += [(path, name) for name, pattern in patterns.items() if pattern.search(text)]
    assert not found
    assert patterns["Amazon"].search("AKIA" + "A" * 16)
