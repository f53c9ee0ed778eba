import { afterEach, expect, test } from 'vitest'
import { PatchbayError } from '../cnm/errors'
import type { Noted, Terminal } from '../engine/contract'
import { createTerminalOpener } from './terminals'
import { setUpFace } from './testing/set-up-face'

const face = setUpFace()
const size = { rows: 24, columns: 80 }
const opened: Terminal[] = []

afterEach(() => {
  for (const terminal of opened.splice(0)) terminal.hangUp()
})

/** An engine of ours that has no container; what the face has is the Docker Engine's beside it. */
function createBench() {
  const noted: (Noted & { actor: string })[] = []
  const open = createTerminalOpener(
    {
      getContainer(reference) {
        throw new PatchbayError('not-found', `No such container: ${reference}`)
      },
      openTerminal: async (reference) => {
        throw new PatchbayError('not-found', `No such container: ${reference}`)
      },
      note: async (what, work, { actor }) => {
        noted.push({ ...what, actor })
        return work()
      },
    },
    `unix://${face.socketPath}`,
  )
  return { open, noted }
}

/** What it shows, as it comes. */
function follow(terminal: Terminal) {
  opened.push(terminal)
  const seen = { text: '', isOver: false }
  void (async () => {
    for await (const bytes of terminal.output) seen.text += bytes
    seen.isOver = true
  })()
  const until = (text: string | RegExp) => expect.poll(() => seen.text, { timeout: 5_000 }).toMatch(text)
  return { seen, until, type: (text: string) => terminal.write(Buffer.from(text)) }
}

async function shells(container: string): Promise<number> {
  const { stdout } = await face.bed.engine.exec(container, ['ps', '-o', 'args'])
  return stdout.split('\n').filter((line) => line === 'sh').length
}

async function createContainer(name: string) {
  const { result } = await face.bed.engine.createContainer(
    { name, image: 'busybox', command: ['sleep', '600'], network: 'none' },
    { actor: 'test' },
  )
  await face.bed.engine.startContainer(result.id, { actor: 'test' })
  return result.id
}

test("a terminal in another engine's container: its size, what is typed, its exit code, and its end with the page", async () => {
  const id = await createContainer('theirs')
  const { open, noted } = createBench()
  const first = await open(id, { size }, { actor: 'ann' })
  const { seen, until, type } = follow(first)
  await type('stty size; echo $TERM; tty\n')
  await until(/24 80\s+xterm-256color\s+\/dev\/pts/)
  await first.resize({ rows: 40, columns: 123 })
  await type('stty size; exit 7\n')
  await until('40 123')
  await expect.poll(() => seen.isOver).toBe(true)
  expect(await first.exitCode()).toBe(7)
  await first.resize(size)

  const stubborn = await open(
    'theirs',
    { size, command: ['sh', '-c', 'trap "" HUP; echo begun; sleep 600'] },
    { actor: 'ann' },
  )
  const other = await open('theirs', { size }, { actor: 'ann' })
  await follow(stubborn).until('begun')
  await follow(other).type('sleep 500\n')
  expect(await shells('theirs')).toBe(1)
  for (const terminal of [stubborn, other]) terminal.hangUp()
  await expect
    .poll(async () => (await face.bed.engine.exec('theirs', ['ps', '-o', 'args'])).stdout, { timeout: 5_000 })
    .not.toMatch(/sleep 500|trap/)
  expect(await shells('theirs')).toBe(0)
  expect(noted[0]).toEqual({
    ...{ verb: 'container.terminal', subjects: ['theirs', 'sh'], actor: 'ann' },
    commands: ['docker exec -it theirs sh'],
  })
})

test('what cannot have a terminal says why, in a sentence', async () => {
  const id = await createContainer('bare')
  const { open } = createBench()
  const by = { actor: 'ann' }
  await expect(open(id, { size, command: ['nothing-here'] }, by)).rejects.toThrow('executable file not found')
  await face.bed.engine.exec(id, ['rm', '-f', '/bin/sh'])
  await expect(open(id, { size }, by)).rejects.toThrow('there is no shell in bare; give a command that its image has')
  await expect(open('nobody', { size }, by)).rejects.toThrow('No such container: nobody')
  await face.bed.engine.pauseContainer(id, by)
  await expect(open(id, { size }, by)).rejects.toThrow('is paused, unpause the container before exec')
  await face.bed.engine.unpauseContainer(id, by)
})
