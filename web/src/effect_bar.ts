// An effect with its interval on an axis, and the line that it is held against: no effect, or a threshold.
import { clamped_place, fit, holds, type Range, ticks_of } from "./axis";
import { svg_element } from "./element";
import { number_text, interval_text, tick_text } from "./format";

export interface Effect {
  effect: number;
  low: number;
  high: number;
  unit: string; // ratio, difference, value
  threshold?: number; // what a value is held against
}

const kWidth = 260;
const kHeight = 44;
const kMargin = 14;
const kTop = 14;

/** The line that the effect is held against: no effect, or a value's threshold; none where that is not known. */
function line_of(effect: Effect): number | null {
  if (effect.unit === "ratio") return 1;
  if (effect.unit === "difference") return 0;
  return effect.threshold !== undefined && Number.isFinite(effect.threshold) ? effect.threshold : null;
}

/** A range that holds all effects and the lines that they are held against. */
export function effect_range(effects: Effect[], unit: string): Range {
  const values = effects.flatMap((entry) => [entry.effect, entry.low, entry.high]);
  values.push(...effects.map(line_of).filter((line) => line !== null));
  if (unit === "ratio") values.push(0.5, 2);
  if (unit === "difference" && values.every((value) => value === 0 || !Number.isFinite(value))) values.push(-1, 1);
  return fit(values, unit === "ratio", false);
}

function ticks_for(range: Range, log: boolean, neutral: number | null): number[] {
  const ticks = ticks_of(range, log, 4);
  const shown = ticks.length > 5 ? [ticks[0], ticks[ticks.length - 1]] : ticks;
  if (neutral === null || shown.includes(neutral)) return shown;
  const apart = (tick: number) => Math.abs(clamped_place(tick, range, log) - clamped_place(neutral, range, log)) > 0.16;
  return [...shown.filter(apart), neutral];
}

/** Text that says what the bar shows. */
export function effect_text(effect: Effect): string {
  if (Number.isNaN(effect.effect)) return "not comparable";
  const sign = effect.unit === "ratio" ? "×\u2009" : "";
  return `${sign}${number_text(effect.effect)} (${interval_text(effect.low, effect.high)})`;
}

/** For an effect that lies beyond every axis: infinite, or zero as a ratio. */
function arrow(x: number, direction: number): SVGElement {
  return svg_element("path", { class: "beyond", d: `M${x + direction * 8} ${kTop}l${-direction * 11} -6v12z` });
}

/** The bar with its axis; rows of one table share a range. */
export function effect_bar(effect: Effect, range: Range, verdict: string): SVGElement {
  const log = effect.unit === "ratio";
  const x_of = (value: number) => kMargin + clamped_place(value, range, log) * (kWidth - 2 * kMargin);
  const picture = svg_element("svg", {
    viewBox: `0 0 ${kWidth} ${kHeight}`,
    class: `effect-bar ${verdict}`,
    role: "img",
    "aria-label": `effect ${effect_text(effect)}`,
  });
  const neutral = line_of(effect);
  picture.append(svg_element("line", { class: "track", x1: kMargin, x2: kWidth - kMargin, y1: kTop, y2: kTop }));
  if (neutral !== null) {
    const x = x_of(neutral);
    picture.append(svg_element("line", { class: "neutral", x1: x, x2: x, y1: 2, y2: 2 * kTop - 2 }));
  }
  if (!Number.isNaN(effect.low) && !Number.isNaN(effect.high))
    picture.append(
      svg_element("line", { class: "interval", x1: x_of(effect.low), x2: x_of(effect.high), y1: kTop, y2: kTop }),
    );
  if (holds(effect.effect, log)) picture.append(svg_element("circle", { cx: x_of(effect.effect), cy: kTop, r: 5 }));
  else if (!Number.isNaN(effect.effect))
    picture.append(arrow(x_of(effect.effect), effect.effect === Infinity ? 1 : -1));
  for (const tick of ticks_for(range, log, neutral))
    picture.append(svg_element("text", { x: x_of(tick), y: kHeight - 4, "text-anchor": "middle" }, tick_text(tick)));
  return picture;
}
