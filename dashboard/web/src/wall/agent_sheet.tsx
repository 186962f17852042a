/** One agent in detail, and what a supervisor may do. */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Agent } from "../feed/types";
import { ask } from "../shared/act";
import { mayAct } from "../shared/api";
import { ModePill, Since, StatePill } from "../shared/bits";
import { count, duration, value } from "../shared/format";
import { code, gateReason, t, tag } from "../shared/i18n";
import { skillsOf } from "./messages";
import { queueName, store } from "./state";

export const shownAgent = signal<string | null>(null);
const NOT_READY_REASONS = ["break", "lunch", "training", "coaching", "meeting"];

function makeReady(agent: Agent, name: string): void {
  ask({
    title: `${t("agents.make_ready")}: ${name}`, text: t("agents.ready_confirm", { agent: name }),
    message: () => ({ type: "agent_ready", agent_id: agent.agent_id }),
  });
}

function makeNotReady(agent: Agent, name: string): void {
  ask({
    title: `${t("agents.make_not_ready")}: ${name}`, text: t("agents.not_ready_confirm", { agent: name }),
    fields: (
      <label class="field">
        {t("agents.reason")}
        <input name="reason" list="reasons" required maxlength={64} value="coaching" />
        <datalist id="reasons">{NOT_READY_REASONS.map((one) => <option key={one} value={one}>{code("why", one)}</option>)}</datalist>
      </label>
    ),
    message: (form) => ({ type: "agent_not_ready", agent_id: agent.agent_id, reason: String(form.get("reason")) }),
  });
}

function signOut(agent: Agent, name: string): void {
  ask({
    title: `${t("agents.sign_out")}: ${name}`, text: t("agents.sign_out_confirm", { agent: name }), danger: true,
    message: () => ({ type: "agent_sign_out_forced", agent_id: agent.agent_id }),
  });
}

function changeSkills(agent: Agent, name: string): void {
  const known = new Set(store.all<Agent>("agent").flatMap((one) => Object.keys(one.skills ?? {})));
  ask({
    title: `${t("agents.change_skills")}: ${name}`, text: t("agents.skills_confirm", { agent: name }),
    fields: (
      <div class="stack">
        {Object.entries(agent.skills ?? {}).map(([skill, level]) => (
          <label class="row" key={skill}><span class="grow">{skill}</span><input type="number" name={`skill:${skill}`} min="0" max="10" step="1" value={level} /></label>
        ))}
        <div class="row">
          <input class="grow" name="new_skill" list="skills" maxlength={128} aria-label={t("agents.new_skill")} placeholder={t("agents.new_skill")} />
          <input type="number" name="new_level" min="1" max="10" step="1" value="5" aria-label={t("agents.new_skill")} />
          <datalist id="skills">{[...known].sort().map((one) => <option key={one} value={one} />)}</datalist>
        </div>
      </div>
    ),
    message: (form) => ({ type: "agent_skills_changed", agent_id: agent.agent_id, skills: skillsOf(form) }),
  });
}

function Facts({ agent }: { agent: Agent }) {
  const list = (all: string[] | undefined) => (all?.length ? all.join(", ") : t("app.none"));
  return (
    <dl class="pairs">
      <dt>{t("agents.skills")}</dt>
      <dd>{list(Object.entries(agent.skills ?? {}).map(([skill, level]) => `${skill} ${level}`))}</dd>
      <dt>{t("agents.queues")}</dt><dd>{list(agent.queues?.map(queueName))}</dd>
      <dt>{t("agents.certificates")}</dt><dd>{list(agent.certificates)}</dd>
      {agent.team && <><dt>{t("agents.team")}</dt><dd>{agent.team}</dd></>}
    </dl>
  );
}

function Today({ today }: { today: NonNullable<Agent["today"]> }) {
  return (
    <dl class="figures">
      <div><dt>{t("desk.handled")}</dt><dd>{count(today.handled, tag())}</dd></div>
      <div><dt>{t("desk.aht")}</dt><dd>{duration(today.aht_ms)}</dd></div>
      <div><dt>{t("desk.rona")}</dt><dd>{today.rona}</dd></div>
      <div><dt>{t("desk.presented")}</dt><dd>{today.presented}</dd></div>
      <div><dt>{t("desk.accepted")}</dt><dd>{today.accepted}</dd></div>
      <div><dt>{t("desk.value")}</dt><dd>{value(today.value_milli, tag())}</dd></div>
    </dl>
  );
}

function Contacts({ agent }: { agent: Agent }) {
  return (
    <ul class="stack">
      {agent.contacts.map((one) => (
        <li key={one.contact_id} class="row">
          <StatePill state={one.state} /><Since ms={one.since_ms} />
          <span>{one.customer_id ?? one.contact_id} · {queueName(one.queue_id)}</span>
          {one.mode && <ModePill mode={one.mode} />}
          {one.mode_reason && <span class="soft small">{gateReason(one.mode_reason)}</span>}
        </li>
      ))}
    </ul>
  );
}

function Acts({ agent, name }: { agent: Agent; name: string }) {
  const out = agent.state === "signed_out";
  return (
    <div class="row">
      <button disabled={out || agent.state === "ready"} onClick={() => makeReady(agent, name)}>{t("agents.make_ready")}</button>
      <button disabled={out || agent.state === "not_ready"} onClick={() => makeNotReady(agent, name)}>{t("agents.make_not_ready")}</button>
      <button disabled={out} onClick={() => changeSkills(agent, name)}>{t("agents.change_skills")}</button>
      <button class="danger" disabled={out} onClick={() => signOut(agent, name)}>{t("agents.sign_out")}</button>
      <a class="button" href={`/desktop?watch=${encodeURIComponent(agent.agent_id)}`} target="_blank" rel="noopener">{t("agents.watch")}</a>
    </div>
  );
}

export function AgentSheet() {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = shownAgent.value;
  const agent = id === null ? undefined : store.get<Agent>("agent", id).value;
  useEffect(() => {
    if (agent && !dialog.current?.open) dialog.current?.showModal();
  }, [agent === undefined, id]);
  if (!agent) return null;
  const name = agent.name ?? agent.agent_id;
  return (
    <dialog ref={dialog} aria-labelledby="agent-title" onClose={() => (shownAgent.value = null)}>
      <div class="sheet">
        <h2 id="agent-title">{name} {name !== agent.agent_id && <span class="soft small">{agent.agent_id}</span>}</h2>
        <p class="row">
          <StatePill state={agent.state} /><Since ms={agent.since_ms} />
          {agent.reason && <span class="soft">{code("why", agent.reason)}</span>}
          {agent.lost && <span class="bad">{t("agents.lost")}</span>}
        </p>
        <Contacts agent={agent} />
        <Facts agent={agent} />
        {agent.today && <Today today={agent.today} />}
        {mayAct() && <Acts agent={agent} name={name} />}
        <footer><button onClick={() => dialog.current?.close()}>{t("app.close")}</button></footer>
      </div>
    </dialog>
  );
}
