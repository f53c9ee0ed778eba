import { expect, test } from 'vitest'
import { parseIpJson } from './ip-json'

test('a name with control characters is read as it is, and takes nothing else along', () => {
  const text = '[{"ifname":"x\x07\x1b[31m","alias":"a\\nb"},\n{"ifname":"eth0"}]\n'
  expect(parseIpJson(text)).toEqual([{ ifname: 'x\x07\x1b[31m', alias: 'a\nb' }, { ifname: 'eth0' }])
})
