/** Why a product is expected to be accepted, in words: features of the preference model. */

import { plain } from "../shared/format";
import { hasWords, t, type Key } from "../shared/i18n";
import type { Term } from "./decisions";

/** Words for one part of a chance; a feature that is not known here is named as it is. */
export function termWords({ feature }: Term): string {
  const [group, ...about] = feature;
  const [a = "", b = "", c = ""] = about.map((one) => plain(one) || t("app.unknown"));
  const key = `term.${group}`;
  return hasWords(key) ? t(key as Key, { a, b, c }) : plain(feature.join(" "));
}
