"""Speaks OpenID Connect with the provider that knows the staff: there with a question, back with who it was.

The authorization code flow with PKCE. Nothing is kept between the two: state, nonce and verifier all come
from one secret that the browser carries in a cookie no script can read.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

import httpx
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from reception.errors import Invalid, MisconfiguredError, Unavailable
from reception.settings import Settings

log = structlog.get_logger()

SCOPE = "openid email profile"
#: Signatures that are believed: asymmetric ones, made with a key that only the provider has.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
#: Words of `amr` (RFC 8176) which say that more than a password was asked for.
FACTORS = frozenset({"mfa", "otp", "hwk", "swk", "fpt", "face", "iris", "sc", "pop", "passkey"})
#: Of several roles that claims give somebody, the first counts.
ROLES = ("admin", "staff", "viewer")
#: Seconds for which what the provider says about itself is believed, and its clock may differ from ours.
FRESH, LEEWAY, PATIENCE = 3600.0, 60, 10.0

AWAY = "Single sign-on can't be reached. Please try again, or log in with your password."
REFUSED = "Single sign-on did not let you in. Please try again."


@dataclass(frozen=True)
class Signed:
    """Who signed on. `subject` is the provider's own name for them; `role` what its claims give them."""

    subject: str
    email: str
    name: str
    role: str | None
    second_factor: bool


