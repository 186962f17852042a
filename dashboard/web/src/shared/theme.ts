/** Dark and light: as the system has it, or as chosen; the choice is kept in this browser. */

import { effect, signal } from "@preact/signals";
import { tag } from "./i18n";

export type Theme = "system" | "light" | "dark";
const STORED = "tidegate.theme";

export const theme = signal<Theme>((localStorage.getItem(STORED) as Theme | null) ?? "system");
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
export const isDark = signal(resolve());

function resolve(): boolean {
  return theme.value === "system" ? prefersDark.matches : theme.value === "dark";
}

export function toggleTheme(): void {
  theme.value = isDark.value ? "light" : "dark";
  localStorage.setItem(STORED, theme.value);
}

/** Keep `<html>` in step with theme and language. Called once per page. */
export function dressPage(): void {
  prefersDark.addEventListener("change", () => (isDark.value = resolve()));
  effect(() => {
    isDark.value = resolve();
    document.documentElement.dataset.theme = isDark.value ? "dark" : "light";
  });
  effect(() => {
    document.documentElement.lang = tag();
  });
}
