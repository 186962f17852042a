/** All agents: a list of any length of which only the rows in view are in the page. */

import { useComputed, useSignal, type Signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Agent } from "../feed/types";
import { ModePill, Since, StatePill } from "../shared/bits";
import { code, t } from "../shared/i18n";
import { count } from "../shared/format";
import { Icon } from "../shared/icons";
import { tag } from "../shared/i18n";
import { currentContact, doing, inOrder, keepIfEqual, rowsInView, select, SLOTS, type Filter } from "./agent_filter";
import { shownAgent } from "./agent_sheet";
import { queueName, store } from "./state";

const ROW_PX = 40;
const VIEW_PX = 480;

const STATES = [
  "ready", "not_ready", "not_ready_after_contact", "ringing", "talk", "hold", "service_complete", "marketing", "wrap_up", "signed_out",
];

function Row({ id, index }: { id: string; index: number }) {
  const agent = store.get<Agent>("agent", id).value;
  if (!agent) return null;
  const contact = currentContact(agent);
  const name = agent.name ?? agent.agent_id;
  const why = agent.reason && agent.state !== "ready" ? code("why", agent.reason) : "";
  return (
    <div class="line" role="row" aria-rowindex={index + 2} style={{ transform: `translateY(${index * ROW_PX}px)` }}>
      <span role="cell"><strong>{name}</strong>{agent.is_learner && <span class="soft small"> {t("agents.learner")}</span>}</span>
      <span role="cell"><StatePill state={doing(agent)} />{agent.lost && <span class="bad small"> {t("agents.lost")}</span>}</span>
      <span role="cell" class="num"><Since ms={contact?.since_ms ?? agent.since_ms} /></span>
      <span role="cell" class="soft small">{why}</span>
      <span role="cell">{contact && <>{contact.customer_id ?? contact.contact_id} <span class="soft small">{queueName(contact.queue_id)}</span></>}</span>
      <span role="cell">{contact?.mode && <ModePill mode={contact.mode} />}</span>
      <span role="cell" class="num">{agent.today?.handled ?? "–"}</span>
      <span role="cell" class="acts">
        <button class="quiet" aria-label={t("agents.act", { agent: name })} onClick={() => (shownAgent.value = id)}><Icon name="more" /></button>
      </span>
    </div>
  );
}

function Columns() {
  return (
    <div class="head" role="row" aria-rowindex={1}>
      <span role="columnheader">{t("agents.agent")}</span>
      <span role="columnheader">{t("agents.state")}</span>
      <span role="columnheader" class="num">{t("agents.since")}</span>
      <span role="columnheader">{t("agents.reason")}</span>
      <span role="columnheader">{t("agents.contact")}</span>
      <span role="columnheader">{t("agents.mode")}</span>
      <span role="columnheader" class="num">{t("desk.handled")}</span>
      <span role="columnheader"><span class="hidden">{t("app.none")}</span></span>
    </div>
  );
}

function Choice({ filter, field, label, any, options }: {
  filter: Signal<Filter>; field: "state" | "team" | "queue"; label: string; any: string; options: [string, string][];
}) {
  const choose = (value: string) => (filter.value = { ...filter.value, [field]: value });
  return (
    <select aria-label={label} value={filter.value[field]} onChange={(event) => choose(event.currentTarget.value)}>
      <option value="">{any}</option>
      {options.map(([value, words]) => <option key={value} value={value}>{words}</option>)}
    </select>
  );
}

function Filters({ filter }: { filter: Signal<Filter> }) {
  const joined = useComputed(() => [...new Set(store.all<Agent>("agent").map((one) => one.team))].filter(Boolean).sort().join("\n"));
  const teams = joined.value ? joined.value.split("\n") : [];
  const states: [string, string][] = [["in", t("agents.signed_in")], ...STATES.map((one): [string, string] => [one, code("state", one)])];
  return (
    <div class="filters">
      <input type="search" aria-label={t("agents.search")} placeholder={t("agents.search")} value={filter.value.text}
        onInput={(event) => (filter.value = { ...filter.value, text: event.currentTarget.value })} />
      <Choice filter={filter} field="state" label={t("agents.state")} any={t("agents.any_state")} options={states} />
      {teams.length > 0 && (
        <Choice filter={filter} field="team" label={t("agents.team")} any={t("agents.any_team")} options={teams.map((one) => [one, one])} />
      )}
      <Choice filter={filter} field="queue" label={t("agents.queue")} any={t("agents.any_queue")}
        options={store.ids("queue").value.map((id) => [id, queueName(id)])} />
    </div>
  );
}

/** A focused row that scrolls out of sight gives the focus to the list, before it shows somebody else. */
function leaveRow(view: HTMLElement, top: number): void {
  const row = document.activeElement?.closest<HTMLElement>(".line");
  if (!row || !view.contains(row)) return;
  const at = (Number(row.getAttribute("aria-rowindex")) - 2) * ROW_PX;
  if (at + ROW_PX < top || at > top + VIEW_PX) view.focus({ preventScroll: true });
}

/** The rows in view. Scrolling moves the container alone; rows come and go at its edges. */
function View({ ids }: { ids: Signal<string[]> }) {
  const top = useSignal(0);
  const view = useRef<HTMLDivElement>(null);
  const range = useComputed(() => rowsInView(top.value, VIEW_PX, ROW_PX, ids.value.length).join());
  const [first, end] = range.value.split(",").map(Number) as [number, number];
  const scrolled = () => {
    top.value = view.current!.scrollTop;
    leaveRow(view.current!, top.value);
  };
  return (
    <div class="view" ref={view} tabIndex={0} role="rowgroup" style={{ height: `${Math.min(VIEW_PX, Math.max(2, ids.value.length) * ROW_PX)}px` }} aria-label={t("agents.title")} onScroll={scrolled}>
      <div role="presentation" style={{ height: `${ids.value.length * ROW_PX}px` }}>
        {ids.value.slice(first, end).map((id, i) => <Row key={(first + i) % SLOTS} id={id} index={first + i} />)}
      </div>
      {ids.value.length === 0 && <p class="empty">{t("agents.none")}</p>}
    </div>
  );
}

export function Agents() {
  const filter = useSignal<Filter>({ text: "", state: "", team: "", queue: "" });
  const last = useRef<string[]>([]);
  const now = (id: string) => store.get<Agent>("agent", id).peek()!;
  const order = useComputed(() => inOrder(store.ids("agent").value.map(now)).map((one) => one.agent_id));
  const ids = useComputed(() => {
    void store.version("agent").value;
    return (last.current = keepIfEqual(last.current, select(order.value.map(now), filter.value)));
  });
  const total = store.ids("agent").value.length;
  return (
    <section class="panel agents" aria-labelledby="agents-title">
      <header>
        <h2 id="agents-title">{t("agents.title")}</h2>
        <span class="soft small" role="status">{t("agents.shown", { shown: count(ids.value.length, tag()), total: count(total, tag()) })}</span>
      </header>
      <Filters filter={filter} />
      <div class="grid" role="table" aria-labelledby="agents-title" aria-rowcount={ids.value.length + 1}>
        <div class="inner" role="presentation">
          <div role="rowgroup"><Columns /></div>
          <View ids={ids} />
        </div>
      </div>
    </section>
  );
}
