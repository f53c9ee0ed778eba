import { expect, test } from 'vitest'
import { compareOutcomes } from './compare'
import { Normaliser } from './normalise'
import { docker, unordered, words } from './step'

test('a line is cut into words as a shell does it', () => {
  expect(words(`run -e "A=b c" --name 'it"s' x=""y`)).toEqual(['run', '-e', 'A=b c', '--name', 'it"s', 'x=y'])
})

test('outcomes are compared field for field: what is missing, null, empty or of another type differs', () => {
  const step = docker('inspect box')
  const outcome = (state: object) => ({ exit: 0, stdout: [{ State: state }], stderr: [''] })
  const same = outcome({ Pid: 1, Links: null })
  expect(compareOutcomes(step, same, outcome({ Links: null, Pid: 1 }))).toEqual([])
  expect(compareOutcomes(step, same, outcome({ Pid: '1', Links: [] }))).toEqual([
    { path: 'stdout[0].State.Pid', docker: 1, patchbay: '1' },
    { path: 'stdout[0].State.Links', docker: null, patchbay: [] },
  ])
  expect(compareOutcomes(step, same, outcome({ Pid: 1 }))).toEqual([
    { path: 'stdout[0].State.Links', docker: null, patchbay: undefined },
  ])
})

test('lines are compared in their order, unless that is left to chance', () => {
  const [one, other] = [{ stdout: ['a', 'b'] }, { stdout: ['b', 'a'] }]
  expect(compareOutcomes(docker('ps'), one, other)).toEqual([{ path: 'stdout', docker: 'a\nb', patchbay: 'b\na' }])
  expect(compareOutcomes(unordered('ps'), one, other)).toEqual([])
})

test('ids, moments and spans are chance; addresses and exit codes are not', () => {
  const id = 'ab'.repeat(32)
  const { stdout } = new Normaliser('/nonexistent').outcome({
    stdout: `${id} ${id.slice(0, 12)} 2026-11-21T10:00:00.5Z Up 3 seconds 10.0.0.2 0001-01-01T00:00:00Z\n`,
  })
  expect(stdout).toEqual(['<id> <id> <time> Up <span> 10.0.0.2 0001-01-01T00:00:00Z'])
  expect(new Normaliser('/nonexistent').outcome({ body: `{"Id":"${id}","Created":1795225348,"n":2}` })).toEqual({
    body: { Id: '<id>', Created: '<number>', n: 2 },
  })
})
