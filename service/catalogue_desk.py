"""The catalogue's file: read at start and at each reload, in force once it is journaled."""

from __future__ import annotations

from pathlib import Path

import structlog

from config.catalogue_loader import CatalogueError, load_catalogue
from router.marketing_events import CatalogueChanged
from service.desk import Desk

log = structlog.get_logger(__name__)


class CatalogueDesk:
    """Brings the core's catalogue up to date with its file, all of it or nothing."""

    def __init__(self, desk: Desk, file: Path | None) -> None:
        self._desk = desk
        self._file = file

    def read(self) -> None:
        """Read the file; raises `CatalogueError` if it cannot be used.

        Without a file there is no catalogue: one that is in force from before no longer is.
        """
        catalogue = None
        if self._file is not None:
            catalogue = load_catalogue(self._file).model_dump(mode="json")
        if catalogue == self._desk.engine.state.offers.catalogue:
            return
        at_ms = self._desk.now_ms()
        self._desk.tell(
            CatalogueChanged(
                event_id="", at_ms=at_ms, source="engine/configuration", catalogue=catalogue
            )
        )
        products = 0 if catalogue is None else len(catalogue["products"])
        log.info("catalogue_applied", products=products, file=str(self._file or ""))

    def read_again(self) -> None:
        """Read the file; if it cannot be used, say why: the catalogue that was stays in force."""
        try:
            self.read()
        except CatalogueError as error:
            log.error("catalogue_refused", problems=[str(one) for one in error.problems])
