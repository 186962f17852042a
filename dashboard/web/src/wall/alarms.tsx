/** Alarms, the most severe and newest first; one look is enough to see who looks after which. */

import { useComputed } from "@preact/signals";
import type { Alarm } from "../feed/types";
import { ask } from "../shared/act";
import { mayAct } from "../shared/api";
import { Since } from "../shared/bits";
import { duration, guardCode, guarded, percent, plain, timeOfDay, who } from "../shared/format";
import { code, gateReason, t, tag } from "../shared/i18n";
import { byUrgency } from "./messages";
import { queueName, store } from "./state";

/** With more alarms than this the list scrolls, so that the queues stay in sight. */
const MANY = 4;

function shown(name: string, one: number | string, values: Alarm["values"]): string {
  if (name === "guard") return gateReason(guardCode(String(one)));
  if (typeof one === "string") return name === "by" ? who(one) : one;
  if (typeof values.guard === "string") return guarded(values.guard, one);
  if (name.endsWith("_ms")) return duration(one);
  return name.endsWith("_ratio") ? percent(one) : String(one);
}

/** What was measured, in a sentence where every figure of it came; else one after the other. */
function Values({ alarm: { code: of, values } }: { alarm: Alarm }) {
  const words = Object.entries(values).map(([name, one]) => [name, shown(name, one, values)] as const);
  const sentence = code("figures", of, Object.fromEntries(words));
  const isWhole = sentence !== plain(of) && !sentence.includes("{");
  const text = isWhole ? sentence : words.map(([, word]) => word).join(" / ");
  return text ? <span>{text}</span> : null;
}

function acknowledge(alarm: Alarm): void {
  ask({
    title: `${t("alarms.acknowledge")}: ${code("alarm", alarm.code)}`, text: t("alarms.acknowledge_confirm"),
    message: () => ({ type: "alarm_acknowledged", alarm_id: alarm.alarm_id }),
  });
}

function Row({ alarm }: { alarm: Alarm }) {
  const seen = alarm.acknowledged;
  return (
    <li class={`alarm ${alarm.severity}${seen ? " seen" : ""}`}>
      <span class={`pill ${seen ? "idle" : alarm.severity}`}>{t(`severity.${alarm.severity}`)}</span>
      <strong>{code("alarm", alarm.code)}</strong>
      <span>{[alarm.queue_id && queueName(alarm.queue_id), alarm.agent_id].filter(Boolean).join(" · ")}</span>
      <Values alarm={alarm} />
      <span class="soft grow"><Since ms={alarm.since_ms} /></span>
      {seen && <span class="soft">{t("alarms.acknowledged", { by: who(seen.by), time: timeOfDay(seen.at_ms, tag(), false) })}</span>}
      {!seen && mayAct() && <button onClick={() => acknowledge(alarm)}>{t("alarms.acknowledge")}</button>}
    </li>
  );
}

export function Alarms() {
  const alarms = useComputed(() => [...store.all<Alarm>("alarm")].sort(byUrgency));
  return (
    <section class={`wide${alarms.value.length === 0 ? " nothing" : ""}`} aria-label={t("alarms.title")}>
      <div class="alarm-room" tabIndex={alarms.value.length > MANY ? 0 : undefined}>
        <ul class="alarms" aria-live="polite">
          {alarms.value.map((alarm) => <Row key={alarm.alarm_id} alarm={alarm} />)}
        </ul>
      </div>
    </section>
  );
}
