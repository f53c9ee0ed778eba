import { z } from 'zod'
import { parseAddress } from '../cnm/address'
import type { OperationId } from '../cnm/ids'
import { fixedText, sentence } from '../cnm/sentence'
import type {
  ConnectInput,
  ConnectOptions,
  ContainerCreateInput,
  EndpointUpdateInput,
  NetworkCreateInput,
  NetworkUpdateInput,
  PolicyInput,
  ServiceCreateInput,
  ServiceUpdateInput,
} from '../engine/contract'
import type { ReachRequest } from '../observe/reach/contract'
import type { TableQuestion } from '../observe/tables/rows'
import type { TraceChange, TraceQuestion } from '../observe/trace/contract'

/**
 * Shapes and upper bounds only: whether a value makes sense is the engine's to say. Unknown keys are
 * refused, so that a misspelt option does not silently do nothing.
 */
const text = z.string().max(10_000)
const texts = z.array(text).max(1_000)
const texttable = z
  .record(text, text)
  .refine((table) => Object.keys(table).length <= 1_000, fixedText(sentence`at most 1,000 entries fit`))

/** Name, id or unique prefix of an id. */
const reference = text.min(1)
const dryRun = z.boolean().optional()
const timeoutMs = z.int().min(0).max(600_000).optional()

export const networkReference = z.strictObject({ network: reference })
export const networkRemove = z.strictObject({ network: reference, dryRun })
export const networkDisconnect = z.strictObject({
  network: reference,
  container: reference,
  force: z.boolean().optional(),
  dryRun,
})

const addressPool = z.strictObject({
  subnet: text.optional(),
  gateway: text.optional(),
  ipRange: text.optional(),
  auxAddresses: texttable.optional(),
})

const flow = z
  .strictObject({
    bitsPerSecond: z.union([z.number(), text]),
    burstBytes: z.number(),
    delayMs: z.number(),
    jitterMs: z.number(),
    lossPercent: z.number(),
  })
  .partial()
const shaping = z.strictObject({ toContainer: flow, fromContainer: flow, mtu: z.number() }).partial()

/** What can be asked of the joint between a container and a network. */
const endpointFields = {
  ipv4Address: text.optional(),
  ipv6Address: text.optional(),
  linkLocalIps: texts.optional(),
  macAddress: text.optional(),
  aliases: texts.optional(),
  links: texts.optional(),
  gwPriority: z.number().optional(),
  driverOpts: texttable.optional(),
  shaping: shaping.optional(),
}

const networkNames = z.strictObject({
  upstreams: z.array(text).max(100).optional(),
  records: z
    .array(z.strictObject({ name: text, type: text, value: text }))
    .max(2_000)
    .optional(),
})

const policy = z.strictObject({
  ingress: text.optional(),
  egress: text.optional(),
  rules: z
    .array(
      z.strictObject({
        action: text,
        direction: text,
        peer: z.strictObject({ kind: text, name: text.optional(), subnet: text.optional() }).optional(),
        protocol: text.optional(),
        ports: text.optional(),
      }),
    )
    .max(1_000)
    .optional(),
}) satisfies z.ZodType<PolicyInput>

export const networkCreate = z.strictObject({
  name: text,
  driver: text.optional(),
  internal: z.boolean().optional(),
  attachable: z.boolean().optional(),
  ipv4: z.boolean().optional(),
  ipv6: z.boolean().optional(),
  ipamDriver: text.optional(),
  ipamOptions: texttable.optional(),
  configOnly: z.boolean().optional(),
  configFrom: text.optional(),
  pools: z.array(addressPool).max(100).optional(),
  subnet: text.optional(),
  gateway: text.optional(),
  ipRange: text.optional(),
  auxAddresses: texttable.optional(),
  options: texttable.optional(),
  labels: texttable.optional(),
  names: networkNames.optional(),
  policy: policy.optional(),
  dryRun,
}) satisfies z.ZodType<NetworkCreateInput & { dryRun?: boolean }>

