"""Files that a form brings along: read whole, or refused in words."""

from __future__ import annotations

from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException

from reception.errors import Invalid
from reception.staff.access import Received

CUT = "The file did not arrive whole. Nothing was changed; please choose it and send it again."


async def uploaded(request: Received, name: str, most: int) -> tuple[bytes, dict[str, str]]:
    """The bytes of the file in that field, and the form's other fields.

    Invalid without a file, and for one that is empty or too long.
    """
    try:
        sent = await request.form()
    except (HTTPException, ValueError):
        raise Invalid(CUT) from None
    file = sent.get(name)
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid("Please choose a file first.")
    found = await file.read()
    if not found.strip():
        raise Invalid("The file is empty.")
    if len(found) > most:
        raise Invalid(f"The file is too long: {most // 1_000_000} MB at most.")
    return found, {key: value for key, value in sent.items() if isinstance(value, str)}
