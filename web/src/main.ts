import { claims_section } from "./claims";
import { clinic_section } from "./clinic";
import { is_diagnosis } from "./diagnosis";
import { diagnosis_sections } from "./diagnosis_view";
import { element } from "./element";
import { experiment_section } from "./experiment";
import { start_navigation } from "./navigation";
import { start_printing } from "./print";
import { embedded_data, type Results } from "./results";
import { summary_section } from "./summary";
import { start_theme } from "./theme";
import { treatments_section } from "./treatments";
import { conclusions_section, method_section, references_section } from "./write_up";

function show(results: Results | null, head: HTMLElement, sections: HTMLElement[]) {
  document.getElementById("main")!.append(head, ...sections);
  start_navigation(results, head, sections);
}

function show_results(results: Results) {
  const claims = claims_section(results);
  const sections = [
    results.patients.length ? clinic_section(results) : null,
    results.treatments.length ? treatments_section(results) : null,
    results.counts.claims ? claims.section : null,
    results.write_up.conclusions.length ? conclusions_section(results) : null,
    ...results.experiments.map(experiment_section),
    method_section(results),
    references_section(results),
  ].filter((section): section is HTMLElement => section !== null);
  show(results, summary_section(results, claims.choose), sections);
}

/** A link into the page opens what it points at, and a page opened at an address scrolls there. */
function follow_address() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target) target.scrollIntoView();
}

start_theme(document.querySelector<HTMLElement>(".theme")!);
try {
  const data = embedded_data();
  if (is_diagnosis(data)) {
    const { head, sections } = diagnosis_sections(data);
    show(null, head, sections);
  } else {
    show_results(data as Results);
  }
  follow_address();
} catch (error) {
  document
    .getElementById("main")!
    .append(element("p", { class: "warning" }, `This page's data cannot be read: ${(error as Error).message}`));
  throw error;
}
start_printing();
