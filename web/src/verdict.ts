import { element, icon } from "./element";
import type { Verdict } from "./results";

const kIcons: Record<Verdict, string> = {
  supported: "M3 8.5l3.2 3.2L13 4.5",
  refuted: "M4 4l8 8M12 4l-8 8",
  inconclusive: "M5 6a3 3 0 1 1 4.4 2.6C8.4 9.2 8 9.6 8 10.6M8 13.2v.1",
  vacuous: "M8 3.2a4.8 4.8 0 1 0 0 9.6a4.8 4.8 0 1 0 0-9.6M3.4 12.6l9.2-9.2",
};

const kMeanings: Record<Verdict, string> = {
  supported: "the whole interval lies where the claim says",
  refuted: "none of the interval lies where the claim says",
  inconclusive: "these runs cannot tell",
  vacuous: "what the claim speaks of never acted",
};

export function verdict_meaning(verdict: Verdict): string {
  return kMeanings[verdict];
}

export function verdict_icon(verdict: Verdict): SVGElement {
  return icon(kIcons[verdict]);
}

/** Colour, icon and word. */
export function verdict_badge(verdict: Verdict): HTMLElement {
  return element("span", { class: `badge ${verdict}`, title: kMeanings[verdict] }, verdict_icon(verdict), verdict);
}