class Provider:
    """One OpenID provider. What is away raises Unavailable, what is not right Invalid, both to be shown."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str = "",
        *,
        roles: str = "",
        asks_factor: bool = False,
    ) -> None:
        """`roles` as in the settings; `asks_factor`: the provider asks for a second factor, said or not."""
        self._issuer = issuer.rstrip("/")
        self._client_id, self._client_secret = client_id, client_secret
        self._roles = read_roles(roles)
        self._asks_factor = asks_factor
        self._known: dict[str, Any] = {}
        self._known_at = -FRESH

    @property
    def gives_roles(self) -> bool:
        """Whether the provider's claims decide who is what."""
        return bool(self._roles)

    async def begin(self, secret: str, back: str) -> str:
        """The address at which somebody signs on, to come `back` to ours."""
        known = await self._about()
        async with self._client(back) as client:
            url, _ = client.create_authorization_url(
                known["authorization_endpoint"],
                state=_derived(secret, "state"),
                nonce=_derived(secret, "nonce"),
                code_verifier=_derived(secret, "verifier"),
            )
        return cast(str, url)

    async def end(self, secret: str, back: str, given: Mapping[str, str]) -> Signed:
        """Who came back with what is `given` in the address."""
        if not secret or not secrets.compare_digest(
            _derived(secret, "state").encode(), given.get("state", "").encode()
        ):
            raise Invalid("This sign-on was not begun in this browser, or took too long. Please try again.")
        if "code" not in given:
            log.info("sign_on_refused", reason="no code")
            raise Invalid(REFUSED)
        if given.get("iss", self._issuer).rstrip("/") != self._issuer:
            raise Invalid(REFUSED)
        known = await self._about()
        try:
            async with self._client(back) as client:
                token = await client.fetch_token(
                    known["token_endpoint"], code=given["code"], code_verifier=_derived(secret, "verifier")
                )
                claims = await self._claims(token, _derived(secret, "nonce"))
                claims |= await self._more(client, known, claims)
        except (httpx.HTTPError, ValueError, KeyError) as error:
            log.warning("sign_on_failed", error=type(error).__name__)
            raise Unavailable(AWAY) from None
        except (AuthlibBaseError, JoseError) as error:
            log.warning("sign_on_refused", error=type(error).__name__)
            raise Invalid(REFUSED) from None
        return self._signed(claims)

    async def leave(self, back: str) -> str:
        """The address at which somebody signs off there too; empty where the provider has none."""
        try:
            ends = (await self._about()).get("end_session_endpoint", "")
        except Unavailable:
            return ""
        query = urlencode({"client_id": self._client_id, "post_logout_redirect_uri": back})
        return f"{ends}?{query}" if ends else ""

    def _signed(self, claims: Mapping[str, Any]) -> Signed:
        email = str(claims.get("email", "")).strip().lower()
        if not email or claims.get("email_verified") not in (True, "true"):
            raise Invalid("Single sign-on did not confirm your e-mail address. Ask whoever runs it.")
        methods = claims.get("amr") or []
        return Signed(
            f"{self._issuer} {claims['sub']}",
            email,
            str(claims.get("name") or email.partition("@")[0])[:200],
            next((role for role in ROLES if self._has(role, claims)), None),
            self._asks_factor or bool(FACTORS & set(methods)),
        )

    def _has(self, role: str, claims: Mapping[str, Any]) -> bool:
        return any(gives == role and value in _values(claims, claim) for claim, value, gives in self._roles)

    async def _claims(self, token: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        """What the identity token says, once its signature, addressee, time and nonce are right."""
        keys = KeySet.import_key_set((await self._about())["keys"])
        decoded = jwt.decode(token["id_token"], keys, algorithms=ALGORITHMS)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": (await self._about())["issuer"]},
                "aud": {"essential": True, "value": self._client_id},
            },
            {"nonce": nonce, "client_id": self._client_id, "access_token": token.get("access_token")},
        )
        claims.validate(leeway=LEEWAY)
        return dict(claims)

    async def _more(
        self, client: AsyncOAuth2Client, known: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What the provider says elsewhere, where the token does not tell the e-mail address."""
        if "email" in claims or "userinfo_endpoint" not in known:
            return {}
        answer = await client.get(known["userinfo_endpoint"])
        answer.raise_for_status()
        more: dict[str, Any] = answer.json()
        if more.get("sub") != claims["sub"]:
            raise JoseError("somebody else's details")
        return {name: value for name, value in more.items() if name not in claims}

    async def _about(self) -> Mapping[str, Any]:
        """What the provider says about itself, its keys included."""
        if time.monotonic() - self._known_at < FRESH:
            return self._known
        try:
            async with httpx.AsyncClient(timeout=PATIENCE) as client:
                found = await client.get(f"{self._issuer}/.well-known/openid-configuration")
                known: dict[str, Any] = found.raise_for_status().json()
                keys = await client.get(known["jwks_uri"])
                known["keys"] = keys.raise_for_status().json()
        except (httpx.HTTPError, ValueError, KeyError) as error:
            log.warning("sign_on_away", error=type(error).__name__)
            raise Unavailable(AWAY) from None
        if str(known.get("issuer", "")).rstrip("/") != self._issuer:
            log.error("sign_on_misconfigured", reason="RECEPTION_OIDC_ISSUER: not what it calls itself")
            raise Unavailable(AWAY)
        self._known, self._known_at = known, time.monotonic()
        return known

    def _client(self, back: str) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._client_id,
            self._client_secret or None,
            scope=SCOPE,
            redirect_uri=back,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if self._client_secret else "none",
            timeout=PATIENCE,
        )


def provider_of(settings: Settings) -> Provider | None:
    """The provider that the settings name, if any. MisconfiguredError when they name half of one."""
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_client_id:
        raise MisconfiguredError("RECEPTION_OIDC_CLIENT_ID is missing: the name the provider knows us by")
    return Provider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret.get_secret_value(),
        roles=settings.oidc_roles,
        asks_factor=settings.oidc_asks_factor,
    )


def read_roles(text: str) -> list[tuple[str, str, str]]:
    """Claim, value and role of each rule in "groups:managers=admin, groups:front desk=staff"."""
    rules = []
    for rule in filter(None, map(str.strip, text.split(","))):
        given, _, role = rule.rpartition("=")
        claim, _, value = given.partition(":")
        if not (claim.strip() and value.strip()) or role.strip() not in ROLES:
            raise MisconfiguredError(
                "RECEPTION_OIDC_ROLES: write claim:value=role, with commas between; "
                "roles are admin, staff and viewer"
            )
        rules.append((claim.strip(), value.strip(), role.strip()))
    return rules


def _values(claims: Mapping[str, Any], claim: str) -> list[str]:
    """A claim's values; dots lead into it, as in realm_access.roles."""
    found: Any = claims
    for part in [claim] if claim in claims else claim.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return [str(one) for one in found] if isinstance(found, list) else [str(found)] if found else []


def _derived(secret: str, what: str) -> str:
    """43 characters that only who has the secret can know."""
    return urlsafe_b64encode(hashlib.sha256(f"{what}:{secret}".encode()).digest()).decode().rstrip("=")
