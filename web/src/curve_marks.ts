// What uPlot does not draw itself: bands over seeds and the ends of diverging curves.
import type uPlot from "uplot";
import { clamped_place, holds, type Range } from "./axis";
import type { ChartState } from "./chart";
import type { AlignedCurves } from "./curves";
import { curve_colour } from "./palette";

/** The bands between the quartiles, under the curves. Bounds that the axis cannot hold go to its end. */
export function draw_bands(plot: uPlot, data: AlignedCurves, state: ChartState) {
  const { left, top, width, height } = plot.bbox;
  const context = plot.ctx;
  const range: Range = { low: plot.scales.y.min!, high: plot.scales.y.max! };
  const y_of = (value: number) => top + (1 - clamped_place(value, range, state.log_y)) * height;
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.globalAlpha = 0.16;
  data.curves.forEach((curve, k) => {
    if (!state.visible[k]) return;
    context.fillStyle = curve_colour(k);
    let piece: number[] = [];
    const fill_piece = () => {
      context.beginPath();
      for (const i of piece) context.lineTo(plot.valToPos(data.x[i], "x", true), y_of(curve.high[i]!));
      for (const i of piece.reverse()) context.lineTo(plot.valToPos(data.x[i], "x", true), y_of(curve.low[i]!));
      context.fill();
      piece = [];
    };
    curve.median.forEach((value, i) => {
      if (value === undefined) return;
      const has_band = !Number.isNaN(curve.low[i] ?? NaN) && !Number.isNaN(curve.high[i] ?? NaN);
      if (holds(value, state.log_y) && has_band) piece.push(i);
      else if (piece.length) fill_piece();
    });
    if (piece.length) fill_piece();
  });
  context.restore();
}

/** A cross at the last point before a curve diverges. */
export function draw_crosses(plot: uPlot, data: AlignedCurves, state: ChartState) {
  const context = plot.ctx;
  const size = 5 * devicePixelRatio;
  context.save();
  context.lineWidth = 2.5 * devicePixelRatio;
  data.curves.forEach((curve, k) => {
    if (!state.visible[k] || curve.diverges_at === null) return;
    let last = -1;
    curve.median.forEach((value, i) => {
      if (value !== undefined && holds(value, state.log_y) && data.x[i] < curve.diverges_at!) last = i;
    });
    if (last < 0) return;
    const x = plot.valToPos(data.x[last], "x", true);
    const y = plot.valToPos(curve.median[last]!, "y", true);
    if (x < plot.bbox.left || x > plot.bbox.left + plot.bbox.width) return;
    context.strokeStyle = curve_colour(k);
    context.beginPath();
    context.moveTo(x - size, y - size);
    context.lineTo(x + size, y + size);
    context.moveTo(x - size, y + size);
    context.lineTo(x + size, y - size);
    context.stroke();
  });
  context.restore();
}
