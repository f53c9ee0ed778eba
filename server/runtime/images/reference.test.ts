import { expect, test } from 'vitest'
import type { Image } from '../contract'
import { emptyConfig } from './config'
import { checkTag, fullTag, matchImage, repositoryOf } from './reference'

function imageOf(digit: string, ...tags: string[]): Image {
  const id = `sha256:${digit.padEnd(64, '0')}`
  return { id, tags, createdAt: new Date(0), sizeBytes: 0, config: emptyConfig }
}
const busybox = imageOf('ab1', 'busybox:latest', 'lab:5000/tools/busybox:1.36')
const other = imageOf('ab2', 'ab1:latest')
const images = [busybox, other]

test('an image is found by tag, by id and by a prefix that fits one only', () => {
  for (const reference of ['busybox', 'busybox:latest', 'docker.io/library/busybox', 'sha256:ab10', busybox.id]) {
    expect(matchImage(images, reference)).toBe(busybox)
  }
  expect(matchImage(images, 'lab:5000/tools/busybox:1.36')).toBe(busybox)
  expect(matchImage(images, 'ab2')).toBe(other)
  expect(() => matchImage(images, 'ab')).toThrow('image id ab fits 2 images; give more digits')
})

test('a tag goes before an id', () => {
  expect(matchImage(images, 'ab1')).toBe(other)
})

test('an image that is not here says how to get it', () => {
  expect(() => matchImage(images, 'nginx')).toThrow(
    'image nginx:latest is not here; import one with docker load or docker import',
  )
  expect(() => matchImage(images, '')).toThrow('image "" is not here')
  expect(() => matchImage(images, '../../etc')).toThrow('is not here')
})

test('a colon before a slash is a port, not a tag', () => {
  expect(fullTag('lab:5000/tools')).toBe('lab:5000/tools:latest')
})

test('a tag is written whole, or refused', () => {
  expect(checkTag('docker.io/library/web')).toBe('web:latest')
  expect(checkTag('lab.example:5000/a__b/c-d.e:V1_x')).toBe('lab.example:5000/a__b/c-d.e:V1_x')
  expect(repositoryOf('lab:5000/tools:1.36')).toBe('lab:5000/tools')
  expect(() => checkTag('Web')).toThrow('invalid reference format: repository name must be lowercase: "Web"')
  for (const bad of ['', ':x', 'a b', '../x', 'a:b:c', '-rf', 'a@sha256:00', 'f'.repeat(64), `a:${'x'.repeat(200)}`]) {
    expect(() => checkTag(bad)).toThrow('invalid reference format')
  }
})
