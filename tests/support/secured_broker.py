"""A real Mosquitto with the settings and the access list of `examples/mosquitto`."""

import re
import ssl
import subprocess
import threading
from pathlib import Path
from typing import Self

import pytest
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.brokers import HOST, MosquittoProcess, free_port

EXAMPLES = Path(__file__).parents[2] / "examples" / "mosquitto"
USERS = ("engine", "dashboard", "pbx-1", "zoe", "wall", "maria", "paul")
PATIENCE_S = 20.0  # a bound for what must happen, never a measure of speed


def _run(*words: str | Path) -> None:
    try:
        subprocess.run(words, check=True, capture_output=True)
    except FileNotFoundError as error:
        pytest.skip(f"{error.filename} is not installed")


def make_certificates(directory: Path) -> None:
    """Make an authority (`ca.pem`) and the broker's certificate (`broker.pem`, `broker.key`)."""
    ca, key = directory / "ca.pem", directory / "broker.key"
    request, names = directory / "broker.csr", directory / "names"
    new = ("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    _run(
        *new, "-x509", "-days", "2", "-subj", "/CN=ca", "-keyout", directory / "ca.key", "-out", ca
    )
    _run(*new, "-subj", f"/CN={HOST}", "-keyout", key, "-out", request)
    names.write_text(f"subjectAltName=IP:{HOST}\n")
    sign = ("openssl", "x509", "-req", "-days", "2", "-in", request, "-extfile", names)
    authority = ("-CA", ca, "-CAkey", directory / "ca.key", "-CAcreateserial")
    _run(*sign, *authority, "-out", directory / "broker.pem")


class SecuredBroker(MosquittoProcess):
    """`port` is the clients' listener, `inner_port` that of engine and dashboard.

    `clear_port` is one without TLS that the test adds, with the same users and access list.
    """

    def __init__(self, directory: Path) -> None:
        self.directory, self.inner_port, self.clear_port = directory, free_port(), free_port()
        make_certificates(directory)
        passwords = directory / "passwords"
        passwords.touch(mode=0o600)
        for user in USERS:
            _run("mosquitto_passwd", "-b", passwords, user, self.password(user))
        (directory / "acl").write_text((EXAMPLES / "acl").read_text())
        super().__init__(directory)

    def _shipped(self) -> str:
        """Return the example with our ports and paths for its own."""
        text = (EXAMPLES / "mosquitto.conf").read_text()
        text, moved = re.subn(r"(?m)^(\w+ )/etc/mosquitto/", rf"\1{self.directory}/", text)
        text, outer = re.subn(r"(?m)^listener 8883$", f"listener {self.port} {HOST}", text)
        text, inner = re.subn(r"(?m)^listener 8884 ", f"listener {self.inner_port} ", text)
        assert (moved, outer, inner) == (8, 1, 1), "the example is not what this test knows"
        return f"{text}\n{self.run_as()}\nlistener {self.clear_port} {HOST}\n"

    def ports(self) -> tuple[int, ...]:
        """Return the ports it listens on; Mosquitto opens them one after the other."""
        return self.port, self.inner_port, self.clear_port

    def password(self, user: str) -> str:
        """Return the password of a user."""
        return f"password of {user}"

    def tls(self) -> ssl.SSLContext:
        """Return a context that trusts the authority of this broker alone."""
        return ssl.create_default_context(cafile=self.directory / "ca.pem")

    def port_of(self, user: str) -> int:
        """Return the listener meant for a user."""
        return self.inner_port if user in {"engine", "dashboard"} else self.port


class SecuredClient:
    """An MQTT 5 client, for the broker says there what became of each message."""

    def __init__(
        self,
        broker: SecuredBroker,
        user: str,
        password: str | None = None,
        *,
        is_encrypted: bool = False,
    ) -> None:
        self._client = Client(
            CallbackAPIVersion.VERSION2, f"test-{user}-{id(self)}", protocol=MQTTv5
        )
        self._client.username_pw_set(user, password or broker.password(user))
        self._port = broker.clear_port
        if is_encrypted:
            self._port = broker.port_of(user)
            self._client.tls_set_context(broker.tls())
        self._client.on_connect = lambda *told: self._tell("connect", told[3].getName())
        self._client.on_publish = lambda *told: self._tell(told[2], told[3].getName())
        self._told: dict[str | int, str] = {}
        self._more = threading.Condition()

    def __enter__(self) -> Self:
        assert self.connect() == "Success"
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def connect(self) -> str:
        """Connect; return what the broker says to it."""
        self._client.connect(HOST, self._port)
        self._client.loop_start()
        return self._until_told("connect")

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def writable(self, topics: set[str]) -> set[str]:
        """Publish once on each of the topics; return those that the broker took."""
        sent = {topic: self._client.publish(topic, topic, qos=1).mid for topic in sorted(topics)}
        said = {topic: self._until_told(mid) for topic, mid in sent.items()}
        assert set(said.values()) <= {"Success", "No matching subscribers", "Not authorized"}, said
        return {topic for topic, word in said.items() if word != "Not authorized"}

    def _until_told(self, what: str | int) -> str:
        with self._more:
            assert self._more.wait_for(lambda: what in self._told, PATIENCE_S), what
            return self._told[what]

    def _tell(self, what: str | int, said: str) -> None:
        with self._more:
            self._told[what] = said
            self._more.notify_all()


def writable(broker: SecuredBroker, user: str, topics: set[str]) -> set[str]:
    """Publish as a user once on each of the topics; return those that the broker took.

    Each in a connection of its own, so that one refusal does not touch the next message.
    """
    took: set[str] = set()
    ordered = sorted(topics)
    for first in range(len(ordered)):
        with SecuredClient(broker, user) as client:
            took |= client.writable({ordered[first]})
    return took
