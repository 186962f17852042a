/** The domain in one line of figures. */

import { useComputed } from "@preact/signals";
import type { Agent, MarketingFigures, Queue } from "../feed/types";
import { count, duration, percent, ratio, value } from "../shared/format";
import { t, tag } from "../shared/i18n";
import { store } from "./state";

const WITH_CUSTOMER = new Set(["talk", "hold", "service_complete", "marketing"]);

function agentSums(agents: Agent[]) {
  const sums = { signedIn: 0, available: 0, talking: 0, marketing: 0 };
  for (const agent of agents) {
    if (agent.state === "signed_out") continue;
    sums.signedIn += 1;
    if (agent.state === "ready" && agent.contacts.length === 0) sums.available += 1;
    if (agent.contacts.some((one) => WITH_CUSTOMER.has(one.state))) sums.talking += 1;
    if (agent.contacts.some((one) => one.state === "marketing")) sums.marketing += 1;
  }
  return sums;
}

/** Service level of all queues together, weighted by their arrivals today. */
function serviceLevel(queues: Queue[]): number | null {
  let inTime = 0;
  let arrived = 0;
  for (const { today } of queues) {
    if (!today || today.service_level_ratio === null) continue;
    inTime += today.service_level_ratio * today.arrived;
    arrived += today.arrived;
  }
  return ratio(inTime, arrived);
}

export function Sums() {
  const queues = useComputed(() => store.all<Queue>("queue"));
  const agents = useComputed(() => agentSums(store.all<Agent>("agent")));
  const earned = store.get<MarketingFigures>("marketing").value;
  const waiting = queues.value.reduce((sum, one) => sum + one.waiting, 0);
  const longest = Math.max(0, ...queues.value.map((one) => one.longest_wait_ms));
  const { signedIn, available, talking, marketing } = agents.value;
  const n = (x: number) => count(x, tag());
  return (
    <dl class="sums wide">
      <div><dt>{t("sum.waiting")}</dt><dd>{n(waiting)}</dd></div>
      <div><dt>{t("sum.longest")}</dt><dd>{duration(longest)}</dd></div>
      <div><dt>{t("sum.available")}</dt><dd>{n(available)} <small>{t("sum.signed_in", { n: n(signedIn) })}</small></dd></div>
      <div><dt>{t("sum.talking")}</dt><dd>{n(talking)}</dd></div>
      <div><dt>{t("sum.marketing")}</dt><dd>{n(marketing)}</dd></div>
      <div><dt>{t("sum.service_level")}</dt><dd>{percent(serviceLevel(queues.value), 1)}</dd></div>
      <div><dt>{t("sum.value")}</dt><dd>{value(earned?.value_milli ?? null, tag())}</dd></div>
    </dl>
  );
}
