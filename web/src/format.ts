// Numbers as people read them: the same rules as src/gradclinic/support/number_text.h.

function with_exponent(value: number): string {
  const [mantissa, exponent] = value.toExponential(1).split("e");
  return `${mantissa.replace(/\.0$/, "")}e${Number(exponent)}`;
}

export function number_text(value: number): string {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 9.995e-4 || size >= 99999.5) return with_exponent(value);
  if (size >= 999.5) return value.toFixed(0);
  return String(Number(value.toPrecision(Math.abs(size - 1) < 0.02 ? 4 : 3)));
}

export function interval_text(low: number, high: number): string {
  return `${number_text(low)} to ${number_text(high)}`;
}

/** Powers of ten stay exact: "1e-9", "0.01", "1000", "1e6". */
export function tick_text(value: number): string {
  if (value <= 0) return number_text(value);
  const exponent = Math.round(Math.log10(value));
  if (Math.abs(value / Math.pow(10, exponent) - 1) > 1e-9) return number_text(value);
  return exponent < -3 || exponent > 4 ? `1e${exponent}` : String(Number(value.toPrecision(6)));
}

export function duration_text(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export function count_text(count: number, singular: string, plural: string): string {
  return `${count} ${count === 1 ? singular : plural}`;
}
