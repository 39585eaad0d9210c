// The head of the page: what was done, how the claims fared, on which machine.
import { element } from "./element";
import { duration_text } from "./format";
import { number_of, type Results, type Verdict, verdicts } from "./results";
import { verdict_icon, verdict_meaning } from "./verdict";

function tile(results: Results, verdict: Verdict, choose: (verdict: Verdict) => void): HTMLElement {
  return element(
    "button",
    {
      type: "button",
      class: `tile ${verdict}`,
      title: `Show the claims that are ${verdict}: ${verdict_meaning(verdict)}`,
      click: () => choose(verdict),
    },
    element("b", {}, String(results.counts[verdict])),
    element("span", {}, verdict_icon(verdict), verdict),
  );
}

function share_bar(results: Results): HTMLElement {
  const parts = verdicts.filter((verdict) => results.counts[verdict] > 0);
  return element(
    "div",
    { class: "share", "aria-hidden": "true" },
    ...parts.map((verdict) => element("i", { class: verdict, style: `flex-grow:${results.counts[verdict]}` })),
  );
}

function facts(results: Results): HTMLElement {
  const entries = [
    ["started", results.started],
    ["took", duration_text(number_of(results.seconds))],
    ...Object.entries(results.machine),
    ...Object.entries(results.versions),
  ];
  return element(
    "details",
    { class: "facts" },
    element("summary", {}, "Machine and versions"),
    element("dl", {}, ...entries.flatMap(([key, value]) => [element("dt", {}, key), element("dd", {}, value)])),
  );
}

export function summary_section(results: Results, choose: (verdict: Verdict) => void): HTMLElement {
  return element(
    "section",
    { class: "hero", "aria-labelledby": "title" },
    element("p", { class: "eyebrow" }, "Training pathologies, tested"),
    element("h1", { id: "title" }, "Why networks do not train, and what helps"),
    element("p", { class: "lead" }, results.write_up.summary),
    element("div", { class: "tiles" }, ...verdicts.map((verdict) => tile(results, verdict, choose))),
    share_bar(results),
    facts(results),
  );
}
