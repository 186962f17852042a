/** The screen pop: who the customer is, what they want, who served them last, what was before. */

import { useEffect } from "preact/hooks";
import { day, plain, timeOfDay } from "../shared/format";
import { productName, reasonWords } from "../shared/catalogue";
import { code, t, tag, type Key } from "../shared/i18n";
import type { AgentContact } from "../feed/types";
import { pop, pops, type HistoryEntry } from "./pops";
import { queueName } from "./state";

const FACTS = ["segment", "grade", "tier", "stage", "age", "region", "language", "household_id"];
const CARE = ["vulnerable", "opted_out", "do_not_contact"];
const DAY_MS = 86_400_000;

function text(one: unknown): string {
  return typeof one === "string" ? plain(one) : String(one);
}

/** What must not be overlooked comes first, in its own colour. */
function Facts({ customer }: { customer: Record<string, unknown> }) {
  const known = FACTS.filter((name) => customer[name] !== null && customer[name] !== undefined);
  const care = CARE.filter((name) => customer[name] === true);
  const complaints = Number(customer.open_complaints ?? 0);
  const held = Array.isArray(customer.held) ? (customer.held as string[]) : null;
  return (
    <p class="facts">
      {care.map((name) => <span class="fact care" key={name}>{t(`fact.${name}` as Key)}</span>)}
      {complaints > 0 && <span class="fact care"><b>{t("fact.open_complaints")}</b>{complaints}</span>}
      {known.map((name) => <span class="fact" key={name}><b>{t(`fact.${name}` as Key)}</b>{text(customer[name])}</span>)}
      {held && <span class="fact"><b>{t("fact.held")}</b>{held.length ? held.map(productName).join(", ") : t("app.none")}</span>}
      {known.length === 0 && care.length === 0 && !held && <span class="soft">{t("desk.no_facts")}</span>}
    </p>
  );
}

function When({ ms }: { ms: number }) {
  const isToday = Date.now() - ms < DAY_MS / 2;
  return <span class="soft">{isToday ? timeOfDay(ms, tag(), false) : day(ms, tag())}</span>;
}

function History({ entries }: { entries: HistoryEntry[] }) {
  if (entries.length === 0) return <p class="soft">{t("desk.no_history")}</p>;
  return (
    <ol class="history">
      {entries.slice(0, 6).map((one) => (
        <li key={one.at_ms}>
          <When ms={one.at_ms} />
          <span>
            {one.reason ? reasonWords(one.reason) : queueName(one.queue_id)}
            {one.reactions?.map((reaction) => (
              <span class="soft small" key={reaction.product_id}> · {productName(reaction.product_id)}: {code("reaction", reaction.reaction)}</span>
            ))}
          </span>
          <span class="soft small">{code("disposition", one.disposition)}{one.agent_id && ` · ${one.agent_id}`}</span>
        </li>
      ))}
    </ol>
  );
}

export function Customer({ contact }: { contact: AgentContact }) {
  const id = contact.contact_id;
  useEffect(() => void pop(id), [id]);
  const found = pops.value.get(id);
  const customerId = contact.customer_id ?? found?.customer_id;
  const reason = contact.reason ?? found?.reason;
  return (
    <div class="stack">
      <div>
        <div class="who">{customerId ?? t("desk.no_customer")}</div>
        <p>
          {reason && <strong>{reasonWords(reason)}</strong>}
          <span class="soft">{reason ? " · " : ""}{queueName(contact.queue_id)} · {contact.contact_id}</span>
        </p>
      </div>
      {found?.customer && <Facts customer={found.customer} />}
      {found?.owner && <p><span class="soft">{t("desk.owner")}</span> {found.owner.name ?? found.owner.agent_id}</p>}
      {found && <div><h3>{t("desk.history")}</h3><History entries={found.history ?? []} /></div>}
    </div>
  );
}
