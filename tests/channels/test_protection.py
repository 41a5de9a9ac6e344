"""Unit ring: request limits, and what production refuses to start with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from pydantic import SecretStr

from reception.channels.limits import MOST_KEYS, Limiter, household
from reception.data_keys import new_key
from reception.errors import Busy, MisconfiguredError
from reception.logging import where
from reception.production import check_production, ssl_mode, unsafe
from reception.settings import Settings

SAFE: dict[str, Any] = {
    "env": "production",
    "public_url": "https://desk.example",
    "twilio_auth_token": SecretStr("secret"),
    "data_keys": SecretStr(new_key()),
    "database_url": "postgresql://reception@db.example/reception?sslmode=verify-full",
}


def test_so_many_requests_in_any_minute_and_no_more() -> None:
    time = 100.0
    limiter = Limiter(2, lambda: time)
    limiter.check("10.0.0.1")
    time = 130.0
    limiter.check("10.0.0.1")
    with pytest.raises(Busy) as busy:
        limiter.check("10.0.0.1")
    assert busy.value.retry_after == 30
    limiter.check("10.0.0.2")
    time = 160.1
    limiter.check("10.0.0.1")
    with pytest.raises(Busy):
        limiter.check("10.0.0.1")


def test_a_request_refused_for_another_reason_does_not_trip_the_clean_up() -> None:
    time = 100.0
    limiter = Limiter(1, lambda: time)
    limiter.check("10.0.0.1")
    limiter.forget_last("10.0.0.1")
    for number in range(MOST_KEYS):
        limiter.check(f"caller {number}")
    limiter.check("one more")
    limiter.check("10.0.0.1")
    with pytest.raises(Busy):
        limiter.check("one more")


def test_the_addresses_of_one_ipv6_subscriber_count_as_one() -> None:
    assert household("2001:db8:1:2::1") == household("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert household("2001:db8:1:3::1") != household("2001:db8:1:2::1")
    assert household("10.0.0.1") == "10.0.0.1" and household("unknown") == "unknown"


def test_zero_turns_limits_off() -> None:
    limiter = Limiter(0)
    for _ in range(1000):
        limiter.check("10.0.0.1")


def test_a_safe_production_starts_and_development_may_do_what_it_likes() -> None:
    check_production(Settings(**SAFE))
    check_production(Settings(rate_limit=0, now=datetime(2026, 6, 15)))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"now": datetime(2026, 6, 15)}, "RECEPTION_NOW"),
        ({"rate_limit": 0}, "RECEPTION_RATE_LIMIT"),
        ({"public_url": ""}, "RECEPTION_PUBLIC_URL"),
        ({"public_url": "http://desk.example"}, "RECEPTION_PUBLIC_URL"),
        ({"database_url": "postgresql://u:pw@db.example/reception"}, "RECEPTION_DATABASE_URL"),
        ({"data_keys": SecretStr("")}, "RECEPTION_DATA_KEYS"),
        ({"twilio_auth_token": SecretStr("")}, "RECEPTION_TWILIO_AUTH_TOKEN"),
        ({"twilio_account_sid": "my account"}, "RECEPTION_TWILIO_ACCOUNT_SID"),
        ({"twilio_api_url": "http://elsewhere.example"}, "RECEPTION_TWILIO_API_URL"),
        ({"staff_url": "http://staff.example"}, "RECEPTION_STAFF_URL"),
        ({"staff_url": "https://desk.example"}, "RECEPTION_STAFF_URL"),
        ({"inference_url": "http://gpu.example:8100"}, "RECEPTION_INFERENCE_API_KEY"),
    ],
)
def test_production_names_what_it_refuses_to_start_with(change: dict[str, Any], named: str) -> None:
    with pytest.raises(MisconfiguredError, match=named) as refused:
        check_production(Settings(**(SAFE | change)))
    assert "pw" not in str(refused.value)
    assert len(list(unsafe(Settings(**(SAFE | change))))) == 1


@pytest.mark.parametrize(
    ("url", "refused", "allowed"),
    [
        ("", "", ""),
        ("postgresql://u@127.0.0.1:5432/r", "", ""),
        ("postgresql://u@[::1]:5432/r", "", ""),
        ("postgresql:///r?host=/run/postgresql", "", ""),
        ("postgresql://u@db.example/r?sslmode=verify-full", "", ""),
        ("postgresql://u@db.example/r", "not encrypted", "not encrypted"),
        ("postgresql://u@db.example/r?sslmode=prefer", "not encrypted", "not encrypted"),
        ("postgresql://u@db.example/r?sslmode=require", "to whoever answers", ""),
        ("postgresql://u@localhost,db.example/r", "not encrypted", "not encrypted"),
        ("postgresql:///r?host=db.example", "not encrypted", "not encrypted"),
    ],
)
def test_connections_to_other_hosts_must_be_encrypted_and_certain_of_the_host(
    url: str, refused: str, allowed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGSSLMODE", raising=False)
    for said, may in ((refused, False), (allowed, True)):
        problems = list(unsafe(Settings(**SAFE | {"database_url": url, "allow_unverified_database": may})))
        assert len(problems) == bool(said) and said in "".join(problems)
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert ssl_mode("postgresql://u@db.example/r") == "verify-full"


def test_the_log_names_places_and_never_the_text_of_an_error() -> None:
    try:
        int("a secret")
    except ValueError as error:
        assert len(where(error)) == 1
        assert where(error)[0].startswith("test_protection.py:")
