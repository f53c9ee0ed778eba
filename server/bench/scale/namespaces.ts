import { existsSync } from 'node:fs'
import { mustRun } from '../../conformance/program'

export function namespacePath(box: number): string {
  return `/run/netns/box${box}`
}

/** For peers that only need a network namespace. */
export async function ensureNamespaces(count: number): Promise<void> {
  for (let box = 0; box < count; box++) {
    if (!existsSync(namespacePath(box))) await mustRun('ip', 'netns', 'add', `box${box}`)
  }
}

/** An address of the network's /22 out of 10.0.0.0/8; host 0 is the network itself. */
export function addressOf(network: number, host = 0): string {
  const value = network * 1024 + host
  return `10.${(value >> 16) & 255}.${(value >> 8) & 255}.${value & 255}`
}
