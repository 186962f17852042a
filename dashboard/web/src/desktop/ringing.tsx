/** A contact that rings: who it is before answering, and accept or reject while time is left. */

import type { AgentContact } from "../feed/types";
import { ask } from "../shared/act";
import { clock } from "../shared/clock";
import { secondsLeft } from "../shared/format";
import { t } from "../shared/i18n";
import { Customer } from "./customer";
import { Key, useKey } from "./keys";
import { send, sendAsked, watched } from "./state";

const ROUND = 2 * Math.PI * 28;
const LATE_S = 5;

/** Time left as a closing ring around the seconds. */
function Countdown({ from, until }: { from: number; until: number }) {
  const now = clock.now.value;
  const left = secondsLeft(until, now);
  const share = Math.max(0, Math.min(1, (until - now) / Math.max(1, until - from)));
  return (
    <svg class="ring" viewBox="0 0 64 64" role="img" aria-label={t("desk.seconds_left", { s: left })}>
      <circle cx="32" cy="32" r="28" />
      <circle class={`left${left <= LATE_S ? " late" : ""}`} cx="32" cy="32" r="28" transform="rotate(-90 32 32)"
        stroke-dasharray={`${ROUND * share} ${ROUND}`} />
      <text x="32" y="32">{left}</text>
    </svg>
  );
}

/** The contact's own words: every answer names the reservation it is about. */
export function about(contact: AgentContact) {
  return { contact_id: contact.contact_id, revision: contact.revision };
}

function reject(contact: AgentContact): void {
  ask({
    title: t("desk.reject"), text: t("desk.reject_confirm"), danger: true,
    message: () => ({ type: "rejected", ...about(contact) }), send: sendAsked,
  });
}

function Answering({ contact }: { contact: AgentContact }) {
  const accept = () => void send({ type: "accepted", ...about(contact) });
  useKey("A", accept);
  useKey("R", () => reject(contact));
  return (
    <div class="answering">
      {contact.until_ms !== null && <Countdown from={contact.since_ms} until={contact.until_ms} />}
      <button class="primary" onClick={accept}>{t("desk.accept")} <Key k="A" /></button>
      <button class="danger" onClick={() => reject(contact)}>{t("desk.reject")} <Key k="R" /></button>
    </div>
  );
}

export function Ringing({ contact }: { contact: AgentContact }) {
  return (
    <section class="panel contact ringing fresh" aria-labelledby={`ring-${contact.contact_id}`}>
      <header><h2 id={`ring-${contact.contact_id}`}>{t("desk.incoming")}</h2></header>
      <div class="body">
        {!watched && <Answering contact={contact} />}
        <Customer contact={contact} />
      </div>
    </section>
  );
}
