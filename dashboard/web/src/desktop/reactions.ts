/** What the agent has recorded and the agent's snapshot may not show yet. */

import { signal } from "@preact/signals";
import type { AgentContact, ReactionKind } from "../feed/types";
import type { Reply } from "../shared/api";
import { progressOf, productId, roundNow } from "./rounds";
import { marketingOf, send } from "./state";

export const REACTIONS = [
  ["accepted", "A"], ["interested", "I"], ["declined", "D"], ["not_now", "N"], ["never_again", "X"], ["not_presented", "O"],
] as const satisfies readonly (readonly [ReactionKind, string])[];

interface Said {
  reaction: ReactionKind;
  /** The engine has it. */
  isSafe: boolean;
}

const KEPT = 100;
/** By `CONTACT/PRODUCT`, newest last; `CONTACT/` says that presenting has begun. */
const said = signal<ReadonlyMap<string, Said>>(new Map());

function keep(key: string, one: Said | null): void {
  const all = new Map(said.value);
  all.delete(key);
  if (one) all.set(key, one);
  said.value = new Map([...all].slice(-KEPT));
}

/** The last reaction to a product: what was said here, or else what the engine knows. */
export function reactionTo(contact: AgentContact, product: string): Said | null {
  const own = said.value.get(`${contact.contact_id}/${product}`);
  if (own) return own;
  const { reaction } = progressOf(contact, marketingOf(contact.contact_id), product);
  return reaction && { reaction, isSafe: true };
}

export function isPresented(contact: AgentContact): boolean {
  if (said.value.has(`${contact.contact_id}/`)) return true;
  const marketing = marketingOf(contact.contact_id);
  const products = roundNow(contact, marketing)?.products ?? [];
  return products.some((one) => progressOf(contact, marketing, productId(one)).isPresented);
}

/** Show it at once, and take it back if the engine rejects it. */
async function record(key: string, reaction: ReactionKind, answer: Promise<Reply>): Promise<void> {
  const before = said.value.get(key) ?? null;
  keep(key, { reaction, isSafe: false });
  const reply = await answer;
  if (reply.status === "ok") keep(key, { reaction, isSafe: true });
  if (reply.status === "rejected") keep(key, before);
}

export function react(contactId: string, product: string, reaction: ReactionKind, scope?: string): Promise<Reply> {
  const answer = send({ type: "reaction_recorded", contact_id: contactId, product_id: product, reaction, ...(scope ? { scope } : {}) });
  void record(`${contactId}/${product}`, reaction, answer);
  return answer;
}

export function present({ contact_id, revision }: AgentContact): void {
  void record(`${contact_id}/`, "accepted", send({ type: "products_presented", contact_id, revision }));
}
