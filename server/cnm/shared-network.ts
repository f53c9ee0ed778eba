import type { Container } from './container'

const prefix = 'container:'

/** "container:<id>": the network mode of a container that shares another's stack. */
export function sharedMode(id: string): string {
  return `${prefix}${id}`
}

/** Name or id of the container whose network stack it shares; undefined where it has its own. */
export function networkOwnerOf({ networkMode }: Pick<Container, 'networkMode'>): string | undefined {
  return networkMode.startsWith(prefix) ? networkMode.slice(prefix.length) : undefined
}