export const networkConnect = z.strictObject({
  network: reference,
  container: reference,
  ...endpointFields,
  /** With `dryRun`: a network that the container is to leave afterwards, as when its cable is moved. */
  leaving: reference.optional(),
  dryRun,
}) satisfies z.ZodType<ConnectInput & Partial<Pick<ConnectOptions, 'leaving' | 'dryRun'>>>

export const networkUpdate = z.strictObject({
  network: reference,
  name: text.optional(),
  internal: z.boolean().optional(),
  attachable: z.boolean().optional(),
  ipv4: z.boolean().optional(),
  ipv6: z.boolean().optional(),
  pools: z.array(addressPool).max(100).optional(),
  options: texttable.optional(),
  labels: texttable.optional(),
  names: networkNames.optional(),
  policy: policy.optional(),
  dryRun,
}) satisfies z.ZodType<NetworkUpdateInput & { dryRun?: boolean }>

export const endpointUpdate = z.strictObject({
  network: reference,
  container: reference,
  ...endpointFields,
  dryRun,
}) satisfies z.ZodType<EndpointUpdateInput & { dryRun?: boolean }>

const port = z.number()
const servicePorts = z
  .array(
    z.strictObject({
      protocol: text.optional(),
      port,
      targetPort: port.optional(),
      hostPort: port.nullish(),
      hostIp: text.optional(),
    }),
  )
  .max(1_000)

/** Members and ports of a service. */
const serviceFields = {
  ipv4Address: text.optional(),
  ipv6Address: text.optional(),
  containers: texts.optional(),
  memberLabels: texttable.optional(),
  memberAlias: text.optional(),
  weights: z.record(text, z.number()).optional(),
  affinity: text.optional(),
}

export const serviceReference = z.strictObject({ service: reference })
export const serviceCreate = z.strictObject({
  name: text,
  network: reference,
  ports: servicePorts,
  ...serviceFields,
  dryRun,
}) satisfies z.ZodType<ServiceCreateInput & { dryRun?: boolean }>
export const serviceUpdate = z.strictObject({
  service: reference,
  name: text.optional(),
  ports: servicePorts.optional(),
  ...serviceFields,
  dryRun,
}) satisfies z.ZodType<ServiceUpdateInput & { dryRun?: boolean }>
export const serviceRemove = z.strictObject({ service: reference, dryRun })

const portBinding = z.strictObject({
  protocol: z.enum(['tcp', 'udp', 'sctp']).optional(),
  containerPort: z.number(),
  hostIp: text.optional(),
  hostPort: z.number().optional(),
  hostPortEnd: z.number().optional(),
})

export const containerCreate = z.strictObject({
  name: text.optional(),
  image: text.optional(),
  command: texts.optional(),
  env: texts.optional(),
  workingDir: text.optional(),
  user: text.optional(),
  hostname: text.optional(),
  domainname: text.optional(),
  labels: texttable.optional(),
  network: text.optional(),
  ...endpointFields,
  ports: z.array(portBinding).max(1_000).optional(),
  dns: texts.optional(),
  dnsSearch: texts.optional(),
  extraHosts: z.union([z.array(z.strictObject({ name: text, address: text })).max(1_000), texttable]).optional(),
  pidsLimit: z.number().optional(),
  memoryBytes: z.number().optional(),
  capAdd: texts.optional(),
  capDrop: texts.optional(),
  autoRemove: z.boolean().optional(),
  policy: policy.optional(),
  /** True: starts it at once, as `docker run` does. */
  start: z.boolean().optional(),
  dryRun,
}) satisfies z.ZodType<ContainerCreateInput & { start?: boolean; dryRun?: boolean }>

