import { describe, expect, it } from "vitest";
import type { Decision } from "../src/desktop/decisions";
import { agentNow, NOTHING, withDecision, withSnapshot, type Folded } from "../src/desktop/fold";
import { marketingAfter, NONE, productId, progressOf, roundNow } from "../src/desktop/rounds";
import { standing } from "../src/desktop/standing";
import type { Agent, AgentContact } from "../src/feed/types";

const snapshot = (sequence: number, contacts: AgentContact[] = [], epoch = 1): Agent => ({
  agent_id: "anna", state: "ready", since_ms: 0, reason: null, has_session: true, lost: false, contacts, at_ms: 0, sequence, epoch,
});

const decision = (seq: number, rest: object, index = 1): Decision =>
  ({ decision_id: `${seq}.${index}`, seq, at_ms: seq * 1_000, agent_id: "anna", contact_id: "c1", ...rest }) as Decision;

const reserved = (seq: number) => decision(seq, { type: "contact_reserved", queue_id: "q", revision: 2, expires_at_ms: 99_000 });
const into = (seq: number, state: string, index = 1) => decision(seq, { type: "assignment_changed", state }, index);

function after(start: Folded, decisions: Decision[]): Folded {
  return decisions.reduce((folded, one) => withDecision(folded, one) ?? folded, start);
}

describe("fold", () => {
  it("shows decisions before the snapshot has them", () => {
    const folded = after(withSnapshot(NOTHING, snapshot(5)), [reserved(6), into(7, "talk")]);
    expect(agentNow(folded)?.contacts).toMatchObject([{ contact_id: "c1", state: "talk", since_ms: 7_000, until_ms: null, revision: 2 }]);
  });

  it("takes a repeated or older decision once", () => {
    const folded = after(withSnapshot(NOTHING, snapshot(5)), [reserved(6), into(7, "talk")]);
    expect(withDecision(folded, into(7, "hold"))).toBeNull();
    expect(withDecision(folded, reserved(6))).toBeNull();
    expect(withDecision(folded, into(7, "hold", 10))).not.toBeNull();
  });

  it("does not apply twice what a later snapshot contains", () => {
    let folded = after(withSnapshot(NOTHING, snapshot(5)), [reserved(6), into(7, "talk")]);
    folded = withSnapshot(folded, snapshot(7, []));
    expect(agentNow(folded)?.contacts).toEqual([]);
    expect(folded.since).toEqual([]);
  });

  it("keeps the newest of snapshots by epoch, then sequence", () => {
    const folded = withSnapshot(NOTHING, snapshot(9, [], 2));
    expect(withSnapshot(folded, snapshot(50, [], 1))).toBe(folded);
    expect(withSnapshot(folded, snapshot(8, [], 2))).toBe(folded);
    expect(withSnapshot(folded, snapshot(3, [], 3)).base?.epoch).toBe(3);
  });

  it("ends a contact by timeout, withdrawal and outcome", () => {
    const base = withSnapshot(NOTHING, snapshot(5));
    for (const type of ["reservation_timed_out", "reservation_withdrawn", "outcome_recorded"]) {
      expect(agentNow(after(base, [reserved(6), decision(7, { type })]))?.contacts).toEqual([]);
    }
  });
});

describe("marketing of a contact", () => {
  const contact = { contact_id: "c1", queue_id: "q", state: "talk", since_ms: 0, until_ms: null, revision: 1, mode: "serving", mode_reason: "guard_occupancy" } as AgentContact;
  const granted = decision(8, { type: "marketing_decided", granted: true, reason: "policy_optimal" });

  it("shows before service what the gate would say, and after it what it said", () => {
    expect(standing(contact, NONE)).toEqual({ is: "closed", reason: "guard_occupancy", isForecast: true });
    const decided = marketingAfter(NONE, granted);
    expect(standing({ ...contact, state: "marketing" }, decided)).toEqual({ is: "open", reason: "policy_optimal", isForecast: false });
    const closing = marketingAfter(decided, decision(9, { type: "marketing_closing", reason: "emergency" }));
    expect(standing({ ...contact, state: "marketing" }, closing).is).toBe("closing");
  });

  it("knows after a reconnection, or only from the snapshot, how far each product is", () => {
    const product = { ref: ["gold", "cards"], value_milli: 5, presented: { product_id: "gold", chance: 0.2, terms: [], similar_presented: 0, similar_accepted: 0 } };
    const restated = decision(8, {
      type: "products_restated", round_id: "r1", products: [product], asked: 3, barred: {}, progress: { gold: { state: "presented", reaction: "interested" } },
    });
    const known = marketingAfter(NONE, restated);
    expect(progressOf(contact, known, "gold")).toEqual({ isPresented: true, reaction: "interested" });
    const round = { round_id: "r1", products: [{ product_id: "gold", chance: 0.2, value_milli: 5, terms: [], state: "released" as const, reaction: "declined" as const }] };
    expect(progressOf({ ...contact, round }, known, "gold")).toEqual({ isPresented: false, reaction: "declined" });
    expect(roundNow({ ...contact, round }, NONE)?.products.map(productId)).toEqual(["gold"]);
    expect(roundNow(contact, NONE)).toBeNull();
  });

  it("keeps the round, what was withdrawn of it, and what was sold", () => {
    const round = { round_id: "r1", products: [], asked: 3, barred: {} };
    let known = marketingAfter(NONE, decision(8, { type: "products_selected", ...round }));
    known = marketingAfter(known, decision(9, { type: "products_withdrawn", round_id: "r1", why: { gold: "consent_withdrawn" } }));
    expect(known.round?.withdrawn).toEqual({ gold: "consent_withdrawn" });
    known = marketingAfter(known, decision(10, { type: "sale_recorded", round_id: "r1", product_id: "gold", value_milli: 1 }));
    expect(known.sold).toEqual(["gold"]);
    known = marketingAfter(known, decision(11, { type: "sale_recorded", round_id: "r1", product_id: "gold", value_milli: 1, is_cancelled: true }));
    expect(known.sold).toEqual([]);
  });
});
