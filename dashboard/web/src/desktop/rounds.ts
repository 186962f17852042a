/** What was said about marketing in each contact in hand: the gate's answer and the products. Pure. */

import type { AgentContact, ReactionKind, RoundProduct } from "../feed/types";
import type { Decision, MarketingDecided, Product } from "./decisions";

export interface Round {
  round_id: string;
  products: Product[];
  asked: number;
  barred: Record<string, number>;
  /** Products that may not be presented after all, and why. */
  withdrawn: Record<string, string>;
  /** How far each product is, as told after a reconnection. */
  progress: Record<string, Pick<RoundProduct, "state" | "reaction">>;
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
    case "products_restated":
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

function roundOf(told: Decision & { type: "products_selected" | "products_restated" }): Round {
  const { round_id, products, asked, barred } = told;
  return { round_id, products, asked, barred, withdrawn: {}, progress: told.type === "products_restated" ? told.progress : {} };
}

/** The round as decisions told it, or (who came later, or watches) as the agent's snapshot has it. */
export function roundNow(contact: AgentContact, marketing: Marketing): Round | null {
  const shown = contact.round;
  if (marketing.round || !shown) return marketing.round;
  const products = shown.products.map(({ product_id, chance, value_milli, terms }): Product => ({
    ref: [product_id, ""], value_milli,
    presented: { product_id, chance: chance ?? 0, terms, similar_presented: 0, similar_accepted: 0 },
  }));
  return { round_id: shown.round_id, products, asked: 0, barred: {}, withdrawn: {}, progress: {} };
}

/** What the engine knows of one product: the snapshot is the newer, as soon as it has the round. */
export function progressOf(contact: AgentContact, marketing: Marketing, product: string): { isPresented: boolean; reaction: ReactionKind | null } {
  const shown = contact.round?.products.find((one) => one.product_id === product);
  const known = shown ?? roundNow(contact, marketing)?.progress[product];
  return { isPresented: known?.state === "presented", reaction: known?.reaction ?? null };
}

export function productId(product: Product): string {
  return product.ref[0];
}
