import { beforeEach, describe, expect, it } from "vitest";
import { Outbox, type Outgoing } from "../src/desktop/outbox";

class Memory {
  readonly values = new Map<string, string>();
  getItem(key: string) { return this.values.get(key) ?? null; }
  setItem(key: string, value: string) { this.values.set(key, value); }
}

const message = (event_id: string): Outgoing => ({ type: "held", event_id });

describe("outbox", () => {
  let memory: Memory;
  let box: Outbox;
  beforeEach(() => {
    memory = new Memory();
    box = new Outbox(memory, "k");
  });

  it("sends one at a time, in order, each until it is answered", () => {
    box.add(message("1"));
    box.add(message("2"));
    expect(box.next(0)?.event_id).toBe("1");
    expect(box.next(100)).toBeNull();
    expect(box.answered({ status: "ok", event_id: "1" }, 100)?.event_id).toBe("1");
    expect(box.next(100)?.event_id).toBe("2");
  });

  it("repeats under the same id with growing pauses", () => {
    box.add(message("1"));
    const sent: number[] = [];
    for (let now = 0; now < 40_000; now += 500) if (box.next(now)?.event_id === "1") sent.push(now);
    expect(sent).toEqual([0, 3_000, 9_000, 21_000, 36_000]);
  });

  it("waits as long as a busy engine asks", () => {
    box.add(message("1"));
    box.next(0);
    expect(box.answered({ status: "busy", event_id: "1", retry_after_ms: 700 }, 50)).toBeNull();
    expect(box.next(700)).toBeNull();
    expect(box.next(750)?.event_id).toBe("1");
  });

  it("is done with a rejected message, and ignores replies to others", () => {
    box.add(message("1"));
    expect(box.answered({ status: "ok", event_id: "9" }, 0)).toBeNull();
    expect(box.answered({ status: "rejected", event_id: "1" }, 0)?.event_id).toBe("1");
    expect(box.size).toBe(0);
  });

  it("survives a reload, and sends again at once after a reconnection", () => {
    box.add(message("1"));
    box.next(0);
    const again = new Outbox(memory, "k");
    expect(again.next(10)?.event_id).toBe("1");
    expect(again.next(20)).toBeNull();
    again.reconnected();
    expect(again.next(30)?.event_id).toBe("1");
  });

  it("keeps a repeated message once, and takes broken storage for empty", () => {
    box.add(message("1"));
    box.add(message("1"));
    expect(box.size).toBe(1);
    memory.setItem("k", '[{"message":{"type":"held"}},null,{"broken"');
    expect(new Outbox(memory, "k").size).toBe(0);
    memory.setItem("k", '[{"message":{"type":"held"}},null]');
    expect(new Outbox(memory, "k").size).toBe(0);
  });
});
