import { expect, test } from 'vitest'
import { parseReport, startError } from './runc-error'

const report = (message: string) => JSON.stringify({ pid: -1, message })

test("conmon's report is a pid or the error", () => {
  expect(parseReport('{"pid": 4711}')).toEqual({ pid: 4711 })
  expect(parseReport('{"pid": 47')).toMatchObject({ error: { kind: 'system' } })
  expect(parseReport('[]')).toMatchObject({ error: { kind: 'system' } })
})

test("a program that cannot be run is named, with Docker's exit code", () => {
  const missing =
    'runc create failed: unable to start container process: exec: "foo": executable file not found in $PATH'
  expect(parseReport(report(missing))).toMatchObject({
    error: {
      kind: 'invalid-parameter',
      message: 'exec: "foo": executable file not found in $PATH',
      field: 'command',
      data: { exitCode: 127 },
    },
  })
  const logged = `time="2026-11-21T03:30:55Z" level=error msg=${JSON.stringify('exec: "/x": permission denied')}\n`
  expect(startError(logged)).toMatchObject({ message: 'exec: "/x": permission denied', data: { exitCode: 126 } })
})

test('all else is a fault of the system, in the words of runc', () => {
  expect(startError('runc create failed: no space left on device\n')).toMatchObject({
    kind: 'system',
    message: 'the container could not be started: no space left on device',
  })
  expect(startError('').message).toBe('the container could not be started: runc gave no reason')
})
