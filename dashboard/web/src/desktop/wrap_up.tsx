/** After-contact work: what came of the contact, a note, and the time that is left. */

import type { AgentContact, Queue } from "../feed/types";
import { Until } from "../shared/bits";
import { code, t } from "../shared/i18n";
import { useKey, Key } from "./keys";
import { about } from "./ringing";
import { send, store, watched } from "./state";

const MORE_MS = 30_000;
const FORM = "wrap-up";

function finish(contact: AgentContact, form: HTMLFormElement): void {
  const given = new FormData(form);
  const disposition_code = String(given.get("disposition_code") ?? "").trim();
  const note = String(given.get("note") ?? "").trim();
  void send({
    type: "wrap_up_completed", ...about(contact),
    ...(disposition_code ? { disposition_code } : {}), ...(note ? { note } : {}),
  });
}

/** One of the queue's codes, or a free one where the queue has none. */
function Disposition({ codes }: { codes: string[] | undefined }) {
  return (
    <label class="field">
      {t("desk.disposition")}
      {codes?.length ? (
        <select name="disposition_code">
          <option value="" />
          {codes.map((one) => <option key={one} value={one}>{code("disposition", one)}</option>)}
        </select>
      ) : <input name="disposition_code" maxlength={64} list="dispositions" />}
      <datalist id="dispositions">
        {["resolved", "follow_up", "escalated", "no_issue"].map((one) => <option key={one} value={one}>{code("disposition", one)}</option>)}
      </datalist>
    </label>
  );
}

export function WrapUp({ contact }: { contact: AgentContact }) {
  const codes = store.get<Queue>("queue", contact.queue_id).value?.disposition_codes;
  const submit = () => (document.getElementById(FORM) as HTMLFormElement | null)?.requestSubmit();
  const extend = () => void send({ type: "wrap_up_extended", ...about(contact), by_ms: MORE_MS });
  useKey("W", submit, !watched);
  useKey("E", extend, !watched && contact.until_ms !== null);
  return (
    <form id={FORM} class="stack" onSubmit={(event) => { event.preventDefault(); finish(contact, event.currentTarget); }}
      onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(); }}>
      <p class="row">
        <strong>{t("desk.wrap_up")}</strong>
        <span class="timer">{contact.until_ms === null ? t("desk.wrap_up_no_limit") : <Until ms={contact.until_ms} />}</span>
        {!watched && contact.until_ms !== null && <button type="button" onClick={extend}>{t("desk.wrap_up_more")} <Key k="E" /></button>}
      </p>
      {!watched && (
        <>
          <Disposition codes={codes} />
          <label class="field">{t("desk.note")}<textarea name="note" maxlength={2000} rows={3} /></label>
          <div><button class="primary" type="submit">{t("desk.wrap_up_done")} <Key k="W" /></button></div>
        </>
      )}
    </form>
  );
}
