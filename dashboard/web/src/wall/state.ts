/** What the wall shows now: the feed, and what is chosen on it. */

import { computed, effect, signal } from "@preact/signals";
import { FeedClient } from "../feed/client";
import type { Engine, Queue } from "../feed/types";

export const feed = new FeedClient();
export const store = feed.store;

/** The queue whose gate, waiting contacts and day are shown. */
export const chosenId = signal<string | null>(new URLSearchParams(location.search).get("queue"));
export const engineOf = () => store.get<Engine>("engine");

/** Where nobody has chosen: the queue that was busiest when the page was opened. */
let busiest: string | null = null;

export const chosen = computed<string | null>(() => {
  const ids = store.ids("queue").value;
  if (chosenId.value !== null && ids.includes(chosenId.value)) return chosenId.value;
  if (busiest === null || !ids.includes(busiest)) {
    const arrived = (id: string) => queue(id).peek()?.today?.arrived ?? 0;
    busiest = ids.reduce<string | null>((best, id) => (best === null || arrived(id) > arrived(best) ? id : best), null);
  }
  return busiest;
});

export function queue(id: string) {
  return store.get<Queue>("queue", id);
}

/** The queue's display name, or its id. */
export function queueName(id: string | null): string {
  return id === null ? "" : (queue(id).value?.name ?? id);
}

/** Keep the choice in the address, so that a reload and a link show the same. */
export function rememberChoice(): void {
  effect(() => {
    if (chosenId.value === null) return;
    const url = new URL(location.href);
    url.searchParams.set("queue", chosenId.value);
    history.replaceState(null, "", url);
  });
}
