import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { PatchbayError } from '../cnm/errors'
import type { Netns } from '../plan/object'
import { BatchError, type Outcome, outcomesAround } from './batch-error'
import type { NetnsReader } from './netns-contract'
import { CommandError, run } from './run'
import { foundAt } from './sandbox-reader'

export interface SysctlSetting {
  readonly name: string
  readonly value: string
}

/** Refuses a name that does not lie under /proc/sys/net, or a value that is more than one line. */
export function checkSysctl({ name, value }: SysctlSetting): void {
  const isName = /^net(?:\/[^/\p{Cc}]+)+$/u.test(name) && !name.split('/').some((part) => part === '.' || part === '..')
  if (!isName) throw new PatchbayError('invalid-parameter', `${JSON.stringify(name)} is not a sysctl under net/`)
  if (value === '' || /\p{Cc}/u.test(value.replaceAll('\t', ' '))) {
    throw new PatchbayError('invalid-parameter', `sysctl ${name} cannot be set to ${JSON.stringify(value)}`)
  }
}

/** A kernel that was started without IPv6 has no such settings: it is off everywhere, and nobody is to be told of anything. */
function isSoAnyway(name: string, value: string): boolean {
  const isSo = name.endsWith('/ndisc_notify') || (name.endsWith('/disable_ipv6') && value === '1')
  return isSo && name.startsWith('net/ipv6/') && !existsSync('/proc/sys/net/ipv6/conf')
}

/** Sets values in order: by writing files in the daemon's namespace, else in one process there. Throws BatchError. */
export async function setSysctls(netns: Netns, settings: readonly SysctlSetting[]): Promise<void> {
  for (const setting of settings) checkSysctl(setting)
  if (netns === 'host') await writeHere(settings)
  else await writeThere(netns, settings)
}

async function writeHere(settings: readonly SysctlSetting[]): Promise<void> {
  for (const [index, { name, value }] of settings.entries()) {
    if (isSoAnyway(name, value)) continue
    try {
      await writeFile(`/proc/sys/${name}`, value, { flag: 'r+' })
    } catch (error) {
      throw new BatchError(index, outcomesAround(index, settings.length, 'not-run'), describeFailure(name, error))
    }
  }
}

function describeFailure(name: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return `sysctl ${name} does not exist`
  return `sysctl ${name} cannot be set: ${error instanceof Error ? error.message : String(error)}`
}

async function writeThere(netns: Netns, settings: readonly SysctlSetting[]): Promise<void> {
  try {
    const wanted = settings.filter(({ name, value }) => !isSoAnyway(name, value))
    if (wanted.length === 0) return
    const assignments = wanted.map(({ name, value }) => `${name}=${value}`)
    await run('sysctl', ['-w', ...assignments], { netns })
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    // sysctl goes on after a failure: which values it set is not told.
    const failed = settings.findIndex(({ name }) => error.stderr.includes(name))
    const outcomes = new Array<Outcome>(settings.length).fill('unknown')
    throw new BatchError(Math.max(failed, 0), outcomes, error.stderr, error.exitCode)
  }
}

/** The values that exist, by name; one line each, white space between numbers as the kernel prints it. */
export async function readSysctls(
  netns: Netns,
  asked: readonly string[],
  reader: Pick<NetnsReader, 'texts'>,
): Promise<Map<string, string>> {
  const values = new Map(asked.filter((name) => isSoAnyway(name, '1')).map((name) => [name, '1']))
  const names = asked.filter((name) => !values.has(name))
  if (names.length === 0) return values
  const paths = names.map((name) => `/proc/sys/${name}`)
  const texts = netns === 'host' ? await readHere(paths) : await reader.texts(await foundAt(netns), paths)
  for (const [index, name] of names.entries()) {
    const text = texts.get(paths[index] ?? '')
    if (text !== undefined) values.set(name, text.trim())
  }
  return values
}

async function readHere(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    paths.map(async (path) => {
      const text = await readFile(path, 'utf8').catch(() => undefined)
      return text === undefined ? [] : [[path, text] as const]
    }),
  )
  return new Map(found.flat())
}