export const containerReference = z.strictObject({ container: reference })
export const containerStart = z.strictObject({ container: reference, dryRun })
const number = z.number().nullable()
export const containerUpdate = z.strictObject({
  container: reference,
  memoryBytes: z.number().optional(),
  pidsLimit: number.optional(),
  policy: policy.optional(),
  options: z
    .strictObject({
      nanoCpus: number,
      cpuShares: number,
      cpusetCpus: z.string().max(200),
      memorySwapBytes: number,
      memoryReservationBytes: number,
      restartPolicy: z.strictObject({
        name: z.enum(['no', 'always', 'unless-stopped', 'on-failure']),
        maximumRetryCount: z.int().min(0),
      }),
    })
    .partial()
    .optional(),
  ports: z.array(portBinding).max(1_000).optional(),
  dryRun,
})
export const containerStop = z.strictObject({ container: reference, timeoutMs, dryRun })
export const containerRemove = z.strictObject({ container: reference, force: z.boolean().optional(), dryRun })
export const containerExec = z.strictObject({ container: reference, command: texts.min(1) })

const terminalId = z.string().min(1).max(100)
const size = { rows: z.int().min(1).max(1_000), columns: z.int().min(1).max(1_000) }
const position = z.int().min(0)
export const terminalOpen = z.strictObject({
  container: reference,
  command: texts.optional(),
  user: text.optional(),
  ...size,
})
export const terminalReference = z.strictObject({ terminal: terminalId })
export const terminalWatch = z.strictObject({ terminal: terminalId, lastEventId: z.string().max(200).nullish() })
export const terminalWrite = z.strictObject({ terminal: terminalId, data: z.string().max(65_536) })
export const terminalResize = z.strictObject({ terminal: terminalId, ...size })
export const terminalSeen = z.strictObject({ terminal: terminalId, position })

/** Where to capture; names as the kernel and the engine have them. */
export const capturePoint = z
  .strictObject({
    container: reference,
    network: reference,
    end: z.enum(['container', 'host']),
    namespace: z.string().max(30),
    link: z.string().max(100),
  })
  .partial()
const captureFilterText = z.string().max(4_000)
export const captureFilter = z.strictObject({ filter: captureFilterText })
export const captureDefaults = { seconds: 60, bytes: 16 * 1024 * 1024, packets: 10_000 }
export const captureStart = z.strictObject({
  points: z.array(capturePoint).min(1).max(8),
  filter: captureFilterText.optional(),
  seconds: z.number().min(1).max(600).optional(),
  bytes: z
    .int()
    .min(1)
    .max(64 * 1024 * 1024)
    .optional(),
  packets: z.int().min(1).max(100_000).optional(),
})
export const captureReference = z.strictObject({ capture: z.string().min(1).max(100) })
export const captureWatch = captureReference.extend({ lastEventId: z.string().max(200).nullish() })
export const captureDetail = captureReference.extend({ number: z.int().min(1) })

const tail = z.int().min(0).max(10_000)
export const logList = z.strictObject({ container: reference, tail: tail.optional() })
export const logWatch = z.strictObject({
  container: reference,
  tail: tail.optional(),
  lastEventId: z.string().max(200).nullish(),
})

export const nothing = z.strictObject({}).optional()
export const automaticRepair = z.strictObject({ on: z.boolean(), afterSeconds: z.int().min(5).max(3_600) })
/** Moment, milliseconds since 1970; absent: now. */
export const exportedMoment = z.strictObject({ at: z.number().min(0).max(8.64e15).optional() }).optional()
export const operation = z.strictObject({
  id: z
    .string()
    .max(100)
    .transform((id) => id as OperationId),
})
export const moment = z.strictObject({ at: z.number().min(0).max(8.64e15) })
export const repair = z.strictObject({ dryRun, keys: z.array(z.string().max(10_000)).max(5_000).optional() }).optional()
const family = z.enum(['ipv4', 'ipv6'])
const ruleTexts = z.array(z.string().max(2_000)).max(1_000)
export const firewallFamily = z.strictObject({ family: family.optional() }).optional()
export const firewallWatch = z
  .strictObject({ family: family.optional(), lastEventId: z.string().max(200).nullish() })
  .optional()
