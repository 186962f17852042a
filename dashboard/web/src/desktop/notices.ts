/** What the agent must be told in passing: refusals, and what the engine did by itself. */

import { signal } from "@preact/signals";
import type { Reply } from "../shared/api";
import { code, gateReason, t } from "../shared/i18n";
import type { Decision } from "./decisions";

export interface Notice {
  id: number;
  tone: "rejected" | "busy" | "ok";
  text?: string;
  reply?: Reply;
}

const KEPT = 3;
const SHOWN_MS = 12_000;

export const notices = signal<Notice[]>([]);
let count = 0;

export function tell(one: Omit<Notice, "id"> | null): void {
  if (one === null) return;
  const notice = { ...one, id: (count += 1) };
  notices.value = [...notices.value, notice].slice(-KEPT);
  // What was refused stays until it has been read.
  if (notice.tone !== "rejected") setTimeout(() => dismiss(notice.id), SHOWN_MS);
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((one) => one.id !== id);
}

/** What to tell about a decision, if anything. */
export function noticeOf(one: Decision): Omit<Notice, "id"> | null {
  switch (one.type) {
    case "reservation_timed_out":
      return { tone: "busy", text: one.charged ? t("notify.timed_out") : t("notify.withdrawn", { why: code("why", "lost") }) };
    case "reservation_withdrawn":
      return one.cause === "rejected" ? null : { tone: "busy", text: t("notify.withdrawn", { why: code("why", one.cause) }) };
    case "marketing_closing":
      return { tone: "busy", text: t("notify.gate_closed", { why: gateReason(one.reason) }) };
    case "sale_recorded":
      return { tone: "ok", text: t(one.is_cancelled ? "offers.sale_cancelled" : "offers.sale") };
    default:
      return null;
  }
}
