/** Decisions for an agent as they come over the WebSocket, and the order they are in. */

import type { AgentState, AssignmentState, RoundProduct } from "../feed/types";

export interface Term {
  feature: string[];
  log_odds: number;
}

/** A product of a round; `ref` is product id, category, campaign. Names come where the bus has them. */
export interface Product {
  ref: [string, string, (string | null)?];
  value_milli: number;
  presented: {
    product_id: string;
    chance: number;
    terms: Term[];
    similar_presented: number;
    similar_accepted: number;
  };
  name?: string;
  names?: Record<string, string>;
  talking_points?: string[] | Record<string, string[]>;
}

interface Common {
  decision_id: string;
  seq: number;
  at_ms: number;
  contact_id: string;
  agent_id: string;
}

export type Decision = Common &
  (
    | { type: "contact_reserved"; queue_id: string; revision: number; expires_at_ms: number; reason?: string; customer_id?: string }
    | { type: "reservation_timed_out"; charged: boolean; revision: number }
    | { type: "reservation_withdrawn"; cause: string; revision: number }
    | { type: "assignment_changed"; state: AssignmentState; until_ms?: number; disposition?: string; extended_ms?: number }
    | { type: "assignment_restated"; queue_id: string; state: AssignmentState; revision: number; until_ms: number | null }
    | { type: "outcome_recorded"; queue_id: string; disposition: string; reason?: string; customer_id?: string }
    | MarketingDecided
    | { type: "marketing_closing"; reason: string }
    | { type: "products_selected"; round_id: string; products: Product[]; asked: number; barred: Record<string, number> }
    | ProductsRestated
    | { type: "products_withdrawn"; round_id: string; why: Record<string, string> }
    | { type: "sale_recorded"; round_id: string; product_id: string; value_milli: number; is_cancelled?: boolean }
    | { type: "agent_state_changed"; state: AgentState; reason?: string; by?: string }
  );

/** A round told again after a reconnection, with how far each product is. */
export interface ProductsRestated {
  type: "products_restated";
  round_id: string;
  products: Product[];
  asked: number;
  barred: Record<string, number>;
  progress: Record<string, Pick<RoundProduct, "state" | "reaction">>;
}

export interface MarketingDecided {
  type: "marketing_decided";
  granted: boolean;
  reason: string;
  queue_id?: string;
  waiting?: number;
  idle?: number;
  price_milli?: number;
  value_milli?: number;
  marketing?: number;
  is_forecast?: boolean;
}

/** Whether `a` comes after `b`: by place in the journal, then by number within the event. */
export function isAfter(a: string, b: string | null): boolean {
  if (b === null) return true;
  const [aSeq, aIndex] = parts(a);
  const [bSeq, bIndex] = parts(b);
  return aSeq !== bSeq ? aSeq > bSeq : aIndex > bIndex;
}

function parts(id: string): [number, number] {
  const [seq, index] = id.split(".");
  return [Number(seq), Number(index)];
}
