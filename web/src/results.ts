// The document of docs/results.md, as the report's program writes it.

/** A double: null is NaN (not measured), the strings are the infinities (diverged). */
export type JsonNumber = number | null | "Infinity" | "-Infinity";
export type Verdict = "supported" | "refuted" | "inconclusive" | "vacuous";
export type Interval = [JsonNumber, JsonNumber];

export interface Curve {
  label: string;
  x: JsonNumber[];
  median: JsonNumber[];
  low: JsonNumber[];
  high: JsonNumber[];
}

export interface Figure {
  id: string;
  title: string;
  kind: "by-layer" | "by-step" | "by-factor" | "heatmap";
  quantity: string;
  file: string;
  x_label: string;
  y_label: string;
  log_x: boolean;
  log_y: boolean;
  seeds: number;
  note: string;
  x_names: string[];
  y_names: string[];
  curves: Curve[];
  cells: JsonNumber[][];
}

export interface Claim {
  id: string;
  text: string;
  source: string;
  measure: string;
  comparison: string;
  verdict: Verdict;
  effect: JsonNumber;
  effect_unit: string;
  threshold: JsonNumber;
  interval: Interval;
  n: number;
  p: JsonNumber;
  p_holm: JsonNumber;
  reason: string;
}

export interface Group {
  label: string;
  factors: Record<string, string>;
  seeds: number;
  diverged: number;
  diagnoses: Record<string, number>;
  final_loss: JsonNumber;
  final_loss_interval: Interval;
  microseconds_per_step: JsonNumber;
}

export interface Experiment {
  id: string;
  title: string;
  question: string;
  setup: string;
  notes: string;
  seeds: number;
  runs: number;
  seconds: JsonNumber;
  claims: Claim[];
  groups: Group[];
  figures: Figure[];
}

export interface Treatment {
  experiment: string;
  pathology: string;
  fix: string;
  patient: string;
  outcome: string;
  effect_of: string;
  treated_outcome: JsonNumber;
  verdict: Verdict;
  effect: JsonNumber;
  interval: Interval;
  n: number;
  mechanism: string;
  cost: JsonNumber;
  side_effects: string;
  fails_where: string;
}

/** What a fix, or a random change, did to one patient. */
export interface Trial {
  fixes: string[];
  changes: string[];
  outcome: JsonNumber;
  effect: JsonNumber;
  interval: Interval;
  coverage: JsonNumber;
  seeds: number;
  p_holm: JsonNumber;
  proven: boolean;
  mechanism: "gone" | "there" | "not examined";
  cost: JsonNumber;
  length: JsonNumber;
  side_effects: string[];
}

export interface Patient {
  experiment: string;
  setting: string;
  verdict: "healthy" | "sick" | "undecided";
  cause: string;
  sentence: string;
  measure: string;
  untreated_outcome: JsonNumber;
  seeds: number;
  tried: Trial[];
  random: Trial | null;
  random_changes: number;
}

export interface WriteUp {
  summary: string;
  causes: { cause: string; headline: string; paragraphs: string[]; patients: number[] }[];
  pathologies: { pathology: string; headline: string; paragraphs: string[]; ranking: number[] }[];
  conclusions: {
    verdict: Verdict;
    heading: string;
    conclusions: { experiment: string; claim: string; text: string }[];
  }[];
  method: string[];
  references: { id: string; text: string; note: string }[];
}

export interface Results {
  format: string;
  started: string;
  seconds: JsonNumber;
  runs: number;
  interrupted: boolean;
  machine: Record<string, string>;
  versions: Record<string, string>;
  counts: Record<"experiments" | "runs" | "claims" | Verdict, number>;
  patients: Patient[];
  treatments: Treatment[];
  write_up: WriteUp;
  experiments: Experiment[];
}

export const verdicts: Verdict[] = ["supported", "refuted", "inconclusive", "vacuous"];

export function number_of(value: JsonNumber | undefined): number {
  if (value === null || value === undefined) return NaN;
  if (value === "Infinity") return Infinity;
  if (value === "-Infinity") return -Infinity;
  return value as number;
}

export function numbers_of(values: JsonNumber[]): number[] {
  return values.map(number_of);
}

/** What the page carries: the results of a lab, or a diagnosis. */
export function embedded_data(): object {
  return JSON.parse(document.getElementById("results")!.textContent!) as object;
}
