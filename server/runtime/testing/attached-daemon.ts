import { defaultContainerOptions } from '../../cnm/container'
import type { ContainerId } from '../../cnm/ids'
import type { Netns } from '../../plan/object'
import { createRuntime } from '../runtime'
import { containerOf } from './container'

/** A daemon to be killed by a test: starts one container, attaches to it with input, and stays. */
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
await attachment.write(Buffer.from('kept=1; echo begun\n'))
for await (const { bytes } of attachment.output) process.stdout.write(bytes)
