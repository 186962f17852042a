"""What all tests share."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command that sets up logs for its process does not set them up for other tests."""
    yield
    structlog.reset_defaults()
