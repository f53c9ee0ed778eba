import { readFileSync } from 'node:fs'
import { findProgram } from './system-packages.mjs'

const name = 'patchbay'

/** The unprivileged user that the web runs as; gives its name. */
export async function ensureWebUser(progress) {
  if (isUser(name)) return name
  if (!findProgram('useradd')) return 'nobody'
  await progress.step(`user ${name} for the web`, (run) =>
    run('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--home-dir',
      '/nonexistent',
      '--shell',
      '/usr/sbin/nologin',
      name,
    ]),
  )
  return name
}

function isUser(wanted) {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .some((line) => line.startsWith(`${wanted}:`))
}
