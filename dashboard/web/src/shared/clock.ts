/** The engine's clock, as told by its newest message; all durations on a page are by it. */

import { signal } from "@preact/signals";

class EngineClock {
  /** Unix ms by the engine's clock, refreshed twice a second. */
  readonly now = signal(Date.now());
  private offsetMs = 0;
  private newestMs = 0;

  /** A message of the engine's was made at `atMs`; older ones than the newest say nothing. */
  hear(atMs: number | undefined): void {
    if (atMs === undefined || atMs < this.newestMs) return;
    this.newestMs = atMs;
    this.offsetMs = atMs - Date.now();
  }

  /** What follows is of a feed that begins anew, perhaps of another engine with an earlier clock. */
  begin(atMs: number): void {
    this.newestMs = 0;
    this.hear(atMs);
    this.now.value = this.nowMs();
  }

  nowMs(): number {
    return Date.now() + this.offsetMs;
  }

  start(everyMs = 500): void {
    setInterval(() => {
      if (!document.hidden) this.now.value = this.nowMs();
    }, everyMs);
  }
}

export const clock = new EngineClock();
