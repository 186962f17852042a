/** HTTP to the dashboard process. */

import { signal } from "@preact/signals";
import { language } from "./i18n";

export type Role = "agent" | "supervisor" | "administrator" | "read_only";

export interface Session {
  account: string;
  role: Role;
  agent_id: string | null;
  name: string;
  csrf: string;
}

export interface Reply {
  status: "ok" | "rejected" | "busy" | "unknown";
  event_id?: string;
  reason?: string | null;
  detail?: string | null;
  have?: string | null;
  message?: string | null;
  at_ms?: number;
  retry_after_ms?: number;
}

export type BusMessage = { type: string } & Record<string, unknown>;

export const session = signal<Session | null>(null);

export function mayAct(): boolean {
  return session.value?.role === "supervisor" || session.value?.role === "administrator";
}

export function newId(prefix = "web"): string {
  return `${prefix}-${crypto.randomUUID()}`;
}

function headers(): Record<string, string> {
  return {
    "Content-Type": "application/json",
    "Accept-Language": language.value === "zh" ? "zh-CN" : "en",
    ...(session.value ? { "X-CSRF-Token": session.value.csrf } : {}),
  };
}

/** Who is signed in; null: nobody. Throws if the server cannot be reached. */
export async function loadSession(): Promise<Session | null> {
  const answer = await fetch("/api/v1/session");
  session.value = answer.ok ? ((await answer.json()) as Session) : null;
  return session.value;
}

export async function signIn(token: string): Promise<Session | null> {
  const answer = await fetch("/api/v1/session", { method: "POST", headers: headers(), body: JSON.stringify({ token }) });
  if (answer.status === 401 || answer.status === 403 || answer.status === 422) return null;
  if (!answer.ok) throw new Error(String(answer.status));
  session.value = (await answer.json()) as Session;
  return session.value;
}

export async function signOut(): Promise<void> {
  await fetch("/api/v1/session", { method: "DELETE", headers: headers() }).catch(() => null);
  session.value = null;
  location.assign("/login");
}

/** Get JSON, or null where the server says there is none or one may not see it. */
export async function get<T>(path: string): Promise<T | null> {
  const answer = await fetch(path, { headers: headers() }).catch(() => null);
  return answer?.ok ? ((await answer.json()) as T) : null;
}

/** Send a supervisor's act. `unknown`: no answer came; repeat it with the same `event_id`. */
export async function command(message: BusMessage & { event_id: string }): Promise<Reply> {
  let answer: Response;
  try {
    answer = await fetch("/api/v1/commands", { method: "POST", headers: headers(), body: JSON.stringify(message) });
  } catch {
    return { status: "unknown", event_id: message.event_id };
  }
  const body = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
  return replyOf(answer.status, body, Number(answer.headers.get("Retry-After") ?? 0));
}

/** Make a reply of the server's answer, which is the engine's reply or an error `{code, message}`. */
export function replyOf(status: number, body: Record<string, unknown>, retryAfterS: number): Reply {
  const inner = body as Partial<Reply>;
  if (status === 504) return { status: "unknown" };
  if (status === 503) return { ...inner, status: "busy", retry_after_ms: inner.retry_after_ms ?? retryAfterS * 1000 };
  if (status >= 200 && status < 300) return { ...inner, status: inner.status ?? "ok" };
  return { ...inner, status: "rejected", message: inner.message ?? String(status) };
}
