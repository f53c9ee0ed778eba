import { isDeepStrictEqual } from 'node:util'
import type { VethLink } from './object'

/** What a port of a bridge is when it is plugged in, of what decides which frames pass; `state 3`: it forwards. */
export const newPort = {
  ...{ state: '3', learning: 'on', flood: 'on', mcast_flood: 'on', bcast_flood: 'on' },
  ...{ neigh_suppress: 'off', locked: 'off' },
} as const

/** Those that are otherwise, in the words that `ip` takes. */
export type PortSettings = Readonly<Partial<Record<keyof typeof newPort, string>>>

/** How a veth stands in its bridge. */
export type Port = Pick<VethLink, 'hairpin' | 'isolated' | 'otherwise'>

export const plainPort: Port = { hairpin: false }

export function hasSamePort(one: Port, other: Port): boolean {
  return (
    one.hairpin === other.hairpin &&
    (one.isolated ?? false) === (other.isolated ?? false) &&
    isDeepStrictEqual({ ...one.otherwise }, { ...other.otherwise })
  )
}

/** What a port has to be given that is another now. */
export function changedPortArgs(wanted: Port, present: Port): string[] {
  const isolated = wanted.isolated ?? false
  return [
    ...(wanted.hairpin === present.hairpin ? [] : ['hairpin', wanted.hairpin ? 'on' : 'off']),
    ...(isolated === (present.isolated ?? false) ? [] : ['isolated', isolated ? 'on' : 'off']),
    ...settingNames.flatMap((name) => {
      const value = wanted.otherwise?.[name] ?? newPort[name]
      return value === (present.otherwise?.[name] ?? newPort[name]) ? [] : [name, value]
    }),
  ]
}

const settingNames = Object.keys(newPort) as (keyof typeof newPort)[]

const states: Readonly<Record<string, string>> = { 0: 'disabled', 1: 'listening', 2: 'learning', 4: 'blocking' }

/** For people: `ip` takes a state as a number. */
export function portWords(settings: PortSettings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${states[value] ?? value}`)
    .join(', ')
}
