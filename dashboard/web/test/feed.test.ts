import { effect } from "@preact/signals";
import { describe, expect, it } from "vitest";
import { backoffMs, verdict } from "../src/feed/sequence";
import { Store } from "../src/feed/store";

describe("sequence", () => {
  it("applies what follows, ignores repeats, and sees a gap", () => {
    expect(verdict({ feed: null }, 5)).toBe("gap");
    expect(verdict({ feed: 10 }, 10, 9)).toBe("repeat");
    expect(verdict({ feed: 10 }, 14, 10)).toBe("apply");
    expect(verdict({ feed: 10 }, 14, 8)).toBe("apply");
    expect(verdict({ feed: 10 }, 14, 12)).toBe("gap");
  });

  it("waits longer after each attempt, within bounds", () => {
    const waits = [0, 1, 2, 3, 30].map((n) => backoffMs(n, 1));
    expect(waits).toEqual([500, 1000, 2000, 4000, 15000]);
    expect(backoffMs(30, 0)).toBe(7500);
  });
});

describe("store", () => {
  const queue = (id: string, waiting: number) => ({ kind: "queue" as const, id, value: { queue_id: id, waiting } });

  it("wakes only the readers of the object that changed", () => {
    const store = new Store();
    store.apply([queue("a", 1), queue("b", 1)]);
    const woken: string[] = [];
    for (const id of ["a", "b"]) effect(() => void (store.get("queue", id).value, woken.push(id)));
    woken.length = 0;
    store.apply([queue("b", 2)]);
    expect(woken).toEqual(["b"]);
  });

  it("keeps the list of ids as it is while only values change", () => {
    const store = new Store();
    store.apply([queue("b", 1), queue("a10", 1), queue("a9", 1)]);
    const ids = store.ids("queue").value;
    expect(ids).toEqual(["a9", "a10", "b"]);
    store.apply([queue("b", 5)]);
    expect(store.ids("queue").value).toBe(ids);
    store.apply([{ kind: "queue", id: "b", value: null }]);
    expect(store.ids("queue").value).toEqual(["a9", "a10"]);
  });

  it("drops with a snapshot what is not in it", () => {
    const store = new Store();
    store.apply([queue("a", 1), queue("b", 1), { kind: "engine", id: "", value: { status: "ready" } }]);
    store.replace([queue("b", 7), { kind: "engine", id: "engine", value: { status: "paused" } }]);
    expect(store.ids("queue").value).toEqual(["b"]);
    expect(store.get("queue", "a").value).toBeUndefined();
    expect(store.get<{ status: string }>("engine").value?.status).toBe("paused");
  });

  it("ignores kinds of a later version", () => {
    const store = new Store();
    store.apply([{ kind: "weather" as never, id: "x", value: {} }, queue("a", 1)]);
    expect(store.all("queue")).toHaveLength(1);
  });
});
