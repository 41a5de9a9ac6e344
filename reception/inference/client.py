"""A language model on another machine, asked over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
from pydantic import SecretStr

from reception.errors import Busy, Invalid, MisconfiguredError, ReceptionError, Unavailable
from reception.inference.language_model import Completion

#: Seconds. A patient waits for the answer, so a server that hangs is given up soon.
TIMEOUT = httpx.Timeout(10, connect=2)


class RemoteModel:
    """A `LanguageModel` behind an inference server at `url`, with its API key when it wants one."""

    def __init__(
        self, url: str, api_key: SecretStr, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        key = api_key.get_secret_value()
        self._http = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=TIMEOUT,
            transport=transport,
        )

    async def complete(
        self, prompt: str, grammar: str, *, max_tokens: int, draft: str = "", priority: int = 1
    ) -> Completion:
        """See `LanguageModel.complete`; `ms` is the server's."""
        body = {
            "prompt": prompt,
            "grammar": grammar,
            "max_tokens": max_tokens,
            "draft": draft,
            "priority": priority,
        }
        answer = (await self._ask("POST", "/v1/completions", body)).json()
        try:
            text, tokens = answer["choices"][0]["text"], answer["usage"]["completion_tokens"]
            return Completion(str(text), float(answer["confidence"]), int(tokens), float(answer["ms"]))
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise MisconfiguredError("RECEPTION_INFERENCE_URL is no `reception inference` server.") from error

    async def ready(self) -> None:
        """Asks the server; raises Unavailable with its reason, MisconfiguredError for a wrong key."""
        await self._ask("GET", "/health/ready")
        await self._ask("GET", "/v1/models")

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        try:
            response = await self._http.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise Unavailable("The inference server can't be reached.") from error
        if response.is_success:
            return response
        raise _error(response)


def _error(response: httpx.Response) -> ReceptionError:
    """Our error for the server's answer; its text is not passed on, except why it is not ready."""
    if response.status_code in (401, 403):
        return MisconfiguredError("RECEPTION_INFERENCE_API_KEY is not the inference server's key.")
    if response.status_code == 429:
        wait = response.headers.get("retry-after", "1")
        return Busy("The inference server has too much to do at once.", int(wait) if wait.isdigit() else 1)
    if response.status_code == 422:
        return Invalid("The inference server did not accept the request.")
    if response.status_code == 503 and response.url.path.endswith("/health/ready"):
        return Unavailable(f"The inference server is not ready: {response.text[:200]}")
    return Unavailable("The inference server failed to answer.")
