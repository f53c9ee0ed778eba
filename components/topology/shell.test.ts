import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { parseWords, quoteWord, shellLine } from './shell'

const hostile = [
  'plain',
  'kiwl$%^',
  'two words',
  "it's",
  '"double"',
  '$(touch /nowhere)',
  '`id`',
  '; rm -rf /',
  '-n',
  '*',
  '~',
  'a\\b',
  'line\nbreak',
  '网络',
  '\u202Eevil',
  '',
]

test('every word comes out of a real shell as it went in', () => {
  for (const word of hostile) {
    expect(execFileSync('/bin/sh', ['-c', `printf %s ${quoteWord(word)}`], { encoding: 'utf8' })).toBe(word)
  }
})

test('plain words are not quoted', () => {
  expect(shellLine(['docker', 'network', 'create', '--subnet', '10.0.0.0/24', 'web'])).toBe(
    'docker network create --subnet 10.0.0.0/24 web',
  )
})

test('what was quoted is parsed to the same words', () => {
  expect(parseWords(shellLine(hostile))).toEqual(hostile)
})

test.each([
  ['sleep infinity', ['sleep', 'infinity']],
  ['  sh   -c  "echo hello world" ', ['sh', '-c', 'echo hello world']],
  ["sh -c 'a b'c", ['sh', '-c', 'a bc']],
  ['echo "\\$HOME" $HOME', ['echo', '$HOME', '$HOME']],
  ['a\\ b ""', ['a b', '']],
  ['open "quote at the end', ['open', 'quote at the end']],
  ['', []],
])('%s is parsed to its arguments', (line, words) => {
  expect(parseWords(line)).toEqual(words)
})
