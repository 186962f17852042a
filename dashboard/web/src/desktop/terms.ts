/** Why a product is expected to be accepted, in words: features of the preference model. */

import { reasonWords } from "../shared/catalogue";
import { plain } from "../shared/format";
import { hasWords, t, type Key } from "../shared/i18n";
import type { Term } from "./decisions";

/** Words for one part of a chance; a feature that is not known here is named as it is. */
export function termWords({ feature }: Term): string {
  const [group, ...about] = feature;
  const named = (one: string, at: number) => (at === 0 && group?.startsWith("reason") ? reasonWords(one) : plain(one));
  const [a = "", b = "", c = ""] = about.map((one, at) => (one ? named(one, at) : "") || t("app.unknown"));
  const key = `term.${group}`;
  return hasWords(key) ? t(key as Key, { a, b, c }) : plain(feature.join(" "));
}
