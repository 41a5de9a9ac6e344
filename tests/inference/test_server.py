"""The inference server: who may ask, whether it is ready, its errors, clients that hang up. Ring: unit."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from reception import slow_clients
from reception.errors import (
    Busy,
    Invalid,
    InvalidGrammar,
    Late,
    MisconfiguredError,
    ModelMissing,
    PromptTooLong,
    Unavailable,
    Unfinished,
    UnknownAdapter,
)
from reception.inference import metrics
from reception.inference.client import RemoteModel
from reception.inference.server import create_server, served_name, server_config
from reception.settings import Settings
from tests.inference.fake_served import FakeModel, asked, listening

QUESTION = {"prompt": "Ada Lovelace calls", "max_tokens": 9}


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer another"}, {"Authorization": "Bearer ключ"}]
)
async def test_without_the_key_nothing_is_answered(header: dict[str, str]) -> None:
    model = FakeModel()
    async with asked(model, "a-key") as http:
        raw = {name: value.encode() for name, value in header.items()}
        for answer in (await http.get("/v1/models", headers=raw),
                       await http.post("/v1/completions", json=QUESTION, headers=raw)):  # fmt: skip
            assert answer.status_code == 401
            assert answer.json()["error"]["code"] == "invalid_api_key"
    assert model.asked == []


async def test_with_the_key_or_without_any_set_it_is() -> None:
    async with asked(FakeModel(), "a-key") as http:
        answer = await http.post("/v1/completions", json=QUESTION, headers={"Authorization": "Bearer a-key"})
        assert answer.status_code == 200
    async with asked(FakeModel()) as http:
        assert (await http.post("/v1/completions", json=QUESTION)).status_code == 200


async def test_health_and_metrics_need_no_key() -> None:
    async with asked(FakeModel(), "a-key") as http:
        for path in ("/health/live", "/health/ready", "/metrics"):
            assert (await http.get(path)).status_code == 200
        metrics.WAITING.set(3)
        assert "reception_inference_waiting 3.0" in (await http.get("/metrics")).text


@pytest.mark.parametrize(
    "part",
    [b"POST /v1/compl", b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"],
    ids=["headers", "body"],
)
async def test_a_request_that_does_not_come_whole_is_hung_up_on(
    part: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_clients, "WHOLE_REQUEST", 0.1)
    app = create_server(FakeModel(words=("Good", " morning")), "desk-135m", SecretStr(""))
    async with listening(app) as address, httpx.AsyncClient() as http:
        reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(address).port)
        writer.write(part)
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await asyncio.wait_for(reader.readexactly(1), 10)
        writer.close()
        assert (await http.post(f"{address}/v1/completions", json=QUESTION)).status_code == 200


def certificate(folder: Path) -> tuple[Path, Path]:
    """One for this machine that vouches for itself, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "inference")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "tls.crt", folder / "tls.key"
    files[0].write_bytes(made.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


async def test_over_https_a_desk_asks_only_a_server_that_is_vouched_for(tmp_path: Path) -> None:
    app, key, files = (
        create_server(FakeModel(), "desk-135m", SecretStr("")),
        SecretStr(""),
        certificate(tmp_path),
    )
    async with listening(app, *files) as address:
        trusting, stranger = RemoteModel(address, key, ca=files[0]), RemoteModel(address, key)
        await trusting.ready()
        with pytest.raises(Unavailable):
            await stranger.ready()
        await trusting.close()
        await stranger.close()
    for wrong in ((files[0], None), (files[1], files[1]), (tmp_path / "none", files[1])):
        with pytest.raises(MisconfiguredError, match="RECEPTION_TLS_CERTIFICATE"):
            server_config(app, tls=wrong)
    with pytest.raises(MisconfiguredError, match="RECEPTION_INFERENCE_CA"):
        RemoteModel("https://inference", key, ca=tmp_path / "none")


async def test_not_ready_says_why_in_one_line() -> None:
    async with asked(FakeModel(error=ModelMissing("Run `reception model pull`."))) as http:
        answer = await http.get("/health/ready")
        assert (answer.status_code, answer.text) == (503, "Run `reception model pull`.")
        assert (await http.get("/health/live")).status_code == 200


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InvalidGrammar("no"), 400, "invalid_grammar"),
        (PromptTooLong("no"), 400, "context_length_exceeded"),
        (Unfinished("no"), 400, "unfinished"),
        (UnknownAdapter("no"), 404, "model_not_found"),
        (Invalid("no"), 400, "invalid_request"),
        (Busy("full", 7), 429, "busy"),
        (Unavailable("gone"), 503, "unavailable"),
        (ModelMissing("pull"), 503, "model_missing"),
        (Late("late"), 504, "late"),
        (MisconfiguredError("setting"), 500, "server_error"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
async def test_errors_have_a_status_and_a_code(
    error: Exception, status: int, code: str, stream: bool
) -> None:
    async with asked(FakeModel(error=error)) as http:
        answer = await http.post("/v1/completions", json=QUESTION | {"stream": stream})
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["message"] == str(error)
    assert answer.headers.get("retry-after") == ("7" if status == 429 else None)


async def test_what_nobody_foresaw_is_not_told() -> None:
    async with asked(FakeModel(error=KeyError("Lovelace"))) as http:
        answer = await http.post("/v1/completions", json=QUESTION)
    assert (answer.status_code, answer.json()["error"]["type"]) == (500, "server_error")
    assert "Lovelace" not in answer.text


async def test_other_addresses_and_methods_answer_in_the_same_shape() -> None:
    async with asked(FakeModel()) as http:
        for answer, status in (
            (await http.get("/v1/embeddings"), 404),
            (await http.get("/Lovelace"), 404),
            (await http.get("/v1/completions"), 405),
            (await http.post("/v1/completions", content=b" " * 4_000_001), 413),
        ):
            assert answer.status_code == status
            assert answer.json()["error"]["message"]
            assert "Lovelace" not in answer.text


@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_that_hangs_up_ends_the_work(stream: bool) -> None:
    model = FakeModel(slow=True)
    async with listening(create_server(model, "desk-135m", SecretStr(""))) as url:
        async with httpx.AsyncClient(base_url=url) as http:
            with pytest.raises(httpx.ReadTimeout):
                await http.post("/v1/completions", json=QUESTION | {"stream": stream}, timeout=0.3)
        async with asyncio.timeout(5):
            await model.cancelled.wait()


async def test_a_client_that_hangs_up_before_the_first_word_ends_the_work_too() -> None:
    model = FakeModel(words=("Hello",), slow=True)
    async with listening(create_server(model, "desk-135m", SecretStr(""))) as url:
        async with httpx.AsyncClient(base_url=url) as http:
            with pytest.raises(httpx.ReadTimeout):
                await http.post("/v1/completions", json=QUESTION | {"stream": True}, timeout=0.3)
        async with asyncio.timeout(5):
            await model.cancelled.wait()


def test_the_served_name_tells_no_folders() -> None:
    assert served_name(Settings(model="desk-135m")) == "desk-135m"
    assert served_name(Settings(model="/srv/models/ours.gguf")) == "ours"
