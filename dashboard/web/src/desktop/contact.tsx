/** A contact in hand: its stage, how long, and what can be done with it in this stage. */

import type { AgentContact } from "../feed/types";
import { ask } from "../shared/act";
import { Since, StatePill } from "../shared/bits";
import { t } from "../shared/i18n";
import { Customer } from "./customer";
import { KeyButton } from "./keys";
import { about } from "./ringing";
import { agent, queueName, send, sendAsked, store, watched } from "./state";
import { WrapUp } from "./wrap_up";

function TransferFields({ queues }: { queues: string[] }) {
  return (
    <>
      <fieldset>
        <legend>{t("desk.transfer_to")}</legend>
        <label class="tick"><input type="radio" name="to" value="queue" checked />{t("desk.transfer_queue")}</label>
        <label class="tick"><input type="radio" name="to" value="agent" />{t("desk.transfer_agent")}</label>
      </fieldset>
      <label class="field">
        {t("desk.queue")}
        <select name="queue_id">{queues.map((id) => <option key={id} value={id}>{queueName(id)}</option>)}</select>
      </label>
      <label class="field">{t("desk.agent_id")}<input name="agent_id" maxlength={128} autocomplete="off" /></label>
    </>
  );
}

function transfer(contact: AgentContact): void {
  const served = agent.value?.queues ?? [];
  const queues = [...new Set([...store.ids("queue").value, ...served])].filter((id) => id !== contact.queue_id);
  ask({
    title: t("desk.transfer_title"), text: t("desk.transfer_hint"), fields: <TransferFields queues={queues} />,
    message: (form) => {
      const target = form.get("to") === "agent"
        ? { to_agent_id: String(form.get("agent_id")).trim() }
        : { to_queue_id: String(form.get("queue_id")) };
      return { type: "contact_transferred", ...about(contact), ...target };
    },
    send: sendAsked,
  });
}

function Actions({ contact }: { contact: AgentContact }) {
  const say = (type: string) => () => void send({ type, ...about(contact) });
  const { state } = contact;
  const isHeld = state === "hold";
  const isTalking = state === "talk" || isHeld;
  return (
    <div class="actions">
      {isTalking && <KeyButton k="S" kind="primary" label={t("desk.service_completed")} run={say("service_completed")} />}
      {isTalking && <KeyButton k="H" label={t(isHeld ? "desk.resume" : "desk.hold")} run={say(isHeld ? "resumed" : "held")} />}
      {state === "marketing" && <KeyButton k="H" label={t("desk.resume")} run={say("resumed")} />}
      {(isTalking || state === "service_complete" || state === "marketing") && (
        <KeyButton k="T" label={t("desk.transfer")} run={() => transfer(contact)} />
      )}
    </div>
  );
}

export function Contact({ contact }: { contact: AgentContact }) {
  const titleId = `contact-${contact.contact_id}`;
  return (
    <section class="panel contact" aria-labelledby={titleId}>
      <header>
        <h2 id={titleId}><span class="hidden">{t("desk.contact")} </span><StatePill state={contact.state} /></h2>
        <span class="timer"><Since ms={contact.since_ms} /></span>
      </header>
      <div class="body">
        {contact.state === "wrap_up" ? <WrapUp contact={contact} /> : !watched && <Actions contact={contact} />}
        <Customer contact={contact} />
      </div>
    </section>
  );
}
