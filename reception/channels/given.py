"""What the handlers of requests are given by name: the service."""

from __future__ import annotations

from litestar.di import NamedDependency

from reception.service import Service

GivenService = NamedDependency[Service]
