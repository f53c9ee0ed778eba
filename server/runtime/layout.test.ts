import { expect, test } from 'vitest'
import { createLayout, pathsOf } from './layout'

test('no path leaves the data directory, and none is taken that mount would misread', () => {
  const layout = createLayout('/data', '/run/patchbay')
  expect(() => pathsOf(layout, '../../etc')).toThrow('is not 64 hexadecimal digits')
  for (const dir of ['/a,b', '/a:b', '/a b', '/a\\b']) expect(() => createLayout(dir, '/run')).toThrow('overlay mounts')
})
