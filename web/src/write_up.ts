// The conclusions as sentences, how to read them, and the literature.
import { claim_anchor } from "./claims";
import { element } from "./element";
import type { Results } from "./results";
import { verdict_icon } from "./verdict";

export function conclusions_section(results: Results): HTMLElement {
  return element(
    "section",
    { id: "conclusions", "aria-labelledby": "conclusions-title" },
    element("h2", { id: "conclusions-title" }, "Conclusions"),
    ...results.write_up.conclusions.map((group) =>
      element(
        "article",
        { class: `conclusions ${group.verdict}` },
        element("h3", {}, verdict_icon(group.verdict), group.heading),
        element(
          "ul",
          {},
          ...group.conclusions.map((conclusion) =>
            element(
              "li",
              {},
              `${conclusion.text} `,
              element(
                "a",
                {
                  href: `#${claim_anchor(conclusion.experiment, conclusion.claim)}`,
                  "aria-label": "Show the evidence",
                },
                "evidence",
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

export function method_section(results: Results): HTMLElement {
  return element(
    "section",
    { id: "method", "aria-labelledby": "method-title" },
    element("h2", { id: "method-title" }, "How to read this"),
    ...results.write_up.method.map((text) => element("p", {}, text)),
    element("p", {}, "In a plot, drag to zoom and double click to see all again; a click on a curve's name hides it."),
  );
}

export function references_section(results: Results): HTMLElement {
  return element(
    "section",
    { id: "references", "aria-labelledby": "references-title" },
    element("h2", { id: "references-title" }, "References"),
    element(
      "ul",
      { class: "references" },
      ...results.write_up.references.map((reference) =>
        element(
          "li",
          {},
          element("b", {}, reference.id),
          ` ${reference.text} `,
          element("small", {}, `Used for: ${reference.note}.`),
        ),
      ),
    ),
  );
}
