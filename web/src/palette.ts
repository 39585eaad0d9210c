// How the k-th curve of a figure is drawn: colours from Okabe & Ito's set, with dashes, so that colour is never alone.
import { current_theme } from "./theme";

const kLight = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56a5d8", "#5b4a9c", "#5f6670"];
const kDark = ["#4ea8e0", "#ff8a4c", "#2fcf9f", "#e79ac6", "#e6b93c", "#9ad1f5", "#a493ec", "#b3bcc5"];
const kDashes: number[][] = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

export function curve_colour(index: number): string {
  const colours = current_theme() === "dark" ? kDark : kLight;
  return colours[index % colours.length];
}

export function curve_dash(index: number): number[] {
  return kDashes[Math.floor(index / 4) % kDashes.length];
}

const kViridis = [
  [68, 1, 84],
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37],
];

export function viridis(share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (kViridis.length - 1);
  const below = Math.min(Math.floor(at), kViridis.length - 2);
  const mixed = kViridis[below].map((part, k) => Math.round(part + (kViridis[below + 1][k] - part) * (at - below)));
  return `rgb(${mixed.join(",")})`;
}

/** Black or white, whichever reads better on viridis(share). */
export function text_on_viridis(share: number): string {
  return share > 0.55 ? "#14171a" : "#ffffff";
}
