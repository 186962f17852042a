import { render } from "preact";
import type { AgentContact, Engine } from "../feed/types";
import { ActDialog, Answer } from "../shared/act";
import { loadSession, session } from "../shared/api";
import { keepCatalogue } from "../shared/catalogue";
import { clock } from "../shared/clock";
import { t } from "../shared/i18n";
import { dressPage } from "../shared/theme";
import { LinkBanner, Skip, Top } from "../shared/top";
import "../styles/all.css";
import { Contact } from "./contact";
import { Day, OwnQueues } from "./day";
import { listenForKeys } from "./keys";
import { Me, SignIn } from "./me";
import { dismiss, notices } from "./notices";
import { Offers } from "./offers";
import { Ringing } from "./ringing";
import { agent, agentId, isBusUp, link, queueName, start, store, watched } from "./state";

const RINGING = new Set(["reserved", "ringing"]);

function Calm() {
  const state = agent.value?.state ?? "signed_out";
  const isOut = state === "signed_out";
  const words = isOut ? "desk.idle_out" : state === "ready" ? "desk.idle_ready" : "desk.idle_not_ready";
  return <section class="panel calm"><p class="state">{t(words)}</p>{isOut && <SignIn />}</section>;
}

function Notices() {
  return (
    <div class="stack" role="log" aria-live="polite">
      {notices.value.map((one) => (
        <div key={one.id} class="row">
          <div class="grow">{one.reply ? <Answer reply={one.reply} /> : <div class={`answer ${one.tone}`}>{one.text}</div>}</div>
          <button class="quiet" onClick={() => dismiss(one.id)}>{t("desk.dismiss")}</button>
        </div>
      ))}
    </div>
  );
}

function Banners() {
  const state = link.state.value;
  return (
    <>
      <LinkBanner link={state === "lost" ? "lost" : "live"} />
      <div role="status">
        {state === "live" && !isBusUp.value && <div class="banner warning">{t("desk.bus_lost")}</div>}
        {state === "forbidden" && <div class="banner critical">{t("act.forbidden")}</div>}
        {state === "elsewhere" && (
          <div class="banner warning"><span class="grow">{t("desk.elsewhere")}</span><button onClick={() => link.open()}>{t("desk.back_here")}</button></div>
        )}
        {watched && <div class="banner accent">{t("desk.watching", { agent: agent.value?.name ?? watched })}</div>}
      </div>
    </>
  );
}

function Hands({ contacts }: { contacts: AgentContact[] }) {
  if (contacts.length === 0) return <Calm />;
  return <>{contacts.map((one) => (RINGING.has(one.state) ? <Ringing key={one.contact_id} contact={one} /> : <Contact key={one.contact_id} contact={one} />))}</>;
}

function Desktop() {
  const contacts = agent.value?.contacts ?? [];
  const rings = contacts.find((one) => RINGING.has(one.state));
  const talk = contacts.find((one) => !RINGING.has(one.state));
  document.title = `${rings ? `☎ ${t("desk.incoming")} · ` : ""}${t("desk.title")} · Tidegate`;
  return (
    <>
      <Skip />
      <Top title={t("desk.title")} />
      <Banners />
      <p class="hidden" role="status">{rings && t("notify.incoming", { queue: queueName(rings.queue_id) })}</p>
      <Me />
      <main id="main" class={talk ? "desk" : "desk alone"} tabIndex={-1}>
        <div class="side"><Hands contacts={contacts} /><Notices /></div>
        {talk && <div class="side"><Offers key={talk.contact_id} contact={talk} /></div>}
        <div class="side"><OwnQueues /><Day /></div>
      </main>
      <ActDialog />
    </>
  );
}

async function open(): Promise<void> {
  dressPage();
  const who = await loadSession().catch(() => null);
  if (!who) return location.assign("/login");
  if (!watched && !who.agent_id) return location.assign("/");
  clock.start(250);
  keepCatalogue(() => store.get<Engine>("engine").value?.catalogue_version);
  listenForKeys();
  start(session.value?.agent_id ?? agentId.value);
  render(<Desktop />, document.getElementById("app")!);
}

void open();
