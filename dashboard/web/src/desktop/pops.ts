/** Screen pops: what is known of a contact and its customer, asked as soon as it rings. */

import { signal } from "@preact/signals";
import { get } from "../shared/api";

export interface HistoryEntry {
  at_ms: number;
  queue_id: string;
  agent_id: string | null;
  disposition: string;
  reason: string | null;
  reactions?: { product_id: string; reaction: string }[];
}

export interface Pop {
  contact_id: string;
  queue_id: string;
  reason: string | null;
  customer_id?: string | null;
  customer: Record<string, unknown> | null;
  owner: { agent_id: string; name: string | null } | null;
  history: HistoryEntry[];
}

const TRIES = 4;
const AGAIN_MS = 700;

export const pops = signal<ReadonlyMap<string, Pop>>(new Map());
const asked = new Set<string>();

/** Ask for a contact's screen pop once; the server may know the contact a moment later than we. */
export async function pop(contactId: string): Promise<void> {
  if (asked.has(contactId)) return;
  asked.add(contactId);
  for (let i = 0; i < TRIES; i += 1) {
    const found = await get<Pop>(`/api/v1/contacts/${encodeURIComponent(contactId)}`);
    if (found) {
      pops.value = new Map(pops.value).set(contactId, found);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS * (i + 1)));
  }
  asked.delete(contactId);
}

export function forget(contactId: string): void {
  asked.delete(contactId);
  const rest = new Map(pops.value);
  rest.delete(contactId);
  pops.value = rest;
}
