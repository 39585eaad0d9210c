// A map of values over two named factors: a canvas of cells, a colour scale, the value under the pointer.
import { fit, holds, place, type Range, ticks_of } from "./axis";
import type { Chart, ChartState } from "./chart";
import { element } from "./element";
import { number_text, tick_text } from "./format";
import { text_on_viridis, viridis } from "./palette";
import { numbers_of, type Figure } from "./results";
import { colour } from "./theme";
import { Tooltip } from "./tooltip";

const kFont = '12px Inter, "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif';
const kBelow = 48;
const kAbove = 24;

/** The range of the values themselves: colours need no room at the ends. */
function colour_range(cells: number[][], log: boolean): Range {
  const held = cells.flat().filter((value) => holds(value, log));
  const [low, high] = [Math.min(...held), Math.max(...held)];
  return low < high ? { low, high } : fit(held, log, false);
}

function hatch(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number) {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.fillStyle = colour("hatch-back");
  context.fillRect(x, y, width, height);
  context.strokeStyle = colour("hatch");
  context.lineWidth = 1.5;
  context.beginPath();
  for (let offset = -height; offset < width; offset += 7) {
    context.moveTo(x + offset, y + height);
    context.lineTo(x + offset + height, y);
  }
  context.stroke();
  context.restore();
}

function colour_scale(range: Range, log: boolean, label: string): HTMLElement {
  const stops = Array.from({ length: 17 }, (_, k) => viridis(k / 16)).join(",");
  const scale = element(
    "div",
    { class: "colour-scale" },
    element("span", {}, label),
    element("i", { style: `background:linear-gradient(90deg,${stops})` }),
  );
  const labels = element("div", { class: "ticks" });
  for (const tick of ticks_of(range, log, 5))
    labels.append(element("span", { style: `left:${(100 * place(tick, range, log)).toFixed(1)}%` }, tick_text(tick)));
  scale.append(labels);
  return scale;
}

/** `text` as it fits into `width` pixels of the canvas' font. */
function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  let kept = text;
  while (kept.length > 1 && context.measureText(kept).width > width) kept = `${kept.slice(0, -2)}…`;
  return kept;
}

interface Layout {
  cells: number[][];
  range: Range;
  log: boolean;
  rows: number;
  columns: number;
  width: number;
  height: number;
  left: number; // where the cells begin
  cell_width: number;
  cell_height: number;
}

function layout(figure: Figure, log: boolean, width: number, context: CanvasRenderingContext2D): Layout {
  const cells = figure.cells.map(numbers_of);
  const columns = Math.max(1, figure.x_names.length, ...cells.map((row) => row.length));
  const rows = Math.max(1, cells.length);
  const longest = Math.max(20, ...figure.y_names.map((name) => context.measureText(name).width));
  const left = Math.min(longest + 14, width * 0.34);
  const cell_height = Math.max(10, Math.min(36, 330 / rows));
  return {
    cells,
    range: colour_range(cells, log),
    log,
    rows,
    columns,
    width,
    height: kAbove + cell_height * rows + kBelow,
    left,
    cell_width: (width - left) / columns,
    cell_height,
  };
}

type Write = (text: string, x: number, y: number, align: CanvasTextAlign, fill: string) => void;

function paint_cell(context: CanvasRenderingContext2D, write: Write, plan: Layout, row: number, column: number) {
  const { range, log, cell_width, cell_height } = plan;
  const value = plan.cells[row][column];
  const x = plan.left + column * cell_width;
  const y = kAbove + row * cell_height;
  const share = place(value, range, log);
  const shown = holds(value, log);
  if (shown) {
    context.fillStyle = viridis(share);
    context.fillRect(x, y, cell_width - 1, cell_height - 1);
  } else {
    hatch(context, x, y, cell_width - 1, cell_height - 1);
  }
  if (cell_width < 40 || cell_height < 16) return;
  const ink = shown ? text_on_viridis(share) : colour("muted");
  write(number_text(value), x + cell_width / 2, y + cell_height / 2 + 4, "center", ink);
}

