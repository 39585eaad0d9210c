// The cause and what follows from it: a tree of cards.
import { type DiagnosisData, type Finding, layers_text } from "./diagnosis";
import { element } from "./element";
import { number_text } from "./format";
import { number_of } from "./results";
import { table } from "./table";

function percent(value: number): string {
  return Number.isNaN(value) ? "–" : `${Math.round(100 * value)} %`;
}

function evidence_table(finding: Finding): HTMLElement {
  return table(
    `Evidence for ${finding.pathology}`,
    ["Evidence", "Value", "Held against"],
    finding.evidence.map((item) => ({ cells: [item.what, number_text(number_of(item.value)), item.limit || "–"] })),
    true,
  );
}

function facts(finding: Finding, data: DiagnosisData): HTMLElement {
  const since = data.before_training ? "before training" : finding.onset_step ? `step ${finding.onset_step}` : "the first step";
  const severity = number_of(finding.severity);
  const entries: [string, string][] = [
    ["since", since],
    ["where", layers_text(finding.layers, data.layer_names)],
    ["evidence", percent(number_of(finding.confidence))],
  ];
  if (finding.role === "cause" && !Number.isNaN(severity)) entries.push(["lost", `${percent(severity)} of what it could have learned`]);
  return element(
    "dl",
    { class: "finding-facts" },
    ...entries.map(([key, value]) => element("div", {}, element("dt", {}, key), element("dd", {}, value))),
  );
}

function card(finding: Finding, data: DiagnosisData): HTMLElement {
  const about = data.about[finding.pathology];
  return element(
    "article",
    { class: `finding ${finding.role}`, id: `finding-${finding.pathology}` },
    element("p", { class: "role" }, finding.role === "symptom" ? "follows from it" : finding.role),
    element("h3", {}, finding.pathology),
    element("p", { class: "sentence" }, finding.sentence),
    facts(finding, data),
    element(
      "details",
      { class: "more", open: finding.role === "cause" },
      element("summary", {}, "Evidence"),
      evidence_table(finding),
      element("p", { class: "note" }, `Rule: ${finding.rule}.`),
      about ? element("p", { class: "note" }, `${about.mechanism} (${about.reference})`) : null,
      finding.fixes.length ? element("p", { class: "note" }, `Fixes: ${finding.fixes.join(", ")}.`) : null,
    ),
  );
}

function branch(finding: Finding, data: DiagnosisData, above: string[]): HTMLElement {
  const path = [...above, finding.pathology];
  const below = data.findings.filter(
    (other) => other.caused_by === finding.pathology && !path.includes(other.pathology),
  );
  return element(
    "li",
    {},
    card(finding, data),
    below.length ? element("ul", {}, ...below.map((other) => branch(other, data, path))) : null,
  );
}

export function chain_section(data: DiagnosisData): HTMLElement {
  const roots = data.findings.filter((finding) => finding.role === "cause");
  return element(
    "section",
    { id: "cause", "aria-labelledby": "cause-title" },
    element("h2", { id: "cause-title" }, "Cause and symptoms"),
    element("ul", { class: "chain" }, ...roots.map((finding) => branch(finding, data, []))),
  );
}

export function notes_section(data: DiagnosisData): HTMLElement {
  const heading = data.verdict === "undecided" ? "Seen, but not enough for a verdict" : "Seen, and no cause for alarm";
  return element(
    "section",
    { id: "notes", "aria-labelledby": "notes-title" },
    element("h2", { id: "notes-title" }, heading),
    element("div", { class: "note-cards" }, ...data.notes.map((note) => card(note, data))),
  );
}
