/** One thing that is done to both engines. */
export interface Step {
  /** What the table shows. */
  readonly title: string
  readonly action: Action
  /** True: its lines are a set, whose order means nothing. */
  readonly isUnordered?: boolean
}

export type Action =
  | { readonly kind: 'docker'; readonly args: readonly string[]; readonly input?: string }
  | { readonly kind: 'http'; readonly method: string; readonly path: string; readonly body?: unknown }
  /** A program beside the engine. */
  | { readonly kind: 'host'; readonly args: readonly string[] }
  | { readonly kind: 'reach'; readonly from: readonly string[]; readonly to: readonly string[] }

/** Steps about one matter. A theme begins without containers and with no network but the predefined ones. */
export interface Theme {
  readonly name: string
  readonly steps: readonly Step[]
}

/** What is written in the themes: a line is a line of docker's. */
export type Written = string | Step

export function theme(name: string, steps: readonly Written[]): Theme {
  return { name, steps: steps.map((step) => (typeof step === 'string' ? docker(step) : step)) }
}

/** A line of docker's command line, quoted as in a shell, with what is typed into it. "@start" is when the theme began. */
export function docker(line: string, input?: string): Step {
  const args = words(line)
  return { title: `docker ${line}`, action: { kind: 'docker', args, ...(input === undefined ? {} : { input }) } }
}

/** As `docker`, where the order of the lines that it prints is left to chance. */
export function unordered(line: string): Step {
  return { ...docker(line), isUnordered: true }
}

/** A raw request, at API version 1.41 where the path names none. */
export function http(method: string, path: string, body?: unknown): Step {
  const shown = body === undefined ? '' : ` ${typeof body === 'string' ? body : JSON.stringify(body)}`
  return { title: `${method} ${path}${shown}`, action: { kind: 'http', method, path, body } }
}

/** A command line on the engine's own host. */
export function host(line: string): Step {
  return { title: `host: ${line}`, action: { kind: 'host', args: words(line) } }
}

/**
 * Who reaches whom, by real packets: every source against every target. A source is a container, "host" or
 * "outside"; a target is what one pings, or with a port ("10.0.0.2:80") where one expects an answer over TCP.
 */
export function reach(from: string, to: string): Step {
  const [sources, targets] = [words(from), words(to)]
  return { title: `reach: ${from} → ${to}`, action: { kind: 'reach', from: sources, to: targets } }
}

/** A line's words: blanks separate, single and double quotes keep together. Nothing else is special. */
export function words(line: string): string[] {
  const found = line.match(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g) ?? []
  return found.map((word) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double))
}
