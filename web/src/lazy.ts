// Draws what scrolls into view, once; before printing, everything.

const waiting = new Map<Element, () => void>();

function draw_now(target: Element) {
  const draw = waiting.get(target);
  waiting.delete(target);
  observer.unobserve(target);
  draw?.();
}

const observer = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) if (entry.isIntersecting) draw_now(entry.target);
  },
  { rootMargin: "600px 0px" },
);

/** Calls `draw` when the element comes near the visible part of the page. */
export function when_near(target: Element, draw: () => void) {
  waiting.set(target, draw);
  observer.observe(target);
}

export function draw_everything() {
  for (const target of [...waiting.keys()]) draw_now(target);
}
