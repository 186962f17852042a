/** Small pieces that several panels use. */

import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { AgentState, AssignmentState, Mode } from "../feed/types";
import { clock } from "./clock";
import { duration, percent } from "./format";
import { code, t } from "./i18n";
import { Icon } from "./icons";

/** How long ago `ms` was, counting on; only this text changes, not the row around it. */
export function Since({ ms }: { ms: number }) {
  const text = useMemo(() => computed(() => duration(clock.now.value - ms)), [ms]);
  return <span>{text}</span>;
}

/** How long it still is until `ms`. */
export function Until({ ms }: { ms: number }) {
  const text = useMemo(() => computed(() => duration(ms - clock.now.value + 999)), [ms]);
  return <span>{text}</span>;
}

export function ModePill({ mode }: { mode: Mode }) {
  return (
    <span class={`pill ${mode === "marketing" ? "marketing" : "idle"}`}>
      {t(mode === "marketing" ? "mode.marketing" : "mode.serving")}
    </span>
  );
}

const TONE: Partial<Record<AgentState | AssignmentState, string>> = {
  ready: "ok", ringing: "warning", reserved: "warning", talk: "accent", hold: "accent",
  service_complete: "accent", marketing: "marketing", wrap_up: "accent", not_ready_after_contact: "idle",
};

export function StatePill({ state }: { state: AgentState | AssignmentState }) {
  return <span class={`pill ${TONE[state] ?? "idle"}`}>{code("state", state)}</span>;
}

/** A ratio as number and bar, with a mark at its target; below target in another colour and bold. */
export function Meter({ ratio, target, label }: { ratio: number | null; target?: number | null; label: string }) {
  const low = ratio !== null && target != null && ratio < target;
  const spoken = `${label}: ${percent(ratio)}${target != null ? `, ${t("queues.target", { target: percent(target) })}` : ""}`;
  return (
    <span class="meter">
      <span class={low ? "bad" : ""}>{percent(ratio)}</span>
      <svg viewBox="0 0 52 10" role="img" aria-label={spoken}>
        <rect class="rail" x="0" y="2" width="52" height="6" rx="3" />
        {ratio !== null && <rect class={`fill${low ? " low" : ""}`} x="0" y="2" width={Math.max(1.5, 52 * ratio)} height="6" rx="3" />}
        {target != null && <line class="mark" x1={52 * target} x2={52 * target} y1="0" y2="10" />}
      </svg>
    </span>
  );
}

export function GateIcon({ open }: { open: boolean }) {
  return <Icon name={open ? "open" : "shut"} />;
}
