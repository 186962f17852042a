"""The private parts of aiomqtt and of paho inside it; no other file touches them.

aiomqtt connects, authenticates, subscribes, keeps alive and disconnects. Its own path for messages
costs about 100 µs each way, several times what routing a contact costs, so `bus.link` reads and
writes PUBLISH and PUBACK itself, through what is here.
tests/bus/test_transport_wire.py fails if a release renames one of these attributes.
"""

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol, TypeVar

import aiomqtt

from bus.connection_settings import ConnectionSettings

T = TypeVar("T")

_PUBACK: Final = 0x40
_SUBACK_FAILURE: Final = 0x80
_CONNECTION_LOST: Final = 7  # paho's MQTT_ERR_CONN_LOST


class AnyWire(Protocol):
    """What a link needs of the connection under it; `Wire` is the real one."""

    lost: asyncio.Future[str]

    @property
    def socket(self) -> socket.socket | None:
        """See `Wire`."""

    @property
    def is_writing(self) -> bool:
        """See `Wire`."""

    async def open(self) -> None:
        """See `Wire`."""

    async def close(self) -> None:
        """See `Wire`."""

    async def subscribe(self, filters: list[tuple[str, int]]) -> list[bool]:
        """See `Wire`."""

    def receive(self, size: int) -> bytes:
        """See `Wire`."""

    def has_decrypted_bytes(self) -> bool:
        """See `Wire`."""

    def send(self, batch: bytes) -> None:
        """See `Wire`."""

    def handle(self, first: int, body: bytes) -> None:
        """See `Wire`."""

    def lose(self, reason: str) -> None:
        """See `Wire`."""


NewWire = Callable[[ConnectionSettings, Callable[[], None], Callable[[], None]], AnyWire]
"""Makes the wire of one attempt to connect, from `on_readable` and `on_written`."""


