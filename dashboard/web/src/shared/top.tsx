/** The bar at the top of every page. */

import type { ComponentChildren } from "preact";
import type { LinkState } from "../feed/client";
import { session, signOut } from "./api";
import { language, setLanguage, t } from "./i18n";
import { Icon, Logo } from "./icons";
import { isDark, toggleTheme } from "./theme";

export function Skip() {
  return <a class="skip" href="#main">{t("app.skip")}</a>;
}

export function Brand({ title }: { title: string }) {
  return (
    <div class="brand">
      <Logo />
      <h1>Tidegate <span class="soft">{title}</span></h1>
    </div>
  );
}

/** Language, theme, and who is signed in. */
export function Tools() {
  const who = session.value;
  const themeLabel = t(isDark.value ? "app.to_light" : "app.to_dark");
  return (
    <div class="tools">
      <button class="quiet" lang={language.value === "zh" ? "en" : "zh-CN"} title={t("app.language_label")}
        onClick={() => setLanguage(language.value === "zh" ? "en" : "zh")}>
        {t("app.language")}
      </button>
      <button class="quiet" aria-label={themeLabel} title={themeLabel} onClick={toggleTheme}>
        <Icon name={isDark.value ? "sun" : "moon"} />
      </button>
      {who && <span class="soft small">{t("app.account", { name: who.name || who.account, role: t(`role.${who.role}`) })}</span>}
      {who && (
        <button class="quiet" aria-label={t("app.sign_out")} title={t("app.sign_out")} onClick={() => void signOut()}>
          <Icon name="out" />
        </button>
      )}
    </div>
  );
}

export function Top({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <header class="top">
      <Brand title={title} />
      <div class="grow row">{children}</div>
      <Tools />
    </header>
  );
}

/** Says loudly that what is on the page may be old; polite, so that it interrupts nobody. */
export function LinkBanner({ link, isLive = true }: { link: LinkState; isLive?: boolean }) {
  return (
    <div role="status">
      {link !== "lost" && !isLive && <div class="banner warning">{t("link.not_live")}</div>}
      {link === "lost" && <div class="banner warning">{t("link.lost")}</div>}
    </div>
  );
}
