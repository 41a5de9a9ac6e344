"""The environment as one frozen object: every setting is a variable `RECEPTION_…`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """All settings, with their defaults and meanings (`reception settings` prints this table)."""

    model_config = SettingsConfigDict(env_prefix="RECEPTION_", frozen=True, extra="ignore")

    env: Literal["development", "production"] = Field(
        "development", description="production refuses to start with an unsafe setting"
    )
    database_url: str = Field(
        "", description="postgresql://… (version 15 or later); empty means the embedded PostgreSQL"
    )
    allow_unverified_database: bool = Field(
        False, description="production: accept sslmode=require, which believes any server at that address"
    )
    allow_owner_role: bool = Field(
        False, description="production: accept a database role that can look past the fences of practices"
    )
    migrate: bool = Field(
        True, description="whether a starting service migrates the database; else it waits until someone has"
    )
    data_keys: SecretStr = Field(
        SecretStr(""),
        description="keys that encrypt health data, between commas (reception keys new); the first encrypts,"
        " all decrypt; empty means a key file in the data folder",
    )
    data_dir: Path = Field(Path("data"), description="the embedded database and all other state")
    model_dir: Path = Field(
        Path.home() / ".cache" / "reception" / "models", description="where model files are kept"
    )
    model: str = Field("desk-135m", description="a model of the catalogue, or the path of a GGUF file")
    threads: int = Field(0, ge=0, description="threads for the model; 0 means one per core")
    gpu_layers: int = Field(0, ge=-1, description="layers of the model on the GPU; -1 means all")
    quantisation: str = Field(
        "auto",
        description="how a built model is stored: auto (the fastest here that loses nothing), BF16, Q8_0 …",
    )
    sequences: int = Field(64, ge=1, le=255, description="conversations whose cache the model keeps at once")
    context_tokens: int = Field(8192, ge=512, description="tokens in that cache, all conversations together")
    memory_gb: float = Field(
        0, ge=0, description="memory for the model (16 for a T4); 0 means what this machine has"
    )
    adapters: str = Field(
        "", description="LoRA adapters to choose per request: name=file.gguf, separated by commas"
    )
    inference_url: str = Field("", description="an inference server to use instead of the local model")
    fallback_model: str = Field(
        "desk-135m",
        description="local model that answers while the inference server is away; empty means none",
    )
    inference_api_key: SecretStr = Field(SecretStr(""), description="the inference server's API key")
    inference_ca: Path | None = Field(
        None,
        description="PEM file of who alone may vouch for the inference server; empty: public ones",
    )
    tls_certificate: Path | None = Field(
        None, description="the inference server's certificate (PEM); it then speaks https"
    )
    tls_key: Path | None = Field(None, description="the key of that certificate (PEM)")
    now: datetime | None = Field(
        None, description="pins the clock (ISO 8601; without an offset it is the practice's local time)"
    )
    practice: str = Field("", description="slug of the practice to use where a request names none")
    practice_file: Path | None = Field(
        None, description="a practice file to load at start; the demo practice when the database has none"
    )
    demo: bool = Field(
        True, description="whether an empty database gets the demo practice; else the pages set one up"
    )
    prompts_dir: Path = Field(ROOT / "prompts", description="the desk's sentences and the model's prompt")
    rate_limit: int = Field(60, ge=0, description="requests a minute and address; 0 turns limits off")
    proxies: int = Field(
        0, ge=0, le=5, description="proxies in front that each add an address to X-Forwarded-For"
    )
    turns_at_once: int = Field(
        32,
        ge=1,
        description="turns a process takes at once; twice as many wait in line, the rest are refused",
    )
    worker: bool = Field(True, description="whether `reception serve` runs the background worker itself")
    staff_idle_minutes: float = Field(30, gt=0, description="minutes without work until staff are logged out")
    staff_session_hours: float = Field(12, gt=0, description="hours until staff have to log in again anyway")
    public_url: str = Field("", description="https://… as patients' browsers and Twilio see the service")
    oidc_issuer: str = Field("", description="https://… of the OpenID provider staff sign on at; empty: none")
    oidc_client_id: str = Field("", description="what the OpenID provider knows the desk by")
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="the desk's secret at the OpenID provider; empty for a public client"
    )
    oidc_name: str = Field("single sign-on", description="what the log-in page calls the OpenID provider")
    oidc_roles: str = Field(
        "",
        description="claim:value=role, between commas; then the OpenID provider decides who may do what",
    )
    oidc_asks_factor: bool = Field(
        False,
        description="the OpenID provider always asks for a second factor, even where it does not say so",
    )
    security_contact: str = Field(
        "",
        pattern=r"^((mailto:|https://|tel:)[^\s<>]+)?$",
        description="mailto:… or https://… for who finds a weakness; empty means the practice's telephone",
    )
    staff_url: str = Field(
        "", description="https://… under another name, where alone the dashboard is; empty: with the chat"
    )
    traces_url: str = Field(
        "", description="an OTLP collector for traces (https://…/v1/traces); empty means none are made"
    )
    trusted_proxies: str = Field(
        "",
        description="addresses or networks, between commas, of proxies whose forwarding headers are believed",
    )
    twilio_account_sid: str = Field(
        "", description="Twilio account; with the auth token it turns text messages on"
    )
    twilio_auth_token: SecretStr = Field(SecretStr(""), description="Twilio auth token; checks signatures")
    twilio_api_url: str = Field("", description="another server with Twilio's interface, for tests")
    twilio_relay: bool = Field(True, description="ConversationRelay; off means <Gather> speech")

    @property
    def staff_base(self) -> str:
        """The address of the dashboard without its path; empty where no setting names one."""
        return (self.staff_url or self.public_url).rstrip("/")
