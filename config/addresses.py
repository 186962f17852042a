"""Addresses in settings: hosts, ports, and what only this machine can reach."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated

from pydantic import Field

Host = Annotated[str, Field(min_length=1, max_length=253)]
Port = Annotated[int, Field(ge=0, le=65_535)]


def is_address(host: str) -> bool:
    """Tell whether `host` is an IP address, not a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Tell whether `host` is this machine only: localhost, 127.x.x.x or ::1."""
    return ip_address(host).is_loopback if is_address(host) else host.lower() == "localhost"
