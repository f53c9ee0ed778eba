/** Runs what is asked for one key one after the other; different keys do not wait for each other. */
export type Locks = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>

export function createLocks(): Locks {
  const tails = new Map<string, Promise<unknown>>()
  return (key, work) => {
    const result = (tails.get(key) ?? Promise.resolve()).then(work)
    const tail = result.catch(() => undefined)
    tails.set(key, tail)
    void tail.then(() => {
      if (tails.get(key) === tail) tails.delete(key)
    })
    return result
  }
}
