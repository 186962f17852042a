/** The desktop's state: what the engine says of this agent, and what the agent has sent. */

import { computed, signal } from "@preact/signals";
import { Store } from "../feed/store";
import type { Agent, Change, Kind, Queue } from "../feed/types";
import { newId, type BusMessage, type Reply } from "../shared/api";
import { clock } from "../shared/clock";
import type { Decision } from "./decisions";
import { agentNow, NOTHING, withDecision, withSnapshot, type Folded } from "./fold";
import { DeskLink, type Frame } from "./link";
import { noticeOf, tell } from "./notices";
import { Outbox, type Outgoing } from "./outbox";
import { forget } from "./pops";
import { marketingAfter, NONE, type Marketing } from "./rounds";

const ANSWER_WITHIN_MS = 6_000;
const PUMP_MS = 250;

export const watched = new URLSearchParams(location.search).get("watch");
export const store = new Store();
export const agentId = signal("");
export const displayName = signal<string | null>(null);
/** Whether the dashboard itself has a line to the engine's broker. */
export const isBusUp = signal(true);
export const waitingToSend = signal(0);
/** Whether the agent has signed in to work at this browser; the session may be at another client. */
export const isAtWork = signal(false);

const folded = signal<Folded>(NOTHING);
export const agent = computed<Agent | null>(() => agentNow(folded.value));
const marketing = signal<ReadonlyMap<string, Marketing>>(new Map());

let outbox: Outbox | null = null;
const waiters = new Map<string, (reply: Reply) => void>();
let returning = false;

export const link = new DeskLink(
  `/api/v1/desktop${watched ? `?watch=${encodeURIComponent(watched)}` : ""}`,
  take,
  () => location.assign("/login"),
);

export function start(ownId: string): void {
  agentId.value = watched ?? ownId;
  if (!watched) outbox = new Outbox(localStorage, `tidegate.outbox.${ownId}`);
  isAtWork.value = localStorage.getItem(atWorkKey()) !== null;
  waitingToSend.value = outbox?.size ?? 0;
  window.addEventListener("online", () => link.hurry());
  setInterval(pump, PUMP_MS);
  link.open();
}

export function queueName(id: string): string {
  return store.get<Queue>("queue", id).value?.name ?? id;
}

export function marketingOf(contactId: string): Marketing {
  return marketing.value.get(contactId) ?? NONE;
}

// --- in --------------------------------------------------------------------------------

function take(frame: Frame): void {
  if (frame.kind === "hello") return onHello(frame);
  if (frame.kind === "object") return onObject({ kind: frame.kind2 as Kind, id: frame.id, value: frame.value });
  if (frame.kind === "decision") return onDecision(frame.decision);
  if (frame.kind === "reply") return onReply(frame.reply);
  if (frame.kind === "link") isBusUp.value = frame.is_connected;
}

function onHello(hello: Frame & { kind: "hello" }): void {
  clock.begin(hello.at_ms);
  displayName.value = hello.name;
  isBusUp.value = hello.is_connected ?? true;
  returning = true;
  outbox?.reconnected();
  pump();
}

function onObject(change: Change): void {
  clock.hear((change.value as { at_ms?: number } | null)?.at_ms);
  store.apply([change]);
  if (change.kind !== "agent" || change.id !== agentId.value) return;
  folded.value = withSnapshot(folded.value, change.value as Agent | null);
  comeBack();
}

function atWorkKey(): string {
  return `tidegate.at_work.${agentId.value}`;
}

function setAtWork(is: boolean): void {
  isAtWork.value = is;
  if (is) localStorage.setItem(atWorkKey(), "1");
  else localStorage.removeItem(atWorkKey());
}

/** After a loss of the line the session is taken up again; the engine then tells what is in hand. */
function comeBack(): void {
  const now = agent.value;
  if (watched || !isAtWork.value || !now || now.state === "signed_out") return;
  if (!now.lost && !returning) return;
  returning = false;
  if (outbox?.pending().some((one) => one.type === "agent_signed_in")) return;
  send({ type: "agent_signed_in" });
}

function onDecision(decision: Decision): void {
  const next = withDecision(folded.value, decision);
  if (next === null) return;
  clock.hear(decision.at_ms);
  folded.value = next;
  tell(noticeOf(decision));
  if (!decision.contact_id) return;
  const all = new Map(marketing.value);
  if (decision.type === "outcome_recorded") {
    all.delete(decision.contact_id);
    forget(decision.contact_id);
  } else {
    all.set(decision.contact_id, marketingAfter(all.get(decision.contact_id) ?? NONE, decision));
  }
  marketing.value = all;
}

// --- out -------------------------------------------------------------------------------

/** Send one message of the agent's; resolves with the engine's reply, however long that takes. */
export function send(message: BusMessage): Promise<Reply> {
  return post({ event_id: newId("desk"), occurred_at_ms: Math.round(clock.nowMs()), ...message });
}

/** The same for a dialog: it has its `event_id`, and is told `unknown` if the reply takes long. */
export function sendAsked(message: Outgoing): Promise<Reply> {
  const late = new Promise<Reply>((resolve) => {
    setTimeout(() => resolve({ status: "unknown", event_id: message.event_id }), ANSWER_WITHIN_MS);
  });
  return Promise.race([post(message), late]);
}

function post(message: Outgoing): Promise<Reply> {
  const box = outbox;
  if (box === null) return Promise.resolve({ status: "rejected", reason: "role_forbids" });
  const answer = new Promise<Reply>((resolve) => waiters.set(message.event_id, resolve));
  box.add({ agent_id: agentId.value, ...message });
  pump();
  return answer;
}

function pump(): void {
  if (outbox === null) return;
  if (link.state.value === "live") {
    const message = outbox.next(Date.now());
    if (message) link.send(message);
  }
  waitingToSend.value = outbox.size;
}

function onReply(reply: Reply): void {
  const message = outbox?.answered(reply, Date.now());
  if (!message) return;
  waiters.get(message.event_id)?.(reply);
  waiters.delete(message.event_id);
  if (message.type === "agent_signed_in" && reply.reason !== "event_id_reused") setAtWork(reply.status === "ok");
  if (message.type === "agent_signed_out" && reply.status === "ok") setAtWork(false);
  // That the id was used says that it has been carried out before, from an earlier session.
  if (reply.status === "rejected" && reply.reason !== "event_id_reused") tell({ tone: "rejected", reply });
  pump();
}
