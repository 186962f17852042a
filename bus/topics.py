"""Topics: where events come in, and where replies, decisions and state go out (version 1).

    tidegate/v1/{tenant}/{site}/{domain}/in/{role}/{client}             events in
    tidegate/v1/{tenant}/{site}/{domain}/reply/{role}/{client}          our acknowledgements
    tidegate/v1/{tenant}/{site}/{domain}/decisions/bridge/{client}      decisions out
    tidegate/v1/{tenant}/{site}/{domain}/decisions/agent/{agent_id}
    tidegate/v1/{tenant}/{site}/{domain}/state/queue/{queue_id}         retained snapshots
    tidegate/v1/{tenant}/{site}/{domain}/state/agent/{agent_id}
    tidegate/v1/{tenant}/{site}/{domain}/state/waiting/{queue_id}
    tidegate/v1/{tenant}/{site}/{domain}/state/day/{queue_id}
    tidegate/v1/{tenant}/{site}/{domain}/state/alarm/{alarm_id}
    tidegate/v1/{tenant}/{site}/{domain}/state/marketing
    tidegate/v1/{tenant}/{site}/{domain}/state/catalogue
    tidegate/v1/{tenant}/{site}/{domain}/state/engine

The sender's role and name stand in the topic, not in the message, so that the broker's access list
can say who may publish where.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from bus.faults import shown
from contacts.ids import ID_RULE, is_id

TOPIC_ROOT = "tidegate"
TOPIC_VERSION = "v1"
REMEMBERED_TOPICS = 32_768
_WILDCARDS = frozenset("+#")


class Role(StrEnum):
    """What a client is to the engine; it decides which messages the client may send."""

    BRIDGE = "bridge"
    AGENT = "agent"
    SUPERVISOR = "supervisor"


_ROLES = frozenset(Role)


class Sender(NamedTuple):
    """Who published a message, as its topic says. An agent's `client` is its session's id."""

    role: Role
    client: str

    @property
    def source(self) -> str:
        """The sender as events name it: `bridge/pbx-1`."""
        return f"{self.role}/{self.client}"


class TopicError(ValueError):
    """A topic that is none of ours; the text says which part is wrong and what is allowed."""


class TopicSpace:
    """The topics of one routing domain: a group of queues and agents that one engine routes.

    Raises `ValueError` if `tenant`, `site` or `domain` is not an id.
    """

    def __init__(self, tenant: str, site: str, domain: str) -> None:
        for name, value in (("tenant", tenant), ("site", site), ("domain", domain)):
            if not is_id(value):
                raise ValueError(f"{name} is {shown(value)}; allowed: {ID_RULE}")
        self.base = f"{TOPIC_ROOT}/{TOPIC_VERSION}/{tenant}/{site}/{domain}"
        self.all_events_in = f"{self.base}/in/+/+"
        """The filter the engine subscribes to."""
        self.engine_state = f"{self.base}/state/engine"
        self.marketing_state = f"{self.base}/state/marketing"
        self.all_alarms = f"{self.base}/state/alarm/+"
        """The filter for alarms that are retained."""
        self.catalogue_state = f"{self.base}/state/catalogue"
        self.parse_in = lru_cache(REMEMBERED_TOPICS)(self._parse_in)
        """The sender of a message that came in on a topic; raises `TopicError`. Cached."""
        self.reply = lru_cache(REMEMBERED_TOPICS)(self._reply)
        """Where a client is answered, by its role and name. Cached."""
        self.decisions_to_bridge = lru_cache(REMEMBERED_TOPICS)(self._decisions_to_bridge)
        """Where a bridge is told what to do with its contacts. Cached."""
        self.decisions_to_agent = lru_cache(REMEMBERED_TOPICS)(self._decisions_to_agent)
        """Where an agent is told about its contacts and its own state. Cached."""

    def events_in(self, role: Role, client: str) -> str:
        """Where this client publishes its events."""
        return f"{self.base}/in/{role}/{_id(client)}"

    def queue_state(self, queue_id: str) -> str:
        """Where this queue's snapshot is retained."""
        return f"{self.base}/state/queue/{_id(queue_id)}"

    def agent_state(self, agent_id: str) -> str:
        """Where this agent's snapshot is retained."""
        return f"{self.base}/state/agent/{_id(agent_id)}"

    def waiting_state(self, queue_id: str) -> str:
        """Where it is retained who waits in this queue."""
        return f"{self.base}/state/waiting/{_id(queue_id)}"

    def day_state(self, queue_id: str) -> str:
        """Where this queue's day is retained, for a chart."""
        return f"{self.base}/state/day/{_id(queue_id)}"

    def alarm_state(self, alarm_id: str) -> str:
        """Where this alarm is retained as long as it lasts."""
        return f"{self.base}/state/alarm/{_id(alarm_id)}"

    def _reply(self, role: Role, client: str) -> str:
        return f"{self.base}/reply/{role}/{_id(client)}"

    def _decisions_to_bridge(self, client: str) -> str:
        return f"{self.base}/decisions/bridge/{_id(client)}"

    def _decisions_to_agent(self, agent_id: str) -> str:
        return f"{self.base}/decisions/agent/{_id(agent_id)}"

    def _parse_in(self, topic: str) -> Sender:
        start = f"{self.base}/in/"
        levels = topic.removeprefix(start).split("/")
        well_formed = "" not in levels and _WILDCARDS.isdisjoint(topic)
        if not topic.startswith(start) or len(levels) != 2 or not well_formed:
            raise TopicError(self._what_is_wrong(topic))
        role, client = levels
        if role not in _ROLES:
            raise TopicError(f"role is {shown(role)}; allowed: {', '.join(Role)}")
        return Sender(Role(role), _id(client))

    def _what_is_wrong(self, topic: str) -> str:
        expected = f"{self.base}/in/<role>/<client>"
        levels = topic.split("/")
        if not _WILDCARDS.isdisjoint(topic):
            fault = "has a wildcard"
        elif "" in levels:
            fault = "has an empty level"
        elif levels[0] != TOPIC_ROOT:
            fault = "is not one of ours"
        elif levels[1:2] != [TOPIC_VERSION]:
            fault = f"is of another version than {TOPIC_VERSION}"
        else:
            fault = "is not where events come in"
        return f"topic {shown(topic)} {fault}; expected {expected}"


def _id(text: str) -> str:
    if not is_id(text):
        raise TopicError(f"topic level is {shown(text)}; allowed: {ID_RULE}")
    return text
