"""A loopback server that answers each request with the next scripted reply, however broken.

Only for what no well-behaved server does: replies cut short, no reply at all, nonsense. Everything else is tested
against the simulator.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HANG = b"<hang>"
DATE = "Tue, 12 May 2026 17:45:01 GMT"


def reply(body: object, status: int = 200, **headers: str) -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}", f"Date: {DATE}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + content


@dataclass
class WireStub:
    """`replies` are sent in order; b"" closes the connection after reading the request, HANG keeps it open."""

    replies: list[bytes]
    url: str = ""
    requests: list[bytes] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await self._read(reader):
            self.requests.append(head)
            self.arrived.set()
            answer = self.replies.pop(0)
            if answer == HANG:
                await reader.read()  # until the client gives up
            if answer in (b"", HANG):
                break
            writer.write(answer)
            await writer.drain()
        writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""
        length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
        return head + await reader.readexactly(int(length.split(b":")[1]))


@asynccontextmanager
async def wire_stub(*replies: bytes) -> AsyncIterator[WireStub]:
    stub = WireStub(list(replies))
    server = await asyncio.start_server(stub.serve, "127.0.0.1", 0)
    stub.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield stub
    finally:
        server.close()
        await server.wait_closed()
