import { PatchbayError } from '../cnm/errors'
import type { Network } from '../cnm/network'
import { type Sentence, sentence } from '../cnm/sentence'
import type { Driver } from './contract'

/** The drivers that networks can name. */
export interface DriverRegistry {
  list(): readonly Driver[]
  find(name: string): Driver | undefined
  /** Throws not-found with the names that there are. */
  get(name: string): Driver
}

export function createRegistry(drivers: readonly Driver[]): DriverRegistry {
  const byName = new Map(drivers.map((driver) => [driver.name, driver]))
  return {
    list: () => drivers,
    find: (name) => byName.get(name),
    get: (name) => {
      const driver = byName.get(name)
      if (driver) return driver
      const known = [...byName.keys()].join(', ')
      throw new PatchbayError('not-found', sentence`driver ${name.slice(0, 60)} is not available; there are ${known}`, {
        ...{ field: 'driver', reason: 'driver-not-found', data: { driver: name } },
      })
    },
  }
}

/** Where a network is on the host: its bridge, or the link that its endpoints stand on, null where it has none; and what its driver keeps for itself. */
export function placeOf(driver: Driver | undefined, network: Network) {
  return {
    device: driver?.bridgeName?.(network) ?? null,
    parent: driver?.parentName?.(network) ?? null,
    reserved: driver?.reservedAddresses?.(network) ?? new Map<string, Sentence>(),
  }
}
