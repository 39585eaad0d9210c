// Light and dark: the system's choice unless the reader chose. ?theme=dark or ?theme=light in the address wins.
import { icon } from "./element";

export type Theme = "light" | "dark";
const kKey = "gradclinic-theme";
const kSun =
  "M8 4.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7M8 .5v2M8 13.5v2M.5 8h2M13.5 8h2" +
  "M2.7 2.7l1.4 1.4M11.9 11.9l1.4 1.4M2.7 13.3l1.4-1.4M11.9 4.1l1.4-1.4";
const kMoon = "M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3z";

const listeners: (() => void)[] = [];
let chosen: Theme | null = null;
let printing = false;

function stored(): Theme | null {
  const asked = new URLSearchParams(location.search).get("theme");
  if (asked === "dark" || asked === "light") return asked;
  try {
    const kept = localStorage.getItem(kKey);
    return kept === "dark" || kept === "light" ? kept : null;
  } catch {
    return null; // a page from file:// may have no storage
  }
}

export function current_theme(): Theme {
  if (printing) return "light";
  return chosen ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

/** Called whenever colours change, for what is painted rather than styled. */
export function on_theme_change(listener: () => void) {
  listeners.push(listener);
}

function apply(button: HTMLElement) {
  document.documentElement.dataset.theme = current_theme();
  button.replaceChildren(icon(current_theme() === "dark" ? kSun : kMoon));
  for (const listener of listeners) listener();
}

export function start_theme(button: HTMLElement) {
  chosen = stored();
  apply(button);
  button.addEventListener("click", () => {
    chosen = current_theme() === "dark" ? "light" : "dark";
    try {
      localStorage.setItem(kKey, chosen);
    } catch {
      // the choice then lasts as long as the page
    }
    apply(button);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => apply(button));
}

/** Paper is white: light while printing, whatever was chosen. */
export function set_printing(on: boolean) {
  printing = on;
  apply(document.querySelector<HTMLElement>(".theme")!);
}

/** The value of a colour variable of styles/. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
