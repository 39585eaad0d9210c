// Tables that turn into cards on a phone. The roles are spoken: styled as cards, a table would lose its own.
import { element } from "./element";

export type Cell = string | Node;

export interface TableRow {
  cells: Cell[];
  attributes?: Record<string, string>;
}

function cell_content(cell: Cell): Node {
  return typeof cell === "string" ? document.createTextNode(cell) : cell;
}

/** A scrollable table; the first cell of a row is its heading. `cards`: a card a row where the screen is narrow. */
export function table(caption: string, head: string[], rows: TableRow[], cards = false): HTMLElement {
  const header = element(
    "tr",
    { role: "row" },
    ...head.map((text) => element("th", { scope: "col", role: "columnheader" }, text)),
  );
  const body = rows.map((row) =>
    element(
      "tr",
      { role: "row", ...row.attributes },
      ...row.cells.map((cell, k) =>
        k === 0
          ? element("th", { scope: "row", role: "rowheader", "data-label": head[k] }, cell_content(cell))
          : element("td", { role: "cell", "data-label": head[k] }, cell_content(cell)),
      ),
    ),
  );
  return element(
    "div",
    { class: "table-scroll", tabindex: 0, role: "region", "aria-label": caption },
    element(
      "table",
      { class: cards ? "cards" : "", role: "table" },
      element("caption", {}, caption),
      element("thead", { role: "rowgroup" }, header),
      element("tbody", { role: "rowgroup" }, ...body),
    ),
  );
}
