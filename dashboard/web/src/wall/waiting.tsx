/** The contacts that wait in the chosen queue, in the order in which they will be served. */

import type { Waiting as WaitingState, WaitingContact } from "../feed/types";
import { ask } from "../shared/act";
import { mayAct } from "../shared/api";
import { Since } from "../shared/bits";
import { plain } from "../shared/format";
import { t } from "../shared/i18n";
import { chosen, queueName, store } from "./state";

function move(contact: WaitingContact, from: string): void {
  const others = store.ids("queue").value.filter((id) => id !== from);
  ask({
    title: t("waiting.move_title", { contact: contact.contact_id }), text: t("waiting.move_confirm"),
    fields: (
      <label class="field">
        {t("waiting.move_to")}
        <select name="queue_id" required>{others.map((id) => <option key={id} value={id}>{queueName(id)}</option>)}</select>
      </label>
    ),
    message: (form) => ({ type: "contact_moved", contact_id: contact.contact_id, queue_id: String(form.get("queue_id")) }),
  });
}

function prioritise(contact: WaitingContact): void {
  ask({
    title: t("waiting.prioritise_title", { contact: contact.contact_id }), text: t("waiting.prioritise_hint"),
    fields: (
      <label class="field">
        {t("waiting.priority")}
        <input name="priority" type="number" min="0" max="99" step="1" required value={contact.priority} />
      </label>
    ),
    message: (form) => ({ type: "contact_prioritised", contact_id: contact.contact_id, priority: Number(form.get("priority")) }),
  });
}

function Row({ contact, from }: { contact: WaitingContact; from: string }) {
  return (
    <tr>
      <td>
        <div class="cut">{contact.customer_id ?? contact.contact_id}</div>
        <div class="soft small cut">{contact.reason ? plain(contact.reason) : contact.contact_id}</div>
      </td>
      <td class="num"><Since ms={contact.queued_at_ms} /></td>
      <td class="num">
        {mayAct()
          ? <button class="quiet" aria-label={`${contact.priority}, ${t("waiting.prioritise_title", { contact: contact.contact_id })}`} onClick={() => prioritise(contact)}>{contact.priority}</button>
          : contact.priority}
      </td>
      {mayAct() && (
        <td class="num">
          <button class="quiet" aria-label={t("waiting.move_title", { contact: contact.contact_id })} onClick={() => move(contact, from)}>{t("waiting.move")}</button>
        </td>
      )}
    </tr>
  );
}

export function Waiting() {
  const id = chosen.value;
  if (id === null) return null;
  const waiting = store.get<WaitingState>("waiting", id).value;
  const contacts = waiting?.contacts ?? [];
  return (
    <section class="panel" aria-labelledby="waiting-title">
      <header>
        <h2 id="waiting-title">{t("waiting.title", { queue: queueName(id) })}</h2>
        {waiting && waiting.total > contacts.length && (
          <span class="soft small">{t("waiting.shown", { shown: contacts.length, total: waiting.total })}</span>
        )}
      </header>
      {contacts.length === 0 ? <p class="empty">{t("waiting.none")}</p> : (
        <div class="waiting-list" tabIndex={0} role="group" aria-labelledby="waiting-title">
          <table>
            <thead>
              <tr>
                <th scope="col">{t("waiting.contact")}</th>
                <th scope="col" class="num">{t("waiting.since")}</th>
                <th scope="col" class="num">{t("waiting.priority")}</th>
                {mayAct() && <th scope="col"><span class="hidden">{t("waiting.move")}</span></th>}
              </tr>
            </thead>
            <tbody>{contacts.map((one) => <Row key={one.contact_id} contact={one} from={id} />)}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}
