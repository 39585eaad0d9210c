// The page of a diagnosis: verdict, chain, what was tried, curves, notes, gaps.
import { chain_section, notes_section } from "./diagnosis_chain";
import type { DiagnosisData, Health } from "./diagnosis";
import { trials_section } from "./diagnosis_trials";
import { element, icon } from "./element";
import { figure_element } from "./figure";
import { count_text } from "./format";

const kIcons: Record<Health, string> = {
  healthy: "M3 8.5l3.2 3.2L13 4.5",
  sick: "M4 4l8 8M12 4l-8 8",
  undecided: "M5 6a3 3 0 1 1 4.4 2.6C8.4 9.2 8 9.6 8 10.6M8 13.2v.1",
};

function sentence(text: string): string {
  if (!text) return "";
  return text[0].toUpperCase() + text.slice(1) + (text.endsWith(".") ? "" : ".");
}

function head(data: DiagnosisData): HTMLElement {
  const how = data.before_training
    ? "judged before training"
    : `${data.run.status} after ${count_text(data.run.steps, "step", "steps")}`;
  const cause = data.findings.find((finding) => finding.role === "cause");
  return element(
    "section",
    { class: "hero", id: "verdict" },
    element("p", { class: "eyebrow" }, "Diagnosis"),
    element("h1", {}, data.run.name),
    element("p", { class: "basis" }, data.source || (data.layer_names.length ? how : `seed ${data.run.seed} · ${how}`)),
    element(
      "div",
      { class: `health ${data.verdict}` },
      element("p", { class: "health-word" }, icon(kIcons[data.verdict]), data.verdict),
      element(
        "div",
        {},
        cause ? element("h2", {}, "Cause: ", element("a", { href: `#finding-${cause.pathology}` }, cause.pathology)) : null,
        cause ? element("p", { class: "health-cause" }, cause.sentence) : null,
        element("p", {}, sentence(data.summary)),
      ),
    ),
  );
}

function advice_list(data: DiagnosisData): HTMLElement {
  return element(
    "dl",
    { class: "advice" },
    ...data.advice.map((each) =>
      element(
        "div",
        {},
        element("dt", {}, each.fix),
        element("dd", {}, each.summary, each.pytorch.length ? element("pre", {}, each.pytorch.join("\n")) : null),
      ),
    ),
  );
}

function fixes_section(data: DiagnosisData): HTMLElement {
  const fixes = data.findings[0].fixes;
  return element(
    "section",
    { id: "fixes-to-try", "aria-labelledby": "fixes-title" },
    element("h2", { id: "fixes-title" }, "Fixes to try"),
    ...(data.advice.length
      ? [advice_list(data)]
      : [
          element("ul", { class: "chips" }, ...fixes.map((fix) => element("li", {}, fix))),
          data.command
            ? element("p", {}, "These and others, on this very training: ", element("code", {}, data.command))
            : element("p", {}, "gradclinic fix tries them on the spec of this run."),
        ]),
  );
}

function curves_section(data: DiagnosisData): HTMLElement {
  return element(
    "section",
    { id: "curves", "aria-labelledby": "curves-title" },
    element("h2", { id: "curves-title" }, "The evidence plotted"),
    element("div", { class: "figures" }, ...data.figures.map((figure) => figure_element("diagnosis", figure))),
  );
}

function gaps_section(data: DiagnosisData): HTMLElement {
  const reasons = [...new Set(data.gaps.map((gap) => gap.reason))];
  const entries = reasons.map((reason) => {
    const named = data.gaps.filter((gap) => gap.reason === reason && gap.pathology).map((gap) => gap.pathology);
    return element("li", {}, named.length ? `${reason}: ${named.join(", ")}` : reason);
  });
  return element(
    "section",
    { id: "gaps", "aria-labelledby": "gaps-title" },
    element("h2", { id: "gaps-title" }, "Could not be judged"),
    element("ul", {}, ...entries),
  );
}

function spec_section(data: DiagnosisData): HTMLElement {
  const versions = Object.entries(data.run.versions);
  return element(
    "section",
    { id: "spec", "aria-labelledby": "spec-title" },
    element("h2", { id: "spec-title" }, "The training"),
    element("details", { class: "facts" }, element("summary", {}, "Spec"), element("pre", {}, data.spec)),
    element(
      "details",
      { class: "facts" },
      element("summary", {}, "Versions"),
      element(
        "dl",
        {},
        ...[["started", data.run.started], ...versions].flatMap(([key, value]) => [
          element("dt", {}, key),
          element("dd", {}, value),
        ]),
      ),
    ),
  );
}

/** The head and the sections of the page. */
export function diagnosis_sections(data: DiagnosisData): { head: HTMLElement; sections: HTMLElement[] } {
  document.title = `${data.verdict}: ${data.run.name}`;
  const sections = [
    data.findings.length ? chain_section(data) : null,
    data.findings[0]?.fixes.length ? fixes_section(data) : null,
    data.trials.length ? trials_section(data) : null,
    data.figures.length ? curves_section(data) : null,
    data.notes.length ? notes_section(data) : null,
    data.gaps.length ? gaps_section(data) : null,
    spec_section(data),
  ].filter((section): section is HTMLElement => section !== null);
  return { head: head(data), sections };
}
