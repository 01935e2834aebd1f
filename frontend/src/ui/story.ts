/** A line of the log as a sentence: who, what, and the codes and counts it is about. */
import { directory } from "../api/directory.svelte";
import { FUNCTIONS, SERVICES } from "../gen/catalogue";
import type { Function, LogEntryData, Pattern, ResidentService } from "../gen/rows";
import { code, named, t } from "../i18n/index.svelte";

/** The kind of incident where it stands among other facts: "not known yet" alone would not say what. */
export function kindText(pattern: Pattern | undefined): string {
  return pattern && pattern !== "unknown" ? t(`pattern.${pattern}`) : t("incident.kind_unknown");
}

export function lineText(line: LogEntryData): string {
  const who = directory.name(line.by_organisation) || t("story.somebody");
  const told = t(`story.${line.entry}`, { who, ...subjects(line.about ?? {}) });
  const sentence = line.about?.["by"] === "telephone" ? `${told}, ${t("story.telephone")}` : told;
  const text = line.text ? (line.entry === "note" ? line.text : `${sentence}: ${line.text}`) : sentence;
  return line.entry === "note" ? `${who}: ${text}` : text;
}

function subjects(about: Record<string, string | number>): Record<string, string | number> {
  const number = Number(about["number"] ?? about["places"] ?? 1);
  const organisations = String(about["coordinators"] ?? "").split(",").filter(Boolean);
  return {
    n: number,
    function: named(FUNCTIONS[about["function"] as Function]),
    service: named(SERVICES[about["service"] as ResidentService]),
    state: about["state"] ? code("service", String(about["state"])) : "",
    affected: directory.name(String(about["affected"] ?? "")),
    services: Number(about["services"] ?? 0),
    organisations: Number(about["organisations"] ?? 0),
    names: organisations.map((each) => directory.name(each)).join(", "),
    changed: String(about["changed"] ?? "").split(",").map((each) => code("changed", each)).join(", "),
  };
}
