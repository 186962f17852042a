/** Numbers and times for people. Pure: language and time zone are inputs. */

const pad = (n: number) => String(n).padStart(2, "0");

/** A duration: "0:07", "12:30", "1:02:03". Below zero counts as zero; null is a dash. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return "–";
  const s = Math.max(0, Math.floor(ms / 1000));
  const h = Math.floor(s / 3600);
  const rest = `${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`;
  return h > 0 ? `${h}:${rest}` : rest.replace(/^0/, "");
}

/** Seconds left until `untilMs`, rounded up so that 0 is shown only when it is over. */
export function secondsLeft(untilMs: number, nowMs: number): number {
  return Math.max(0, Math.ceil((untilMs - nowMs) / 1000));
}

export function percent(ratio: number | null | undefined, digits = 0): string {
  if (ratio === null || ratio === undefined) return "–";
  return `${(ratio * 100).toFixed(digits)} %`;
}

export function count(n: number | null | undefined, language: string): string {
  return n === null || n === undefined ? "–" : n.toLocaleString(language);
}

/** Thousandths of a unit of value: 1234567 is "1,235"; small ones keep two digits. */
export function value(milli: number | null | undefined, language: string): string {
  if (milli === null || milli === undefined) return "–";
  const units = milli / 1000;
  const digits = Math.abs(units) < 100 && !Number.isInteger(units) ? 2 : 0;
  return units.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function timeOfDay(ms: number | null | undefined, language: string, seconds = true): string {
  if (ms === null || ms === undefined) return "–";
  return new Date(ms).toLocaleTimeString(language, {
    hour: "2-digit", minute: "2-digit", second: seconds ? "2-digit" : undefined, hourCycle: "h23",
  });
}

export function day(ms: number, language: string): string {
  return new Date(ms).toLocaleDateString(language, { year: "numeric", month: "short", day: "numeric" });
}

/** Part ÷ whole, or null if there was nothing. */
export function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

/** Put `values` into the `{name}` places of a sentence; a place without a value stays visible. */
export function fill(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** A code without words of its own, made readable: "cash_loan" is "cash loan". */
export function plain(code: string): string {
  return code.replace(/[_-]+/g, " ");
}

/** Who it was, for people: "supervisor/web.zoe", the place of a page's account on the bus, is "zoe". */
export function who(by: string): string {
  return by.replace(/^\w+\//, "").replace(/^web\./, "");
}

/** What a guard rail measured, or its limit: waits are milliseconds, all others ratios. */
export function guarded(name: string, measured: number | null): string {
  return name.includes("wait") ? duration(measured) : percent(measured, 1);
}

/** The gate's code for a guard rail: its name, with `guard_` before it. */
export function guardCode(name: string): string {
  return name.startsWith("guard_") ? name : `guard_${name}`;
}
