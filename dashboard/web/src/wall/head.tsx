/** The wall's header: the engine, an emergency, the clock. */

import { useComputed } from "@preact/signals";
import { ask } from "../shared/act";
import { mayAct } from "../shared/api";
import { clock } from "../shared/clock";
import { timeOfDay } from "../shared/format";
import { t, tag } from "../shared/i18n";
import { Icon } from "../shared/icons";
import { Top } from "../shared/top";
import { engineOf, feed } from "./state";

const ENGINE_TONE = { ready: "ok", paused: "warning", stopped: "critical", lost: "critical" } as const;

function EngineStatus() {
  const engine = engineOf().value;
  // Without a line what is known of the engine is old.
  if (!engine || feed.link.value === "lost") return <span class="pill idle">{t("engine.none")}</span>;
  return <span class={`pill ${ENGINE_TONE[engine.status] ?? "idle"}`}>{t(`engine.${engine.status}`)}</span>;
}

function LinkStatus() {
  const link = feed.link.value;
  const tone = { live: "ok", connecting: "idle", lost: "critical" }[link];
  return <span class={`pill ${tone}`}>{t(link === "lost" ? "link.lost_short" : `link.${link}`)}</span>;
}

function Clock() {
  const text = useComputed(() => timeOfDay(clock.now.value, tag()));
  return <span class="clock" title={t("engine.clock")}><span class="hidden">{t("engine.clock")} </span>{text}</span>;
}

function declareEmergency(): void {
  ask({
    title: t("emergency.declare"), text: t("emergency.confirm"), danger: true,
    fields: <label class="field">{t("emergency.reason")}<input name="reason" required maxlength={64} /></label>,
    message: (form) => ({ type: "emergency_declared", reason: String(form.get("reason")) }),
  });
}

function clearEmergency(): void {
  ask({ title: t("emergency.clear"), text: t("emergency.clear_confirm"), message: () => ({ type: "emergency_cleared" }) });
}

export function EmergencyBanner() {
  const emergency = engineOf().value?.emergency;
  return (
    <div role="status">
      {emergency && (
        <div class="banner critical">
          <Icon name="siren" />
          <span class="grow">{t("emergency.now", { time: timeOfDay(emergency.since_ms, tag(), false), reason: emergency.reason })}</span>
          {mayAct() && <button onClick={clearEmergency}>{t("emergency.clear")}</button>}
        </div>
      )}
    </div>
  );
}

export function Head() {
  const emergency = engineOf().value?.emergency;
  return (
    <Top title={t("app.wall")}>
      <EngineStatus />
      <LinkStatus />
      <span class="grow" />
      {mayAct() && !emergency && (
        <button class="danger" disabled={feed.link.value === "lost"} onClick={declareEmergency}><Icon name="siren" />{t("emergency.declare")}</button>
      )}
      <Clock />
    </Top>
  );
}
