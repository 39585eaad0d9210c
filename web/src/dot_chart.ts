// Values over names: one row a name, a dot and its band for every curve. Names stay readable however long they are.
import { clamped_place, fit, holds, type Range, ticks_of } from "./axis";
import type { Chart, ChartState } from "./chart";
import { aligned, type AlignedCurves } from "./curves";
import { svg_element } from "./element";
import { interval_text, number_text, tick_text } from "./format";
import { curve_colour } from "./palette";
import type { Figure } from "./results";
import { Tooltip, type TooltipRow } from "./tooltip";

const kDotRow = 16;
const kAxisHeight = 40;
const kGlyph = 7;

interface Layout {
  width: number;
  names: number; // where the plot begins, right of the names
  row: number; // a row's height
  rows: number; // all rows' height
  range: Range;
  log: boolean;
  shown: number[]; // the curves that are not hidden
}

function shortened(text: string, pixels: number): string {
  const most = Math.max(2, Math.floor(pixels / kGlyph));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function layout(figure: Figure, data: AlignedCurves, state: ChartState, width: number): Layout {
  const shown = data.curves.map((_, k) => k).filter((k) => state.visible[k]);
  const longest = Math.max(...figure.x_names.map((name) => name.length));
  const row = Math.max(28, shown.length * kDotRow + 12);
  const values = shown.flatMap((k) => [...data.curves[k].median, ...data.curves[k].low, ...data.curves[k].high]);
  return {
    width,
    names: Math.min(kGlyph * longest + 20, width * 0.4),
    row,
    rows: row * figure.x_names.length,
    range: fit(
      values.filter((value): value is number => value !== undefined),
      state.log_y,
      true,
    ),
    log: state.log_y,
    shown,
  };
}

function x_of(value: number, { names, width, range, log }: Layout): number {
  return names + clamped_place(value, range, log) * (width - names - 18);
}

function axis(figure: Figure, plan: Layout): SVGElement[] {
  const most = Math.max(3, Math.floor((plan.width - plan.names) / 70));
  const lines = ticks_of(plan.range, plan.log, most).flatMap((tick) => {
    const x = x_of(tick, plan);
    return [
      svg_element("line", { class: "grid", x1: x, x2: x, y1: 0, y2: plan.rows }),
      svg_element("text", { x, y: plan.rows + 16, "text-anchor": "middle" }, tick_text(tick)),
    ];
  });
  const x = plan.names + (plan.width - plan.names) / 2;
  const label = svg_element("text", { x, y: plan.rows + 34, "text-anchor": "middle", class: "axis" }, figure.y_label);
  return [...lines, label];
}

/** The mark of one value: a dot with its band, or a word at the edge where the axis cannot hold it. */
function mark(value: number, low: number, high: number, y: number, plan: Layout, colour: string): SVGElement[] {
  if (!holds(value, plan.log)) {
    const right = value === Infinity;
    const place = { x: right ? plan.width - 6 : plan.names + 4, y: y + 4, "text-anchor": right ? "end" : "start" };
    const says = right ? "diverged →" : `← ${number_text(value)}`;
    return [svg_element("text", { ...place, class: "off", style: `fill:${colour}` }, says)];
  }
  const dot = svg_element("circle", { cx: x_of(value, plan), cy: y, r: 4.5, fill: colour });
  if (Number.isNaN(low) || Number.isNaN(high)) return [dot];
  const ends = { x1: x_of(low, plan), x2: x_of(high, plan), y1: y, y2: y };
  return [svg_element("line", { class: "band", ...ends, stroke: colour }), dot];
}

function values_of(data: AlignedCurves, k: number, index: number): [number, number, number] {
  const curve = data.curves[k];
  return [curve.median[index] ?? NaN, curve.low[index] ?? NaN, curve.high[index] ?? NaN];
}

function readout(data: AlignedCurves, plan: Layout, index: number): TooltipRow[] {
  return plan.shown.map((k) => {
    const [value, low, high] = values_of(data, k, index);
    const number = `${number_text(value)}  (${interval_text(low, high)})`;
    const says = value === Infinity ? "diverged" : Number.isNaN(value) ? "not measured" : number;
    return { colour: curve_colour(k), label: data.curves[k].label, value: says };
  });
}

function row_of(name: string, i: number, data: AlignedCurves, plan: Layout): SVGElement {
  const index = data.x.indexOf(i);
  const middle = plan.row * (i + 0.5);
  const group = svg_element(
    "g",
    { class: "row" },
    svg_element("rect", {
      x: 0,
      y: plan.row * i,
      width: plan.width,
      height: plan.row,
      class: i % 2 ? "plain" : "striped",
    }),
    svg_element("text", { x: plan.names - 10, y: middle + 4, "text-anchor": "end" }, shortened(name, plan.names - 14)),
  );
  plan.shown.forEach((k, position) => {
    const [value, low, high] = values_of(data, k, index);
    const y = middle + (position - (plan.shown.length - 1) / 2) * kDotRow;
    if (!Number.isNaN(value)) group.append(...mark(value, low, high, y, plan, curve_colour(k)));
  });
  return group;
}

export function draw_dots(container: HTMLElement, figure: Figure, state: ChartState): Chart {
  const data = aligned(figure.curves);
  const tooltip = new Tooltip(container);
  let picture: SVGElement | null = null;
  const draw = () => {
    picture?.remove();
    const plan = layout(figure, data, state, container.clientWidth);
    const [width, height] = [plan.width, plan.rows + kAxisHeight];
    picture = svg_element("svg", {
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      class: "dots",
      "aria-hidden": "true",
    });
    picture.append(...axis(figure, plan));
    figure.x_names.forEach((name, i) => {
      const row = row_of(name, i, data, plan);
      row.addEventListener("pointermove", (event) => {
        const box = container.getBoundingClientRect();
        const { clientX, clientY } = event as PointerEvent;
        tooltip.show(clientX - box.left, clientY - box.top, name, readout(data, plan, data.x.indexOf(i)));
      });
      row.addEventListener("pointerleave", () => tooltip.hide());
      picture!.append(row);
    });
    container.prepend(picture);
  };
  draw();
  return { update: draw, destroy: () => container.replaceChildren() };
}
