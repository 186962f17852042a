"""Errors of the MQTT transport."""


class TransportError(Exception):
    """Something the MQTT transport could not do; every other error here is one."""


class NotConnectedError(TransportError):
    """There is no connection: nothing was sent. Send again after `on_connected`."""


class OutgoingFullError(TransportError):
    """Too much is published and not yet confirmed; nothing was sent. Wait for `drained`."""

    def __init__(self, messages: int, size_bytes: int) -> None:
        super().__init__(
            f"{messages} messages ({size_bytes} bytes) await confirmation by the broker, which is"
            " the limit: wait for drained() and publish again"
        )


class SubscriptionRefusedError(TransportError):
    """The broker refused to let this client read a topic filter."""
