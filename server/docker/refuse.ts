import { PatchbayError } from '../cnm/errors'

/** What a client asked for and Patchbay does not do is said by name, never left out in silence. */
export function refuse(isAskedFor: unknown, what: string): void {
  if (isAskedFor) throw new PatchbayError('not-implemented', `${what} is not supported by Patchbay`)
}
