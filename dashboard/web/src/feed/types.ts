/** Objects of the feed, as `docs/dashboard.md` describes them. Times are Unix ms, engine's clock. */

export type Mode = "serving" | "marketing";
export type Kind = "queue" | "waiting" | "agent" | "engine" | "marketing" | "day" | "alarm" | "dashboard";

export interface Period {
  since_ms: number;
  arrived: number;
  accepted: number;
  abandoned: number;
  short_abandoned: number;
  service_level_ratio: number | null;
  asa_ms: number | null;
  aht_ms: number | null;
}

export interface MarketingFigures {
  presented: number;
  accepted: number;
  interested: number;
  declined: number;
  not_now?: number;
  never_again?: number;
  value_milli: number;
  barred: Record<string, number>;
  since_ms?: number;
}

/** The guard rail that closes the gate, what was measured, and its limit: a ratio or milliseconds. */
export interface Guard {
  name: string;
  measured: number | null;
  limit: number | null;
}

export interface Gate {
  policy: string;
  value_milli: number | null;
  override: { mode: Mode; until_ms: number | null; by: string | null } | null;
  guard: Guard | null;
  changes: { at_ms: number; mode: Mode; reason: string }[];
}

export interface Queue {
  queue_id: string;
  name?: string | null;
  is_open: boolean;
  mode: Mode;
  mode_reason: string;
  price_milli: number | null;
  marketing: number;
  waiting: number;
  longest_wait_ms: number;
  reserved: number;
  in_service: number;
  staffed: number;
  available: number;
  occupancy_ratio: number | null;
  estimated_wait_ms: number | null;
  sliding: Period;
  half_hour: Period;
  today?: Period;
  gate?: Gate;
  disposition_codes?: string[];
  service_level_target_ratio?: number | null;
  threshold_ms?: number | null;
  marketing_today?: MarketingFigures;
  at_ms: number;
}

export interface WaitingContact {
  contact_id: string;
  queued_at_ms: number;
  priority: number;
  reason: string | null;
  customer_id: string | null;
  requires?: string[];
}

export interface Waiting {
  queue_id: string;
  total: number;
  contacts: WaitingContact[];
}

export type AssignmentState =
  | "reserved" | "ringing" | "talk" | "hold" | "service_complete" | "marketing" | "wrap_up" | "closed";

export type ReactionKind = "accepted" | "interested" | "declined" | "not_now" | "never_again" | "not_presented";

/** A product of a contact's round: what is expected of it, how far it is, and the last reaction. */
export interface RoundProduct {
  product_id: string;
  chance: number | null;
  value_milli: number;
  terms: { feature: string[]; log_odds: number }[];
  state: "open" | "presented" | "released";
  reaction?: ReactionKind | null;
}

export interface AgentContact {
  contact_id: string;
  queue_id: string;
  state: AssignmentState;
  since_ms: number;
  until_ms: number | null;
  revision: number;
  mode?: Mode | null;
  mode_reason?: string | null;
  customer_id?: string | null;
  reason?: string | null;
  round?: { round_id: string; products: RoundProduct[] } | null;
}

export type AgentState = "signed_out" | "ready" | "not_ready" | "not_ready_after_contact";

export interface AgentToday {
  handled: number;
  accepted_contacts?: number;
  rona: number;
  aht_ms: number | null;
  talk_ms: number;
  ready_ms: number;
  not_ready_ms: number;
  presented: number;
  accepted: number;
  value_milli: number;
}

export interface Agent {
  agent_id: string;
  state: AgentState;
  since_ms: number;
  reason: string | null;
  has_session: boolean;
  lost: boolean;
  contacts: AgentContact[];
  name?: string | null;
  team?: string | null;
  skills?: Record<string, number>;
  queues?: string[];
  certificates?: string[];
  is_learner?: boolean;
  state_by?: string | null;
  sequence?: number;
  epoch?: number;
  today?: AgentToday | null;
  at_ms: number;
}

export interface Engine {
  status: "ready" | "paused" | "stopped" | "lost";
  version: string;
  at_ms: number;
  emergency?: { since_ms: number; reason: string; by: string | null } | null;
  catalogue_version?: string | null;
}

/** `slots`: arrived, accepted, in time, abandoned, ms of the slot the gate was open. */
export interface Day {
  queue_id: string;
  slot_ms: number;
  from_ms: number;
  slots: [number, number, number, number, number][];
}

export interface Alarm {
  alarm_id: string;
  code: string;
  severity: "warning" | "critical";
  queue_id: string | null;
  agent_id: string | null;
  since_ms: number;
  values: Record<string, number | string>;
  acknowledged: { by: string; at_ms: number } | null;
}

export interface Change {
  kind: Kind;
  id: string;
  value: unknown;
}

export interface Snapshot {
  feed: number;
  epoch: number;
  at_ms: number;
  is_live?: boolean;
  objects: Change[];
}

/** `after`: the message that these changes follow. */
export interface Changes {
  feed: number;
  after?: number;
  at_ms: number;
  changes: Change[];
}
