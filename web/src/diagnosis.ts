// The document of docs/diagnosis.md, with what the page adds to it.
import type { Figure, JsonNumber } from "./results";

export type Health = "healthy" | "sick" | "undecided";

export interface Finding {
  pathology: string;
  role: "cause" | "symptom" | "note";
  caused_by: string | null;
  severity: JsonNumber;
  confidence: JsonNumber;
  onset_step: number;
  layers: number[];
  evidence: { what: string; value: JsonNumber; limit: string }[];
  rule: string;
  sentence: string;
  fixes: string[];
}

export interface Trial {
  suspect: string;
  change: string;
  loss: JsonNumber;
  validation_loss: JsonNumber;
  validation_accuracy: JsonNumber;
  steps: number;
  shortfall: JsonNumber;
  restored: JsonNumber;
}

export interface About {
  summary: string;
  mechanism: string;
  reference: string;
  look_alikes: string[];
}

export interface DiagnosisData {
  format: number;
  verdict: Health;
  before_training: boolean;
  summary: string;
  findings: Finding[];
  notes: Finding[];
  trials: Trial[];
  gaps: { pathology: string | null; reason: string }[];
  run: {
    name: string;
    seed: number;
    steps: number;
    status: string;
    loss: JsonNumber;
    accuracy: JsonNumber;
    loss_unit: "constant prediction" | "first loss";
    validation_loss: JsonNumber;
    validation_accuracy: JsonNumber;
    started: string;
    versions: Record<string, string>;
  };
  about: Record<string, About>;
  source: string; // of a training made elsewhere: "log of 2 files"; else empty
  command: string;
  layer_names: string[]; // of a network from outside
  advice: { fix: string; summary: string; pytorch: string[] }[]; // likewise
  spec: string;
  figures: Figure[];
}

/** Whether the page carries a diagnosis rather than the results of a lab. */
export function is_diagnosis(data: object): data is DiagnosisData {
  return "verdict" in data && "findings" in data;
}

const layers_named = 3;

/** "layer 3", "layers 1, 2 and 3"; with the names of a few: "layer 3 (encoder.0)". */
export function layers_text(layers: number[], names: string[] = []): string {
  const named = layers.length <= layers_named ? layers.map((layer) => names[layer - 1]).filter(Boolean) : [];
  return numbers_text(layers) + (named.length ? ` (${named.join(", ")})` : "");
}

function numbers_text(layers: number[]): string {
  if (!layers.length) return "the whole network";
  const sorted = [...layers].sort((left, right) => left - right);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    let end = i;
    while (end + 1 < sorted.length && sorted[end + 1] === sorted[end] + 1) ++end;
    if (end - i >= 2) {
      parts.push(`${sorted[i]} to ${sorted[end]}`);
      i = end + 1;
    } else parts.push(String(sorted[i++]));
  }
  const last = parts.pop()!;
  return (sorted.length === 1 ? "layer " : "layers ") + (parts.length ? `${parts.join(", ")} and ${last}` : last);
}
