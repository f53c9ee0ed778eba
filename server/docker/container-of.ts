import type { Container } from '../cnm/container'
import type { Call } from './call'

/** The container that the path names. Throws not-found. */
export function containerOf({ engine, path: { id = '' } }: Call): Container {
  return engine.getContainer(id)
}
