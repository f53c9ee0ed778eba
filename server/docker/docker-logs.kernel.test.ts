import { expect, test } from 'vitest'
import { dockerCli } from './testing/cli'
import { setUpFace } from './testing/set-up-face'

const face = setUpFace()

const { docker, succeeds } = dockerCli(face)

const lines = (text: string) => text.split('\n').filter((line) => line !== '')

test('lines are chosen by stream, number and time to the nanosecond', async () => {
  const script = 'for i in 1 2 3; do echo out $i; done; sleep 0.2; echo err >&2; printf unended'
  await succeeds('run', '--name', 'box', 'busybox', 'sh', '-c', script)
  expect(await docker('logs', 'box')).toEqual({ code: 0, stdout: 'out 1\nout 2\nout 3\nunended', stderr: 'err' })
  expect(await docker('logs', '--tail', '2', 'box')).toEqual({ code: 0, stdout: 'unended', stderr: 'err' })
  expect(await succeeds('logs', '--tail', '0', 'box')).toBe('')
  expect(lines(await succeeds('logs', '--tail', 'all', 'box'))).toHaveLength(4)
  const stamped = lines(await succeeds('logs', '--timestamps', 'box'))
  expect(stamped[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z out 1$/)
  const last = stamped.at(-1)?.split(' ')[0] ?? ''
  expect(await succeeds('logs', '--since', last, 'box')).toBe('unended')
  const third = stamped[2]?.split(' ')[0] ?? ''
  expect(lines(await succeeds('logs', '--until', third, 'box')).at(-1)).toBe('out 3')
  expect(await succeeds('logs', '--since', '1h', '--until', '30m', 'box')).toBe('')
  expect(await succeeds('logs', '--details', '--tail', '1', 'box')).toBe('unended')
  const neither = await face.ask('GET', '/containers/box/logs')
  expect(neither).toMatchObject({ status: 400, answer: expect.stringContaining('at least one stream') })
})

test('a log is followed until the container ends, also over its removal', async () => {
  const script = 'i=0; while true; do i=$((i + 1)); echo line $i; sleep 0.1; done'
  await succeeds('run', '-d', '--name', 'box', 'busybox', 'sh', '-c', script)
  await expect.poll(async () => lines(await succeeds('logs', 'box')).length).toBeGreaterThan(3)
  const following = docker('logs', '--follow', '--tail', '1', 'box')
  const late = docker('logs', '--follow', '--until', String(Date.now() / 1000 + 0.5), 'box')
  expect(lines((await late).stdout).length).toBeGreaterThan(3)
  await succeeds('rm', '--force', 'box')
  const { code, stdout } = await following
  expect(code).toBe(0)
  const numbers = lines(stdout).map((line) => Number(line.replace('line ', '')))
  expect(numbers.length).toBeGreaterThan(3)
  expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index))
})

test('what a terminal showed comes as it was', async () => {
  await succeeds('run', '-d', '-t', '--name', 'box', 'busybox', 'sh', '-c', 'echo out; echo err >&2; tty')
  await succeeds('wait', 'box')
  const { answer } = await face.ask('GET', '/containers/box/logs?stdout=1&stderr=1')
  expect(answer).toBe('out\r\nerr\r\n/dev/pts/0\r\n')
})

test('a log of many lines is whole', async () => {
  await succeeds('run', '--name', 'box', '-d', 'busybox', 'seq', '1', '400000')
  await succeeds('wait', 'box')
  const numbers = lines(
    (await face.ask('GET', '/containers/box/logs?stdout=1&tail=300000')).answer.replace(/[^0-9\n]/g, ''),
  )
  expect(numbers).toHaveLength(300_000)
  expect(numbers.at(-1)).toBe('400000')
})
