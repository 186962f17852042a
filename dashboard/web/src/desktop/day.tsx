/** The agent's own day, and how the queues stand that the agent serves. */

import type { Queue } from "../feed/types";
import { ModePill } from "../shared/bits";
import { count, duration, value } from "../shared/format";
import { t, tag } from "../shared/i18n";
import { agent, queueName, store } from "./state";

export function Day() {
  const today = agent.value?.today;
  const pairs: [string, string][] = today ? [
    [t("desk.handled"), count(today.handled, tag())],
    [t("desk.aht"), duration(today.aht_ms)],
    [t("desk.talk"), duration(today.talk_ms)],
    [t("desk.ready_time"), duration(today.ready_ms)],
    [t("desk.not_ready_time"), duration(today.not_ready_ms)],
    [t("desk.rona"), count(today.rona, tag())],
    [t("desk.presented"), count(today.presented, tag())],
    [t("desk.accepted"), count(today.accepted, tag())],
    [t("desk.value"), value(today.value_milli, tag())],
  ] : [];
  return (
    <section class="panel" aria-labelledby="day-title">
      <header><h2 id="day-title">{t("desk.today")}</h2></header>
      <div class="body">
        {today ? <dl class="day-figures">{pairs.map(([name, one]) => <div key={name}><dt>{name}</dt><dd>{one}</dd></div>)}</dl> : <p class="soft">–</p>}
      </div>
    </section>
  );
}

function OneQueue({ id }: { id: string }) {
  const one = store.get<Queue>("queue", id).value;
  return (
    <li>
      <span>{queueName(id)}</span>
      <span class="num"><span class="hidden">{t("queues.waiting")} </span>{one?.waiting ?? "–"}</span>
      {one ? <ModePill mode={one.mode} /> : <span />}
    </li>
  );
}

export function OwnQueues() {
  const ids = agent.value?.queues ?? store.ids("queue").value;
  return (
    <section class="panel" aria-labelledby="queues-title">
      <header><h2 id="queues-title">{t("desk.queues")}</h2></header>
      <ul class="body own-queues">{ids.map((id) => <OneQueue key={id} id={id} />)}</ul>
    </section>
  );
}
