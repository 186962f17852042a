/** What marketing has earned today, and what was barred and why: of all queues, or of the chosen. */

import { useSignal } from "@preact/signals";
import type { MarketingFigures } from "../feed/types";
import { count, percent, ratio, value } from "../shared/format";
import { barredReason, t, tag } from "../shared/i18n";
import { chosen, queue, queueName, store } from "./state";

const MOST_SHOWN = 8;

function Barred({ barred }: { barred: Record<string, number> }) {
  const all = Object.entries(barred).sort((a, b) => b[1] - a[1]).slice(0, MOST_SHOWN);
  if (all.length === 0) return <p class="soft">{t("marketing.none_barred")}</p>;
  const most = all[0]![1];
  return (
    <ul class="bars">
      {all.map(([code, n]) => (
        <li key={code}>
          <span>{barredReason(code)}</span>
          <span class="num">{count(n, tag())}</span>
          <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
            <rect class="rail" width="100" height="4" />
            <rect width={(100 * n) / most} height="4" />
          </svg>
        </li>
      ))}
    </ul>
  );
}

export function Marketing() {
  const ofQueue = useSignal(false);
  const id = chosen.value;
  const whole = store.get<MarketingFigures>("marketing").value;
  const part = id === null ? undefined : queue(id).value?.marketing_today;
  const figures = ofQueue.value ? part : whole;
  return (
    <section class="panel" aria-labelledby="marketing-title">
      <header>
        <h2 id="marketing-title">{t("marketing.title")}</h2>
        <select aria-label={t("queues.queue")} value={ofQueue.value ? "one" : "all"} onChange={(event) => (ofQueue.value = event.currentTarget.value === "one")}>
          <option value="all">{t("marketing.all")}</option>
          <option value="one">{queueName(id)}</option>
        </select>
      </header>
      <div class="body stack">
        <dl class="figures">
          <div><dt>{t("marketing.value")}</dt><dd>{value(figures?.value_milli, tag())}</dd></div>
          <div><dt>{t("marketing.presented")}</dt><dd>{count(figures?.presented, tag())}</dd></div>
          <div>
            <dt>{t("marketing.accepted")}</dt>
            <dd>{count(figures?.accepted, tag())} <small class="soft small">{figures && percent(ratio(figures.accepted, figures.presented))}</small></dd>
          </div>
          <div><dt>{t("marketing.interested")}</dt><dd>{count(figures?.interested, tag())}</dd></div>
          <div><dt>{t("marketing.declined")}</dt><dd>{count(figures?.declined, tag())}</dd></div>
        </dl>
        <h3>{t("marketing.barred")}</h3>
        <Barred barred={figures?.barred ?? {}} />
      </div>
    </section>
  );
}
