"""The simulated carrier's text messages: what is accepted, what becomes of it, and how that is shown."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Literal
from uuid import uuid4

VERSION = "2010-04-01"
LONGEST = 1600
_NUMBER = re.compile(r"\+[1-9]\d{5,14}")
#: Numbers that Twilio refuses at once, as it does with test credentials: number → error code.
REFUSED: Mapping[str, int] = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
#: Numbers that are accepted and fail on the way; the code stands in the last five digits.
_FAILING = re.compile(r"\+150055(3\d{4})")
#: What is said of each error.
ERRORS: Mapping[int, str] = {
    20003: "Authenticate",
    20005: "Account is not active",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20503: "Service Unavailable",
    21211: "Invalid 'To' Phone Number",
    21212: "Invalid 'From' Number",
    21220: "Call is not in-progress. Cannot redirect.",
    21408: "Permission to send an SMS has not been enabled for the region",
    21602: "Message body is required.",
    21604: "'To' phone number is required to send a Message",
    21606: "The 'From' phone number provided is not a valid message-capable Twilio phone number",
    21610: "Attempt to send to unsubscribed recipient",
    21612: "The message From/To pair violates a blacklist rule or no route exists",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
}


class Rejected(Exception):
    """A request that Twilio answers with an error of this HTTP status and code."""

    def __init__(self, status: int, code: int) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code

    def as_json(self) -> dict[str, Any]:
        """The error as Twilio writes it."""
        return {
            "code": self.code,
            "message": ERRORS.get(self.code, "Error"),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


@dataclass
class CarriedText:
    """One text message that the carrier has taken; times are aware."""

    account_sid: str
    sender: str
    recipient: str
    body: str
    callback: str = ""
    sid: str = field(default_factory=lambda: f"SM{uuid4().hex}")
    status: Literal["queued", "sent", "delivered", "undelivered"] = "queued"
    error_code: int | None = None
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    sent: datetime | None = None

    def go_on(self) -> bool:
        """The next stage of its way (sent, then delivered or not); False when there is none."""
        if self.status == "queued":
            self.status, self.sent = "sent", datetime.now(UTC)
            return True
        if self.status != "sent":
            return False
        failing = _FAILING.fullmatch(self.recipient)
        self.status = "undelivered" if failing else "delivered"
        self.error_code = int(failing[1]) if failing else None
        return True

    def as_json(self) -> dict[str, Any]:
        """The message as Twilio's interface shows it."""
        uri = f"/{VERSION}/Accounts/{self.account_sid}/Messages/{self.sid}"
        gsm = self.body.isascii()
        length = len(self.body)
        segments = 1 if length <= (160 if gsm else 70) else math.ceil(length / (153 if gsm else 67))
        return {
            "account_sid": self.account_sid,
            "api_version": VERSION,
            "body": self.body,
            "date_created": format_datetime(self.created),
            "date_sent": format_datetime(self.sent) if self.sent else None,
            "date_updated": format_datetime(self.sent or self.created),
            "direction": "outbound-api",
            "error_code": self.error_code,
            "error_message": ERRORS.get(self.error_code or 0),
            "from": self.sender,
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": str(segments),
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.recipient,
            "uri": f"{uri}.json",
        }

    def receipt(self) -> dict[str, str]:
        """The parameters of a status callback."""
        form = {
            "AccountSid": self.account_sid,
            "ApiVersion": VERSION,
            "From": self.sender,
            "MessageSid": self.sid,
            "MessageStatus": self.status,
            "SmsSid": self.sid,
            "SmsStatus": self.status,
            "To": self.recipient,
        }
        return form | ({"ErrorCode": str(self.error_code)} if self.error_code else {})


def accepted(account_sid: str, numbers: frozenset[str], form: Mapping[str, str]) -> CarriedText:
    """The message of a request to send one; Rejected with Twilio's code for what Twilio would not take.

    `numbers` are those the account may send from; empty means any.
    """
    sender, recipient, body = (form.get(name, "") for name in ("From", "To", "Body"))
    if not recipient:
        raise Rejected(400, 21604)
    if not body:
        raise Rejected(400, 21602)
    if len(body) > LONGEST:
        raise Rejected(400, 21617)
    if not _NUMBER.fullmatch(sender) or sender == "+15005550001":
        raise Rejected(400, 21212)
    if numbers and sender not in numbers:
        raise Rejected(400, 21606)
    if not _NUMBER.fullmatch(recipient):
        raise Rejected(400, 21211)
    if recipient in REFUSED:
        raise Rejected(400, REFUSED[recipient])
    return CarriedText(account_sid, sender, recipient, body, form.get("StatusCallback", ""))