class Wire:
    """The connection of one aiomqtt client: opened once, lost once.

    `lost` resolves to the reason when the connection ends, however it ends. After CONNACK
    `on_readable` is called in the event loop when bytes wait, and `on_written` when nothing is
    left to write.
    """

    def __init__(
        self,
        client: aiomqtt.Client,
        on_readable: Callable[[], None],
        on_written: Callable[[], None],
    ) -> None:
        self._client = client
        self._paho: Any = client._client
        self._loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[str] = self._loop.create_future()
        self._reason = ""  # why it is about to be lost, where we know better than paho
        self._hook(on_readable, on_written)

    @property
    def socket(self) -> socket.socket | None:
        """The connected socket, None once lost."""
        connected: socket.socket | None = self._paho.socket()
        return connected

    async def open(self) -> None:
        """Connect and wait for CONNACK; raise aiomqtt.MqttError if refused or unreachable.

        Not to be cancelled before the TCP connection stands: that runs in a thread.
        """
        try:
            await self._unless_lost(self._client.__aenter__())
        except BaseException:
            self._paho._sock_close()  # aiomqtt leaves it open when CONNACK does not come
            raise

    async def close(self) -> None:
        """Write what is left and DISCONNECT (so no will); return when the socket is closed."""
        if self.socket is not None and not self.lost.done():
            self._reason = "closed by this side"
            with contextlib.suppress(aiomqtt.MqttError):  # not written in time: close all the same
                await self._client.__aexit__(None, None, None)
        self._paho._sock_close()
        self._end("not connected")

    async def subscribe(self, filters: list[tuple[str, int]]) -> list[bool]:
        """Subscribe to (filter, QoS) pairs; return for each whether the broker granted it.

        Raise aiomqtt.MqttError if no answer comes, ValueError for a malformed filter.
        """
        codes = await self._unless_lost(self._client.subscribe(filters))
        values = [code if isinstance(code, int) else code.value for code in codes]
        return [value < _SUBACK_FAILURE for value in values]

    def receive(self, size: int) -> bytes:
        """Read at most `size` bytes; b"" at the end of the stream.

        Raise BlockingIOError if none wait, another OSError if the connection broke.
        """
        chunk: bytes = self._paho._sock_recv(size)
        self._paho._last_bytes_received = time.monotonic()  # for the keep-alive
        return chunk

    def has_decrypted_bytes(self) -> bool:
        """Tell whether TLS holds bytes that the event loop's selector does not see."""
        connected = self._paho.socket()
        return isinstance(connected, ssl.SSLSocket) and connected.pending() > 0

    def send(self, batch: bytes) -> None:
        """Write whole packets, behind what is still being written."""
        packet = {
            "command": _PUBACK,  # a kind of packet that paho writes and then forgets
            "mid": 0,
            "qos": 1,
            "pos": 0,
            "to_process": len(batch),
            "packet": memoryview(batch),  # paho slices it anew for each write
            "info": None,
        }
        self._paho._out_packet.append(packet)
        self._paho.loop_write()

    @property
    def is_writing(self) -> bool:
        """Whether something given to `send` has not reached the socket yet."""
        waiting: bool = self._paho.want_write()
        return waiting

    def handle(self, first: int, body: bytes) -> None:
        """Let paho handle a packet that is not of the hot path: SUBACK, UNSUBACK, PINGRESP."""
        self._paho._in_packet = {
            "command": first,
            "have_remaining": 1,
            "remaining_count": [],
            "remaining_mult": 1,
            "remaining_length": len(body),
            "packet": bytearray(body),
            "to_process": 0,
            "pos": 0,
        }
        if self._paho._packet_handle():
            self.lose(f"a packet of type {first >> 4} was not understood")

    def lose(self, reason: str) -> None:
        """Close the socket as lost, so the broker sends the will."""
        self._reason = reason
        self._paho._loop_rc_handle(_CONNECTION_LOST)

    async def _unless_lost(self, call: Coroutine[Any, Any, T]) -> T:
        """Wait for an answer only as long as the connection lives, which aiomqtt does not."""
        task = asyncio.ensure_future(call)
        watched: set[asyncio.Future[Any]] = {task, self.lost}
        await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        if not self.lost.done():
            return await task
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, aiomqtt.MqttError):
            await task
        raise aiomqtt.MqttError(self.lost.result())

    def _end(self, reason: str) -> None:
        """Mark the connection lost, once."""
        if not self.lost.done():
            self.lost.set_result(self._reason or reason)

    def _hook(self, on_readable: Callable[[], None], on_written: Callable[[], None]) -> None:
        """Take over reading at CONNACK, and hear of writes done and of the loss."""
        paho, client = self._paho, self._client
        connected, disconnected = paho.on_connect, paho.on_disconnect
        write_done = paho.on_socket_unregister_write

        def on_connect(_: Any, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
            if reason.is_failure:
                self._reason = f"refused by the broker: {reason}"
            else:
                self._loop.add_reader(paho.socket().fileno(), on_readable)
            connected(paho, userdata, flags, reason, properties)

        def on_disconnect(_: Any, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
            disconnected(paho, userdata, flags, reason, properties)
            if client._disconnected.done():
                client._disconnected.exception()  # mark it seen, or asyncio complains
            self._end(str(reason))

        def on_write_wanted(_: Any, userdata: Any, sock: Any) -> None:
            # aiomqtt hands over the descriptor's number, which may be closed when its turn comes
            self._loop.call_soon_threadsafe(self._watch_writable, sock)

        def on_write_done(_: Any, userdata: Any, sock: Any) -> None:
            write_done(paho, userdata, sock)
            on_written()

        paho.on_connect = on_connect
        paho.on_disconnect = on_disconnect
        paho.on_socket_register_write = on_write_wanted
        paho.on_socket_unregister_write = on_write_done

    def _watch_writable(self, sock: Any) -> None:
        """Have the rest written when the socket takes more, if it is still ours and open."""
        if sock.fileno() >= 0 and self._paho.socket() is sock and self._paho.want_write():
            self._loop.add_writer(sock.fileno(), self._write_more)

    def _write_more(self) -> None:
        try:
            self._paho.loop_write()
        except OSError as error:
            self.lose(str(error))


def new_wire(
    settings: ConnectionSettings,
    on_readable: Callable[[], None],
    on_written: Callable[[], None],
) -> Wire:
    """Return the wire of one attempt to connect to the broker of the settings."""
    return Wire(settings.new_client(), on_readable, on_written)
