/** Which agents the list shows, in which order. Pure. */

import type { Agent } from "../feed/types";

export interface Filter {
  text: string;
  /** A state of the agent or of a contact in hand; "in": all signed in; empty: all. */
  state: string;
  team: string;
  queue: string;
}

const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** The contact whose stage says what the agent is doing: the one that began last. */
export function currentContact(agent: Agent) {
  return agent.contacts.length === 0 ? undefined : agent.contacts.reduce((a, b) => (b.since_ms > a.since_ms ? b : a));
}

/** What the agent is doing: the stage of the contact in hand, or the own state. */
export function doing(agent: Agent) {
  return currentContact(agent)?.state ?? agent.state;
}

export function matches(agent: Agent, filter: Filter): boolean {
  const { text, state, team, queue } = filter;
  if (team && agent.team !== team) return false;
  if (queue && !agent.queues?.includes(queue)) return false;
  if (state === "in" ? agent.state === "signed_out" : state && doing(agent) !== state && agent.state !== state) return false;
  if (!text) return true;
  const sought = text.toLowerCase();
  return agent.agent_id.toLowerCase().includes(sought) || (agent.name ?? "").toLowerCase().includes(sought);
}

/** The agents by name: an order that does not change with states, so that rows stay put. */
export function inOrder(agents: Agent[]): Agent[] {
  return [...agents].sort((a, b) => byName.compare(a.name ?? a.agent_id, b.name ?? b.agent_id));
}

/** Ids of those who match, in the order given. */
export function select(agents: Agent[], filter: Filter): string[] {
  return agents.filter((agent) => matches(agent, filter)).map((agent) => agent.agent_id);
}

/** The same list object as before if nothing in it has changed. */
export function keepIfEqual(before: string[], after: string[]): string[] {
  return before.length === after.length && before.every((id, i) => id === after[i]) ? before : after;
}

/** Rows that are in the page at one time, at most: a row that scrolls out is used for one that comes in. */
export const SLOTS = 40;

/** First row and one past the last row to render for a view of `heightPx` scrolled to `topPx`. */
export function rowsInView(topPx: number, heightPx: number, rowPx: number, rows: number, spare = 8): [number, number] {
  const first = Math.max(0, Math.floor(topPx / rowPx) - spare);
  return [Math.min(first, rows), Math.min(rows, Math.ceil((topPx + heightPx) / rowPx) + spare)];
}
