/** What supervisors have done lately, from the journal. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { get, mayAct } from "../shared/api";
import { duration, timeOfDay, who } from "../shared/format";
import { code, t, tag } from "../shared/i18n";
import { lastAct } from "../shared/act";

interface Entry {
  at_ms: number;
  by: string;
  type: string;
  fields: Record<string, unknown>;
}

const SHOWN = 8;
const REFRESH_MS = 30_000;

function entriesOf(answer: Entry[] | { acts?: Entry[]; entries?: Entry[] } | null): Entry[] {
  if (Array.isArray(answer)) return answer;
  return answer?.acts ?? answer?.entries ?? [];
}

export function Audit() {
  const entries = useSignal<Entry[]>([]);
  useEffect(() => {
    const load = async () => {
      entries.value = entriesOf(await get(`/api/v1/audit?limit=${SHOWN}`));
    };
    void load();
    const timer = setInterval(() => void load(), REFRESH_MS);
    return () => clearInterval(timer);
  }, [lastAct.value]);
  if (!mayAct()) return null;
  return (
    <section class="panel" aria-labelledby="audit-title">
      <header><h2 id="audit-title">{t("audit.title")}</h2></header>
      <div class="body">
        {entries.value.length === 0 ? <p class="soft">{t("audit.none")}</p> : (
          <ol class="changes">
            {entries.value.slice(0, SHOWN).map((one, i) => (
              <li key={`${one.at_ms}.${i}`}>
                <span class="soft">{timeOfDay(one.at_ms, tag())}</span>
                <span>{who(one.by)}</span>
                <span class="small">{code("did", one.type)} <span class="soft">{detail(one.fields)}</span></span>
              </li>
            ))}
          </ol>
        )}
      </div>
    </section>
  );
}

function detail(fields: Record<string, unknown>): string {
  const told = Object.entries(fields ?? {}).filter(([, one]) => typeof one === "string" || typeof one === "number");
  return told.map(([name, one]) => words(name, one as string | number)).join(" · ");
}

/** One field; of an alarm's id (`CODE:SUBJECT:SINCE`) what people know it by. */
function words(name: string, one: string | number): string {
  if (name === "alarm_id") {
    const [of = "", subject = ""] = String(one).split(":");
    return [code("alarm", of), subject].filter(Boolean).join(", ");
  }
  return name.endsWith("_ms") ? duration(Number(one)) : String(one);
}
