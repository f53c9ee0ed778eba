import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './places.mjs'
import { Refusal } from './refusal.mjs'

const lockFile = join(root, 'dist', 'setup.lock')

/**
 * Runs `work` while no other start, build or test sets up the same clone: two instances may begin at once.
 * `flock` holds the lock for as long as its standard input is open, thus never longer than this process lives.
 */
export async function withSetupLock(work) {
  mkdirSync(dirname(lockFile), { recursive: true })
  const holder = spawn('flock', [lockFile, 'cat'], { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
  await new Promise((resolve, reject) => {
    const notice = setTimeout(() => console.log('waiting for another Patchbay that sets up this clone'), 1000)
    holder.once('error', ({ code }) => reject(new Refusal(`flock cannot be run (${code}): install util-linux`)))
    holder.stdout.once('data', () => {
      clearTimeout(notice)
      resolve()
    })
    holder.stdin.write('held\n')
  })
  try {
    return await work()
  } finally {
    holder.stdin.end()
  }
}
