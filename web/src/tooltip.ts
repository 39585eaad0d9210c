// The box that shows values beside the pointer, inside a plot's container.
import { element } from "./element";

export interface TooltipRow {
  colour?: string;
  label: string;
  value: string;
}

export class Tooltip {
  private readonly box = element("div", { class: "tooltip", role: "status", hidden: true });

  constructor(private readonly container: HTMLElement) {
    container.append(this.box);
  }

  /** Beside (x, y), which are pixels of the container, on the side with more room. */
  show(x: number, y: number, heading: string, rows: TooltipRow[]) {
    this.box.replaceChildren(
      element("strong", {}, heading),
      ...rows.map((row) =>
        element(
          "div",
          {},
          row.colour ? element("i", { style: `background:${row.colour}` }) : null,
          element("span", {}, row.label),
          element("b", {}, row.value),
        ),
      ),
    );
    this.box.hidden = false;
    const width = this.container.clientWidth;
    const room = this.box.offsetWidth + 16;
    const left = x < width / 2 ? Math.min(x + 14, width - room) : Math.max(x - room, 0);
    this.box.style.left = `${Math.max(0, left)}px`;
    this.box.style.top = `${Math.max(0, Math.min(y - 12, this.container.clientHeight - this.box.offsetHeight))}px`;
  }

  hide() {
    this.box.hidden = true;
  }
}
