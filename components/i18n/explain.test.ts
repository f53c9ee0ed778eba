import { expect, test } from 'vitest'
import { causes, remedies, said } from '@/server/observe/trace/codes'
import { locales } from './locale'
import { messages } from './messages'

const areas = { said, cause: causes, remedy: remedies } as const

test.each(locales)('%s has a sentence for everything that an explanation can say', (locale) => {
  for (const [area, codes] of Object.entries(areas)) {
    const sentences: Readonly<Record<string, string>> = messages[locale].explain[area as keyof typeof areas]
    expect(Object.keys(sentences).sort()).toEqual(Object.keys(codes).sort())
    for (const [code, values] of Object.entries(codes)) {
      const used = Array.from((sentences[code] ?? '').matchAll(/\{(\w+)\}/g), ([, name]) => name)
      expect(values, `${area}.${code}`).toEqual(expect.arrayContaining(used))
    }
  }
})
