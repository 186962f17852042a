import { describe, expect, it } from "vitest";
import type { Agent, Alarm, Day } from "../src/feed/types";
import { duration, fill, percent, ratio, secondsLeft, value, who } from "../src/shared/format";
import { inOrder, keepIfEqual, matches, rowsInView, select } from "../src/wall/agent_filter";
import { firstShown, seriesOf, totals } from "../src/wall/day_series";
import { byUrgency, overrideMessage, skillsOf } from "../src/wall/messages";

describe("format", () => {
  it("writes durations as people read them", () => {
    expect([0, 7_000, 62_000, 3_723_000, -5, null].map(duration)).toEqual(["0:00", "0:07", "1:02", "1:02:03", "0:00", "–"]);
    expect(secondsLeft(10_000, 9_999)).toBe(1);
    expect(secondsLeft(10_000, 10_000)).toBe(0);
  });

  it("writes ratios, values and sentences", () => {
    expect([percent(0.825), percent(0.825, 1), percent(null)]).toEqual(["83 %", "82.5 %", "–"]);
    expect([value(41_250, "en"), value(8_412_500, "en"), value(62_000, "en"), value(null, "en")]).toEqual(["41.25", "8,413", "62", "–"]);
    expect(fill("{a} of {b}", { a: 1 })).toBe("1 of {b}");
    expect(ratio(1, 0)).toBeNull();
    expect([who("supervisor/web.zoe"), who("web.zoe"), who("zoe")]).toEqual(["zoe", "zoe", "zoe"]);
  });
});

describe("agents", () => {
  const agent = (agent_id: string, rest: Partial<Agent> = {}): Agent => ({
    agent_id, state: "ready", since_ms: 0, reason: null, has_session: true, lost: false, contacts: [], at_ms: 0, ...rest,
  });
  const talking = agent("b2", {
    name: "Bo", team: "North", queues: ["cards"],
    contacts: [{ contact_id: "c", queue_id: "cards", state: "talk", since_ms: 1, until_ms: null, revision: 1 }],
  });
  const none = { text: "", state: "", team: "", queue: "" };

  it("filters by text, state, team and queue together", () => {
    expect(matches(talking, { ...none, text: "bo" })).toBe(true);
    expect(matches(talking, { ...none, text: "B2", state: "talk", team: "North", queue: "cards" })).toBe(true);
    expect(matches(talking, { ...none, queue: "loans" })).toBe(false);
    expect(matches(agent("a", { state: "signed_out" }), { ...none, state: "in" })).toBe(false);
  });

  it("keeps the order whatever the states are, and the list if nothing changed", () => {
    const ids = select(inOrder([agent("a10"), talking, agent("a9")]), none);
    expect(ids).toEqual(["a9", "a10", "b2"]);
    expect(keepIfEqual(ids, [...ids])).toBe(ids);
    expect(keepIfEqual(ids, ["a9"])).toEqual(["a9"]);
  });

  it("renders the rows in view and some beside them", () => {
    expect(rowsInView(0, 480, 40, 2_000)).toEqual([0, 20]);
    expect(rowsInView(40_000, 480, 40, 2_000)).toEqual([992, 1_020]);
    expect(rowsInView(79_520, 480, 40, 2_000)).toEqual([1_980, 2_000]);
    expect(rowsInView(5_000, 480, 40, 3)).toEqual([3, 3]);
  });
});

describe("the day", () => {
  const day: Day = { queue_id: "q", slot_ms: 300_000, from_ms: 0, slots: Array.from({ length: 30 }, (_, i) => (i < 14 ? [0, 0, 0, 0, 0] : [4, 3, 2, 1, 150_000])) };

  it("makes the level of half an hour, and leaves the night out", () => {
    const series = seriesOf(day);
    expect(series.level[13]).toBeNull();
    expect(series.level[29]).toBe(0.5);
    expect(series.open[20]).toBe(0.5);
    expect(series.x[1]).toBe(300);
    expect(firstShown(day)).toBe(12);
    expect(totals(day)).toEqual({ arrived: 64, abandoned: 16, open_ratio: 16 / 60 });
  });
});

describe("messages", () => {
  it("overrides one queue or all, for a time or until given back", () => {
    expect(overrideMessage("cards", "serving", "30")).toEqual({ type: "gate_overridden", queue_id: "cards", mode: "serving", for_ms: 1_800_000 });
    expect(overrideMessage(null, "marketing", "")).toEqual({ type: "gate_overridden", mode: "marketing" });
    expect(overrideMessage("cards", "", "30")).toEqual({ type: "gate_overridden", queue_id: "cards" });
  });

  it("reads skills from the form; level 0 takes one away", () => {
    const form = new FormData();
    for (const [name, one] of [["skill:cards", "7"], ["skill:loans", "0"], ["new_skill", " english "], ["new_level", "4"]] as const) form.append(name, one);
    expect(skillsOf(form)).toEqual({ cards: 7, english: 4 });
  });

  it("puts what nobody looks after first, then the severe, then the new", () => {
    const alarm = (alarm_id: string, severity: Alarm["severity"], since_ms: number, seen = false): Alarm => ({
      alarm_id, code: "rona", severity, queue_id: null, agent_id: null, since_ms, values: {}, acknowledged: seen ? { by: "zoe", at_ms: 1 } : null,
    });
    const all = [alarm("seen", "critical", 9, true), alarm("old", "warning", 1), alarm("new", "warning", 5), alarm("worst", "critical", 2)];
    expect(all.sort(byUrgency).map((one) => one.alarm_id)).toEqual(["worst", "new", "old", "seen"]);
  });
});