export const userRules = z.strictObject({ family })
export const userRulesUpdate = z.strictObject({ family, rules: ruleTexts, former: ruleTexts.optional(), dryRun })
export const resume = z.strictObject({ lastEventId: z.string().max(200).nullish() }).optional()
export const limit = z.strictObject({ limit: z.int().min(1).max(1_000).optional() }).optional()

const coordinate = z.number().min(-1e7).max(1e7)
export const nodePositions = z.strictObject({
  positions: z.array(z.strictObject({ nodeId: z.string().min(1).max(200), x: coordinate, y: coordinate })).max(10_000),
})

export const hostUpdate = z.strictObject({
  defaultPools: z.array(z.strictObject({ base: text, size: z.int() })).max(100),
  dryRun,
})

export const signIn = z.strictObject({ token: z.string().max(1_000) })

const netnsId = z
  .string()
  .regex(/^\d{1,20}$/, fixedText(sentence`a network namespace is told by the number of its file in nsfs`))
export const namespace = z.strictObject({ namespace: netnsId })
export const tableWatch = z.strictObject({
  namespace: netnsId,
  table: z.enum(['addresses', 'routes', 'rules', 'neighbours', 'fdb', 'sockets', 'flows', 'nftables', 'sysctls']),
  search: z.string().max(200).optional(),
  lastEventId: z.string().max(200).nullish(),
}) satisfies z.ZodType<TableQuestion & { lastEventId?: string | null | undefined }>
export const namespaceFirewall = z.strictObject({
  namespace: netnsId,
  family,
  variant: z.enum(['nf_tables', 'legacy']),
  lastEventId: z.string().max(200).nullish(),
})

const ipAddress = text.refine(
  (address) => parseAddress(address) !== undefined,
  fixedText(sentence`an address is like 192.0.2.1 or fd00::1`),
)
const placeId = text.min(1).max(200)
const place = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('container'), id: placeId }),
  z.strictObject({ kind: z.literal('namespace'), id: netnsId }),
  z.strictObject({ kind: z.literal('host') }),
  z.strictObject({ kind: z.literal('address'), address: ipAddress }),
  z.strictObject({ kind: z.literal('name'), name: z.string().min(1).max(253) }),
])
const portNumber = z.int().min(1).max(65_535)
export const traceQuestion = z.strictObject({
  from: place,
  to: place,
  protocol: z.enum(['tcp', 'udp', 'icmp']),
  port: portNumber.optional(),
  sourcePort: portNumber.optional(),
  isExisting: z.boolean().optional(),
  family: family.optional(),
  size: z.int().min(28).max(65_535).optional(),
}) satisfies z.ZodType<TraceQuestion>
export const run = z.strictObject({ id: z.uuid() })
export const reach = z.strictObject({
  outside: z.array(ipAddress).max(20).readonly(),
  by: z.enum(['name', 'address']),
  what: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('echo') }),
    z.strictObject({ kind: z.literal('listening') }),
    z.strictObject({ kind: z.literal('port'), protocol: z.enum(['tcp', 'udp']), port: portNumber }),
  ]),
}) satisfies z.ZodType<Omit<ReachRequest, 'containers'>>
const cable = { network: reference, container: reference }
export const traceChange = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('connect'), ...cable, ...endpointFields, leaving: reference.optional() }),
  z.strictObject({ kind: z.literal('disconnect'), ...cable }),
  z.strictObject({
    ...{ kind: z.literal('network'), network: reference },
    changes: networkUpdate.omit({ network: true, dryRun: true }),
  }),
  z.strictObject({
    ...{ kind: z.literal('endpoint'), ...cable },
    changes: endpointUpdate.omit({ network: true, container: true, dryRun: true }),
  }),
  z.strictObject({
    ...{ kind: z.literal('container'), container: reference },
    changes: containerUpdate.omit({ container: true, dryRun: true }),
  }),
]) satisfies z.ZodType<TraceChange>
/** With a change: as if that had been made. */
export const traceExplain = traceQuestion.extend({ change: traceChange.optional() })
