"""Brokers for the tests of the bus: the embedded one, a real Mosquitto, and each in turn."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bus.embedded import EmbeddedBroker
from tests.support.brokers import MosquittoProcess
from tests.support.mqtt import BrokerAddress, Connections

AnyBroker = EmbeddedBroker | MosquittoProcess
BOTH = ["embedded", pytest.param("mosquitto", marks=pytest.mark.mosquitto)]


@pytest.fixture
async def embedded_process() -> AsyncIterator[EmbeddedBroker]:
    async with EmbeddedBroker() as broker:
        yield broker


@pytest.fixture
async def mosquitto_process(tmp_path: Path) -> AsyncIterator[MosquittoProcess]:
    async with MosquittoProcess(tmp_path) as broker:
        yield broker


@pytest.fixture
async def broker_process(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[AnyBroker]:
    """Give a broker that the test may stop and start; needs the parameter of `broker`."""
    broker: AnyBroker = EmbeddedBroker()
    if request.param == "mosquitto":
        broker = MosquittoProcess(tmp_path)
    async with broker:
        yield broker


@pytest.fixture
def embedded_broker(embedded_process: EmbeddedBroker) -> BrokerAddress:
    return BrokerAddress(embedded_process.host, embedded_process.port)


@pytest.fixture
def mosquitto(mosquitto_process: MosquittoProcess) -> BrokerAddress:
    return BrokerAddress(mosquitto_process.host, mosquitto_process.port)


@pytest.fixture
def broker(broker_process: AnyBroker) -> BrokerAddress:
    return BrokerAddress(broker_process.host, broker_process.port)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what uses `broker` or `broker_process` with both brokers."""
    if "broker_process" in metafunc.fixturenames:
        metafunc.parametrize("broker_process", BOTH, indirect=True)


@pytest.fixture
async def connections(broker: BrokerAddress) -> AsyncIterator[Connections]:
    """Open connections to `broker`; stopped in the end."""
    opened = Connections(broker)
    yield opened
    await opened.close()


@pytest.fixture
async def mosquitto_connections(mosquitto: BrokerAddress) -> AsyncIterator[Connections]:
    """Open connections to `mosquitto`; stopped in the end."""
    opened = Connections(mosquitto)
    yield opened
    await opened.close()
