"""Every address of the application, so that no test forgets a new one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

from litestar import Litestar
from litestar.routes import HTTPRoute

#: Stands for every identifier in an address.
NOBODY = str(UUID(int=7))


def requests(app: Litestar) -> Iterator[tuple[str, str]]:
    """Method and path of each route, with made-up values for its parameters."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for method in sorted(route.route_handler_map):
                if method != "OPTIONS":
                    yield method, filled(route.path_format)


def filled(path: str) -> str:
    return re.sub(r"\{[^}]*\}", NOBODY, path)
