"""A catalogue and customers that can be anything, for the tests of marketing."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.catalogue_loader import load_catalogue
from marketing.catalogue import CatalogueIndex


@pytest.fixture(scope="session")
def bank() -> CatalogueIndex:
    """The example catalogue, indexed."""
    return CatalogueIndex(load_catalogue(Path("examples/catalogue.toml")))
