// What was tried from the same seed on the same data: a bar for each training's outcome, and where the untreated one is.
import type { DiagnosisData, Trial } from "./diagnosis";
import { element } from "./element";
import { number_text } from "./format";
import { number_of } from "./results";

interface Outcome {
  value: number; // what the bar shows
  says: string;
}

/** Held-out accuracy where there is one, else the held-out loss, else the loss. */
function outcome_of(entry: Pick<Trial, "loss" | "validation_loss" | "validation_accuracy">): Outcome {
  const accuracy = number_of(entry.validation_accuracy);
  if (!Number.isNaN(accuracy)) return { value: accuracy, says: `${(100 * accuracy).toFixed(1)} %` };
  const held_out = number_of(entry.validation_loss);
  const value = Number.isNaN(held_out) ? number_of(entry.loss) : held_out;
  return { value, says: Number.isFinite(value) ? number_text(value) : "diverged" };
}

function bar(share: number, own: number): HTMLElement {
  return element(
    "div",
    { class: "trial-bar", "aria-hidden": "true" },
    element("i", { style: `width:${(100 * share).toFixed(1)}%` }),
    Number.isFinite(own) ? element("b", { style: `left:${(100 * own).toFixed(1)}%` }) : null,
  );
}

function row(label: string, outcome: Outcome, most: number, own: Outcome, kind: string): HTMLElement {
  const share = Number.isFinite(outcome.value) ? Math.min(1, Math.max(0, outcome.value / most)) : 1;
  const broken = Number.isFinite(outcome.value) ? "" : " broken";
  return element(
    "li",
    { class: `trial ${kind}${broken}` },
    element("span", { class: "trial-name" }, label),
    bar(share, Number.isFinite(own.value) ? Math.min(1, own.value / most) : NaN),
    element("span", { class: "number" }, outcome.says),
  );
}

function order(left: Trial, right: Trial): number {
  const value = (trial: Trial) => (trial.restored === null ? -2 : number_of(trial.restored));
  return value(right) - value(left);
}

export function trials_section(data: DiagnosisData): HTMLElement {
  const own = outcome_of(data.run);
  const accuracy = data.trials.some((trial) => trial.validation_accuracy !== null);
  const held_out = data.trials.some((trial) => trial.validation_loss !== null);
  const finite = [own, ...data.trials.map(outcome_of)].map((entry) => entry.value).filter(Number.isFinite);
  const most = accuracy ? 1 : Math.min(3, Math.max(1, ...finite));
  const groups = [...new Set(data.trials.map((trial) => trial.suspect))];
  const cause = data.findings.length ? data.findings[0].pathology : "";
  const main = [cause, "reference"].filter((suspect) => groups.includes(suspect));
  const others = groups.filter((suspect) => !main.includes(suspect));
  const loss = held_out ? "loss on samples held out" : "training loss";
  const what = accuracy
    ? "accuracy on samples held out: longer is better"
    : `${loss}, 1 is ${data.run.loss_unit === "first loss" ? "the first" : "the best constant prediction's"}: shorter is better`;
  const label = (trial: Trial) =>
    trial.steps < data.run.steps ? `${trial.change} (after ${trial.steps} steps)` : trial.change;
  const group = (suspect: string) => {
    const trials = data.trials.filter((trial) => trial.suspect === suspect).sort(order);
    const heading = suspect === "reference" ? "Recipes known to be sound" : `Without ${suspect}`;
    return element(
      "div",
      {},
      element("h3", {}, heading),
      element(
        "ul",
        { class: "trials" },
        ...trials.map((trial) => row(label(trial), outcome_of(trial), most, own, suspect === cause ? "of-cause" : "")),
      ),
    );
  };
  return element(
    "section",
    { id: "trials", "aria-labelledby": "trials-title" },
    element("h2", { id: "trials-title" }, "What was tried"),
    element(
      "p",
      {},
      "The same training, from the same start on the same data, with something changed. " +
        `Bars: ${what}. The line is the training as it is.`,
    ),
    element(
      "div",
      { class: "panel" },
      element("ul", { class: "trials" }, row("as it is", own, most, own, "own")),
      ...main.map(group),
      others.length
        ? element("details", { class: "more" }, element("summary", {}, "Other suspects"), ...others.map(group))
        : null,
    ),
  );
}
