/** Acts: one dialog for all. It says what will happen, asks, sends, and shows the engine's answer. */

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { command, newId, type BusMessage, type Reply } from "./api";
import { hasWords, replyReason, t, type Key } from "./i18n";

export interface Act {
  title: string;
  /** What it does, in a sentence. */
  text: string;
  danger?: boolean;
  fields?: ComponentChildren;
  /** Make the message of what the form holds. */
  message: (form: FormData) => BusMessage;
  /** Sends it; by default as a supervisor's command. */
  send?: (message: BusMessage & { event_id: string }) => Promise<Reply>;
}

type Stage = { at: "asking" } | { at: "sending" } | { at: "answered"; reply: Reply };

const act = signal<Act | null>(null);
/** Rises with every act that was answered, so that the list of acts is read again. */
export const lastAct = signal(0);
const stage = signal<Stage>({ at: "asking" });
/** The message under way: a repeat goes out with the same event_id, so it happens once. */
let pending: (BusMessage & { event_id: string }) | null = null;

export function ask(one: Act): void {
  pending = null;
  stage.value = { at: "asking" };
  act.value = one;
}

async function send(one: Act, form: HTMLFormElement): Promise<void> {
  pending ??= { ...one.message(new FormData(form)), event_id: newId() };
  stage.value = { at: "sending" };
  const reply = await (one.send ?? command)(pending);
  if (act.value !== one) return;
  if (reply.status === "rejected") pending = null; // a new try is a new message
  stage.value = { at: "answered", reply };
  lastAct.value += 1;
}

export function Answer({ reply }: { reply: Reply }) {
  return (
    <div class={`answer ${reply.status}`}>
      <strong>{headline(reply)}</strong>
      {reply.status === "rejected" && <div>{replyReason(reply)}</div>}
      {reply.status === "rejected" && remedy(reply)}
    </div>
  );
}

function headline(reply: Reply): string {
  if (reply.status === "ok") return t("act.done");
  if (reply.status === "rejected") return t("act.rejected");
  if (reply.status === "busy") return t("act.busy", { s: Math.max(1, Math.ceil((reply.retry_after_ms ?? 1000) / 1000)) });
  return t("act.unknown");
}

function remedy(reply: Reply) {
  const key = `remedy.${reply.reason}`;
  return hasWords(key) ? <div>{t(key as Key)}</div> : null;
}

export function ActDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const one = act.value;
  const now = stage.value;
  useEffect(() => {
    const element = dialog.current;
    if (one && element && !element.open) element.showModal();
    if (!one && element?.open) element.close();
  }, [one]);
  if (!one) return null;
  const done = now.at === "answered" && now.reply.status === "ok";
  const again = now.at === "answered" && (now.reply.status === "unknown" || now.reply.status === "busy");
  return (
    <dialog ref={dialog} aria-labelledby="act-title" onClose={() => (act.value = null)}>
      <form onSubmit={(event) => { event.preventDefault(); void send(one, event.currentTarget); }}>
        <h2 id="act-title">{one.title}</h2>
        {one.text && <p>{one.text}</p>}
        {!done && one.fields}
        <div role="status">
          {now.at === "sending" && <div class="answer">{t("act.sending")}</div>}
          {now.at === "answered" && <Answer reply={now.reply} />}
        </div>
        <footer>
          <button type="button" onClick={() => dialog.current?.close()}>{t(done ? "app.close" : "app.cancel")}</button>
          {!done && (
            <button type="submit" class={one.danger ? "danger" : "primary"} disabled={now.at === "sending"}>
              {again ? t("act.repeat") : t("act.confirm")}
            </button>
          )}
        </footer>
      </form>
    </dialog>
  );
}
