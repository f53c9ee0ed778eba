import { z } from 'zod'
import type { ContainerId, NetworkId, ServiceId } from '../cnm/ids'
import type { Service } from '../cnm/service'
import { stringList, stringMap } from './columns'
import type { Prisma, PrismaClient } from './generated/client'

export async function listServices(database: PrismaClient): Promise<Service[]> {
  return (await database.service.findMany({ select: columns, orderBy: { createdAt: 'asc' } })).map(toService)
}

export function putService(database: PrismaClient, service: Service) {
  const { id, ...rest } = toRow(service)
  return database.service.upsert({ where: { id }, create: { id, ...rest }, update: rest, select: { id: true } })
}

export function removeServices(database: PrismaClient, ids: readonly ServiceId[]) {
  return database.service.deleteMany({ where: { id: { in: [...ids] } } })
}

const ports = z.array(
  z.object({
    protocol: z.enum(['tcp', 'udp']),
    port: z.number(),
    targetPort: z.number(),
    hostPort: z.number().nullable(),
    hostIp: z.string(),
  }),
) satisfies z.ZodType<Service['ports']>

const members = z.object({
  containers: stringList,
  labels: stringMap,
  alias: z.string(),
  weights: z.record(z.string(), z.number()),
})

const affinity = z.enum(['none', 'client'])

const columns = {
  id: true,
  name: true,
  networkId: true,
  ipv4Address: true,
  ipv6Address: true,
  ports: true,
  members: true,
  affinity: true,
  createdAt: true,
} satisfies Prisma.ServiceSelect

type Row = Prisma.ServiceGetPayload<{ select: typeof columns }>

function toService({ ipv4Address, ipv6Address, ...row }: Row): Service {
  return {
    ...row,
    id: row.id as ServiceId,
    networkId: row.networkId as NetworkId,
    ...(ipv4Address === null ? {} : { ipv4Address }),
    ...(ipv6Address === null ? {} : { ipv6Address }),
    ports: ports.parse(row.ports),
    members: toMembers(row.members),
    affinity: affinity.parse(row.affinity),
  }
}

function toMembers(json: unknown): Service['members'] {
  const { containers, ...rest } = members.parse(json)
  return { ...rest, containers: containers as ContainerId[] }
}

function toRow(service: Service) {
  return {
    ...service,
    ipv4Address: service.ipv4Address ?? null,
    ipv6Address: service.ipv6Address ?? null,
    ports: service.ports.map((port) => ({ ...port })),
    members: { ...service.members, containers: [...service.members.containers] },
  } satisfies Prisma.ServiceUncheckedCreateInput
}