function paint(context: CanvasRenderingContext2D, figure: Figure, plan: Layout) {
  const write: Write = (text, x, y, align, fill) => {
    context.textAlign = align;
    context.fillStyle = fill;
    context.fillText(text, x, y);
  };
  const muted = colour("muted");
  const bottom = kAbove + plan.rows * plan.cell_height;
  write(fitted(context, figure.y_label, plan.width), 0, 13, "left", colour("ink"));
  plan.cells.forEach((cells, row) => {
    cells.forEach((_, column) => paint_cell(context, write, plan, row, column));
    const y = kAbove + (row + 0.5) * plan.cell_height + 4;
    write(fitted(context, figure.y_names[row] ?? "", plan.left - 12), plan.left - 8, y, "right", muted);
  });
  // Where the names are wider than the columns, only every second or third is written.
  const widest = Math.max(1, ...figure.x_names.map((name) => context.measureText(name).width + 8));
  const step = Math.min(3, Math.ceil(widest / plan.cell_width));
  figure.x_names.forEach((name, column) => {
    if (column % step) return;
    const x = plan.left + (column + 0.5) * plan.cell_width;
    write(fitted(context, name, plan.cell_width * step), x, bottom + 16, "center", muted);
  });
  write(figure.x_label, plan.left + (plan.width - plan.left) / 2, bottom + 38, "center", colour("ink"));
}

/** Values at the pointer, and from cell to cell with the arrow keys. Returns the listener for keys. */
function read_cells(canvas: HTMLCanvasElement, top: number, figure: Figure, plan: Layout, tooltip: Tooltip) {
  let at = { row: 0, column: -1 };
  const show = (row: number, column: number) => {
    if (row < 0 || row >= plan.rows || column < 0 || column >= plan.columns) {
      tooltip.hide();
      return;
    }
    at = { row, column };
    const value = plan.cells[row]?.[column] ?? NaN;
    const says = value === Infinity ? "diverged" : Number.isNaN(value) ? "not measured" : number_text(value);
    const x = plan.left + (column + 0.5) * plan.cell_width;
    tooltip.show(x, top + kAbove + (row + 0.5) * plan.cell_height, says, [
      { label: figure.x_label, value: figure.x_names[column] ?? "" },
      { label: figure.y_label, value: figure.y_names[row] ?? "" },
    ]);
  };
  canvas.addEventListener("pointermove", ({ offsetX, offsetY }) =>
    show(Math.floor((offsetY - kAbove) / plan.cell_height), Math.floor((offsetX - plan.left) / plan.cell_width)),
  );
  canvas.addEventListener("pointerleave", () => tooltip.hide());
  const moves: Record<string, [number, number]> = {
    ArrowRight: [0, 1],
    ArrowLeft: [0, -1],
    ArrowDown: [1, 0],
    ArrowUp: [-1, 0],
  };
  return (event: KeyboardEvent) => {
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const keep = (value: number, count: number) => Math.min(count - 1, Math.max(0, value));
    show(keep(at.row + move[0], plan.rows), keep(at.column + move[1], plan.columns));
  };
}

export function draw_heatmap(container: HTMLElement, figure: Figure, state: ChartState): Chart {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const context = canvas.getContext("2d")!;
  context.font = kFont;
  const plan = layout(figure, state.log_y, container.clientWidth, context);
  canvas.width = plan.width * devicePixelRatio;
  canvas.height = plan.height * devicePixelRatio;
  canvas.style.width = `${plan.width}px`;
  canvas.style.height = `${plan.height}px`;
  context.scale(devicePixelRatio, devicePixelRatio);
  context.font = kFont;
  paint(context, figure, plan);

  const scale = colour_scale(plan.range, plan.log, figure.quantity);
  container.append(scale, canvas);
  const tooltip = new Tooltip(container);
  const on_key = read_cells(canvas, canvas.offsetTop, figure, plan, tooltip);
  container.addEventListener("keydown", on_key);
  return {
    update: () => tooltip.hide(),
    destroy: () => {
      container.removeEventListener("keydown", on_key);
      container.replaceChildren();
    },
  };
}
