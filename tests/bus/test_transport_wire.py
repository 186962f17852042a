"""What the transport needs of the inside of aiomqtt and paho, and TLS, which reads differently."""

import shutil
import ssl
import subprocess
from collections import deque
from pathlib import Path

import aiomqtt
import paho.mqtt.client as paho
import pytest

from tests.support.brokers import MosquittoProcess, free_port
from tests.support.mqtt import BrokerAddress, Connections, Received


async def test_the_private_attributes_are_still_there() -> None:
    client = aiomqtt.Client("127.0.0.1")
    inner = client._client
    assert isinstance(inner, paho.Client)
    assert not client._disconnected.done()
    for name in ("_sock_recv", "_sock_close", "_loop_rc_handle", "_packet_handle"):
        assert callable(getattr(inner, name)), name
    assert isinstance(inner._last_bytes_received, float)
    assert isinstance(inner._out_packet, deque)
    assert {"command", "packet", "remaining_length", "pos"} <= set(inner._in_packet)


@pytest.mark.mosquitto
async def test_messages_over_tls(tmp_path: Path) -> None:
    certificate, key = _self_signed(tmp_path)
    port = free_port()
    secure = f"\nlistener {port} 127.0.0.1\ncertfile {certificate}\nkeyfile {key}\n"
    context = ssl.create_default_context(cafile=str(certificate))
    connections = Connections(BrokerAddress("localhost", port))
    received = Received()
    expected = [b"%d" % number for number in range(500)] + [bytes(1_000_000), b"end"]
    async with MosquittoProcess(tmp_path, extra_settings=secure):
        client = await connections.open("client", received, tls=context)
        await client.subscribe("t")
        for payload in expected:
            client.publish("t", payload)
        assert await received.until(len(expected)) == expected
        await connections.close()


def _self_signed(directory: Path) -> tuple[Path, Path]:
    """Make a certificate for localhost."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the openssl program is not installed: a certificate can't be made")
    certificate, key = directory / "cert.pem", directory / "key.pem"
    arguments = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    subject = "-subj /CN=localhost -addext subjectAltName=DNS:localhost"
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(
        [openssl, *arguments.split(), *subject.split(), *files], check=True, capture_output=True
    )
    return certificate, key
