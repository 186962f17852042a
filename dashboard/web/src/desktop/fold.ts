/**
 * The agent now: the latest snapshot, and the decisions made since it. Pure.
 *
 * A snapshot contains every decision with `seq` up to its `sequence`; it is coalesced, so decisions
 * tell sooner. Those that the snapshot has are forgotten.
 */

import type { Agent, AgentContact } from "../feed/types";
import { isAfter, type Decision } from "./decisions";

export interface Folded {
  base: Agent | null;
  since: Decision[];
  lastId: string | null;
}

export const NOTHING: Folded = { base: null, since: [], lastId: null };

/** Take a snapshot; one that is older than the one there changes nothing. */
export function withSnapshot(folded: Folded, agent: Agent | null): Folded {
  if (agent === null) return { ...folded, base: null };
  const { base } = folded;
  if (base && isOlder(agent, base)) return folded;
  const sequence = agent.sequence ?? Infinity;
  return { ...folded, base: agent, since: folded.since.filter((one) => one.seq > sequence) };
}

function isOlder(a: Agent, b: Agent): boolean {
  const [aEpoch, bEpoch] = [a.epoch ?? 0, b.epoch ?? 0];
  return aEpoch !== bEpoch ? aEpoch < bEpoch : (a.sequence ?? 0) < (b.sequence ?? 0);
}

/** Take a decision; null if it is a repeat. */
export function withDecision(folded: Folded, decision: Decision): Folded | null {
  if (!isAfter(decision.decision_id, folded.lastId)) return null;
  const isKnown = decision.seq <= (folded.base?.sequence ?? -1);
  return { ...folded, lastId: decision.decision_id, since: isKnown ? folded.since : [...folded.since, decision] };
}

/** The agent as it is after all that is known. */
export function agentNow(folded: Folded): Agent | null {
  return folded.base && folded.since.reduce(changed, folded.base);
}

function changed(agent: Agent, decision: Decision): Agent {
  if (decision.type === "agent_state_changed") {
    return { ...agent, state: decision.state, reason: decision.reason ?? null, since_ms: decision.at_ms };
  }
  return { ...agent, contacts: contactsAfter(agent.contacts, decision) };
}

function contactsAfter(contacts: AgentContact[], one: Decision): AgentContact[] {
  const others = contacts.filter((contact) => contact.contact_id !== one.contact_id);
  const own = contacts.find((contact) => contact.contact_id === one.contact_id);
  switch (one.type) {
    case "contact_reserved":
      return [...others, {
        contact_id: one.contact_id, queue_id: one.queue_id, state: "reserved", since_ms: one.at_ms, until_ms: one.expires_at_ms,
        revision: one.revision, reason: one.reason ?? null, customer_id: one.customer_id ?? null,
      }];
    case "assignment_restated":
      return [...others, {
        mode: null, ...own, contact_id: one.contact_id, queue_id: one.queue_id, state: one.state,
        since_ms: own?.state === one.state ? own.since_ms : one.at_ms, until_ms: one.until_ms, revision: one.revision,
      }];
    case "assignment_changed":
      if (own === undefined || one.state === "closed") return others;
      return contacts.map((contact) => (contact === own ? entered(own, one) : contact));
    case "reservation_timed_out":
    case "reservation_withdrawn":
    case "outcome_recorded":
      return others;
    default:
      return contacts;
  }
}

function entered(own: AgentContact, one: Decision & { type: "assignment_changed" }): AgentContact {
  const since_ms = own.state === one.state ? own.since_ms : one.at_ms;
  return { ...own, state: one.state, since_ms, until_ms: one.until_ms ?? null };
}
