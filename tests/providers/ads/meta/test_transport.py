"""One attempt, a definite verdict on what it proves, and no secret in any log."""

import asyncio
import json
import logging
import time
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from providers.ads.meta.transport import Call, MetaTransport, Reply, appsecret_proof
from providers.ads.protocol import UploadFile, Usage
from providers.errors import OutcomeUnknown, ProviderError, Refused, RetryLater
from tests.providers.ads.meta.wire_stub import HANG, WireStub, reply, wire_stub

TOKEN = SecretStr("EAA-very-secret-token")
SECRET = SecretStr("app-secret")
WRITE = Call("POST", "act_42/campaigns", {"name": "Shoes & Boots, 50 %"}, effects=True)
READ = Call("GET", "act_42", {"fields": "id,name"})


async def ask(stub: WireStub, call: Call, *, timeout_s: float = 5.0) -> Reply:
    async with MetaTransport(stub.url, app_secret=SECRET, timeout_s=timeout_s) as transport:
        return await transport.call(call, TOKEN)


async def failure(stub: WireStub, call: Call, *, timeout_s: float = 5.0) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await ask(stub, call, timeout_s=timeout_s)
    return caught.value


async def test_a_write_arrives_as_form_fields_with_bearer_token_and_proof() -> None:
    async with wire_stub(reply({"id": "9007199254740993"})) as stub:
        answer = await ask(
            stub, Call("POST", "act_42/adsets", {"a": [1], "b": {"y": 1, "x": "ä"}, "c": False, "d": None})
        )

    head, _, body = stub.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v26.0/act_42/adsets HTTP/1.1\r\n")
    assert b"Authorization: Bearer EAA-very-secret-token" in head
    fields = {key: values[0] for key, values in parse_qs(body.decode()).items()}
    proof = fields.pop("appsecret_proof")
    assert proof == appsecret_proof(TOKEN, SECRET)
    assert fields == {"a": "[1]", "b": '{"x":"ä","y":1}', "c": "false"}
    assert answer.body["id"] == "9007199254740993"
    assert answer.platform_time == datetime(2026, 5, 12, 17, 45, 1, tzinfo=UTC)


async def test_a_read_puts_its_parameters_into_the_query() -> None:
    async with wire_stub(reply({"id": "act_42"})) as stub:
        await ask(stub, READ)

    target = urlsplit(stub.requests[0].split(b" ")[1].decode())
    assert target.path == "/v26.0/act_42"
    assert parse_qs(target.query)["fields"] == ["id,name"]
    assert "EAA" not in target.query


async def test_a_picture_travels_as_a_file_part() -> None:
    picture = UploadFile("shoe.png", "image/png", b"\x89PNG...")
    async with wire_stub(reply({"images": {}})) as stub:
        await ask(stub, Call("POST", "act_42/adimages", upload=picture))

    assert b'name="filename"; filename="shoe.png"' in stub.requests[0]
    assert b"\x89PNG..." in stub.requests[0]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{",
        reply(b"<html>Bad gateway</html>", 502),
        reply(b"", 500),
        reply(b"true"),
        reply([]),
        reply({"unexplained": 1}, 400),
        reply(b"<html>Slow down</html>", 429),
        reply({}, 302, Location="http://127.0.0.1:1/"),
        reply({"error": {"message": "x", "code": 2}}, 200),
    ],
)
async def test_a_write_without_a_clear_answer_is_unknown_and_the_same_read_repeatable(answer: bytes) -> None:
    cut = answer.startswith(b"HTTP/1.1 200 OK\r\nContent-Length: 50")
    async with wire_stub(answer, b"") as stub:
        assert type(await failure(stub, WRITE, timeout_s=0.3 if cut else 5)) is OutcomeUnknown
        assert len(stub.requests) == 1, "a write must never be repeated"
    async with wire_stub(answer, b"") as stub:
        assert type(await failure(stub, READ, timeout_s=0.3 if cut else 5)) is RetryLater
        assert len(stub.requests) == 1


