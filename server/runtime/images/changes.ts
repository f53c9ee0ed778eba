import { PatchbayError } from '../../cnm/errors'
import { shown } from '../../cnm/names'
import type { RunConfig } from './config'

/** What the lines of a Dockerfile change in an image's configuration. Throws for one that changes none, by name. */
export function applyChanges(config: RunConfig, changes: readonly string[]): RunConfig {
  return changes.reduce(applyChange, config)
}

function applyChange(config: RunConfig, line: string): RunConfig {
  const [, word = '', rest = ''] = /^\s*(\S+)\s*([\s\S]*?)\s*$/.exec(line) ?? []
  const name = word.toUpperCase()
  const apply = instructions[name]
  if (!apply) {
    const known = Object.keys(instructions).join(', ')
    const given = /^[a-z]+$/i.test(word) ? word.toLowerCase() : shown(word)
    throw new PatchbayError('invalid-parameter', `${given} is not a valid change command; ${known} are`, {
      field: 'changes',
    })
  }
  if (rest === '') throw wrong(name, 'requires at least one argument')
  return apply(config, rest)
}

type Apply = (config: RunConfig, rest: string) => RunConfig

const instructions: Readonly<Record<string, Apply>> = {
  CMD: (config, rest) => ({ ...config, Cmd: commandOf(rest) }),
  // As in a Dockerfile, a new entrypoint takes away the command that was meant for the old one.
  ENTRYPOINT: (config, rest) => ({ ...config, Entrypoint: commandOf(rest), Cmd: null }),
  ENV: (config, rest) => ({
    ...config,
    Env: pairsOf('ENV', rest).reduce(putVariable, [...(config.Env ?? [])]),
  }),
  EXPOSE: (config, rest) => ({
    ...config,
    ExposedPorts: { ...config.ExposedPorts, ...keysOf(words(rest).flatMap(portsOf)) },
  }),
  LABEL: (config, rest) => ({ ...config, Labels: { ...config.Labels, ...Object.fromEntries(pairsOf('LABEL', rest)) } }),
  ONBUILD: (config, rest) => ({ ...config, OnBuild: [...(config.OnBuild ?? []), rest] }),
  STOPSIGNAL: (config, rest) => ({ ...config, StopSignal: rest }),
  USER: (config, rest) => ({ ...config, User: words(rest)[0] ?? '' }),
  VOLUME: (config, rest) => ({ ...config, Volumes: { ...config.Volumes, ...keysOf(asList(rest) ?? words(rest)) } }),
  WORKDIR: (config, rest) => ({ ...config, WorkingDir: directory(config.WorkingDir ?? '', words(rest).join(' ')) }),
}

/** `["a","b"]`, or a line for the shell. */
function commandOf(rest: string): string[] {
  return asList(rest) ?? ['/bin/sh', '-c', rest]
}

function asList(rest: string): string[] | undefined {
  if (!rest.startsWith('[')) return undefined
  try {
    const list: unknown = JSON.parse(rest)
    return Array.isArray(list) && list.every((item) => typeof item === 'string') ? list : undefined
  } catch {
    return undefined
  }
}

/** `a=b "c d"=e`, or the older `a b c`, where all that follows the name is its value. */
function pairsOf(name: string, rest: string): [string, string][] {
  const items = words(rest)
  if (items[0]?.includes('=') !== true) {
    const [, key = '', value] = /^(\S+)\s+([\s\S]+)$/.exec(rest) ?? []
    if (value === undefined) throw wrong(name, `must have two arguments, not ${shown(rest)}`)
    return [[key, value]]
  }
  return items.map((item) => {
    const at = item.indexOf('=')
    if (at < 1) throw wrong(name, `wants name=value, not ${shown(item)}`)
    return [item.slice(0, at), item.slice(at + 1)]
  })
}

function putVariable(env: string[], [name, value]: [string, string]): string[] {
  const others = env.filter((item) => !item.startsWith(`${name}=`))
  return [...others, `${name}=${value}`]
}

/** Words as a Dockerfile has them: quotes hold spaces, a backslash takes its sign from what follows. */
function words(rest: string): string[] {
  const found = rest.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/g) ?? []
  return found.map((word) =>
    word.replaceAll(/"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g, (_, double?: string, single?: string, sign?: string) =>
      double === undefined ? (single ?? sign ?? '') : double.replaceAll(/\\(["\\$])/g, '$1'),
    ),
  )
}

function portsOf(word: string): string[] {
  const [, first, last = first, protocol = 'tcp'] = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/.exec(word) ?? []
  const [from, to] = [Number(first), Number(last)]
  if (first === undefined || from < 1 || to > 65_535 || to < from) {
    throw wrong('EXPOSE', `wants a port such as 80 or 53/udp, not ${shown(word)}`)
  }
  return Array.from({ length: to - from + 1 }, (_, index) => `${from + index}/${protocol}`)
}

function keysOf(keys: readonly string[]): Record<string, object> {
  return Object.fromEntries(keys.map((key) => [key, {}]))
}

function directory(current: string, wanted: string): string {
  return wanted.startsWith('/') ? wanted : `${current === '/' ? '' : current}/${wanted}`
}

function wrong(name: string, why: string): PatchbayError {
  return new PatchbayError('invalid-parameter', `${name} ${why}`, { field: 'changes' })
}
