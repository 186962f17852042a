/** Which messages of the feed to apply: pure, so that it can be tested without a browser. */

export interface Place {
  /** Number of the last message applied; null before the first snapshot. */
  feed: number | null;
}

export type Verdict = "apply" | "repeat" | "gap";

/**
 * Say what to do with a message of changes numbered `feed`.
 *
 * Changes say which message they follow in `after`, if the server sends it. Without it, numbers
 * may leave holes only for readers with a filter, so `dense` says whether a hole is a gap.
 */
export function verdict(place: Place, feed: number, after?: number, dense = false): Verdict {
  if (place.feed === null) return "gap";
  if (feed <= place.feed) return "repeat";
  if (after !== undefined) return after <= place.feed ? "apply" : "gap";
  return dense && feed !== place.feed + 1 ? "gap" : "apply";
}

/** Pause before attempt `n` (0, 1, ...) to connect, ms: doubled each time, drawn from its half. */
export function backoffMs(n: number, chance: number, firstMs = 500, longestMs = 15_000): number {
  const whole = Math.min(longestMs, firstMs * 2 ** Math.min(n, 20));
  return Math.round(whole / 2 + (whole / 2) * chance);
}
