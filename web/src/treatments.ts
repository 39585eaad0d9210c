// What the experiments say of each fix: per pathology the sentence, the effects on one axis, and the text.
import { effect_bar, effect_range, effect_text, type Effect } from "./effect_bar";
import { element } from "./element";
import { number_text } from "./format";
import { number_of, type Results, type Treatment } from "./results";
import { table, type TableRow } from "./table";
import { verdict_badge } from "./verdict";

function effect_of(treatment: Treatment): Effect {
  const [low, high] = treatment.interval.map(number_of);
  return { effect: number_of(treatment.effect), low, high, unit: "ratio" };
}

function experiment_link(id: string, titles: Map<string, string>): string | HTMLElement {
  const title = titles.get(id);
  return title ? element("a", { href: `#${id}` }, title) : id;
}

function treatment_rows(treatments: Treatment[], titles: Map<string, string>): TableRow[] {
  const range = effect_range(treatments.map(effect_of), "ratio");
  return treatments.map((treatment) => {
    const effect = effect_of(treatment);
    return {
      cells: [
        element(
          "span",
          { class: "stacked" },
          element("b", {}, treatment.fix),
          verdict_badge(treatment.verdict),
          element("small", {}, treatment.patient),
          element("small", {}, experiment_link(treatment.experiment, titles)),
        ),
        element(
          "span",
          { class: "effect" },
          effect_bar(effect, range, treatment.verdict),
          element("span", { class: "number" }, effect_text(effect)),
          element("small", {}, `${treatment.effect_of}, n\u00a0=\u00a0${treatment.n}`),
        ),
        treatment.mechanism || "–",
        element(
          "dl",
          { class: "limits" },
          element("dt", {}, "outcome"),
          element("dd", {}, number_text(number_of(treatment.treated_outcome))),
          element("dt", {}, "time per step"),
          element("dd", {}, `×\u2009${number_text(number_of(treatment.cost))}`),
          element("dt", {}, "side effects"),
          element("dd", {}, treatment.side_effects || "none seen"),
          element("dt", {}, "where it fails"),
          element("dd", {}, treatment.fails_where || "nowhere seen"),
        ),
      ],
    };
  });
}

const kHead = ["Fix", "Effect (below 1 is better)", "What happened to the cause", "Price and limits"];

export function treatments_section(results: Results): HTMLElement {
  const titles = new Map(results.experiments.map((experiment) => [experiment.id, experiment.title]));
  return element(
    "section",
    { id: "treatments", class: "fixes", "aria-labelledby": "treatments-title" },
    element("h2", { id: "treatments-title" }, "What the course's experiments say of each fix"),
    ...results.write_up.pathologies.map((advice) =>
      element(
        "article",
        { class: "panel" },
        element("h3", {}, advice.pathology),
        element("p", { class: "headline" }, advice.headline),
        table(
          `Fixes tried against ${advice.pathology}, best first`,
          kHead,
          treatment_rows(
            advice.ranking.map((index) => results.treatments[index]),
            titles,
          ),
          true,
        ),
        element(
          "details",
          { class: "more" },
          element("summary", {}, "In words"),
          ...advice.paragraphs.map((text) => element("p", {}, text)),
        ),
      ),
    ),
  );
}
