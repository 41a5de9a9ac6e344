"""Unit: what somebody who subscribes is told of the moments before."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from reception.channels import hub as hubs
from reception.channels.hub import Hub
from reception.database.records import Change

HERE, ELSEWHERE = UUID(int=1), UUID(int=2)


def change(practice: UUID = HERE) -> Change:
    return Change(practice, "requests", uuid4(), None)


async def told(hub: Hub) -> set[Change] | None:
    """What a page hears at once whose feed stands now."""
    with hub.subscribed(HERE) as subscription:
        return await subscription.next(0)


async def test_a_page_hears_what_changed_between_its_making_and_its_feed() -> None:
    hub, made = Hub(), change()
    hub.announce(made)
    hub.announce(change(ELSEWHERE))
    assert await told(hub) == {made}


async def test_what_is_longer_ago_stood_on_the_page_already(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Hub()
    hub.announce(change())
    monkeypatch.setattr(hubs, "LATELY", 0)
    assert await told(hub) == set()


async def test_after_a_gap_anything_may_have_changed_but_not_at_the_beginning() -> None:
    hub = Hub()
    hub.announce_all()  # it hears from now on
    assert await told(hub) == set()
    hub.announce_all()
    assert await told(hub) is None


async def test_more_changes_than_are_kept_are_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "MOST_PENDING", 3)
    hub = Hub()
    for _ in range(5):
        hub.announce(change(ELSEWHERE))
    assert await told(hub) is None
