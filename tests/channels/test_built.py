"""Unit ring: built files are compressed, asked for again cheaply, kept where the address has a version."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar, Request, Response, get
from litestar.params import FromPath
from litestar.testing import TestClient

from reception.channels.built import Built
from reception.channels.problems import HANDLERS
from reception.errors import Unavailable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "build"
    folder.mkdir()
    (folder / "a.js").write_text("let a = 1;" * 100)
    (tmp_path / "secret.txt").write_text("secret")
    return folder


@pytest.fixture
def client(folder: Path) -> Iterator[TestClient[Litestar]]:
    built = Built(folder, "/files/")

    @get("/files/{name:path}", sync_to_thread=False)
    def serve(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
        return built.answer(request, name.lstrip("/"))

    app = Litestar([serve], exception_handlers=HANDLERS, openapi_config=None)  # type: ignore[arg-type]
    with TestClient(app) as client:
        yield client


def test_a_browser_that_has_a_file_is_sent_nothing_until_it_is_built_anew(
    client: TestClient[Litestar], folder: Path
) -> None:
    first = client.get("/files/a.js")
    assert first.text == "let a = 1;" * 100 and first.headers["Content-Encoding"] == "gzip"
    assert first.headers["Content-Type"].startswith("text/javascript")
    known = {"If-None-Match": first.headers["ETag"]}
    again = client.get("/files/a.js", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    (folder / "a.js").write_text("let b = 2;")
    os.utime(folder / "a.js", (1, 1))
    assert client.get("/files/a.js", headers=known).text == "let b = 2;"


def test_who_cannot_unpack_gets_it_plain(client: TestClient[Litestar]) -> None:
    plain = client.get("/files/a.js", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers and plain.text.startswith("let a")


def test_an_address_with_the_version_may_be_kept_for_ever(client: TestClient[Litestar], folder: Path) -> None:
    url = Built(folder, "/files").url("a.js")
    assert "immutable" in client.get(url).headers["Cache-Control"]
    assert client.get("/files/a.js?v=older").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["b.js", "../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt"])
def test_nothing_else_is_served(client: TestClient[Litestar], name: str) -> None:
    answer = client.get(f"/files/{name}")
    assert answer.status_code == 404 and "secret" not in answer.text


def test_without_a_build_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="make web"):
        Built(tmp_path / "none", "/files").url("a.js")
