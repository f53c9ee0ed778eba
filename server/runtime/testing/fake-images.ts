import type { Filesystem, Images } from '../contract'

/** The engine's tests have images; what is done with them is tested with real ones. */
export function createFakeImages(): Images {
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

export function createFakeFilesystem(): Filesystem {
  return { stat: refuse, read: refuse, write: refuse, export: refuse, changes: refuse, commit: refuse }
}

function refuse(): never {
  throw new Error('the fake runtime has no files')
}
