import type { Container } from '../cnm/container'
import { isPatchbayError, PatchbayError } from '../cnm/errors'
import type { Call } from './call'

/** The container that the path names. Throws not-found in Docker's own words: its command line looks for them. */
export function containerOf({ engine, path: { id = '' } }: Call): Container {
  try {
    return engine.getContainer(id.replace(/^\//, ''))
  } catch (error) {
    if (!isPatchbayError(error) || error.kind !== 'not-found') throw error
    throw new PatchbayError('not-found', `No such container: ${id}`, { cause: error })
  }
}
