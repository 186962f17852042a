/** How the gate stands for a contact in hand. Pure. */

import type { AgentContact } from "../feed/types";
import type { Marketing } from "./rounds";

export type Standing = "open" | "closed" | "closing";

/** How the gate stands for a contact: after service as it was decided, before it as it looks now. */
export function standing(contact: AgentContact, marketing: Marketing): { is: Standing; reason: string; isForecast: boolean } {
  const { decided, closing } = marketing;
  if (closing !== null) return { is: "closing", reason: closing, isForecast: false };
  const isDecided = contact.state === "service_complete" || contact.state === "marketing";
  if (isDecided && decided && !decided.is_forecast) {
    return { is: decided.granted ? "open" : "closed", reason: decided.reason, isForecast: false };
  }
  const isOpen = contact.mode === "marketing" || (contact.mode == null && decided?.granted === true);
  return { is: isOpen ? "open" : "closed", reason: contact.mode_reason ?? decided?.reason ?? "", isForecast: !isDecided };
}
