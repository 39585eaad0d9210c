// Every claim in one table, filtered by verdict and by words.
import { effect_text, type Effect } from "./effect_bar";
import { element } from "./element";
import { number_text } from "./format";
import { type Claim, number_of, type Results, type Verdict, verdicts } from "./results";
import { table } from "./table";
import { verdict_badge, verdict_icon } from "./verdict";

export function effect_of_claim(claim: Claim): Effect {
  const [low, high] = claim.interval.map(number_of);
  return { effect: number_of(claim.effect), low, high, unit: claim.effect_unit, threshold: number_of(claim.threshold) };
}

export function claim_anchor(experiment: string, claim: string): string {
  return `${experiment}--${claim}`;
}

function claims_table(results: Results): HTMLElement {
  const rows = results.experiments.flatMap((experiment) =>
    experiment.claims.map((claim) => ({
      cells: [
        element(
          "span",
          { class: "stacked" },
          element("a", { href: `#${claim_anchor(experiment.id, claim.id)}` }, claim.text),
          element("small", {}, experiment.title),
        ),
        verdict_badge(claim.verdict),
        element("span", { class: "number" }, effect_text(effect_of_claim(claim))),
        String(claim.n),
        number_text(number_of(claim.p_holm)),
      ],
      attributes: { "data-verdict": claim.verdict },
    })),
  );
  const head = ["Claim", "Verdict", "Effect (95 % interval)", "n", "p (Holm)"];
  return table("All claims with their verdicts", head, rows, true);
}

export interface ClaimsSection {
  section: HTMLElement;
  /** Shows the claims with this verdict only, and goes there. */
  choose(verdict: Verdict): void;
}

export function claims_section(results: Results): ClaimsSection {
  const claims = claims_table(results);
  const rows = [...claims.querySelectorAll<HTMLElement>("tbody tr")];
  const told = element("p", { class: "told", role: "status" });
  const search = element("input", { type: "search", placeholder: "Search claims", "aria-label": "Search claims" });
  const buttons = new Map<Verdict | "all", HTMLButtonElement>();
  let chosen: Verdict | "all" = "all";

  const apply = () => {
    const words = search.value.toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const fits =
        (chosen === "all" || row.dataset.verdict === chosen) && row.textContent!.toLowerCase().includes(words);
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    for (const [verdict, button] of buttons) button.setAttribute("aria-pressed", String(verdict === chosen));
    told.textContent = shown === rows.length ? "" : `${shown} of ${rows.length} claims shown`;
  };
  const filter = (verdict: Verdict | "all", count: number) => {
    const button = element(
      "button",
      { type: "button", class: `filter ${verdict}` },
      verdict === "all" ? null : verdict_icon(verdict),
      `${verdict} `,
      element("b", {}, String(count)),
    );
    button.addEventListener("click", () => {
      chosen = chosen === verdict ? "all" : verdict;
      apply();
    });
    buttons.set(verdict, button);
    return button;
  };
  search.addEventListener("input", apply);
  const section = element(
    "section",
    { id: "claims", "aria-labelledby": "claims-title" },
    element("h2", { id: "claims-title" }, "All claims"),
    element(
      "div",
      { class: "filters", role: "group", "aria-label": "Filter claims" },
      filter("all", results.counts.claims),
      ...verdicts.map((verdict) => filter(verdict, results.counts[verdict])),
      search,
    ),
    told,
    element("div", { class: "panel flush" }, claims),
  );
  apply();
  return {
    section,
    choose: (verdict) => {
      chosen = verdict;
      search.value = "";
      apply();
      section.scrollIntoView();
    },
  };
}
