import type { Volume, VolumeStore } from '../contract'
import { checkVolumeName } from '../volumes/volumes'

/** Volumes in memory, for the engine's tests. */
export function createFakeVolumes(): VolumeStore {
  const volumes = new Map<string, Volume>()
  return {
    list: async () => [...volumes.values()],
    find: async (name) => volumes.get(name),
    async ensure(wanted, labels = {}) {
      const name = wanted === undefined ? `anonymous${volumes.size}` : checkVolumeName(wanted)
      const made = { name, labels, createdAt: new Date(0), mountpoint: `/volumes/${name}/_data` }
      const volume = volumes.get(name) ?? { ...made, isAnonymous: wanted === undefined }
      volumes.set(name, volume)
      return volume
    },
    remove: async (name) => void volumes.delete(name),
    sizeOf: async () => 0,
  }
}
