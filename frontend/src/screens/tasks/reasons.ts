/** "Why you", in words: the terms of the match that speak for this person. */
import { FUNCTIONS } from "../../gen/catalogue";
import type { Function, Reason } from "../../gen/rows";
import { type Language, code, named, t } from "../../i18n/index.svelte";

/** A load that counts against somebody is a reason for the planner, not for them. */
export function reasonTexts(reasons: readonly Reason[], asked: Function, language: Language): string[] {
  return reasons
    .filter((each) => each.minutes <= 0 || each.code === "distance")
    .map((each) => reasonText(each, asked, language))
    .filter((text) => text !== "");
}

function reasonText(reason: Reason, asked: Function, language: Language): string {
  switch (reason.code) {
    case "distance":
      return t("reason.distance", { km: reason.value });
    case "function":
      return t("reason.function", { function: named(FUNCTIONS[asked]) });
    case "language":
      return t("reason.language", { language: languageName(reason.value, language) });
    case "same_system":
      return reason.value ? t("reason.same_system_named", { system: reason.value }) : t("reason.same_system");
    case "load":
    case "urgency":
      return code("reason", reason.code);
  }
}

function languageName(value: string, language: Language): string {
  try {
    return new Intl.DisplayNames([language], { type: "language" }).of(value) ?? value;
  } catch {
    return value;
  }
}
