import { expect, test } from 'vitest'
import { z } from 'zod'
import { optionFields } from './driver-options'

test('a schema gives a field for each option, with its choices and meaning', () => {
  const schema = z.strictObject({
    'com.docker.network.bridge.name': z.string().optional().describe('Name of the device'),
    'com.docker.network.bridge.enable_icc': z.enum(['true', 'false']).optional(),
    encrypted: z.boolean().optional(),
  })
  expect(optionFields({ ...z.toJSONSchema(schema, { io: 'input' }) })).toEqual([
    { key: 'com.docker.network.bridge.name', label: 'name', description: 'Name of the device', choices: [] },
    { key: 'com.docker.network.bridge.enable_icc', label: 'enable_icc', description: '', choices: ['true', 'false'] },
    { key: 'encrypted', label: 'encrypted', description: '', choices: ['true', 'false'] },
  ])
})

test('a schema without properties has no fields', () => {
  expect(optionFields({})).toEqual([])
  expect(optionFields({ properties: null })).toEqual([])
})
