/** Milliseconds of the quickest of a few runs: a single one is of what else the machine does, too. */
export function quickest(work: () => void, runs = 5): number {
  const times = Array.from({ length: runs }, () => {
    const began = performance.now()
    work()
    return performance.now() - began
  })
  return Math.min(...times)
}
