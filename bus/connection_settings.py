"""Where and how to connect to the MQTT broker."""

import logging
import math
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import aiomqtt

from bus.outstanding import OutgoingLimits

_SILENT = logging.Logger("aiomqtt", logging.CRITICAL + 1)  # MqttConnection logs what matters
_SOCKET_OPTIONS = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)  # without it 44 ms a hop


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker publishes for us if the link is lost without DISCONNECT.

    `payload` makes the message anew for each connection, as things are then.
    """

    topic: str
    payload: Callable[[], bytes]
    qos: int = 1
    retain: bool = True


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """Where and how to connect; MQTT 3.1.1, which every broker speaks.

    A loss without a packet is noticed after `keepalive_s` to twice that; the broker sends the
    will after 1.5 times. The wait before an attempt doubles from `backoff_first_s` to
    `backoff_max_s`, each less a random part of up to a half.
    """

    host: str
    port: int
    client_id: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None
    keepalive_s: int = 10
    clean_session: bool = True
    will: Will | None = None
    answer_timeout_s: float = 5.0
    backoff_first_s: float = 0.1
    backoff_max_s: float = 5.0
    limits: OutgoingLimits = field(default_factory=OutgoingLimits)

    def backoff_s(self, attempt: int, random: Random) -> float:
        """Return the seconds to wait before `attempt` (from 1)."""
        doublings = min(attempt - 1, 32)
        ceiling_s = min(self.backoff_max_s, math.ldexp(self.backoff_first_s, doublings))
        return ceiling_s * random.uniform(0.5, 1.0)

    def new_client(self) -> aiomqtt.Client:
        """Make the client for one attempt to connect."""
        will = self.will
        return aiomqtt.Client(
            self.host,
            self.port,
            logger=_SILENT,
            identifier=self.client_id,
            username=self.username,
            password=self.password,
            tls_context=self.tls,
            protocol=aiomqtt.ProtocolVersion.V311,
            keepalive=self.keepalive_s,
            clean_session=self.clean_session,
            will=aiomqtt.Will(will.topic, will.payload(), will.qos, will.retain) if will else None,
            timeout=self.answer_timeout_s,
            socket_options=_SOCKET_OPTIONS,
        )
