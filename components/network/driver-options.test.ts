import { expect, test } from 'vitest'
import { z } from 'zod'
import { optionFields } from './driver-options'

const plain = { description: '', choices: [], isHostLink: false }

test('a schema gives a field for each option, with its choices and meaning', () => {
  const schema = z.strictObject({
    'com.docker.network.bridge.name': z.string().optional().describe('Name of the device'),
    'com.docker.network.bridge.enable_icc': z.enum(['true', 'false']).optional(),
    encrypted: z.boolean().optional(),
    parent: z.string().optional().meta({ format: 'host-link' }),
  })
  expect(optionFields({ ...z.toJSONSchema(schema, { io: 'input' }) })).toEqual([
    { ...plain, key: 'com.docker.network.bridge.name', label: 'name', description: 'Name of the device' },
    { ...plain, key: 'com.docker.network.bridge.enable_icc', label: 'enable_icc', choices: ['true', 'false'] },
    { ...plain, key: 'encrypted', label: 'encrypted', choices: ['true', 'false'] },
    { ...plain, key: 'parent', label: 'parent', isHostLink: true },
  ])
})

test('a schema without properties has no fields', () => {
  expect(optionFields({})).toEqual([])
  expect(optionFields({ properties: null })).toEqual([])
})
