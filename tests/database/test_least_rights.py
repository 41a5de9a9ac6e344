"""An installation with roles of its own: one owns the tables, the service logs in as one that may do less.

Ring: postgres.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from reception.database.connection import Database
from reception.database.fence import everywhere, of_practice
from reception.database.load import load_practice
from reception.errors import MisconfiguredError
from reception.practice_file import PracticeFile
from reception.production import check_role
from reception.settings import Settings
from tests.conftest import Server

pytestmark = pytest.mark.postgres

OWNER, SERVICE, STRANGER = (f"test_{name}_{os.getpid()}" for name in ("owner", "service", "stranger"))


@pytest.fixture
def name(server: Server, migrated: str) -> Iterator[str]:
    """An empty database whose owner is no superuser and may make no roles; `migrated` has made ours."""
    name = server.create()
    for role in (OWNER, SERVICE, STRANGER):
        server.do(f"CREATE ROLE {role} LOGIN NOINHERIT PASSWORD 'x'")
    server.do(f"GRANT reception_service, reception_across TO {SERVICE}")
    server.do(f"ALTER DATABASE {name} OWNER TO {OWNER}")
    server.do(f"ALTER SCHEMA public OWNER TO {OWNER}", name)
    yield name
    server.drop(name)
    for role in (OWNER, SERVICE, STRANGER):
        server.do(f"DROP ROLE {role}")


async def test_the_service_needs_neither_the_owners_rights_nor_a_superusers(
    server: Server, name: str, practice_file: PracticeFile
) -> None:
    def url(role: str) -> str:
        return make_url(server.url(name)).set(username=role, password="x").render_as_string(False)

    owner, service, stranger = [await Database.open(url(role), Path()) for role in (OWNER, SERVICE, STRANGER)]
    try:
        await owner.migrate()
        await service.migrate()  # as every command does: there is nothing to be done
        await service.check()
        assert await owner.unfenced_role() and not await service.unfenced_role()
        production = Settings(env="production", database_url=url(OWNER))
        with pytest.raises(MisconfiguredError, match="RECEPTION_ALLOW_OWNER_ROLE=true"):
            await check_role(production, owner)
        await check_role(production.model_copy(update={"allow_owner_role": True}), owner)
        await check_role(production, service)
        with everywhere():
            async with service.transaction() as store:
                practice = (await load_practice(store, practice_file)).practice
        with of_practice(practice.id):
            async with service.transaction() as store:
                assert len(await store.patients(practice.id)) == 2
                assert len(await store.patients_like(practice.id, "Mary Jonas")) == 1
            with pytest.raises(MisconfiguredError, match="neither"):
                async with service.transaction() as store:
                    await store._connection.execute(text("RESET ROLE"))
                    await store.patients(practice.id)  # by itself the role may not even look
        for other in (owner, stranger):
            with everywhere(), pytest.raises(MisconfiguredError, match="member of reception_service"):
                async with other.transaction() as store:
                    await store.practices()
    finally:
        for one in (owner, service, stranger):
            await one.close()
