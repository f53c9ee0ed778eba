import { setTimeout as wait } from 'node:timers/promises'
import { defaultContainerOptions } from '../../cnm/container'
import type { ContainerId } from '../../cnm/ids'
import type { Netns } from '../../plan/object'
import { createRuntime } from '../runtime'
import { containerOf } from './container'

/** A daemon to be killed by a test: starts one container, attaches to it or runs commands in it, and stays. */
const [dataDir = '', runDir = '', netns = '', id = '', kind = ''] = process.argv.slice(2)
const runtime = await createRuntime({ dataDir, runDir })
const image = await runtime.findImage('busybox')
const container = containerOf({
  id: id as ContainerId,
  imageId: image.id,
  command: kind === 'terminal' ? ['sh'] : ['sh', '-c', 'cat; echo over'],
  options: { ...defaultContainerOptions, openStdin: true, stdinOnce: true, tty: kind === 'terminal' },
})
await runtime.prepare(container)
const attachment = await runtime.attach(container, { input: true })
await runtime.create(container, netns as Netns, { hosts: '', resolvConf: '', hostname: 'box\n' })
await runtime.start(container.id)
if (kind === 'execs') {
  const heedless = 'trap "" HUP; while :; do sleep'
  for (const [seconds, request] of [
    [611, { terminal: true, attached: true, endsWithDaemon: true }],
    [612, { terminal: true, attached: true, endsWithDaemon: true, command: ['sh', '-c', `${heedless} 612; done`] }],
    [613, { attached: false }],
    [614, { attached: true }],
  ] as const) {
    await runtime.startExec(container.id, { command: ['sleep', String(seconds)], input: false, ...request })
  }
  void runtime.exec(container.id, ['sleep', '615'], {})
  while (!JSON.stringify(await runtime.listProcesses(container.id, ['-ef'])).includes('sleep 615')) await wait(20)
}
await attachment.write(Buffer.from('kept=1; echo begun\n'))
for await (const { bytes } of attachment.output) process.stdout.write(bytes)
