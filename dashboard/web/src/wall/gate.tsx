/** The gate of the chosen queue: how it stands and why, its price, its changes, and the override. */

import type { Gate as GateState, Guard as GuardState, Queue } from "../feed/types";
import { ask } from "../shared/act";
import { mayAct } from "../shared/api";
import { ModePill, Until } from "../shared/bits";
import { guardCode, guarded, timeOfDay, value, who } from "../shared/format";
import { code, gateReason, t, tag } from "../shared/i18n";
import { overrideMessage } from "./messages";
import { chosen, queue, queueName } from "./state";

function OverrideFields() {
  return (
    <>
      <fieldset>
        <legend>{t("gate.choice")}</legend>
        <label class="tick"><input type="radio" name="mode" value="serving" checked />{t("gate.choose_serving")}</label>
        <label class="tick"><input type="radio" name="mode" value="marketing" />{t("gate.choose_marketing")}</label>
        <label class="tick"><input type="radio" name="mode" value="" />{t("gate.choose_policy")}</label>
      </fieldset>
      <label class="field">
        {t("gate.minutes")}
        <input name="minutes" type="number" min="1" max="10080" step="1" value="30" />
        <small class="soft">{t("gate.minutes_hint")}</small>
      </label>
    </>
  );
}

/** Ask for an override of one queue, or (null) of all. */
export function overrideGate(queueId: string | null): void {
  ask({
    title: queueId === null ? t("gate.override_all_title") : t("gate.override_title", { queue: queueName(queueId) }),
    text: "",
    fields: <OverrideFields />,
    message: (form) => overrideMessage(queueId, String(form.get("mode")), String(form.get("minutes"))),
  });
}

function Override({ override }: { override: NonNullable<GateState["override"]> }) {
  const { by, until_ms } = override;
  return (
    <p class="answer busy">
      <strong>{t("gate.override_on", { by: by ? who(by) : t("app.unknown") })}</strong>{" "}
      {until_ms === null ? t("gate.override_open") : (
        <>{timeOfDay(until_ms, tag(), false)} (<Until ms={until_ms} />)</>
      )}
    </p>
  );
}

function Guard({ guard }: { guard: GuardState }) {
  const { name, measured, limit } = guard;
  return (
    <p class="answer busy">
      <strong>{t("gate.guard")}</strong> {gateReason(guardCode(name))}
      {measured !== null && limit !== null && ` (${t("gate.guard_at", { measured: guarded(name, measured), limit: guarded(name, limit) })})`}
    </p>
  );
}

function Changes({ changes }: { changes: GateState["changes"] }) {
  if (changes.length === 0) return <p class="soft">{t("gate.no_changes")}</p>;
  return (
    <ol class="changes">
      {changes.map((one) => (
        <li key={one.at_ms}>
          <span class="soft">{timeOfDay(one.at_ms, tag())}</span>
          <ModePill mode={one.mode} />
          <span class="small">{gateReason(one.reason)}</span>
        </li>
      ))}
    </ol>
  );
}

function Facts({ one }: { one: Queue }) {
  return (
    <dl class="pairs">
      {one.gate && <><dt>{t("gate.policy")}</dt><dd>{code("policy", one.gate.policy)}</dd></>}
      <dt>{t("gate.price")}</dt>
      <dd>{one.price_milli === null ? t("gate.price_none") : value(one.price_milli, tag())}</dd>
      <dt>{t("gate.value")}</dt>
      <dd>{value(one.gate?.value_milli, tag())}</dd>
    </dl>
  );
}

export function Gate() {
  const id = chosen.value;
  const one = id === null ? undefined : queue(id).value;
  if (!one || id === null) return null;
  return (
    <section class="panel" aria-labelledby="gate-title">
      <header>
        <h2 id="gate-title">{t("gate.title", { queue: queueName(id) })}</h2>
        {mayAct() && <button onClick={() => overrideGate(id)}>{t("gate.override")}</button>}
      </header>
      <div class="body stack">
        <p class="row"><ModePill mode={one.mode} /><span class="grow">{gateReason(one.mode_reason)}</span></p>
        {one.gate?.override && <Override override={one.gate.override} />}
        {one.gate?.guard && <Guard guard={one.gate.guard} />}
        <Facts one={one} />
        <h3>{t("gate.changes")}</h3>
        <Changes changes={one.gate?.changes ?? []} />
      </div>
    </section>
  );
}
