import type { ContainerId } from '../../cnm/ids'
import type { Netns } from '../../plan/object'
import { createRuntime } from '../runtime'
import { containerOf } from './container'

/** A daemon to be killed by a test: makes and starts one container, says how far it is, and stays. */
const [dataDir = '', runDir = '', netns = '', id = ''] = process.argv.slice(2)
const runtime = await createRuntime({ dataDir, runDir })
const image = await runtime.findImage('busybox')
const container = containerOf({ id: id as ContainerId, imageId: image.id, command: ['sleep', '1000'] })

console.log('preparing')
await runtime.prepare(container)
await runtime.create(container, netns as Netns, { hosts: '', resolvConf: '', hostname: 'box\n' })
await runtime.start(container.id)
console.log('started')
setInterval(() => undefined, 1_000)
