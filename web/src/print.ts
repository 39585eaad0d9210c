// Printing: the page as wide as paper, on white, everything drawn and opened; afterwards as it was.
import { draw_everything } from "./lazy";
import { set_printing } from "./theme";

export function start_printing() {
  let opened: HTMLDetailsElement[] = [];
  addEventListener("beforeprint", () => {
    const closed = document.querySelectorAll<HTMLDetailsElement>(
      "details.more:not([open]), details.settings:not([open]), details.facts:not([open])",
    );
    opened = opened.concat([...closed]);
    for (const details of closed) details.open = true;
    document.documentElement.classList.add("printing");
    set_printing(true);
    draw_everything();
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
    opened = [];
    document.documentElement.classList.remove("printing");
    set_printing(false);
  });
}
