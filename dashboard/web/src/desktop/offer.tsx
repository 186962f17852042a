/** One product of a round: why it, what to say, and how the customer took it. */

import type { Signal } from "@preact/signals";
import type { AgentContact, ReactionKind } from "../feed/types";
import { ask } from "../shared/act";
import { productName, talkingPoints } from "../shared/catalogue";
import { percent, value } from "../shared/format";
import { barredReason, language, t, tag } from "../shared/i18n";
import type { Product } from "./decisions";
import { Key, KeyButton, useKey } from "./keys";
import { react, REACTIONS, reactionTo } from "./reactions";
import { productId } from "./rounds";
import { marketingOf, watched } from "./state";
import { termWords } from "./terms";

function nameOf(product: Product): string {
  return product.names?.[language.value] ?? product.name ?? productName(productId(product));
}

function pointsOf(product: Product): string[] {
  const told = product.talking_points;
  return (Array.isArray(told) ? told : told?.[language.value]) ?? talkingPoints(productId(product));
}

/** "Never" has to say of what; everything else is one key. */
function neverAgain(contact: AgentContact, product: string, name: string): void {
  ask({
    title: `${t("offers.scope")} ${name}`, text: "",
    fields: (
      <fieldset>
        <legend class="hidden">{t("offers.scope")}</legend>
        {(["product", "category", "everything"] as const).map((one, i) => (
          <label class="tick" key={one}><input type="radio" name="scope" value={one} checked={i === 0} />{t(`scope.${one}`)}</label>
        ))}
      </fieldset>
    ),
    message: (form) => ({ type: "reaction_recorded", scope: String(form.get("scope")) }),
    send: (message) => react(contact.contact_id, product, "never_again", String(message.scope)),
  });
}

function Reactions({ contact, product, name }: { contact: AgentContact; product: string; name: string }) {
  const said = reactionTo(contact, product);
  const record = (reaction: ReactionKind) => () => {
    if (reaction === "never_again") neverAgain(contact, product, name);
    else void react(contact.contact_id, product, reaction);
  };
  return (
    <div class="reactions" role="group" aria-label={name}>
      {REACTIONS.map(([reaction, k]) => (
        <KeyButton key={reaction} k={k} label={t(`reaction.${reaction}`)} pressed={said?.reaction === reaction} run={record(reaction)} />
      ))}
    </div>
  );
}

function Reasons({ product }: { product: Product }) {
  const { chance, terms, similar_accepted, similar_presented } = product.presented;
  return (
    <div class="stack">
      <p class="reasons">
        <span class="fact">{t("offers.chance", { chance: percent(chance) })}</span>
        <span class="fact">{t("offers.value", { value: value(product.value_milli, tag()) })}</span>
        {similar_presented > 0 && <span class="fact">{t("offers.similar", { accepted: similar_accepted, presented: similar_presented })}</span>}
      </p>
      {terms.length > 0 && <p><span class="soft">{t("offers.why")}:</span> {terms.map(termWords).join("; ")}</p>}
    </div>
  );
}

function Points({ points }: { points: string[] }) {
  if (points.length === 0) return null;
  return <ul class="points" aria-label={t("offers.points")}>{points.map((one) => <li key={one}>{one}</li>)}</ul>;
}

export function Offer({ product, number, contact, chosen, withdrawn, canReact }: {
  product: Product; number: number; contact: AgentContact; chosen: Signal<string | null>; withdrawn?: string; canReact: boolean;
}) {
  const id = productId(product);
  const isChosen = (chosen.value ?? null) === id || (chosen.value === null && number === 1);
  const isOff = withdrawn !== undefined;
  const choose = () => (chosen.value = id);
  useKey(String(number), choose, !watched && !isOff);
  const said = reactionTo(contact, id);
  const isSold = marketingOf(contact.contact_id).sold.includes(id);
  const name = nameOf(product);
  return (
    <li class={`offer${isChosen ? " chosen" : ""}${isOff ? " off" : ""}`}>
      <button aria-expanded={isChosen} onClick={choose}>
        <Key k={String(number)} />
        <span class="name grow">{name}</span>
        {said && <span class="pill marketing">{t(`reaction.${said.reaction}`)}{said.isSafe ? "" : ` (${t("reaction.waiting")})`}</span>}
        {isSold && <span class="pill ok">{t("offers.sale")}</span>}
      </button>
      {isOff && <p class="inside">{t("offers.withdrawn", { why: barredReason(withdrawn) })}</p>}
      {isChosen && !isOff && (
        <div class="inside">
          <Points points={pointsOf(product)} />
          <Reasons product={product} />
          {canReact && <Reactions contact={contact} product={id} name={name} />}
        </div>
      )}
    </li>
  );
}
