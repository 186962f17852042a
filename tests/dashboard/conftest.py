"""A broker and a dashboard for the tests of its interface."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.brokers import MosquittoProcess
from tests.support.client import BusClient
from tests.support.dashboard import RunningDashboard, running_dashboard


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[MosquittoProcess]:
    async with MosquittoProcess(tmp_path) as broker:
        yield broker


@pytest.fixture
async def dashboard(tmp_path: Path, mosquitto: MosquittoProcess) -> AsyncIterator[RunningDashboard]:
    async with running_dashboard(tmp_path, mosquitto.port, desktop_grace_ms=100) as running:
        yield running


@pytest.fixture
async def publisher(mosquitto: MosquittoProcess) -> AsyncIterator[BusClient]:
    """Publishes retained state as a follower does."""
    async with BusClient(mosquitto.port, "bridge", "follower") as client:
        yield client
