"""Which requests the inbox shows, as part of an address: what is searched for stands there encrypted."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import parse_qs, urlencode, urlsplit

from reception.dashboard import request_words
from reception.data_keys import MARK
from reception.database.store.inbox import InboxFilter, Show
from reception.errors import MisconfiguredError
from reception.service import Service
from reception.staff.access import Received

SHOWN: dict[str, Show] = {"open": "open", "mine": "mine", "done": "done"}
#: What the encryption of searched words holds on to.
_SEARCHED = "inbox search"


def filter_of(service: Service, show: str, kind: str, q: str) -> InboxFilter:
    """`q` is what is searched for, as `query_of` wrote it; anything else searches for nothing."""
    search = ""
    if q.startswith(MARK):
        with suppress(MisconfiguredError):
            search = service.database.keys.decrypt_alike(q, _SEARCHED)
    return InboxFilter(SHOWN.get(show, "open"), kind if kind in request_words.KINDS else "", search)


def stands_on(request: Received) -> InboxFilter:
    """The filter of the page that somebody stands on, which htmx tells."""
    address = urlsplit(request.headers.get("hx-current-url") or str(request.url))
    given = {name: values[-1] for name, values in parse_qs(address.query).items()}
    service: Service = request.app.state.service
    return filter_of(service, given.get("show", ""), given.get("kind", ""), given.get("q", ""))


def query_of(service: Service, wanted: InboxFilter, **more: str) -> str:
    """The filter as part of an address, where words and names stand encrypted: proxies keep addresses."""
    sought = service.database.keys.encrypt_alike(wanted.search, _SEARCHED) if wanted.search else ""
    given = {"show": wanted.show, "kind": wanted.kind, "q": sought, **more}
    return urlencode(
        {name: value for name, value in given.items() if value and (name, value) != ("show", "open")}
    )
