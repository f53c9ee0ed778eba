import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { isStatic } from './system-packages.mjs'

const loadable = 1
const interpreter = 3

/** The least of an ELF file: its header and the types of its segments. */
function elf(...segments: number[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-elf-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = Buffer.alloc(64 + segments.length * 56)
  file.write('\x7fELF\x02\x01', 'latin1')
  file.writeBigUInt64LE(64n, 32)
  file.writeUInt16LE(56, 54)
  file.writeUInt16LE(segments.length, 56)
  segments.forEach((type, number) => {
    file.writeUInt32LE(type, 64 + number * 56)
  })
  const path = join(folder, 'program')
  writeFileSync(path, file)
  return path
}

test('a program is static when it names no interpreter, however it was installed', () => {
  expect(isStatic(elf(loadable, loadable))).toBe(true)
  expect(isStatic(elf(loadable, interpreter))).toBe(false)
})

test('a missing program, or a script in its place, is not static', () => {
  expect(isStatic(undefined)).toBe(false)
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-elf-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'program'), '#!/bin/sh\nexit 1\n')
  expect(isStatic(join(folder, 'program'))).toBe(false)
})
