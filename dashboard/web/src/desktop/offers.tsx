/** The marketing panel: opens and closes with the gate; products, why, what to say, reactions. */

import { useSignal, type Signal } from "@preact/signals";
import type { AgentContact } from "../feed/types";
import { barredReason, t } from "../shared/i18n";
import { GateBar } from "./gatebar";
import { KeyButton } from "./keys";
import { Offer } from "./offer";
import { isPresented, present } from "./reactions";
import { productId, roundNow, type Marketing, type Round } from "./rounds";
import { standing } from "./standing";
import { marketingOf, watched } from "./state";

function Barred({ barred }: { barred: Record<string, number> }) {
  const codes = Object.entries(barred).sort((a, b) => b[1] - a[1]).slice(0, 3);
  if (codes.length === 0) return null;
  return <p class="soft small">{t("offers.barred", { why: codes.map(([code, n]) => `${barredReason(code)} (${n})`).join("; ") })}</p>;
}

function Products({ contact, round, chosen }: { contact: AgentContact; round: Round; chosen: Signal<string | null> }) {
  const presented = isPresented(contact);
  const open = round.products.filter((one) => !(productId(one) in round.withdrawn));
  return (
    <>
      {!watched && (presented
        ? <p class="soft">{t("offers.presented")}</p>
        : (
          <div class="row">
            <KeyButton k="P" kind="primary" label={t("offers.present")} disabled={open.length === 0}
              run={() => present(contact)} />
            <span class="soft small">{t("offers.present_hint")}</span>
          </div>
        ))}
      <ol class="stack">
        {round.products.map((one, i) => (
          <Offer key={productId(one)} product={one} number={i + 1} contact={contact} chosen={chosen}
            withdrawn={round.withdrawn[productId(one)]} canReact={presented && !watched} />
        ))}
      </ol>
      <Barred barred={round.barred} />
    </>
  );
}

function Inside({ contact, marketing }: { contact: AgentContact; marketing: Marketing }) {
  const chosen = useSignal<string | null>(null);
  const { is, isForecast } = standing(contact, marketing);
  const round = roundNow(contact, marketing);
  // What was presented may be reacted to when the gate has closed and when the customer has gone.
  if (round && (is === "open" || isPresented(contact))) {
    return <Products contact={contact} round={round} chosen={chosen} />;
  }
  if (is === "open" && !isForecast) return <p class="soft">{t("offers.no_round")}</p>;
  return isForecast ? <p class="soft">{t("offers.none_yet")}</p> : null;
}

export function Offers({ contact }: { contact: AgentContact }) {
  const marketing = marketingOf(contact.contact_id);
  if (contact.state === "wrap_up" && !isPresented(contact)) return null;
  return (
    <section class="panel" aria-labelledby="offers-title">
      <h2 id="offers-title" class="hidden">{t("offers.title")}</h2>
      {contact.state !== "wrap_up" && <GateBar contact={contact} marketing={marketing} />}
      <div class="offers"><Inside contact={contact} marketing={marketing} /></div>
    </section>
  );
}
