// A figure: heading, plot (curves are drawn when near), legend with toggles, scale switch, values as a table and as a file.
import type { Chart, ChartState, DrawChart } from "./chart";
import { aligned, divergence } from "./curves";
import { draw_dots } from "./dot_chart";
import { element } from "./element";
import { count_text, number_text, tick_text } from "./format";
import { draw_heatmap } from "./heatmap";
import { when_near } from "./lazy";
import { draw_lines, line_chart_height } from "./line_chart";
import { curve_colour, curve_dash } from "./palette";
import { numbers_of, type Figure } from "./results";
import { on_theme_change } from "./theme";
import { table, type TableRow } from "./table";

function drawing_of(figure: Figure): DrawChart {
  if (figure.kind === "heatmap") return draw_heatmap;
  return figure.x_names.length ? draw_dots : draw_lines;
}

function basis_text(figure: Figure): string {
  const seeds = figure.seeds ? `median over ${count_text(figure.seeds, "seed", "seeds")}` : "";
  const band = seeds && figure.curves.length ? ", band: 25th to 75th percentile" : "";
  const quantity = figure.quantity === figure.y_label && seeds ? "" : figure.quantity;
  return [quantity, seeds + band].filter(Boolean).join(" · ");
}

/** The figure's numbers: a header row, then one row an x (of a heatmap: a y). */
function value_rows(figure: Figure): string[][] {
  if (figure.kind === "heatmap")
    return [
      [`${figure.y_label} \\ ${figure.x_label}`, ...figure.x_names],
      ...figure.cells.map((row, i) => [figure.y_names[i] ?? "", ...numbers_of(row).map(number_text)]),
    ];
  const data = aligned(figure.curves);
  const banded = figure.seeds > 0; // a single run has no band
  const named = figure.x_names.length > 0;
  const cell = (value: number | undefined) => (value === undefined ? "" : number_text(value));
  return [
    [figure.x_label, ...data.curves.flatMap((curve) => (banded ? [curve.label, "25 %", "75 %"] : [curve.label]))],
    ...data.x.map((x, i) => [
      named ? (figure.x_names[x] ?? "") : tick_text(x),
      ...data.curves.flatMap((curve) =>
        banded ? [cell(curve.median[i]), cell(curve.low[i]), cell(curve.high[i])] : [cell(curve.median[i])],
      ),
    ]),
  ];
}

function values_table(figure: Figure): HTMLElement {
  const [head, ...rows] = value_rows(figure);
  return table(
    `Values of "${figure.title}"`,
    head,
    rows.map((cells): TableRow => ({ cells })),
  );
}

function save_csv(figure: Figure) {
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  const text = value_rows(figure)
    .map((row) => row.map(quoted).join(","))
    .join("\n");
  const address = URL.createObjectURL(new Blob([text + "\n"], { type: "text/csv" }));
  element("a", { href: address, download: figure.file.replace(/^.*\//, "").replace(/svg$/, "csv") }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** The curve's line as the plot draws it; a dot where the plot has dots. */
function swatch(k: number, dots: boolean): HTMLElement {
  const dash = curve_dash(k);
  const paint = (mark: HTMLElement) => {
    const colour = curve_colour(k);
    mark.style.background =
      dash.length && !dots
        ? `repeating-linear-gradient(90deg, ${colour} 0 ${dash[0]}px, transparent ${dash[0]}px ${dash[0] + dash[1]}px)`
        : colour;
  };
  const mark = element("i", { class: dots ? "dot" : "line" });
  paint(mark);
  on_theme_change(() => paint(mark));
  return mark;
}

/** Buttons that hide and show curves; a double click shows one alone. */
function legend(figure: Figure, state: ChartState, changed: () => void): HTMLElement {
  const buttons: HTMLButtonElement[] = [];
  const apply = () => {
    buttons.forEach((button, k) => button.setAttribute("aria-pressed", String(state.visible[k])));
    changed();
  };
  figure.curves.forEach((curve, k) => {
    const end = figure.x_names.length ? null : divergence(curve);
    const button = element(
      "button",
      { type: "button", "aria-pressed": "true", title: "Hide or show; double click: this one alone" },
      swatch(k, figure.x_names.length > 0),
      element("span", {}, curve.label),
      end === null ? null : element("em", {}, ` × diverges at ${tick_text(end)}`),
    );
    button.addEventListener("click", () => {
      state.visible[k] = !state.visible[k];
      apply();
    });
    button.addEventListener("dblclick", () => {
      const alone = state.visible.every((shown, other) => shown === (other === k));
      state.visible = state.visible.map((_, other) => alone || other === k);
      apply();
    });
    buttons.push(button);
  });
  return element("div", { class: "legend", role: "group", "aria-label": "Curves" }, ...buttons);
}

function scale_switch(figure: Figure, state: ChartState, changed: () => void): HTMLElement {
  const button = (label: string, log: boolean): HTMLElement =>
    element(
      "button",
      {
        type: "button",
        "aria-pressed": String(state.log_y === log),
        click: () => {
          state.log_y = log;
          for (const each of [...box.children]) each.setAttribute("aria-pressed", String(each.textContent === label));
          changed();
        },
      },
      label,
    );
  const box = element("div", { class: "switch", role: "group", "aria-label": `Scale of ${figure.quantity}` });
  box.append(button("log", true), button("linear", false));
  return box;
}

export function figure_element(experiment: string, figure: Figure): HTMLElement {
  const state: ChartState = { visible: figure.curves.map(() => true), log_y: figure.log_y };
  const curves = figure.curves.length > 0;
  const container = element("div", {
    class: `plot ${figure.kind}`,
    tabindex: 0,
    role: "group",
    "aria-label": `Plot: ${figure.title}. ${basis_text(figure)}. Arrow keys read values; the table below holds them all.`,
  });
  let chart: Chart | null = null;
  const draw = () => {
    chart?.destroy();
    chart = drawing_of(figure)(container, figure, state);
  };
  const redraw = () => {
    if (chart) draw();
  };
  const waits = drawing_of(figure) === draw_lines;
  if (waits) when_near(container, draw);
  on_theme_change(redraw);
  let width = 0;
  new ResizeObserver(() => {
    if (container.clientWidth === width) return;
    width = container.clientWidth;
    if (waits) container.style.minHeight = `${line_chart_height(width)}px`; // nothing moves when it is drawn
    if (chart || !waits) draw();
  }).observe(container);

  const values = element("details", { class: "values" }, element("summary", {}, "Values"));
  values.addEventListener("toggle", () => {
    if (values.children.length === 1) values.append(values_table(figure));
  });
  const tools = element(
    "div",
    { class: "tools" },
    curves ? scale_switch(figure, state, redraw) : null,
    element("button", { type: "button", title: "Save the values as a file", click: () => save_csv(figure) }, "CSV"),
  );
  return element(
    "figure",
    { id: `${experiment}-${figure.id}` },
    element("figcaption", {}, element("h4", {}, figure.title), element("p", {}, basis_text(figure)), tools),
    figure.kind === "heatmap" || figure.x_names.length || figure.y_label === basis_text(figure)
      ? null
      : element("div", { class: "y-label" }, figure.y_label),
    container,
    figure.curves.length > 1 ? legend(figure, state, () => chart?.update()) : null,
    figure.note ? element("p", { class: "note" }, figure.note) : null,
    values,
  );
}
