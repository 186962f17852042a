/** Messages made of what forms hold, and the order of alarms. Pure. */

import type { Alarm } from "../feed/types";

const MINUTE_MS = 60_000;

/** `gate_overridden`: without `queue_id` all queues, without `mode` back to the policy. */
export function overrideMessage(queueId: string | null, mode: string, minutes: string) {
  return {
    type: "gate_overridden",
    ...(queueId === null ? {} : { queue_id: queueId }),
    ...(mode ? { mode } : {}),
    ...(mode && minutes ? { for_ms: Math.round(Number(minutes) * MINUTE_MS) } : {}),
  };
}

/** Levels of the form as the message has them; level 0 takes the skill away. */
export function skillsOf(form: FormData): Record<string, number> {
  const skills: Record<string, number> = {};
  for (const [field, level] of form) {
    if (field.startsWith("skill:") && Number(level) > 0) skills[field.slice(6)] = Number(level);
  }
  const added = String(form.get("new_skill") ?? "").trim();
  if (added) skills[added] = Math.max(1, Number(form.get("new_level")));
  return skills;
}

/** Not acknowledged before acknowledged, critical before warning, new before old. */
export function byUrgency(a: Alarm, b: Alarm): number {
  const seen = Number(a.acknowledged !== null) - Number(b.acknowledged !== null);
  const severe = Number(b.severity === "critical") - Number(a.severity === "critical");
  return seen || severe || b.since_ms - a.since_ms;
}
