/** What was said about marketing in each contact in hand: the gate's answer and the products. Pure. */

import type { Decision, MarketingDecided, Product } from "./decisions";

export interface Round {
  round_id: string;
  products: Product[];
  asked: number;
  barred: Record<string, number>;
  /** Products that may not be presented after all, and why. */
  withdrawn: Record<string, string>;
}

export interface Marketing {
  decided: MarketingDecided | null;
  /** Why the gate has closed while the agent markets. */
  closing: string | null;
  round: Round | null;
  /** Products sold in this contact. */
  sold: string[];
}

export const NONE: Marketing = { decided: null, closing: null, round: null, sold: [] };

/** Return what is known of the contact's marketing after one more decision. */
export function marketingAfter(before: Marketing, one: Decision): Marketing {
  switch (one.type) {
    case "marketing_decided":
      return { ...before, decided: one, closing: null };
    case "marketing_closing":
      return { ...before, closing: one.reason };
    case "products_selected":
      return { ...before, round: roundOf(one) };
    case "products_withdrawn":
      if (before.round?.round_id !== one.round_id) return before;
      return { ...before, round: { ...before.round, withdrawn: { ...before.round.withdrawn, ...one.why } } };
    case "sale_recorded": {
      const others = before.sold.filter((id) => id !== one.product_id);
      return { ...before, sold: one.is_cancelled ? others : [...others, one.product_id] };
    }
    default:
      return before;
  }
}

/** A round as the decision, or the screen pop after a reload, tells it. */
export function roundOf(told: { round_id: string; products: Product[]; asked?: number; barred?: Record<string, number> }): Round {
  return { round_id: told.round_id, products: told.products, asked: told.asked ?? 0, barred: told.barred ?? {}, withdrawn: {} };
}

export function productId(product: Product): string {
  return product.ref[0];
}
