import { render } from "preact";
import { ActDialog } from "../shared/act";
import { loadSession } from "../shared/api";
import { clock } from "../shared/clock";
import { t } from "../shared/i18n";
import { dressPage } from "../shared/theme";
import { LinkBanner, Skip } from "../shared/top";
import "../styles/all.css";
import { AgentSheet } from "./agent_sheet";
import { Agents } from "./agents";
import { Alarms } from "./alarms";
import { Audit } from "./audit";
import { DayChart } from "./day_chart";
import { Gate } from "./gate";
import { EmergencyBanner, Head } from "./head";
import { Marketing } from "./marketing";
import { Queues } from "./queues";
import { feed, rememberChoice, store } from "./state";
import { Sums } from "./sums";
import { Waiting } from "./waiting";

/** Whether the dashboard itself hears the engine; it says so in an object of its own. */
function isLive(): boolean {
  return store.get<{ is_live: boolean }>("dashboard").value?.is_live ?? true;
}

function Wall() {
  document.title = `${t("app.wall")} · Tidegate`;
  return (
    <>
      <Skip />
      <Head />
      <LinkBanner link={feed.link.value} isLive={isLive()} />
      <EmergencyBanner />
      <main id="main" class="wall" tabIndex={-1}>
        <Sums />
        <Alarms />
        <Queues />
        <div class="column"><DayChart /><Agents /></div>
        <div class="column"><Gate /><Waiting /><Marketing /><Audit /></div>
      </main>
      <AgentSheet />
      <ActDialog />
    </>
  );
}

async function start(): Promise<void> {
  dressPage();
  const who = await loadSession().catch(() => null);
  if (!who) return location.assign("/login");
  if (who.role === "agent") return location.assign("/desktop");
  feed.onSignedOut = () => location.assign("/login");
  clock.start();
  feed.start();
  rememberChoice();
  render(<Wall />, document.getElementById("app")!);
}

void start();
