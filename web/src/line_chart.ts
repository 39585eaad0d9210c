// Curves over a number: uPlot with our axes and marks, and the values at the pointer.
import uPlot from "uplot";
import { fit, holds, ticks_at, ticks_of } from "./axis";
import type { Chart, ChartState } from "./chart";
import { draw_bands, draw_crosses } from "./curve_marks";
import { aligned, type AlignedCurves } from "./curves";
import { interval_text, number_text, tick_text } from "./format";
import { curve_colour, curve_dash } from "./palette";
import type { Figure } from "./results";
import { colour } from "./theme";
import { Tooltip } from "./tooltip";

const kMostMarkers = 24;
const kFont = '12px Inter, "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif';

/** The values within the indices that the y axis must hold. */
function* visible_values(data: AlignedCurves, state: ChartState, first: number, last: number): Generator<number> {
  for (let k = 0; k < data.curves.length; ++k) {
    if (!state.visible[k]) continue;
    for (const part of [data.curves[k].median, data.curves[k].low, data.curves[k].high])
      for (let i = first; i <= last; ++i) if (part[i] !== undefined) yield part[i]!;
  }
}

function drawable(values: (number | undefined)[], log: boolean): (number | null | undefined)[] {
  return values.map((value) => (value === undefined ? undefined : holds(value, log) ? value : null));
}

function show_values(plot: uPlot, figure: Figure, data: AlignedCurves, state: ChartState, tooltip: Tooltip) {
  const index = plot.cursor.idx;
  if (index === null || index === undefined || (plot.cursor.left ?? -1) < 0) {
    tooltip.hide();
    return;
  }
  const rows = data.curves
    .map((curve, k) => ({ curve, k, value: curve.median[index] }))
    .filter((entry) => state.visible[entry.k] && entry.value !== undefined)
    .sort((left, right) => right.value! - left.value!)
    .map(({ curve, k, value }) => ({
      colour: curve_colour(k),
      label: curve.label,
      value:
        value === Infinity
          ? "diverged"
          : figure.seeds
            ? `${number_text(value!)}  (${interval_text(curve.low[index] ?? NaN, curve.high[index] ?? NaN)})`
            : number_text(value!),
    }));
  const x = plot.valToPos(data.x[index], "x") + plot.bbox.left / devicePixelRatio;
  tooltip.show(x, plot.cursor.top ?? 0, `${figure.x_label} ${tick_text(data.x[index])}`, rows);
}

function axis_style(): Pick<uPlot.Axis, "stroke" | "grid" | "ticks" | "font" | "labelFont"> {
  return {
    stroke: colour("muted"),
    grid: { stroke: colour("grid"), width: 1 },
    ticks: { show: false },
    font: kFont,
    labelFont: kFont,
  };
}

/** Arrow keys move the readout from point to point. */
function move_readout(event: KeyboardEvent, plot: uPlot, data: AlignedCurves) {
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (!step || !data.x.length) return;
  event.preventDefault();
  const now = plot.cursor.idx ?? (step > 0 ? -1 : data.x.length);
  const next = Math.min(data.x.length - 1, Math.max(0, now + step));
  plot.setCursor({ left: plot.valToPos(data.x[next], "x"), top: 20 });
}

function scales(figure: Figure, data: AlignedCurves, state: ChartState): uPlot.Scales {
  return {
    x: {
      time: false,
      distr: figure.log_x ? 3 : 1,
      range: (_, low, high) => {
        const everything = low === data.x[0] && high === data.x[data.x.length - 1];
        if (!everything) return [low, high]; // zoomed
        const range = fit(data.x, figure.log_x, false);
        return [range.low, range.high];
      },
    },
    y: {
      distr: state.log_y ? 3 : 1,
      range: (plot) => {
        const [first, last] = plot.series[0].idxs ?? [0, data.x.length - 1];
        const range = fit(visible_values(data, state, first, last), state.log_y, true);
        return [range.low, range.high];
      },
    },
  };
}

function axes(figure: Figure, data: AlignedCurves, state: ChartState, width: number): uPlot.Axis[] {
  const counts = data.x.every(Number.isInteger);
  return [
    {
      ...axis_style(),
      label: figure.x_label,
      labelSize: 22,
      size: 30,
      splits: (_, __, low, high) => {
        if (figure.kind === "by-factor") return ticks_at(data.x, { low, high }, figure.log_x, 44 / width);
        const ticks = ticks_of({ low, high }, figure.log_x, Math.max(4, Math.floor(width / 60)));
        return counts ? ticks.filter(Number.isInteger) : ticks;
      },
      filter: (_, splits) => splits,
      values: (_, splits) => splits.map(tick_text),
    },
    {
      ...axis_style(),
      size: (_, values) => 14 + 7 * Math.max(2, ...(values ?? []).map((text) => text.length)),
      splits: (_, __, low, high) => ticks_of({ low, high }, state.log_y, 8),
      filter: (_, splits) => splits,
      values: (_, splits) => splits.map(tick_text),
    },
  ];
}

function series(data: AlignedCurves, state: ChartState): uPlot.Series[] {
  const markers = data.x.length <= kMostMarkers;
  return data.curves.map((curve, k) => ({
    label: curve.label,
    stroke: () => curve_colour(k),
    width: 2,
    dash: curve_dash(k),
    show: state.visible[k],
    points: { show: markers, size: 6, fill: () => curve_colour(k), stroke: () => curve_colour(k) },
  }));
}

/** In pixels. */
export const line_chart_height = (width: number): number => (width < 520 ? 250 : 310);

export function draw_lines(container: HTMLElement, figure: Figure, state: ChartState): Chart {
  const data = aligned(figure.curves);
  const tooltip = new Tooltip(container);
  const width = container.clientWidth;
  const options: uPlot.Options = {
    width,
    height: line_chart_height(width),
    legend: { show: false },
    cursor: { drag: { x: true, y: false }, points: { size: 8 }, y: false },
    scales: scales(figure, data, state),
    axes: axes(figure, data, state, width),
    series: [{}, ...series(data, state)],
    hooks: {
      drawAxes: [(plot) => draw_bands(plot, data, state)],
      draw: [(plot) => draw_crosses(plot, data, state)],
      setCursor: [(plot) => show_values(plot, figure, data, state, tooltip)],
    },
  };
  const rows = data.curves.map((curve) => drawable(curve.median, state.log_y));
  const plot = new uPlot(options, [data.x, ...rows] as uPlot.AlignedData, container);
  const on_key = (event: KeyboardEvent) => move_readout(event, plot, data);
  container.addEventListener("keydown", on_key);
  return {
    update: () => {
      plot.batch(() => state.visible.forEach((show, k) => plot.setSeries(k + 1, { show })));
      tooltip.hide();
    },
    destroy: () => {
      container.removeEventListener("keydown", on_key);
      plot.destroy();
      container.replaceChildren();
    },
  };
}
