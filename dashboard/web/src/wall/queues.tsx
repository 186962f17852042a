/** The table of queues; each row reads its own signal. Choosing a row shows its gate and day. */

import type { Queue } from "../feed/types";
import { ask } from "../shared/act";
import { mayAct } from "../shared/api";
import { GateIcon, Meter, ModePill } from "../shared/bits";
import { duration, percent, ratio, value } from "../shared/format";
import { gateReason, t, tag } from "../shared/i18n";
import { overrideGate } from "./gate";
import { chosen, chosenId, queue, queueName, store } from "./state";

function toggleQueue(one: Queue): void {
  const name = one.name ?? one.queue_id;
  if (!one.is_open) {
    return ask({
      title: `${t("queues.open_act")}: ${name}`, text: t("queues.open_confirm", { queue: name }),
      message: () => ({ type: "queue_opened", queue_id: one.queue_id }),
    });
  }
  ask({
    title: `${t("queues.close_act")}: ${name}`, text: t("queues.close_confirm", { queue: name }), danger: true,
    fields: (
      <label class="field">
        {t("queues.at_closing")}
        <select name="at_closing">
          <option value="">{t("queues.at_closing_default")}</option>
          <option value="serve">{t("queues.at_closing_serve")}</option>
          <option value="divert">{t("queues.at_closing_divert")}</option>
        </select>
      </label>
    ),
    message: (form) => {
      const at = String(form.get("at_closing") ?? "");
      return { type: "queue_closed", queue_id: one.queue_id, ...(at ? { at_closing: at } : {}) };
    },
  });
}

function Waits({ one }: { one: Queue }) {
  const threshold = one.threshold_ms ?? Infinity;
  return (
    <>
      <td class="num big">{one.waiting}</td>
      <td class={`num${one.longest_wait_ms > threshold ? " warn" : ""}`}>{one.waiting ? duration(one.longest_wait_ms) : "–"}</td>
      <td class="num">{duration(one.estimated_wait_ms)}</td>
    </>
  );
}

function Levels({ one }: { one: Queue }) {
  const target = one.service_level_target_ratio;
  const today = one.today ?? one.half_hour;
  return (
    <>
      <td class="num"><Meter ratio={one.sliding.service_level_ratio} target={target} label={t("queues.sl_now")} /></td>
      <td class="num"><Meter ratio={today.service_level_ratio} target={target} label={t("queues.sl_today")} /></td>
      <td class="num">{percent(ratio(today.abandoned, today.arrived), 1)}</td>
    </>
  );
}

function Row({ id }: { id: string }) {
  const one = queue(id).value;
  if (!one) return null;
  const isChosen = chosen.value === id;
  return (
    <tr class={isChosen ? "chosen" : ""}>
      <td>
        <button class="link" aria-pressed={isChosen} onClick={() => (chosenId.value = id)}>{queueName(id)}</button>
        {!one.is_open && <span class="pill warning">{t("queues.closed")}</span>}
      </td>
      <td><ModePill mode={one.mode} /><span class="why">{gateReason(one.mode_reason)}</span></td>
      <Waits one={one} />
      <Levels one={one} />
      <td class="num">{one.available} / {one.staffed}</td>
      <td class="num">{percent(one.occupancy_ratio)}</td>
      <td class="num">{value(one.price_milli, tag())} / {value(one.gate?.value_milli, tag())}</td>
      {mayAct() && (
        <td class="num">
          <button class="quiet" onClick={() => toggleQueue(one)}>{t(one.is_open ? "queues.close_act" : "queues.open_act")}</button>
        </td>
      )}
    </tr>
  );
}

function Columns() {
  return (
    <tr>
      <th scope="col">{t("queues.queue")}</th>
      <th scope="col">{t("queues.gate")}</th>
      <th scope="col" class="num">{t("queues.waiting")}</th>
      <th scope="col" class="num">{t("queues.longest")}</th>
      <th scope="col" class="num">{t("queues.expected")}</th>
      <th scope="col" class="num"><abbr title={t("queues.sl_long")}>{t("queues.sl_now")}</abbr></th>
      <th scope="col" class="num"><abbr title={t("queues.sl_long")}>{t("queues.sl_today")}</abbr></th>
      <th scope="col" class="num">{t("queues.abandoned")}</th>
      <th scope="col" class="num">{t("queues.staff")}</th>
      <th scope="col" class="num">{t("queues.occupancy")}</th>
      <th scope="col" class="num">{t("queues.price")}</th>
      {mayAct() && <th scope="col"><span class="hidden">{t("queues.close_act")}</span></th>}
    </tr>
  );
}

export function Queues() {
  const ids = store.ids("queue").value;
  return (
    <section class="panel queues wide" aria-labelledby="queues-title">
      <header>
        <h2 id="queues-title">{t("queues.title")}</h2>
        {mayAct() && <button onClick={() => overrideGate(null)}><GateIcon open={false} />{t("gate.override_all")}</button>}
      </header>
      {ids.length === 0 ? <p class="empty">{t("queues.none")}</p> : (
        <div class="scroll" tabIndex={0} role="group" aria-labelledby="queues-title">
          <table><thead><Columns /></thead><tbody>{ids.map((id) => <Row key={id} id={id} />)}</tbody></table>
        </div>
      )}
    </section>
  );
}
