/** Runs changes one after another under each key they name; those without a common key run side by side. */
export interface Locks {
  run<Result>(keys: readonly string[], change: () => Promise<Result>): Promise<Result>
}

export function createLocks(): Locks {
  const tails = new Map<string, Promise<unknown>>()
  return {
    run(keys, change) {
      const distinct = [...new Set(keys)]
      // All keys are taken in one turn of the event loop, so no two changes can wait for each other.
      const before = distinct.map((key) => tails.get(key))
      const result = Promise.allSettled(before).then(change)
      const tail = result.catch(() => undefined)
      for (const key of distinct) tails.set(key, tail)
      void tail.then(() => {
        for (const key of distinct) if (tails.get(key) === tail) tails.delete(key)
      })
      return result
    },
  }
}