async def test_a_write_that_gets_no_answer_in_time_is_unknown() -> None:
    async with wire_stub(HANG) as stub:
        assert type(await failure(stub, WRITE, timeout_s=0.2)) is OutcomeUnknown


async def test_a_write_that_never_left_this_machine_may_be_sent_again() -> None:
    async with wire_stub() as stub:
        pass  # the port is closed now

    assert type(await failure(stub, WRITE)) is RetryLater


async def test_a_write_whose_permission_ran_out_is_not_sent() -> None:
    async with wire_stub(reply({"id": "1"})) as stub:
        late = Call("POST", "act_42/campaigns", {}, effects=True, send_before=time.monotonic() - 0.001)
        assert type(await failure(stub, late)) is RetryLater

        assert stub.requests == []


async def test_the_deadline_is_checked_again_on_a_connection_that_is_already_open() -> None:
    async with wire_stub(reply({"id": "1"}), reply({"id": "2"})) as stub, MetaTransport(stub.url) as transport:
        await transport.call(WRITE, TOKEN)
        with pytest.raises(RetryLater):
            await transport.call(Call("POST", "x", {}, effects=True, send_before=time.monotonic() - 0.001), TOKEN)
        await transport.call(WRITE, TOKEN)

        assert len(stub.requests) == 2


async def test_an_error_in_a_successful_reply_is_an_error() -> None:
    async with wire_stub(reply({"error": {"message": "no", "code": 100}}, 200)) as stub:
        assert type(await failure(stub, WRITE)) is Refused


async def test_usage_of_an_account_is_remembered_from_successes_and_failures() -> None:
    def case(percent: int) -> str:
        return json.dumps({"42": [{"call_count": percent, "estimated_time_to_regain_access": percent // 100 * 7}]})

    throttled = reply({"error": {"message": "slow", "code": 80004}}, 400, X_Business_Use_Case_Usage=case(100))
    async with (
        wire_stub(reply({"id": "1"}, X_Business_Use_Case_Usage=case(61)), throttled) as stub,
        MetaTransport(stub.url) as transport,
    ):
        answer = await transport.call(Call("GET", "120000"), TOKEN)
        assert answer.usage == transport.last_usage("42") == Usage(61)

        with pytest.raises(RetryLater) as caught:
            await transport.call(WRITE, TOKEN)

        assert transport.last_usage("act_42") == Usage(100, regain_s=420)
        assert caught.value.retry_after is not None
        assert caught.value.retry_after.total_seconds() == 420


async def test_cancelling_a_call_is_not_mistaken_for_an_answer() -> None:
    async with wire_stub(HANG) as stub:
        task = asyncio.create_task(ask(stub, WRITE))
        await stub.arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_no_secret_reaches_a_log_or_an_error(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    picture = UploadFile("shoe.png", "image/png", b"picture-bytes")
    async with wire_stub(reply({"id": "1"}), b"", reply({"error": {"code": 190, "message": "dead"}})) as stub:
        await ask(stub, Call("GET", "debug_token", {"input_token": TOKEN.get_secret_value()}))
        errors = [await failure(stub, WRITE), await failure(stub, READ)]

    logged = caplog.text + capsys.readouterr().out
    said = logged + "".join(f"{error!r} {error.__cause__!r} {error.vendor!r}" for error in errors) + repr(picture)
    assert "connect_tcp" in logged
    assert "meta call failed" in logged
    assert TOKEN.get_secret_value() not in said
    assert appsecret_proof(TOKEN, SECRET) not in said
    assert "picture-bytes" not in said


async def test_a_failed_call_is_logged_with_what_metas_support_desk_asks_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with wire_stub(reply({"error": {"code": 100, "message": "no", "fbtrace_id": "Trace1"}}, 400)) as stub:
        await failure(stub, WRITE)

    logged = capsys.readouterr().out
    assert "act_42/campaigns" in logged
    assert "Trace1" in logged
    assert "Shoes" not in logged
