/** Names and talking points of products, in the page's language. */

import { effect, signal } from "@preact/signals";
import { get } from "./api";
import { plain } from "./format";
import { language } from "./i18n";

interface CatalogueProduct {
  product_id: string;
  name: string | null;
  category: string;
  value_milli: number;
  talking_points: string[];
}

/** Reasons of contacts in words. */
const reasons = signal<Record<string, string>>({});
const products = signal<ReadonlyMap<string, CatalogueProduct>>(new Map());

/** Load it now, and again whenever the language or (`version`) the catalogue changes. */
export function keepCatalogue(version: () => string | null | undefined): void {
  effect(() => {
    void version();
    void load(language.value);
  });
}

async function load(lang: string): Promise<void> {
  const found = await get<{ products: CatalogueProduct[]; reasons?: Record<string, string> }>(`/api/v1/catalogue?lang=${lang}`);
  if (!found) return;
  reasons.value = found.reasons ?? {};
  products.value = new Map(found.products.map((one) => [one.product_id, one]));
}

export function productName(id: string): string {
  return products.value.get(id)?.name ?? plain(id);
}

export function talkingPoints(id: string): string[] {
  return products.value.get(id)?.talking_points ?? [];
}

export function reasonWords(reason: string): string {
  return reasons.value[reason] ?? plain(reason);
}
