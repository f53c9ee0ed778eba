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
  readonly seconds: number
  /** Absent where only a part was run. */
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
  { mayReuse, isWhole }: { mayReuse: boolean; isWhole: boolean },
): Promise<void> {
  const known = mayReuse ? await readResults(folder, name).catch(() => undefined) : undefined
  const wanted = themes.filter((theme) => !isSame(known?.themes[theme.name]?.steps, theme.steps))
  if (wanted.length === 0) return
  const own = await mkdtemp('/var/tmp/patchbay-conformance-')
  try {
    const results = await runWanted(name, own, wanted, isWhole && wanted.length === themes.length)
    await mkdir(folder, { recursive: true })
    await writeFile(resultsFile(folder, name), JSON.stringify(merge(known, results)))
  } finally {
    await rm(own, { recursive: true, force: true }).catch(() => undefined)
  }
}

export async function readResults(folder: string, name: EngineName): Promise<Results> {
  return JSON.parse(await readFile(resultsFile(folder, name), 'utf8')) as Results
}

function resultsFile(folder: string, name: EngineName): string {
  return join(folder, `${name}.json`)
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function merge(known: Results | undefined, results: Results): Results {
  return { ...known, ...results, themes: { ...known?.themes, ...results.themes } }
}

async function runWanted(
  name: EngineName,
  folder: string,
  themes: readonly Theme[],
  isMeasured: boolean,
): Promise<Results> {
  const endHost = await makeHost(folder)
  const engine = await startEngine(name, folder)
  try {
    const began = performance.now()
    const results: Record<string, ThemeResult> = {}
    for (const theme of themes) {
      const beganTheme = performance.now()
      results[theme.name] = await runTheme(engine, theme)
      const took = ((performance.now() - beganTheme) / 1000).toFixed(1)
      console.log(`${name}: ${theme.name}, ${theme.steps.length} steps in ${took} s`)
    }
    const seconds = (performance.now() - began) / 1000
    await clear(engine)
    return { seconds, themes: results, ...(isMeasured ? { medians: await measure(engine) } : {}) }
  } finally {
    await clear(engine).catch(() => undefined)
    await engine.stop()
    endHost()
  }
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
