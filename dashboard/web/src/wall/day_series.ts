/** The day of a queue as series for the chart. Pure. */

import type { Day } from "../feed/types";

export interface Series {
  /** Start of each slot, Unix seconds. */
  x: number[];
  arrived: number[];
  abandoned: number[];
  /** In time ÷ arrived over the last half hour, 0 to 1; null where nobody arrived. */
  level: (number | null)[];
  /** Share of the slot the gate was open, 0 to 1. */
  open: number[];
}

const SLOTS_OF_LEVEL = 6;

/** Slots of 5 minutes are too few contacts for a ratio, so the level is that of half an hour. */
export function seriesOf(day: Day): Series {
  const at = (i: number, field: number) => day.slots[i]?.[field] ?? 0;
  const series: Series = { x: [], arrived: [], abandoned: [], level: [], open: [] };
  for (let i = 0; i < day.slots.length; i += 1) {
    series.x.push((day.from_ms + i * day.slot_ms) / 1000);
    series.arrived.push(at(i, 0));
    series.abandoned.push(at(i, 3));
    series.level.push(levelAt(i, at));
    series.open.push(Math.min(1, at(i, 4) / day.slot_ms));
  }
  return series;
}

function levelAt(last: number, at: (i: number, field: number) => number): number | null {
  let arrived = 0;
  let inTime = 0;
  for (let i = Math.max(0, last - SLOTS_OF_LEVEL + 1); i <= last; i += 1) {
    arrived += at(i, 0);
    inTime += at(i, 2);
  }
  return arrived > 0 ? Math.min(1, inTime / arrived) : null;
}

/** Sums for the sentence under the chart. */
export function totals(day: Day): { arrived: number; abandoned: number; open_ratio: number } {
  let [arrived, abandoned, openMs] = [0, 0, 0];
  for (const [a, , , lost, open] of day.slots) {
    arrived += a;
    abandoned += lost;
    openMs += open;
  }
  const whole = day.slots.length * day.slot_ms;
  return { arrived, abandoned, open_ratio: whole > 0 ? Math.min(1, openMs / whole) : 0 };
}

/** The first slot to show: an hour's edge before the first arrival, so that the night takes no room. */
export function firstShown(day: Day): number {
  const first = day.slots.findIndex(([arrived, , , , open]) => arrived > 0 || open > 0);
  const perHour = Math.round(3_600_000 / day.slot_ms);
  return first < 0 ? 0 : Math.floor(first / perHour) * perHour;
}
