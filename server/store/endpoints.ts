import { z } from 'zod'
import type { Endpoint, EndpointAssignment } from '../cnm/endpoint'
import type { ContainerId, EndpointId, NetworkId } from '../cnm/ids'
import { type Flow, isShaped, type Shaping } from '../cnm/shaping'
import { stringList, stringMap } from './columns'
import { Prisma, type PrismaClient } from './generated/client'

export async function listEndpoints(database: PrismaClient): Promise<Endpoint[]> {
  const rows = await database.endpoint.findMany({ select: columns, orderBy: { createdAt: 'asc' } })
  return rows.map(toEndpoint)
}

export function putEndpoint(database: PrismaClient, endpoint: Endpoint) {
  const { id, ...rest } = toRow(endpoint)
  return database.endpoint.upsert({ where: { id }, create: { id, ...rest }, update: rest, select: { id: true } })
}

export function removeEndpoints(database: PrismaClient, ids: readonly EndpointId[]) {
  return database.endpoint.deleteMany({ where: { id: { in: [...ids] } } })
}

/** What was written before there was more to ask for has only the first few. */
const requested = z.object({
  ipv4Address: z.string().optional(),
  ipv6Address: z.string().optional(),
  linkLocalIps: stringList.default([]),
  macAddress: z.string().optional(),
  aliases: stringList,
  links: z.array(z.object({ container: z.string(), alias: z.string() })).default([]),
  gwPriority: z.number().default(0),
  driverOpts: stringMap.default({}),
}) satisfies z.ZodType<Endpoint['requested']>

const assigned = z
  .object({
    ifname: z.string(),
    hostIfname: z.string().optional(),
    ipv4Address: z.string().optional(),
    ipv6Address: z.string().optional(),
    macAddress: z.string().optional(),
    gateway: z.string().optional(),
    ipv6Gateway: z.string().optional(),
    isDefaultGateway: z.boolean(),
    isIpv6DefaultGateway: z.boolean().default(false),
  })
  .nullable() satisfies z.ZodType<EndpointAssignment | null>

const flow = z.object({
  bitsPerSecond: z.number().optional(),
  burstBytes: z.number().optional(),
  delayMs: z.number().optional(),
  jitterMs: z.number().optional(),
  lossPercent: z.number().optional(),
}) satisfies z.ZodType<Flow>

const shaping = z.object({
  toContainer: flow.default({}),
  fromContainer: flow.default({}),
  mtu: z.number().optional(),
  mtuBefore: z.number().optional(),
}) satisfies z.ZodType<Shaping>

/** Nothing is written where nothing was asked for. */
function shapingFrom(json: unknown): Pick<Endpoint, 'shaping'> {
  const found = shaping.parse(json)
  return isShaped(found) || found.mtuBefore !== undefined ? { shaping: found } : {}
}

const columns = {
  id: true,
  networkId: true,
  containerId: true,
  requested: true,
  shaping: true,
  assigned: true,
  createdAt: true,
} satisfies Prisma.EndpointSelect

type Row = Prisma.EndpointGetPayload<{ select: typeof columns }>

function toEndpoint(row: Row): Endpoint {
  return {
    id: row.id as EndpointId,
    networkId: row.networkId as NetworkId,
    containerId: row.containerId as ContainerId,
    requested: requested.parse(row.requested),
    ...shapingFrom(row.shaping),
    assigned: assigned.parse(row.assigned),
    createdAt: row.createdAt,
  } satisfies Endpoint
}

function toRow(endpoint: Endpoint) {
  return {
    ...endpoint,
    requested: { ...endpoint.requested, links: endpoint.requested.links.map((link) => ({ ...link })) },
    shaping: (endpoint.shaping ?? {}) as Prisma.InputJsonObject,
    assigned: endpoint.assigned ? { ...endpoint.assigned } : Prisma.DbNull,
  } satisfies Prisma.EndpointUncheckedCreateInput
}
