/** Words on the pages, from message files; the engine's own codes from `engine-words.json`. */

import { signal } from "@preact/signals";
import en from "../messages/en.json";
import engineWords from "../messages/engine-words.json";
import zh from "../messages/zh.json";
import { fill, plain } from "./format";

export type Language = "en" | "zh";
export type Key = keyof typeof en;

const FILES: Record<Language, Record<string, string>> = { en, zh };
const STORED = "tidegate.language";

export const language = signal<Language>(initial());

function initial(): Language {
  const stored = localStorage.getItem(STORED);
  if (stored === "en" || stored === "zh") return stored;
  return navigator.language.startsWith("zh") ? "zh" : "en";
}

export function setLanguage(to: Language): void {
  localStorage.setItem(STORED, to);
  language.value = to;
}

/** The tag for Intl and for the page's `lang`. */
export function tag(): string {
  return language.value === "zh" ? "zh-CN" : "en";
}

export function t(key: Key, values: Record<string, string | number> = {}): string {
  return fill(FILES[language.value][key] ?? key, values);
}

/** Words for a code of some family ("state", "alarm", ...): `family.code`, or the code itself. */
export function code(family: string, one: string, values: Record<string, string | number> = {}): string {
  const words = FILES[language.value][`${family}.${one}`];
  return words === undefined ? plain(one) : fill(words, values);
}

type Family = keyof (typeof engineWords)["en"];

function engine(family: Family, one: string): string | undefined {
  return (engineWords[language.value][family] as Record<string, string>)[one];
}

/** Why the gate is as it is; codes of barred products come as `products_CODE`. */
export function gateReason(reason: string): string {
  return engine("gate", reason) ?? barredReason(reason.replace(/^products_/, ""));
}

/** Why products are barred. */
export function barredReason(reason: string): string {
  return engine("offer", reason) ?? plain(reason);
}

/** The engine's answer as a sentence; a code of a later version keeps the engine's own words. */
export function replyReason(reply: { reason?: string | null; detail?: string | null; have?: string | null; message?: string | null }): string {
  const template = reply.reason ? engine("sentence", reply.reason) : undefined;
  if (template === undefined) return reply.message ?? reply.reason ?? "";
  const words = fill(template, { detail: reply.detail || "?", have: reply.have || "?" });
  if (!reply.have || template.includes("{have}")) return words;
  return words + fill(engine("frame", "have") ?? "", { have: reply.have });
}

/** Whether the message files have this key. */
export function hasWords(key: string): boolean {
  return key in en;
}
