"""Reads a catalogue file, and says everything that is wrong with it: line, key, value, remedy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as FilePath

from config.catalogue import LANGUAGE_PATTERN, LANGUAGE_RULE, Catalogue
from config.catalogue_checks import contradictions
from config.documents import located, parsed, read_text, validated
from config.problems import DocumentError

_PATTERNS = {LANGUAGE_PATTERN: LANGUAGE_RULE}


class CatalogueError(DocumentError):
    """The catalogue cannot be used; `problems` lists everything that is wrong, in order."""


class CatalogueFileError(CatalogueError):
    """The file itself could not be read: missing, forbidden, a folder, or not text."""


def load_catalogue(file: FilePath) -> Catalogue:
    """Return the catalogue of a TOML file.

    Raises `CatalogueFileError` if the file cannot be read, `CatalogueError` with every problem if
    its content is wrong; a contradiction within a table of bounds or rules shows once its single
    keys are right. `warnings_about` tells what is odd but permitted.
    """
    text = read_text(file, CatalogueFileError)
    data = parsed(text, file, CatalogueError)
    catalogue, findings = validated(Catalogue, data, _PATTERNS)
    findings += contradictions(data)
    if catalogue is None or findings:
        raise CatalogueError(located(findings, file, text, data))
    return catalogue


def warnings_about(catalogue: Catalogue) -> Iterator[str]:
    """Yield what is permitted but probably not meant, in words."""
    shown = [one for one in catalogue.products if one.is_presented]
    languages = {language for one in shown for language in one.names}
    suggested = {
        name
        for entry in catalogue.playbook
        for one in entry.suggests
        for name in (one.product, one.category)
    }
    reasons = {entry.reason for entry in catalogue.playbook}
    for one in shown:
        place = f"products[{one.product_id}]"
        if missing := sorted(languages - set(one.names)):
            yield f"{place} has no name in {', '.join(missing)}, as others have"
        if not suggested & {one.product_id, one.category}:
            yield f"{place}: no reason of the playbook suggests it or its category"
        for reason in one.eligibility.not_for_reasons:
            if reason not in reasons:
                yield f'{place}.eligibility.not_for_reasons: the playbook has no reason "{reason}"'
    for campaign in catalogue.campaigns:
        if all(one.campaign_id != campaign.campaign_id for one in shown):
            yield f"campaigns[{campaign.campaign_id}] has no products"
