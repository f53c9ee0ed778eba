/** How many network colours there are. */
export const networkColourCount = 10

/** CSS value of a network's colour, for `style`: right in light and dark. */
export function networkColour(index: number): string {
  return `var(--net-${((index % networkColourCount) + networkColourCount) % networkColourCount})`
}
