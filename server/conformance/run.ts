import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ask } from './ask'
import { type EngineName, type RunningEngine, startEngine } from './engines'
import { makeHost } from './host'
import { type Medians, measure } from './measure'
import { Normaliser } from './normalise'
import { type Outcome, perform } from './perform'
import type { Step, Theme } from './step'

export { type EngineName, engineNames } from './engines'

/** What one engine did with every step, by theme. */
export interface Results {
  /** Absent until they have been measured. */
  readonly medians?: Medians
  readonly themes: Readonly<Record<string, ThemeResult>>
}

interface ThemeResult {
  readonly steps: readonly Step[]
  /** One for each step. */
  readonly outcomes: readonly Outcome[]
  /** Milliseconds of each step. */
  readonly times: readonly number[]
}

/** Runs themes against one engine, in the namespaces that this process was started in, and writes what came of it. */
export async function runEngine(
  name: EngineName,
  folder: string,
  themes: readonly Theme[],
  mayReuse: boolean,
): Promise<void> {
  const known = mayReuse ? await readResults(folder, name).catch(() => undefined) : undefined
  const wanted = themes.filter((theme) => !isSame(known?.themes[theme.name]?.steps, theme.steps))
  if (wanted.length === 0) return
  const ran = await withEngine(name, (engine) => runThemes(engine, wanted))
  await writeResults(folder, name, { ...known, themes: { ...known?.themes, ...ran } })
}

/** As `runEngine`, for how long the everyday changes take, with nothing else on the machine. */
export async function measureEngine(name: EngineName, folder: string): Promise<void> {
  const known = await readResults(folder, name)
  await writeResults(folder, name, { ...known, medians: await withEngine(name, measure) })
}

export async function readResults(folder: string, name: EngineName): Promise<Results> {
  return JSON.parse(await readFile(resultsFile(folder, name), 'utf8')) as Results
}

async function writeResults(folder: string, name: EngineName, results: Results): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(resultsFile(folder, name), JSON.stringify(results))
}

function resultsFile(folder: string, name: EngineName): string {
  return join(folder, `${name}.json`)
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

async function withEngine<Result>(name: EngineName, use: (engine: RunningEngine) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp('/var/tmp/patchbay-conformance-')
  const endHost = await makeHost(folder)
  try {
    const engine = await startEngine(name, folder)
    try {
      return await use(engine)
    } finally {
      await clear(engine).catch(() => undefined)
      await engine.stop()
    }
  } finally {
    endHost()
    await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  }
}

async function runThemes(engine: RunningEngine, themes: readonly Theme[]): Promise<Record<string, ThemeResult>> {
  const results: Record<string, ThemeResult> = {}
  for (const theme of themes) {
    const result = await runTheme(engine, theme)
    results[theme.name] = result
    console.log(`${engine.name}: ${theme.name}, ${theme.steps.length} steps in ${secondsOf([result]).toFixed(1)} s`)
  }
  return results
}

/** What the steps took, added up. */
export function secondsOf(results: readonly ThemeResult[]): number {
  return results.flatMap(({ times }) => times).reduce((sum, ms) => sum + ms, 0) / 1000
}

async function runTheme(engine: RunningEngine, theme: Theme): Promise<ThemeResult> {
  await clear(engine)
  const start = Date.now()
  const normaliser = new Normaliser(engine.socketPath)
  const outcomes: Outcome[] = []
  const times: number[] = []
  for (const step of theme.steps) {
    const began = performance.now()
    const raw = await perform(engine, step, start)
    times.push(Math.round(performance.now() - began))
    await normaliser.learn()
    outcomes.push(normaliser.outcome(raw))
  }
  return { steps: theme.steps, outcomes, times }
}

/** Removes every container and every network that was made. */
async function clear({ socketPath }: RunningEngine): Promise<void> {
  const containers = await list(socketPath, '/v1.41/containers/json?all=1')
  for (const { Id } of containers) await ask(socketPath, 'DELETE', `/v1.41/containers/${Id}?force=1&v=1`)
  const networks = await list(socketPath, '/v1.41/networks?filters={"type":["custom"]}')
  // One that others take their configuration from goes after them.
  for (const { Id } of [...networks, ...networks]) await ask(socketPath, 'DELETE', `/v1.41/networks/${Id}`)
}

async function list(socketPath: string, path: string): Promise<{ Id: string }[]> {
  return JSON.parse((await ask(socketPath, 'GET', path)).body) as { Id: string }[]
}
