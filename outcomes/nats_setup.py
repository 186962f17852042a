"""The streams of a journal in a NATS cluster: made once, claimed for one identity, pruned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from outcomes.journal import JournalIdentity, JournalUnavailable
from outcomes.nats_link import NatsLink, NatsNames, explained

if TYPE_CHECKING:
    from nats.js.kv import KeyValue

IDENTITY = "identity"


async def claim(bucket: KeyValue, identity: JournalIdentity) -> None:
    """Give a new bucket its identity; raises `JournalUnavailable` if it has another."""
    from nats.js.errors import KeyWrongLastSequenceError

    mine = msgspec.json.encode(identity)
    with explained("the journal cannot be claimed"):
        try:
            await bucket.create(IDENTITY, mine)
        except KeyWrongLastSequenceError:
            found = (await bucket.get(IDENTITY)).value
            if found != mine:
                raise JournalUnavailable(
                    f"the journal in the cluster belongs to {(found or b'').decode()}, not to "
                    f"{mine.decode()}",
                    "Correct the keys in the configuration, or give this engine other names",
                ) from None


async def ensure_streams(link: NatsLink, names: NatsNames) -> None:
    """Make the streams that are missing; bring the number of rejected messages kept up to date."""
    from nats.js.api import DiscardPolicy, StreamConfig
    from nats.js.errors import NotFoundError

    kept = max(link.options.keep_rejected, 1)
    wanted = [
        StreamConfig(names.records, subjects=[f"{names.records_subject}.*"]),
        StreamConfig(
            names.rejected,
            subjects=[names.rejected_subject],
            max_msgs=kept,
            discard=DiscardPolicy.OLD,
        ),
    ]
    for config in wanted:
        config.num_replicas = link.options.replicas
        with explained(f"the stream {config.name} cannot be made"):
            try:
                found = (await link.jetstream.stream_info(config.name or "")).config
            except NotFoundError:
                await link.jetstream.add_stream(config)
                continue
            if config.max_msgs is not None and found.max_msgs != config.max_msgs:
                found.max_msgs = config.max_msgs
                await link.jetstream.update_stream(found)
