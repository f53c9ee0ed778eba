import { cpus, release } from 'node:os'
import { formatTable } from '../table'
import { alone, endpointCounts, networkCounts, type Point, type Sample } from './measure'

const shown = { patchbay: 'Patchbay', docker: 'Docker', netavark: 'netavark', cni: 'CNI bridge' }
type PeerName = keyof typeof shown
const peerNames = Object.keys(shown) as PeerName[]

/** One row an operation and point; a dash where an engine has no such step of its own. */
export function printScale(results: ReadonlyMap<string, readonly Point[]>): void {
  const at = (peer: string, place: Partial<Point>): Sample =>
    results.get(peer)?.find((point) => point.networks === place.networks && point.endpoints === place.endpoints)
      ?.medians ?? {}
  const row = (label: string, place: Partial<Point>, read: (sample: Sample) => number | undefined, beside?: Beside) => [
    ...[label, place.networks === undefined ? `${place.endpoints} endpoints` : `${place.networks} networks`],
    ...peerNames.map((peer) => figure(read(at(peer, place)))),
    ...[figure(beside?.(at('patchbay', place)))],
  ]
  const overNetworks = (label: string, read: (sample: Sample) => number | undefined, beside?: Beside) =>
    networkCounts.map((networks) => row(label, { networks }, read, beside))
  const head = ['operation', 'with', ...peerNames.map((name) => shown[name]), 'shell script']
  console.log(
    `\nMilliseconds, medians; ${cpus().length} cores, kernel ${release()}; every engine on a host of its own.\n`,
  )
  console.log(
    formatTable(head, [
      ...overNetworks(
        'create a network',
        ({ create }) => create,
        (sample) => sample['shell create'],
      ),
      ...overNetworks('network and first endpoint', (sample) => sum(sample.create ?? 0, sample['first connect'])),
      ...overNetworks(
        'connect',
        ({ connect }) => connect,
        (sample) => sample['shell connect'],
      ),
      ...endpointCounts.map((endpoints) => row('connect', { endpoints }, ({ connect }) => connect)),
      ...overNetworks('a published port besides', ({ publish }) => publish),
      ...overNetworks(
        'disconnect',
        ({ disconnect }) => disconnect,
        (sample) => sample['shell disconnect'],
      ),
      ...endpointCounts.map((endpoints) => row('disconnect', { endpoints }, ({ disconnect }) => disconnect)),
      ...overNetworks(
        'remove a network',
        ({ remove }) => remove,
        (sample) => sample['shell remove'],
      ),
    ]),
  )
  console.log(
    '\nThe kernel alone, by one long-lived program each, in the same rounds; of rules, those of one network:\n',
  )
  console.log(
    formatTable(
      ['with', ...alone],
      networkCounts.map((networks) => {
        const sample = at('patchbay', { networks })
        return [`${networks} networks`, ...alone.map((part) => figure(sample[part]))]
      }),
    ),
  )
}

type Beside = (sample: Sample) => number | undefined

function sum(one: number, other: number | undefined): number | undefined {
  return other === undefined ? undefined : one + other
}

function figure(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(1)
}
