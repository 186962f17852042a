/** The agent's own state: sign in, ready or not and why, go home. */

import { useSignal } from "@preact/signals";
import type { Agent } from "../feed/types";
import { ask } from "../shared/act";
import { Since, StatePill } from "../shared/bits";
import { code, t } from "../shared/i18n";
import { KeyButton, KeySwitch } from "./keys";
import { agent, displayName, agentId, isAtWork, send, sendAsked, waitingToSend, watched } from "./state";

const REASONS = ["break", "lunch", "paperwork", "training", "meeting"];

/** Ask why, then become not ready. */
function goNotReady(): void {
  ask({
    title: t("desk.why_not_ready"), text: "",
    fields: (
      <>
        <fieldset>
          <legend class="hidden">{t("desk.why_not_ready")}</legend>
          {REASONS.map((one, i) => (
            <label class="tick" key={one}><input type="radio" name="reason" value={one} checked={i === 0} />{code("why", one)}</label>
          ))}
        </fieldset>
        <label class="field">{t("desk.other_reason")}<input name="other" maxlength={64} /></label>
      </>
    ),
    message: (form) => ({ type: "agent_not_ready", reason: String(form.get("other")).trim() || String(form.get("reason")) }),
    send: sendAsked,
  });
}

function goHome(): void {
  ask({ title: t("desk.sign_out"), text: t("desk.sign_out_confirm"), danger: true, message: () => ({ type: "agent_signed_out" }), send: sendAsked });
}

export function SignIn() {
  const ready = useSignal(true);
  if (watched) return null;
  return (
    <form class="stack" onSubmit={(event) => { event.preventDefault(); void send({ type: "agent_signed_in", ready: ready.value }); }}>
      <label class="tick">
        <input type="checkbox" checked={ready.value} onChange={(event) => (ready.value = event.currentTarget.checked)} />
        {t("desk.sign_in_ready")}
      </label>
      <button class="primary" type="submit">{t("desk.sign_in")}</button>
    </form>
  );
}

function Acts({ me }: { me: Agent }) {
  const isReady = me.state === "ready";
  if (!isAtWork.value) {
    return <button class="primary" onClick={() => void send({ type: "agent_signed_in", take_over: true })}>{t("desk.take_over")}</button>;
  }
  return (
    <>
      {isReady
        ? <KeyButton k="G" label={t("desk.go_not_ready")} run={goNotReady} />
        : <KeyButton k="G" label={t("desk.go_ready")} kind="primary" run={() => void send({ type: "agent_ready" })} />}
      <button class="quiet" disabled={me.contacts.length > 0} onClick={goHome}>{t("desk.sign_out")}</button>
    </>
  );
}

export function Me() {
  const me = agent.value;
  const isOut = !me || me.state === "signed_out";
  return (
    <section class="me" aria-label={t("agents.state")}>
      <strong>{me?.name ?? displayName.value ?? agentId.value}</strong>
      <span class="now" aria-live="polite">
        <StatePill state={me?.state ?? "signed_out"} />
        {me?.reason && !isOut && <span class="soft small">{code("why", me.reason)}</span>}
      </span>
      {me && !isOut && <span class="soft"><Since ms={me.since_ms} /></span>}
      {me && !isOut && !watched && <Acts me={me} />}
      <span class="grow" />
      <span role="status">{waitingToSend.value > 0 && <span class="pill warning" title={t("desk.outbox_lost")}>{t("desk.outbox", { n: waitingToSend.value })}</span>}</span>
      {!watched && <KeySwitch />}
    </section>
  );
}
