import { z } from 'zod'
import { refuse } from './refuse'

const list = z.array(z.string()).nullish()

/** An `EndpointSettings` of Docker's, as the engine takes it. */
export const endpointSettings = z
  .object({
    IPAMConfig: z
      .object({ IPv4Address: z.string().nullish(), IPv6Address: z.string().nullish(), LinkLocalIPs: list })
      .nullish(),
    Links: list,
    Aliases: list,
    MacAddress: z.string().nullish(),
    DriverOpts: z.record(z.string(), z.string()).nullish(),
    GwPriority: z.number().nullish(),
  })
  .transform((settings) => {
    refuse(settings.IPAMConfig?.IPv6Address, '--ip6: addresses are IPv4')
    refuse(settings.IPAMConfig?.LinkLocalIPs?.length, '--link-local-ip')
    refuse(settings.Links?.length, '--link')
    refuse(settings.DriverOpts && Object.keys(settings.DriverOpts).length > 0, '--driver-opt of an endpoint')
    refuse(settings.GwPriority, '--gw-priority')
    return givenOf({
      ipv4Address: settings.IPAMConfig?.IPv4Address,
      macAddress: settings.MacAddress,
      aliases: settings.Aliases,
    })
  })

type Given<Shape> = { [Key in keyof Shape]?: NonNullable<Shape[Key]> }

/** Go's clients send null and "" for what was not given. */
export function givenOf<Shape extends Record<string, unknown>>(values: Shape): Given<Shape> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== ''),
  ) as Given<Shape>
}
