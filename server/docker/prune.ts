import { isPatchbayError } from '../cnm/errors'

/** False where somebody has begun to use it, or has removed it, since it was looked at: what is pruned is left then. */
export async function removeIfUnused(remove: () => Promise<unknown>): Promise<boolean> {
  try {
    await remove()
    return true
  } catch (error) {
    if (isPatchbayError(error) && (error.kind === 'conflict' || error.kind === 'not-found')) return false
    throw error
  }
}
