/** The first of "network1", "network2" … that nobody has. */
export function freeName(prefix: string, taken: Iterable<string>): string {
  const names = new Set(taken)
  let number = 1
  while (names.has(`${prefix}${number}`)) number++
  return `${prefix}${number}`
}
