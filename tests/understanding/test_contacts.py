"""Unit ring: phone numbers and e-mail addresses, typed and spoken."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reception.understanding.values.contacts import read_email, read_phone, region_of
from reception.understanding.values.english import ENGLISH
from reception.understanding.values.language import words

DIGITS = words("oh one two three four five six seven eight nine")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("202 555 0123", "+12025550123"),
        ("(202) 555-0123", "+12025550123"),
        ("+1 202-555-0123", "+12025550123"),
        ("1 202 555 0123", "+12025550123"),
        ("two oh two, five five five, oh one double three", "+12025550133"),
        ("two zero two triple five zero one two three", "+12025550123"),
        ("plus one two oh two five five five oh one two three", "+12025550123"),
        ("two oh two five five five twelve thirty four", "+12025551234"),
        ("two oh two five five five oh one tree free", "+12025550133"),
        ("to oh too five five five oh one for for", "+12025550144"),
        ("202.555.0123 ext 45", "+12025550123"),
        ("202-555-0123 x12", "+12025550123"),
        ("area code 202, 555 0188", "+12025550188"),
        ("+44 20 7946 0958", "+442079460958"),
        ("0044 20 7946 0958", "+442079460958"),
    ],
)
def test_a_phone_number(text: str, number: str) -> None:
    assert read_phone(text, "US", ENGLISH) == number


@pytest.mark.parametrize("text", ["555 0123", "20255501234", "202 555 012", "this number", "", "+1"])
def test_numbers_of_a_wrong_length_have_no_value(text: str) -> None:
    assert read_phone(text, "US", ENGLISH) is None


def test_the_practices_own_number_gives_the_region() -> None:
    assert region_of("+12025550100") == "US"
    assert region_of("") == "US"
    assert read_phone("020 7946 0958", region_of("+442079460000"), ENGLISH) == "+442079460958"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("maya dot chen at gmail dot com", "maya.chen@gmail.com"),
        ("Maya.Chen@Gmail.com", "maya.chen@gmail.com"),
        ("maya@gmail.com.", "maya@gmail.com"),
        ("m a y a dot c h e n at gmail dot com", "maya.chen@gmail.com"),
        ("maya underscore chen eighty eight at yahoo dot co dot uk", "maya_chen88@yahoo.co.uk"),
        ("it's maya dash chen at sign outlook dot com", "maya-chen@outlook.com"),
        ("my email is maya chen at gmail com", "mayachen@gmail.com"),
        ("all lowercase maya chen one word at hotmail dot com", "mayachen@hotmail.com"),
        ("m as in mary c as in charlie at gmail dot com", "mc@gmail.com"),
        ("bill double l at gmail dot com", "bill@gmail.com"),
        ("j o h n o brien at g mail dot com", "johnobrien@gmail.com"),
        ("info plus test at my-clinic dot de", "info+test@my-clinic.de"),
        ("p nair 1992 at gmail dot com please", "pnair1992@gmail.com"),
        ("thomas.okafor at example.com", "thomas.okafor@example.com"),
        ("lee underscore wan act yahoo dot com", "lee_wan@yahoo.com"),
        ("m dot chen ate example dot com", "m.chen@example.com"),
    ],
)
def test_an_email_address(text: str, address: str) -> None:
    assert read_email(text, ENGLISH) == address


@pytest.mark.parametrize("text", ["maya.chen@gmail", "maya at", "", "at", "none", "a@b@c.de", "..@gmail.com"])
def test_what_is_no_address_has_no_value(text: str) -> None:
    assert read_email(text, ENGLISH) is None


@settings(max_examples=150, derandomize=True, database=None, deadline=None)
@given(st.integers(200, 989), st.integers(200, 999), st.integers(0, 9999))
def test_every_way_of_saying_a_number_means_it(area: int, exchange: int, line: int) -> None:
    digits = f"{area}{exchange}{line:04}"
    said = " ".join(DIGITS[int(digit)] for digit in digits)
    typed = [
        digits,
        f"({area}) {exchange}-{line:04}",
        f"{area}.{exchange}.{line:04}",
        f"1-{area}-{exchange}-{line:04}",
    ]
    for way in [*typed, said, said.replace("oh", "zero")]:
        assert read_phone(way, "US", ENGLISH) == f"+1{digits}", way


LABELS = st.text("abcdefghijkmnpqrsuvwxyz", min_size=2, max_size=8).filter(
    lambda word: word not in ENGLISH.email.words
)


@settings(max_examples=100, derandomize=True, database=None, deadline=None)
@given(st.lists(LABELS, min_size=1, max_size=3), st.sampled_from([".", "_", "-"]))
def test_an_address_spelled_letter_by_letter_means_itself(parts: list[str], sign: str) -> None:
    names = {".": "dot", "_": "underscore", "-": "dash"}
    address = f"{sign.join(parts)}@gmail.com"
    spelled = f" {names[sign]} ".join(" ".join(part) for part in parts) + " at gmail dot com"
    assert read_email(address, ENGLISH) == address
    assert read_email(spelled, ENGLISH) == address
