import { expect, test } from 'vitest'
import { createDialogue } from './dialogue'
import { start } from './run'

const quietMs = 1_500

/** Answers a question with this many lines, so far apart. */
function talker(lines: number, everyMs: number) {
  const program = `process.stdin.once('data', () => { let n = 0; setInterval(() => n < ${lines} && console.log(++n), ${everyMs}) })`
  return createDialogue(() => start('node', ['-e', program]), quietMs)
}

test('a long answer is waited for as long as it goes on', async () => {
  const dialogue = talker(5, quietMs / 2)
  const { lines } = await dialogue.ask({ text: 'go\n', isLast: (line) => line === '5' })
  expect(lines).toEqual(['1', '2', '3', '4', '5'])
  await dialogue.close()
})

test('a program that falls silent is ended, with what it said', async () => {
  const dialogue = talker(2, 50)
  const asked = dialogue.ask({ text: 'go\n', isLast: (line) => line === '3' })
  await expect(asked).rejects.toMatchObject({
    lines: ['1', '2'],
    message: expect.stringContaining('said nothing for 1500 ms'),
  })
  await dialogue.close()
})
