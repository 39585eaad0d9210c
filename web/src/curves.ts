// Curves over one common x, as plots and tables need them.
import { number_of, numbers_of, type Curve } from "./results";

export interface AlignedCurve {
  label: string;
  median: (number | undefined)[]; // undefined where the curve has no point; NaN and Infinity as measured
  low: (number | undefined)[];
  high: (number | undefined)[];
  diverges_at: number | null;
}

export interface AlignedCurves {
  x: number[];
  curves: AlignedCurve[];
}

/** The first x whose median is infinite; null where none is. */
export function divergence(curve: Curve): number | null {
  const index = curve.median.indexOf("Infinity");
  return index < 0 ? null : number_of(curve.x[index]);
}

export function aligned(curves: Curve[]): AlignedCurves {
  const places = new Set<number>();
  for (const curve of curves) for (const x of numbers_of(curve.x)) if (Number.isFinite(x)) places.add(x);
  const x = [...places].sort((left, right) => left - right);
  const index_of = new Map(x.map((value, index) => [value, index]));
  return {
    x,
    curves: curves.map((curve) => {
      const own = numbers_of(curve.x);
      const spread = (values: number[]) => {
        const row: (number | undefined)[] = new Array(x.length).fill(undefined);
        own.forEach((place, k) => {
          const index = index_of.get(place);
          if (index !== undefined && k < values.length) row[index] = values[k];
        });
        return row;
      };
      return {
        label: curve.label,
        median: spread(numbers_of(curve.median)),
        low: spread(numbers_of(curve.low)),
        high: spread(numbers_of(curve.high)),
        diverges_at: divergence(curve),
      };
    }),
  };
}
