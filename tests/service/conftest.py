"""Engines and brokers for the tests of the service."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.brokers import MosquittoProcess
from tests.support.serving import EngineProcess


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[MosquittoProcess]:
    async with MosquittoProcess(tmp_path) as broker:
        yield broker


@pytest.fixture
async def engine(tmp_path: Path, mosquitto: MosquittoProcess) -> AsyncIterator[EngineProcess]:
    """An engine that is ready, beside a real Mosquitto."""
    async with EngineProcess(tmp_path, mosquitto.port) as process:
        yield process
