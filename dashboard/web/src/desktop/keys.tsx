/** Single keys for what an agent does all day; shown on the buttons, and to be switched off. */

import { signal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { t } from "../shared/i18n";

const STORED = "tidegate.keys";
export const keysOn = signal(localStorage.getItem(STORED) !== "off");

interface Binding {
  key: string;
  run: () => void;
}

const bindings: Binding[] = [];

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName));
}

/** The letter or digit that was meant; input methods hide it, then the key's place tells. */
function letterOf(event: KeyboardEvent): string {
  if (event.key !== "Process" && event.key.length === 1) return event.key.toUpperCase();
  return event.code.replace(/^(Key|Digit)/, "");
}

export function listenForKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (!keysOn.value || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    const letter = letterOf(event);
    const binding = bindings.findLast((one) => one.key === letter);
    if (binding === undefined) return;
    event.preventDefault();
    binding.run();
  });
}

/** While the component is there (and `on`), the key does `run`; what came last goes first. */
export function useKey(key: string, run: () => void, on = true): void {
  // Before the next key can come: "2", then "A" at once, must not accept product 1.
  useLayoutEffect(() => {
    if (!on) return;
    const binding = { key, run };
    bindings.push(binding);
    return () => void bindings.splice(bindings.indexOf(binding), 1);
  });
}

export function Key({ k }: { k: string }) {
  return keysOn.value ? <kbd aria-hidden="true">{k}</kbd> : null;
}

/** A button that a key presses, too. */
export function KeyButton({ k, label, run, disabled, kind, pressed }: {
  k: string; label: string; run: () => void; disabled?: boolean; kind?: string; pressed?: boolean;
}) {
  useKey(k, run, !disabled);
  return (
    <button class={kind} disabled={disabled} aria-pressed={pressed} aria-keyshortcuts={keysOn.value ? k : undefined} onClick={run}>
      {label} <Key k={k} />
    </button>
  );
}

/** Whether single keys work; some people hit them by accident. */
export function KeySwitch() {
  const toggle = () => {
    keysOn.value = !keysOn.value;
    localStorage.setItem(STORED, keysOn.value ? "on" : "off");
  };
  return <button class="quiet" aria-pressed={keysOn.value} onClick={toggle}>{t(keysOn.value ? "desk.keys_on" : "desk.keys_off")}</button>;
}
