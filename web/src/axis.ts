// Ranges and round ticks, by the same rules as src/gradclinic/report/axis.h.

export interface Range {
  low: number;
  high: number;
}

const kRoom = 0.04;

export function holds(value: number, log: boolean): boolean {
  return Number.isFinite(value) && (!log || value > 0);
}

/** The values' range with a little room; `to_zero`: a linear axis of positive values begins at 0. */
export function fit(values: Iterable<number>, log: boolean, to_zero: boolean): Range {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!holds(value, log)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return log ? { low: 1, high: 10 } : { low: 0, high: 1 };
  if (log) {
    const middle = (Math.log10(low) + Math.log10(high)) / 2;
    const half = Math.max(Math.log10(high) - Math.log10(low), 0.5) * (0.5 + kRoom);
    return { low: Math.max(10 ** (middle - half), 1e-307), high: Math.min(10 ** (middle + half), 1e307) };
  }
  if (to_zero && low >= 0 && low < 0.4 * high) low = 0;
  const least = Math.max(1e-6 * Math.max(Math.abs(low), Math.abs(high)), 1e-12);
  const flat = high - low < least;
  const room = flat ? Math.max(0.5 * Math.abs(high), least) : (high - low) * kRoom;
  return { low: to_zero && low === 0 ? 0 : low - room, high: high + room };
}

function linear_ticks(low: number, high: number, most: number): number[] {
  const least = (high - low) / most;
  const magnitude = 10 ** Math.floor(Math.log10(least));
  const step = magnitude * ([1, 2, 5, 10].find((factor) => magnitude * factor >= least * 0.9999) ?? 10);
  const ticks: number[] = [];
  const first = Math.ceil(low / step - 1e-9);
  for (let index = first; index <= first + 2 * most && index * step <= high + step * 1e-9; ++index)
    ticks.push(index === 0 ? 0 : Number((index * step).toPrecision(12)));
  return ticks.length ? ticks : [low];
}

function decades(low: number, high: number, most: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const step = Math.max(1, Math.ceil((last - first + 1) / most));
  const ticks: number[] = [];
  for (let exponent = first; exponent <= last; ++exponent)
    if (exponent % step === 0) ticks.push(Number(`1e${exponent}`));
  return ticks;
}

function multiples(low: number, high: number, factors: number[]): number[] {
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.ceil(Math.log10(high)); ++exponent)
    for (const factor of factors) {
      const tick = Number(`${factor}e${exponent}`);
      if (tick >= low * 0.9999 && tick <= high * 1.0001) ticks.push(tick);
    }
  return ticks;
}

/** At most about `most` round values in the range. */
export function ticks_of(range: Range, log: boolean, most: number): number[] {
  const { low, high } = range;
  if (!log) return linear_ticks(low, high, most);
  const choices = [decades(low, high, most), multiples(low, high, [1, 3]), multiples(low, high, [1, 2, 5])];
  return choices.find((ticks) => ticks.length >= 3) ?? linear_ticks(low, high, most).filter((tick) => tick > 0);
}

/** The values themselves as ticks, the greatest first choice, as many as stay `apart` (a share of the axis). */
export function ticks_at(values: number[], range: Range, log: boolean, apart: number): number[] {
  const kept: number[] = [];
  for (const value of [...values].reverse()) {
    const at = place(value, range, log);
    if (at >= 0 && at <= 1 && kept.every((other) => Math.abs(place(other, range, log) - at) >= apart)) kept.push(value);
  }
  return kept.reverse();
}

/** 0 at the low end, 1 at the high end. */
export function place(value: number, range: Range, log: boolean): number {
  if (!holds(value, log)) return value === Infinity ? 1 : 0;
  if (log) return Math.log(value / range.low) / Math.log(range.high / range.low);
  return (value - range.low) / (range.high - range.low);
}

export function clamped_place(value: number, range: Range, log: boolean): number {
  return Math.min(1, Math.max(0, place(value, range, log)));
}
