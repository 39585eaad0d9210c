// One experiment: question, setup, claims with their verdicts, plots, and its settings as a table.
import { claim_anchor, effect_of_claim } from "./claims";
import { effect_bar, effect_range, effect_text } from "./effect_bar";
import { element } from "./element";
import { figure_element } from "./figure";
import { count_text, duration_text, interval_text, number_text } from "./format";
import { type Claim, type Experiment, number_of } from "./results";
import { table } from "./table";
import { verdict_badge } from "./verdict";

function detail(label: string, text: string): HTMLElement[] {
  return text ? [element("dt", {}, label), element("dd", {}, text)] : [];
}

function claim_card(experiment: string, claim: Claim): HTMLElement {
  const effect = effect_of_claim(claim);
  return element(
    "li",
    { class: `claim ${claim.verdict}`, id: claim_anchor(experiment, claim.id) },
    element("div", { class: "claim-head" }, verdict_badge(claim.verdict), element("h4", {}, claim.text)),
    element("p", {}, claim.reason),
    element(
      "div",
      { class: "effect" },
      effect_bar(effect, effect_range([effect], effect.unit), claim.verdict),
      element(
        "span",
        { class: "number" },
        claim.effect_unit === "ratio" ? effect_text(effect) : `${claim.effect_unit} ${effect_text(effect)}`,
      ),
    ),
    element(
      "details",
      { class: "more" },
      element("summary", {}, "How it was decided"),
      element(
        "dl",
        {},
        ...detail("measure", claim.measure),
        ...detail("compared", claim.comparison),
        ...detail("pairs", String(claim.n)),
        ...detail("p, sign test", number_text(number_of(claim.p))),
        ...detail("p, Holm", number_text(number_of(claim.p_holm))),
        ...detail("source", claim.source),
        ...detail("id", claim.id),
      ),
    ),
  );
}

/** The commonest first. */
function diagnoses_text(diagnoses: Record<string, number>): string {
  return Object.entries(diagnoses)
    .sort(([, one], [, other]) => other - one)
    .map(([diagnosis, count]) => `${diagnosis} ${count}`)
    .join(", ");
}

function groups_table(experiment: Experiment): HTMLElement {
  const rows = experiment.groups.map((group) => {
    const [low, high] = group.final_loss_interval.map(number_of);
    return {
      cells: [
        group.label,
        number_text(number_of(group.final_loss)),
        interval_text(low, high),
        group.diverged ? `${group.diverged} of ${group.seeds}` : `0 of ${group.seeds}`,
        diagnoses_text(group.diagnoses),
        `${number_text(number_of(group.microseconds_per_step))} µs`,
      ],
    };
  });
  return element(
    "details",
    { class: "settings", open: rows.length <= 12 },
    element("summary", {}, `${count_text(rows.length, "setting", "settings")} in numbers`),
    table(
      `Settings of ${experiment.title}`,
      ["Setting", "Final loss (median)", "25th to 75th percentile", "Diverged", "Diagnoses", "Time per step"],
      rows,
    ),
  );
}

export function experiment_section(experiment: Experiment): HTMLElement {
  const title = `${experiment.id}-title`;
  const basis = [
    count_text(experiment.runs, "training", "trainings"),
    count_text(experiment.seeds, "seed", "seeds"),
    duration_text(number_of(experiment.seconds)),
  ].join(" · ");
  return element(
    "section",
    { id: experiment.id, class: "experiment", "aria-labelledby": title },
    element("h2", { id: title }, experiment.title),
    experiment.question ? element("p", { class: "question" }, experiment.question) : null,
    experiment.setup ? element("p", { class: "setup" }, experiment.setup) : null,
    element("p", { class: "basis" }, experiment.runs ? basis : "not run"),
    experiment.notes ? element("p", { class: "note" }, experiment.notes) : null,
    experiment.claims.length
      ? element("ul", { class: "claim-list" }, ...experiment.claims.map((claim) => claim_card(experiment.id, claim)))
      : null,
    experiment.figures.length
      ? element(
          "div",
          { class: "figures" },
          ...experiment.figures.map((figure) => figure_element(experiment.id, figure)),
        )
      : null,
    experiment.groups.length ? groups_table(experiment) : null,
  );
}
