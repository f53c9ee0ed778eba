import type { DriverView } from '@/server/api/contract'
import type { NetworkView, Snapshot } from '@/server/observe/snapshot'
import { optionFields } from './driver-options'

/** The networks that were made from this configuration, by name; none where it is a network itself. */
export function takersOf(
  { name, origin, configuration }: Pick<NetworkView, 'name' | 'origin' | 'configuration'>,
  networks: Snapshot['networks'],
): NetworkView[] {
  if (configuration === undefined) return []
  return Object.values(networks)
    .filter((network) => network.configFrom === name && network.origin === origin)
    .toSorted((one, other) => one.name.localeCompare(other.name))
}

/** Those that networks can be made from here, by name. */
export function configurationsOf(networks: Snapshot['networks']): NetworkView[] {
  return Object.values(networks)
    .filter(({ configuration, origin }) => configuration !== undefined && origin === 'patchbay')
    .toSorted((one, other) => one.name.localeCompare(other.name))
}

/**
 * A driver that has all of these options: `preferred` if it does, else the first that this host can make; `preferred`
 * again where none has them. A configuration names no driver, yet its options are some driver's.
 */
export function driverFor(
  options: Readonly<Record<string, string>>,
  drivers: readonly DriverView[],
  preferred: string,
): string {
  const asked = Object.keys(options)
  const has = ({ options: schema }: DriverView) => {
    const known = new Set(optionFields(schema).map(({ key }) => key))
    return asked.every((key) => known.has(key))
  }
  const fitting = drivers.filter(({ creatable }) => creatable).filter(has)
  const named = fitting.find(({ name }) => name === preferred)
  return (named ?? fitting.find(({ lack }) => lack === null) ?? fitting[0])?.name ?? preferred
}
