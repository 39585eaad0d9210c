// The list of sections, beside the page or in the menu; marks the one that is read.
import { element } from "./element";
import { type Results, verdicts } from "./results";

function verdict_dots(results: Results | null, id: string): HTMLElement | null {
  const experiment = results?.experiments.find((candidate) => candidate.id === id);
  if (!experiment || !experiment.claims.length) return null;
  const parts = verdicts.map((verdict) => ({
    verdict,
    count: experiment.claims.filter((claim) => claim.verdict === verdict).length,
  }));
  const says = parts.filter((part) => part.count).map((part) => `${part.count} ${part.verdict}`);
  return element(
    "span",
    { class: "dots-of", role: "img", "aria-label": says.join(", "), title: says.join(", ") },
    ...parts.flatMap((part) => Array.from({ length: part.count }, () => element("i", { class: part.verdict }))),
  );
}

function links(results: Results | null, sections: HTMLElement[]): HTMLElement {
  return element(
    "ul",
    {},
    ...sections.map((section) =>
      element(
        "li",
        { class: section.classList.contains("experiment") ? "of-experiment" : "" },
        element(
          "a",
          { href: `#${section.id}` },
          element("span", {}, section.querySelector("h2")!.textContent!),
          verdict_dots(results, section.id),
        ),
      ),
    ),
  );
}

/** Without results the links have no verdicts. `head` comes before the sections and has no link of its own. */
export function start_navigation(results: Results | null, head: HTMLElement, sections: HTMLElement[]) {
  const menu = document.querySelector<HTMLDetailsElement>(".menu")!;
  for (const nav of document.querySelectorAll<HTMLElement>("nav.side, nav.menu-list"))
    nav.append(links(results, sections));
  menu.addEventListener("click", (event) => {
    if ((event.target as Element).closest("a")) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    menu.querySelector("summary")!.focus();
  });
  const reading = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        for (const link of document.querySelectorAll<HTMLAnchorElement>("nav a"))
          if (link.hash === `#${entry.target.id}`) link.setAttribute("aria-current", "true");
          else link.removeAttribute("aria-current");
      }
    },
    { rootMargin: "-20% 0px -75% 0px" },
  );
  for (const section of [head, ...sections]) reading.observe(section);
}
