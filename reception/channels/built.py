"""Serves what `web/` was built into: compressed, with an ETag, kept for ever at an address with a version."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litestar import Request, Response

from reception.errors import NotFound, Unavailable

#: An address with the version in it never changes its content.
FOR_EVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"


@dataclass(frozen=True)
class BuiltFile:
    """One file as it is sent; `version` changes with the content."""

    written: float
    content: bytes
    compressed: bytes
    version: str
    media_type: str


class Built:
    """A folder of built files and the path under which browsers find them."""

    def __init__(self, folder: Path, path: str) -> None:
        self._folder = folder
        self._path = path.rstrip("/")
        self._read: dict[str, BuiltFile] = {}

    def url(self, name: str) -> str:
        """The address of a file, its version included. Unavailable where nothing is built."""
        return f"{self._path}/{name}?v={self.file(name).version}"

    def file(self, name: str) -> BuiltFile:
        """A file, read again after each build. NotFound, or Unavailable where nothing is built."""
        path = self._folder / name
        if not self._folder.is_dir():
            raise Unavailable("The chat widget and the dashboard are not built: run `make web`.")
        if name != path.name or not path.is_file():
            raise NotFound("There is no such file.")
        written = path.stat().st_mtime
        known = self._read.get(name)
        if known is None or known.written != written:
            known = self._read[name] = _read(path, written)
        return known

    def answer(
        self,
        request: Request[Any, Any, Any],
        name: str,
        *,
        cached: str = ASK_FIRST,
        headers: Mapping[str, str] | None = None,
    ) -> Response[bytes]:
        """The file, or 304 where the browser has it; `cached` is for addresses without a version."""
        file = self.file(name)
        squeeze = "gzip" in request.headers.get("accept-encoding", "")
        tag = f'"{file.version}{"-gzip" if squeeze else ""}"'
        versioned = request.query_params.get("v") == file.version
        sent = {
            "Cache-Control": FOR_EVER if versioned else cached,
            "ETag": tag,
            "Vary": "Accept-Encoding",
            **(headers or {}),
        }
        if tag in request.headers.get("if-none-match", ""):
            return Response(b"", status_code=304, headers=sent)
        if squeeze:
            sent["Content-Encoding"] = "gzip"
        content = file.compressed if squeeze else file.content
        return Response(content, headers=sent, media_type=file.media_type)


def _read(path: Path, written: float) -> BuiltFile:
    content = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return BuiltFile(
        written,
        content,
        gzip.compress(content, 9, mtime=0),
        hashlib.sha256(content).hexdigest()[:16],
        f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
    )
