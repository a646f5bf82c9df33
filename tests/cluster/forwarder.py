"""A TCP forwarder that can be cut: whoever connects through it loses the server, nobody else does."""

import asyncio
import contextlib

import attrs


@attrs.define(eq=False)
class Forwarder:
    """Listens on *port* of loopback, once started, and passes everything on to *target* there."""

    target: int
    port: int = 0
    _server: asyncio.Server | None = None
    _pipes: set["asyncio.Task[None]"] = attrs.field(factory=lambda: set["asyncio.Task[None]"]())

    async def start(self) -> None:
        """Listen, after a cut on the same port as before."""
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """End every connection and listen no more; may be called twice."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in [*self._pipes]:
            task.cancel()
        await asyncio.gather(*self._pipes, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._connect(reader, writer))
        self._pipes.add(task)
        task.add_done_callback(self._pipes.discard)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))
        finally:
            for one in (writer, far_writer):
                one.close()
                with contextlib.suppress(OSError):
                    await one.wait_closed()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
        writer.close()
