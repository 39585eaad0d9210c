// Which fix for which pathology, by trials on the experiments' patients: per cause the sentence, per patient a table of
// what was tried with the best random change beside it.
import { effect_bar, effect_range, effect_text, type Effect } from "./effect_bar";
import { element } from "./element";
import { count_text, number_text } from "./format";
import { number_of, type Patient, type Results, type Trial } from "./results";
import { table, type TableRow } from "./table";
import { verdict_icon } from "./verdict";

function effect_of(trial: Trial): Effect {
  const [low, high] = trial.interval.map(number_of);
  return { effect: number_of(trial.effect), low, high, unit: "difference" };
}

function times(value: number): string {
  return Number.isNaN(value) ? "not measured" : `×\u2009${number_text(value)}`;
}

/** Colour, icon and word. */
function proof_badge(proven: boolean): HTMLElement {
  const verdict = proven ? "supported" : "inconclusive";
  return element("span", { class: `badge ${verdict}` }, verdict_icon(verdict), proven ? "proven" : "not proven");
}

const kMechanisms = { gone: "gone", there: "still there", "not examined": "not looked at" };

function row(trial: Trial, name: string, patient: Patient, range: ReturnType<typeof effect_range>): TableRow {
  const effect = effect_of(trial);
  return {
    cells: [
      element(
        "span",
        { class: "stacked" },
        element("b", {}, name),
        proof_badge(trial.proven),
        ...trial.changes.map((change) => element("small", {}, change)),
      ),
      element(
        "span",
        { class: "effect" },
        effect_bar(effect, range, trial.proven ? "supported" : "inconclusive"),
        element("span", { class: "number" }, effect_text(effect)),
        element(
          "small",
          {},
          `${patient.measure} ${number_text(number_of(trial.outcome))}, ` +
            `${number_text(100 * number_of(trial.coverage))}\u00a0% interval, ` +
            `${count_text(trial.seeds, "seed", "seeds")}, p\u00a0${number_text(number_of(trial.p_holm))}`,
        ),
      ),
      kMechanisms[trial.mechanism],
      element(
        "dl",
        { class: "limits" },
        element("dt", {}, "time per step"),
        element("dd", {}, times(number_of(trial.cost))),
        element("dt", {}, "steps"),
        element("dd", {}, times(number_of(trial.length))),
        element("dt", {}, "side effects"),
        element("dd", {}, trial.side_effects.join(", ") || (trial.mechanism === "not examined" ? "–" : "none seen")),
      ),
    ],
  };
}

function trials_table(patient: Patient): HTMLElement {
  const all = patient.random ? [...patient.tried, patient.random] : patient.tried;
  const range = effect_range(all.map(effect_of), "difference");
  const rows = patient.tried.map((trial) => row(trial, trial.fixes.join(" + "), patient, range));
  if (patient.random) {
    const name = `best of ${count_text(patient.random_changes, "random change", "random changes")}`;
    rows.push({ ...row(patient.random, name, patient, range), attributes: { class: "baseline" } });
  }
  const better = patient.measure.includes("accuracy") ? "above" : "below";
  return table(
    `Fixes tried on ${patient.experiment}, ${patient.setting}: those proven first`,
    ["Fix", `Effect (${better} 0 is better)`, "The cause", "Price and limits"],
    rows,
    true,
  );
}

function patient_part(patient: Patient, titles: Map<string, string>): HTMLElement {
  const title = titles.get(patient.experiment);
  const untreated = `As it is, the ${patient.measure} is ${number_text(number_of(patient.untreated_outcome))}.`;
  return element(
    "div",
    { class: "patient" },
    element(
      "p",
      {},
      title ? element("a", { href: `#${patient.experiment}` }, title) : patient.experiment,
      ": ",
      element("b", {}, patient.setting),
    ),
    element("p", {}, `${patient.sentence} ${patient.tried.length ? untreated : ""}`),
    patient.tried.length ? trials_table(patient) : null,
  );
}

export function clinic_section(results: Results): HTMLElement {
  const titles = new Map(results.experiments.map((experiment) => [experiment.id, experiment.title]));
  return element(
    "section",
    { id: "fixes", class: "fixes", "aria-labelledby": "fixes-title" },
    element("h2", { id: "fixes-title" }, "Which fix for which pathology"),
    ...results.write_up.causes.map((advice) =>
      element(
        "article",
        { class: "panel" },
        element("h3", {}, advice.cause),
        element("p", { class: "headline" }, advice.headline),
        ...advice.paragraphs.map((text) => element("p", {}, text)),
        ...advice.patients.map((index) => patient_part(results.patients[index], titles)),
      ),
    ),
  );
}
