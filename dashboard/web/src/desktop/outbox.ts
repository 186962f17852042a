/**
 * What the agent has done and the engine has not answered yet. Pure but for the storage it is given.
 *
 * Each message is kept until its reply comes, over reloads and losses of the line, and repeated
 * under the same `event_id`, so that it is carried out once. One message is on its way at a time:
 * so they arrive in the order in which they were made.
 */

import type { BusMessage, Reply } from "../shared/api";

export type Outgoing = BusMessage & { event_id: string };

export interface Entry {
  message: Outgoing;
  sends: number;
  /** Not to be sent (again) before this, Unix ms. */
  nextMs: number;
}

export interface Storage_ {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const FIRST_REPEAT_MS = 3_000;
const LONGEST_REPEAT_MS = 15_000;

export class Outbox {
  private entries: Entry[];

  constructor(private readonly storage: Storage_, private readonly key: string) {
    this.entries = read(storage, key);
  }

  get size(): number {
    return this.entries.length;
  }

  pending(): Outgoing[] {
    return this.entries.map((one) => one.message);
  }

  /** Keep a message; one that is there already is not kept twice. */
  add(message: Outgoing): void {
    if (this.entries.some((one) => one.message.event_id === message.event_id)) return;
    this.entries.push({ message, sends: 0, nextMs: 0 });
    this.save();
  }

  /** The message to send now, if any; it is taken for sent. */
  next(nowMs: number): Outgoing | null {
    const first = this.entries[0];
    if (first === undefined || first.nextMs > nowMs) return null;
    first.nextMs = nowMs + Math.min(LONGEST_REPEAT_MS, FIRST_REPEAT_MS * 2 ** Math.min(first.sends, 10));
    first.sends += 1;
    this.save();
    return first.message;
  }

  /** The line is new: what was on its way may be lost, so it may be sent at once. */
  reconnected(): void {
    for (const one of this.entries) one.nextMs = 0;
  }

  /** Take in a reply; return the message that is done with, null if it is not (yet). */
  answered(reply: Reply, nowMs: number): Outgoing | null {
    const at = this.entries.findIndex((one) => one.message.event_id === reply.event_id);
    const entry = this.entries[at];
    if (entry === undefined) return null;
    if (reply.status === "busy") {
      entry.nextMs = nowMs + (reply.retry_after_ms ?? 1_000);
      return null;
    }
    this.entries.splice(at, 1);
    this.save();
    return entry.message;
  }

  private save(): void {
    this.storage.setItem(this.key, JSON.stringify(this.entries));
  }
}

function read(storage: Storage_, key: string): Entry[] {
  try {
    const found: unknown = JSON.parse(storage.getItem(key) ?? "[]");
    return Array.isArray(found) ? found.filter(isEntry).map((one) => ({ ...one, nextMs: 0 })) : [];
  } catch {
    return []; // not ours, or cut off: there is nothing to repeat
  }
}

function isEntry(one: Partial<Entry> | null): one is Entry {
  return typeof one?.message?.event_id === "string" && typeof one.message.type === "string" && typeof one.sends === "number";
}
