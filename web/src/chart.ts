// What every kind of plot can do.
import type { Figure } from "./results";

/** What the reader can change on a figure. */
export interface ChartState {
  visible: boolean[];
  log_y: boolean;
}

export interface Chart {
  /** After `visible` changed. */
  update(): void;
  /** Removes the plot from its container. */
  destroy(): void;
}

/** Draws the figure into the container, as wide as it is. */
export type DrawChart = (container: HTMLElement, figure: Figure, state: ChartState) => Chart;
