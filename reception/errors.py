"""The one tree of errors: each has a sentence for the public, an HTTP status, and whether to try again.

Texts are static or name settings and files only: never a patient's words.
"""

from __future__ import annotations


class ReceptionError(Exception):
    """Something went wrong in a way we foresaw; `str(error)` is safe to show to anyone."""

    status = 500
    title = "Something went wrong"
    retryable = False
    #: Seconds after which the same may succeed, where that can be said.
    retry_after: int | None = None


class Invalid(ReceptionError):
    """The input can't be accepted as it is."""

    status = 422
    title = "Not acceptable"


class InvalidGrammar(Invalid):
    """A grammar or schema that can't be used."""

    title = "Grammar not usable"


class PromptTooLong(Invalid):
    """Prompt and answer need more tokens than the model has room for."""

    title = "Prompt too long"


class UnknownAdapter(Invalid):
    """No adapter of this name is loaded."""

    title = "Unknown adapter"


class Unfinished(Invalid):
    """The answer reached its limit of tokens before its grammar allowed an end."""

    title = "Answer not finished"


class NotFound(ReceptionError):
    """No such thing, or not for this caller: the two look the same from outside."""

    status = 404
    title = "Not found"


class Forbidden(ReceptionError):
    """The sender is not who may do this."""

    status = 403
    title = "Forbidden"


class LoginNeeded(ReceptionError):
    """Nobody is logged in, or no longer."""

    status = 401
    title = "Please log in"


class Taken(ReceptionError):
    """Somebody else was there first; the text says who, to staff only."""

    status = 409
    title = "Somebody else was faster"


class Closed(ReceptionError):
    """The conversation has ended."""

    status = 409
    title = "Conversation closed"


class Busy(ReceptionError):
    """Too many requests; `retry_after` in seconds."""

    status = 429
    title = "Too many requests"
    retryable = True

    def __init__(self, text: str, retry_after: int = 1) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class Late(ReceptionError):
    """The answer was not there by its deadline."""

    status = 504
    title = "Too late"
    retryable = True


class Unavailable(ReceptionError):
    """Something the desk needs (database, model) is away for now."""

    status = 503
    title = "Temporarily unavailable"
    retryable = True


class Contended(Unavailable):
    """The database is there but others are in the way: what was asked for waited too long, or lost."""

    title = "Busy for a moment"
    retry_after = 2


class Overloaded(Unavailable):
    """More is asked for than there is time for; `retry_after` in seconds."""

    title = "Very busy"

    def __init__(self, text: str, retry_after: int = 1) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class ModelMissing(Unavailable):
    """A model file is missing or damaged; the text names the command that repairs it."""

    title = "Model not ready"
    retryable = False


class PracticeFileError(Invalid):
    """A practice file was refused as a whole; the text lists line and expectation."""

    title = "Practice file refused"


class SlotTaken(ReceptionError):
    """Somebody else holds or booked this time."""

    status = 409
    title = "Slot taken"


class MisconfiguredError(ReceptionError):
    """A setting is missing or contradicts another; the text names it."""

    title = "Wrong setting"


class ContextTooSmall(MisconfiguredError):
    """The model, or the room it was given, is too small for a turn."""


class WrongArchitecture(MisconfiguredError):
    """The file holds a model of another kind than Llama."""
