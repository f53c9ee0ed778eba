import { z } from 'zod'
import { PatchbayError } from '../cnm/errors'
import { shown } from '../cnm/names'
import type { NetworkCreateInput } from '../engine/contract'
import { givenOf } from './endpoint-settings'

const texts = z.record(z.string(), z.string()).nullish()

const poolSchema = z.object({
  Subnet: z.string().nullish(),
  IPRange: z.string().nullish(),
  Gateway: z.string().nullish(),
  AuxiliaryAddresses: texts,
  AuxAddress: texts,
})

/** The version from which a network may be without IPv4. */
export const minorWithIpv4 = 48

/** What `POST /networks/create` sends. */
export const networkCreateSchema = z.object({
  Name: z.string(),
  Driver: z.string().nullish(),
  Scope: z.string().nullish(),
  Internal: z.boolean().nullish(),
  Attachable: z.boolean().nullish(),
  Ingress: z.boolean().nullish(),
  ConfigOnly: z.boolean().nullish(),
  ConfigFrom: z.object({ Network: z.string().nullish() }).nullish(),
  EnableIPv4: z.boolean().nullish(),
  EnableIPv6: z.boolean().nullish(),
  IPAM: z.object({ Driver: z.string().nullish(), Options: texts, Config: z.array(poolSchema).nullish() }).nullish(),
  Options: texts,
  Labels: texts,
})

const familyOptions = { ipv4: 'com.docker.network.enable_ipv4', ipv6: 'com.docker.network.enable_ipv6' } as const

/** As the engine takes it. A client of an older version has never heard of networks without IPv4. */
export function networkInput(body: z.infer<typeof networkCreateSchema>, minor: number): NetworkCreateInput {
  const { [familyOptions.ipv4]: ipv4Option, [familyOptions.ipv6]: ipv6Option, ...options } = body.Options ?? {}
  return {
    name: body.Name,
    ...givenOf({
      driver: body.Driver,
      scope: body.Scope,
      internal: body.Internal,
      attachable: body.Attachable,
      ingress: body.Ingress,
      configOnly: body.ConfigOnly,
      configFrom: body.ConfigFrom?.Network,
      ipv4: (minor >= minorWithIpv4 ? body.EnableIPv4 : undefined) ?? truthOf(familyOptions.ipv4, ipv4Option),
      ipv6: body.EnableIPv6 ?? truthOf(familyOptions.ipv6, ipv6Option),
      ipamDriver: body.IPAM?.Driver,
      ipamOptions: body.IPAM?.Options,
      options,
      labels: body.Labels,
    }),
    pools: (body.IPAM?.Config ?? []).map(poolInput).filter((pool) => Object.keys(pool).length > 0),
  }
}

function poolInput(pool: z.infer<typeof poolSchema>) {
  const aux = pool.AuxiliaryAddresses ?? pool.AuxAddress ?? {}
  return givenOf({
    subnet: pool.Subnet,
    gateway: pool.Gateway,
    ipRange: pool.IPRange,
    auxAddresses: Object.keys(aux).length > 0 ? aux : undefined,
  })
}

function truthOf(option: string, value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined
  if (/^(1|t|true)$/i.test(value)) return true
  if (/^(0|f|false)$/i.test(value)) return false
  throw new PatchbayError('invalid-parameter', `driver-opt "${option}" is not a valid bool: ${shown(value)}`, {
    field: 'options',
  })
}
