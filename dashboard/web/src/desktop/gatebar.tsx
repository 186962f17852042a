/** The banner of the marketing panel: whether the gate is open for this contact, and why. */

import type { AgentContact } from "../feed/types";
import { GateIcon } from "../shared/bits";
import { value } from "../shared/format";
import { gateReason, t, tag } from "../shared/i18n";
import type { MarketingDecided } from "./decisions";
import type { Marketing } from "./rounds";
import { standing } from "./standing";

function Numbers({ decided }: { decided: MarketingDecided }) {
  const parts = [t("gatebar.load", { waiting: decided.waiting ?? 0, idle: decided.idle ?? 0 })];
  if (decided.price_milli != null && decided.value_milli != null) {
    parts.push(t("gatebar.price", { price: value(decided.price_milli, tag()), value: value(decided.value_milli, tag()) }));
  }
  return <span class="small">{parts.join(" · ")}</span>;
}

export function GateBar({ contact, marketing }: { contact: AgentContact; marketing: Marketing }) {
  const { is, reason, isForecast } = standing(contact, marketing);
  const decided = marketing.decided;
  return (
    <div class={`gatebar ${is}`} role="status">
      {isForecast && <span class="small">{t("gatebar.forecast")}</span>}
      <strong><GateIcon open={is === "open"} />{t(`gatebar.${is}`)}</strong>
      {reason && <span>{t("gatebar.why", { why: gateReason(reason) })}</span>}
      {decided && !isForecast && is !== "closing" && <Numbers decided={decided} />}
    </div>
  );
}
