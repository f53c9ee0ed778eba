import { timed } from '../engine'
import { median } from '../table'

/** Networks on the host, and endpoints on one network, when a change is measured: itself included. */
export const networkCounts = [1, 50, 200, 500]
export const endpointCounts = [1, 100, 500]
const fewest = 9

/**
 * An engine, as far as it is measured. Networks and boxes (sandboxes that run) are numbers: the peer names and
 * addresses them.
 */
export interface Peer {
  /** For engines without networks of their own: nothing, as the first box brings it into being. */
  createNetwork?(network: number): Promise<void>
  removeNetwork?(network: number): Promise<void>
  /** Makes boxes until there are so many, which are then on no network that is measured. */
  ensureBoxes(count: number): Promise<void>
  connect(network: number, box: number): Promise<void>
  disconnect(network: number, box: number): Promise<void>
  /** Milliseconds that a published port adds to what puts a container on the network. */
  publish?(network: number, round: number): Promise<number>
  /** Puts boxes on this network, as quickly as can be. */
  crowd(network: number, from: number, to: number): Promise<void>
}

export const operations = ['create', 'first connect', 'connect', 'publish', 'disconnect', 'remove'] as const
export type Operation = (typeof operations)[number]

/** Medians, in milliseconds, of what there is at this point. */
export interface Point {
  readonly networks?: number
  readonly endpoints?: number
  readonly medians: Readonly<Partial<Record<Operation | Alone | ShellOperation, number>>>
}

/** What the kernel takes for a part of a change, without Patchbay. */
type Alone = (typeof alone)[number]
export const alone = ['rules added', 'rules removed', 'veth removed', 'bridge removed'] as const

type ShellOperation = `shell ${Operation}`

export type Sample = Point['medians']

/** What is measured besides, in every round: the same commands by a shell, the kernel alone. */
export type Aside = (network: number) => Promise<Sample>

const none: Aside = async () => ({})
const first = 1
const crowded = 1000

/** `rounds`: whoever is quick can be measured more often in the same time. */
export async function measurePeer(peer: Peer, aside: Aside = none, rounds = fewest): Promise<Point[]> {
  await peer.ensureBoxes(3)
  const points: Point[] = []
  let made = 0
  for (const networks of networkCounts) {
    for (; made < networks - 1; made++) await grow(peer, made)
    const medians = await repeat(rounds, async (round) => ({
      ...(await aside(networks)),
      ...(await onNewNetwork(peer, networks, round)),
    }))
    points.push({ networks, medians })
    console.error(`  with ${networks} networks`)
  }
  for (let network = 0; network < made; network++) await shrink(peer, network)
  await peer.createNetwork?.(crowded)
  let standing = 0
  for (const endpoints of endpointCounts) {
    await peer.crowd(crowded, standing, endpoints - 1)
    standing = endpoints - 1
    const medians = await repeat(rounds, async () => ({
      connect: await timed(() => peer.connect(crowded, first)),
      disconnect: await timed(() => peer.disconnect(crowded, first)),
    }))
    points.push({ endpoints, medians })
    console.error(`  with ${endpoints} endpoints`)
  }
  return points
}

/** Engines without networks of their own need a box on it. */
async function grow(peer: Peer, network: number): Promise<void> {
  if (peer.createNetwork) return peer.createNetwork(network)
  return peer.connect(network, 0)
}

async function shrink(peer: Peer, network: number): Promise<void> {
  if (peer.removeNetwork) return peer.removeNetwork(network)
  return peer.disconnect(network, 0)
}

async function onNewNetwork(peer: Peer, network: number, round: number): Promise<Sample> {
  const { createNetwork, removeNetwork } = peer
  const created = createNetwork && (await timed(() => createNetwork(network)))
  const firstConnected = await timed(() => peer.connect(network, first))
  const connected = await timed(() => peer.connect(network, 2))
  const published = await peer.publish?.(network, round)
  const disconnected = await timed(() => peer.disconnect(network, 2))
  await peer.disconnect(network, first)
  const removed = removeNetwork && (await timed(() => removeNetwork(network)))
  return {
    ...(created === undefined ? {} : { create: created }),
    ...{ 'first connect': firstConnected, connect: connected, disconnect: disconnected },
    ...(published === undefined ? {} : { publish: published }),
    ...(removed === undefined ? {} : { remove: removed }),
  }
}

/** The first two rounds only warm up. */
async function repeat(rounds: number, measure: (round: number) => Promise<Sample>): Promise<Sample> {
  const samples: Sample[] = []
  for (let round = 0; round < 2; round++) await measure(rounds + round)
  for (let round = 0; round < rounds; round++) samples.push(await measure(round))
  const names = Object.keys(samples[0] ?? {}) as (keyof Sample)[]
  return Object.fromEntries(names.map((name) => [name, median(samples.map((sample) => sample[name] ?? Number.NaN))]))
}
