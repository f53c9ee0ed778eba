/** The few of a list that look most like a text: by the runs of three characters that they share. */
export function nearest(text: string, list: readonly string[], count = 3): string[] {
  const wanted = runsOf(text)
  const likeness = (one: string) => {
    const runs = runsOf(one)
    return [...runs].filter((run) => wanted.has(run)).length / (runs.size + wanted.size)
  }
  return list.toSorted((one, other) => likeness(other) - likeness(one)).slice(0, count)
}

function runsOf(text: string): Set<string> {
  const padded = `  ${text.toLowerCase().slice(0, 200)} `
  return new Set(Array.from({ length: padded.length - 2 }, (_, at) => padded.slice(at, at + 3)))
}
