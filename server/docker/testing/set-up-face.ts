import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { type Face, startFace } from './face'

/**
 * One face for all tests of a file: empty before each of them, without a failure after it, ended at the end. `check`
 * looks at what is left once it has been emptied.
 */
export function setUpFace(check: () => void | Promise<void> = () => undefined): Face {
  let started: Face | undefined
  beforeAll(async () => {
    started = await startFace()
  }, 60_000)
  afterEach(async () => {
    await started?.clear()
    expect(started?.failures.splice(0)).toEqual([])
    await check()
  })
  afterAll(() => started?.end())
  // What tests close over is there before the face is.
  return new Proxy({} as Face, {
    get: (_, part) => {
      if (!started) throw new Error('the face is there once tests run')
      return Reflect.get(started, part)
    },
  })
}
