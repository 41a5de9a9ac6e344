"""A language model on another machine, asked over HTTP."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from reception.errors import (
    Busy,
    Invalid,
    InvalidGrammar,
    Late,
    MisconfiguredError,
    PromptTooLong,
    ReceptionError,
    Unavailable,
    Unfinished,
    UnknownAdapter,
)
from reception.inference.language_model import Completion, Listener, Request

#: Seconds. A patient waits for the answer, so a server that hangs is given up soon.
TIMEOUT = httpx.Timeout(10, connect=2)
#: The server decides how much is too much. Idle connections end before the server's own limit of 5 seconds:
#: a request must not meet a connection that is just being closed.
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=4)

#: What the server's error codes mean here. Its texts are not passed on: they may quote the request.
_BY_CODE: dict[str, tuple[type[ReceptionError], str]] = {
    "invalid_grammar": (InvalidGrammar, "The inference server can't use this grammar."),
    "context_length_exceeded": (PromptTooLong, "The prompt is too long for the inference server."),
    "unfinished": (Unfinished, "The answer reached its limit of tokens before its grammar allowed an end."),
    "model_not_found": (UnknownAdapter, "The inference server has no adapter of this name."),
}


class RemoteModel:
    """A `LanguageModel` behind an inference server at `url`, with its API key when it wants one."""

    def __init__(
        self,
        url: str,
        api_key: SecretStr,
        *,
        ca: Path | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Raises MisconfiguredError for a `url` that is none; connects to nothing yet.

        `ca` is a file of certificates, one of which must vouch for the server; without it public ones may.
        """
        key = api_key.get_secret_value()
        try:
            address = httpx.URL(url.rstrip("/"))
        except httpx.InvalidURL as error:
            raise _wrong_url() from error
        if address.scheme not in ("http", "https") or not address.host:
            raise _wrong_url()
        self._http = httpx.AsyncClient(
            base_url=address,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=TIMEOUT,
            limits=LIMITS,
            verify=True if ca is None else trusting(ca),
            transport=transport,
        )

    async def complete(self, request: Request, listener: Listener | None = None) -> Completion:
        """See `LanguageModel.complete`; `ms` is the server's, and the listener hears the answer in one piece.

        Raises Invalid for a prompt with control parts: only plain text goes to the server's completions.
        """
        body = _body(request)
        try:
            async with asyncio.timeout(request.deadline):
                done = _completion(await self._ask("POST", "/v1/completions", body))
        except TimeoutError:
            raise Late("The inference server did not answer by the deadline.") from None
        if listener is not None and done.text:
            listener(done.text)
        return done

    async def ready(self) -> None:
        """Asks the server; raises Unavailable with its reason, MisconfiguredError for a wrong key or URL."""
        await self._ask("GET", "/health/ready")
        await self._ask("GET", "/v1/models")

    async def close(self) -> None:
        """Closes the connections; later requests fail as Unavailable."""
        await self._http.aclose()

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        try:
            response = await self._http.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise Unavailable("The inference server can't be reached.") from error
        except RuntimeError as error:  # how httpx tells that the client was closed
            if not self._http.is_closed:
                raise
            raise Unavailable("The connection to the inference server has been shut down.") from error
        if response.is_success:
            return response
        raise _error(response)


def _body(request: Request) -> dict[str, Any]:
    """The request as the server's completions take it: OpenAI's names, and ours for what OpenAI lacks."""
    parts = (request.prompt,) if isinstance(request.prompt, str) else request.prompt
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) < len(parts):
        raise Invalid("A prompt with control parts can't be sent to an inference server.")
    body: dict[str, Any] = {
        "prompt": "".join(texts),
        "max_tokens": request.max_tokens,
        "priority": int(request.priority),
        **{name: value for name, value in asdict(request.sampling).items() if value is not None},
    }
    if not request.remember:
        body["remember"] = False
    if request.steady:
        body["steady"] = True
    if request.grammar is not None:
        body |= {"grammar": request.grammar.text, "grammar_syntax": request.grammar.syntax.value}
    optional = {
        "model": request.adapter,
        "guess": request.guess,
        "draft": request.draft,
        "stop": list(request.stop),
        "conversation": request.conversation,
        "deadline": request.deadline,
        "lean": dict(request.lean),
    }
    return body | {name: value for name, value in optional.items() if value}


def _completion(response: httpx.Response) -> Completion:
    try:
        answer = response.json()
        choice, usage = answer["choices"][0], answer["usage"]
        return Completion(
            text=str(choice["text"]),
            confidence=float(answer["confidence"]),
            tokens=int(usage["completion_tokens"]),
            ms=float(answer["ms"]),
            prompt_tokens=int(usage.get("prompt_tokens", 0)),
            cut=choice.get("finish_reason") == "length",
            near_ties=int(answer.get("near_ties", 0)),
        )
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise _wrong_url() from error


def _error(response: httpx.Response) -> ReceptionError:
    """Our error for the server's answer; its text is not passed on, except why it is not ready."""
    status, code = response.status_code, _code(response)
    if code in _BY_CODE and status in (400, 404, 422):
        kind, text = _BY_CODE[code]
        return kind(text)
    if status in (401, 403):
        return MisconfiguredError("RECEPTION_INFERENCE_API_KEY is not the inference server's key.")
    if status == 413:
        return Invalid("The request is too large for the inference server.")
    if status in (400, 422):  # what one release asks another may not know: a model of this one will
        return MisconfiguredError("The inference server did not accept the request: is it of this release?")
    if status == 429:
        wait = response.headers.get("retry-after", "1")
        return Busy("The inference server has too much to do at once.", int(wait) if wait.isdecimal() else 1)
    if status == 504 and code == "late":  # a gateway's own 504 says only that the server is away
        return Late("The inference server was not done by the deadline.")
    if status < 500:
        return _wrong_url()
    if status == 503 and response.url.path.endswith("/health/ready"):
        return Unavailable(f"The inference server is not ready: {response.text[:200]}")
    return Unavailable("The inference server failed to answer.")


def _code(response: httpx.Response) -> str:
    """The code of an error in OpenAI's shape; "" when it has none."""
    try:
        return str(response.json()["error"].get("code") or "")
    except (KeyError, TypeError, ValueError, AttributeError):
        return ""


def trusting(ca: Path) -> ssl.SSLContext:
    """Certificates that this file vouches for, and no others. MisconfiguredError when it can't be read."""
    try:
        return ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        raise MisconfiguredError("RECEPTION_INFERENCE_CA: not a readable file of PEM certificates") from error


def _wrong_url() -> MisconfiguredError:
    return MisconfiguredError("RECEPTION_INFERENCE_URL is no `reception inference` server.")
