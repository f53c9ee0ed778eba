import type { Images } from '../contract'

/** The engine's tests have images; what is done with them is tested with real ones. */
export function createFakeImages(): Images {
  const refuse = (): never => {
    throw new Error('the fake runtime does not change images')
  }
  return {
    import: refuse,
    load: refuse,
    save: refuse,
    detail: refuse,
    tag: refuse,
    untag: refuse,
    remove: refuse,
    sweep: async () => undefined,
  }
}
