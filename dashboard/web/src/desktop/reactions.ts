/** What the agent has recorded in the contacts in hand; kept over a reload of the page. */

import { signal } from "@preact/signals";
import type { Reply } from "../shared/api";
import { send } from "./state";

export const REACTIONS = [
  ["accepted", "A"], ["interested", "I"], ["declined", "D"], ["not_now", "N"], ["never_again", "X"], ["not_presented", "O"],
] as const;

export type Reaction = (typeof REACTIONS)[number][0];

interface Said {
  reaction: Reaction;
  /** The engine has it. */
  isSafe: boolean;
}

const STORED = "tidegate.reactions";
const KEPT = 40;

/** By contact and product, newest last; `presented/CONTACT` says that presenting has begun. */
const said = signal<ReadonlyMap<string, Said>>(read());

function read(): Map<string, Said> {
  try {
    return new Map(JSON.parse(sessionStorage.getItem(STORED) ?? "[]") as [string, Said][]);
  } catch {
    return new Map();
  }
}

function keep(key: string, one: Said | null): void {
  const all = new Map(said.value);
  all.delete(key);
  if (one) all.set(key, one);
  said.value = new Map([...all].slice(-KEPT));
  sessionStorage.setItem(STORED, JSON.stringify([...said.value]));
}

export function reactionTo(contactId: string, product: string): Said | undefined {
  return said.value.get(`${contactId}/${product}`);
}

export function isPresented(contactId: string): boolean {
  return said.value.has(`${contactId}/`);
}

/** Send it, show it at once, and take it back if the engine rejects it. */
async function record(key: string, reaction: Reaction, answer: Promise<Reply>): Promise<void> {
  const before = said.value.get(key) ?? null;
  keep(key, { reaction, isSafe: false });
  const reply = await answer;
  if (reply.status === "ok") keep(key, { reaction, isSafe: true });
  if (reply.status === "rejected") keep(key, before);
}

export function react(contactId: string, product: string, reaction: Reaction, scope?: string): Promise<Reply> {
  const answer = send({ type: "reaction_recorded", contact_id: contactId, product_id: product, reaction, ...(scope ? { scope } : {}) });
  void record(`${contactId}/${product}`, reaction, answer);
  return answer;
}

export function present(contactId: string, revision: number): void {
  const answer = send({ type: "products_presented", contact_id: contactId, revision });
  void record(`${contactId}/`, "accepted", answer);
}
