import { z } from 'zod'
import type { NetworkId } from '../cnm/ids'
import type { AddressPool, Network } from '../cnm/network'
import { recordTypes } from '../cnm/network-names'
import { stringList, stringMap } from './columns'
import type { Prisma, PrismaClient } from './generated/client'
import { policyPart, policyRow } from './policy-column'

export async function listNetworks(database: PrismaClient): Promise<Network[]> {
  const rows = await database.network.findMany({ select: columns, orderBy: { createdAt: 'asc' } })
  // Not as a relation of the networks: Prisma would ask for all their ids in one statement, and SQLite ends at 999.
  const pools = new Map<string, PoolRow[]>(rows.map(({ id }) => [id, []]))
  for (const pool of await listPoolRows(database)) pools.get(pool.networkId)?.push(pool)
  return rows.map((row) => toNetwork(row, pools.get(row.id) ?? []))
}

/** The network and its pools. A pool has no identity of its own, so the list is written anew. */
export function putNetwork(database: PrismaClient, network: Network) {
  const { id, ...rest } = toRow(network)
  return [
    database.network.upsert({ where: { id }, create: { id, ...rest }, update: rest, select: { id: true } }),
    database.addressPool.deleteMany({ where: { networkId: id } }),
    ...addPools(database, network),
  ]
}

/** A network that is not there yet. */
export function addNetwork(database: PrismaClient, network: Network) {
  return [database.network.create({ data: toRow(network), select: { id: true } }), ...addPools(database, network)]
}

function addPools(database: PrismaClient, { id, pools }: Network) {
  return pools.length > 0 ? [database.addressPool.createMany({ data: pools.map(toPoolRow(id)) })] : []
}

export function removeNetworks(database: PrismaClient, ids: readonly NetworkId[]) {
  return database.network.deleteMany({ where: { id: { in: [...ids] } } })
}

const columns = {
  id: true,
  name: true,
  driver: true,
  internal: true,
  attachable: true,
  ipv4: true,
  ipv6: true,
  ipamDriver: true,
  ipamOptions: true,
  configOnly: true,
  configFrom: true,
  options: true,
  labels: true,
  names: true,
  adopted: true,
  given: true,
  policy: true,
  colour: true,
  createdAt: true,
} satisfies Prisma.NetworkSelect

const poolColumns = {
  networkId: true,
  subnet: true,
  gateway: true,
  ipRange: true,
  auxAddresses: true,
} satisfies Prisma.AddressPoolSelect

const networkNames = z.object({
  upstreams: stringList.default([]),
  records: z.array(z.object({ name: z.string(), type: z.enum(recordTypes), value: z.string() })).default([]),
})

type Row = Prisma.NetworkGetPayload<{ select: typeof columns }>
type PoolRow = Prisma.AddressPoolGetPayload<{ select: typeof poolColumns }>

function listPoolRows(database: PrismaClient): Promise<PoolRow[]> {
  return database.addressPool.findMany({ select: poolColumns, orderBy: { position: 'asc' } })
}

function toNetwork({ adopted, given: rawGiven, policy, ...row }: Row, pools: readonly PoolRow[]): Network {
  const given = stringList.parse(rawGiven)
  return {
    ...row,
    ...(adopted ? { adopted } : {}),
    ...(given.length > 0 ? { given } : {}),
    ...policyPart(policy),
    id: row.id as NetworkId,
    scope: 'local',
    ipamOptions: stringMap.parse(row.ipamOptions),
    options: stringMap.parse(row.options),
    labels: stringMap.parse(row.labels),
    names: networkNames.parse(row.names),
    pools: pools.map(toPool),
  } satisfies Network
}

function toPool({ subnet, gateway, ipRange, auxAddresses }: PoolRow): AddressPool {
  return { subnet, gateway, ...(ipRange === null ? {} : { ipRange }), auxAddresses: stringMap.parse(auxAddresses) }
}

function toRow({ pools: _, adopted = false, given = [], names, policy, ...network }: Network) {
  return {
    ...network,
    adopted,
    given: [...given],
    policy: policyRow(policy),
    names: { upstreams: [...names.upstreams], records: names.records.map((record) => ({ ...record })) },
  } satisfies Prisma.NetworkUncheckedCreateInput
}

function toPoolRow(networkId: NetworkId) {
  return (pool: AddressPool, position: number) =>
    ({
      networkId,
      position,
      subnet: pool.subnet,
      gateway: pool.gateway,
      ipRange: pool.ipRange ?? null,
      auxAddresses: pool.auxAddresses,
    }) satisfies Prisma.AddressPoolCreateManyInput
}
