import { z } from 'zod'

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
  .transform((settings) =>
    givenOf({
      ipv4Address: settings.IPAMConfig?.IPv4Address,
      ipv6Address: settings.IPAMConfig?.IPv6Address,
      linkLocalIps: settings.IPAMConfig?.LinkLocalIPs,
      macAddress: settings.MacAddress,
      aliases: settings.Aliases,
      links: settings.Links,
      driverOpts: settings.DriverOpts,
      gwPriority: settings.GwPriority,
    }),
  )

/** Versions from which an endpoint can be given a MAC address, and a priority for the default route. */
const minorWithMac = 44
const minorWithPriority = 48

/** What a client of this version can have meant: it sends back fields that it was shown and did not know. */
export function forVersion(settings: z.infer<typeof endpointSettings>, minor: number): typeof settings {
  const { macAddress, gwPriority, ...others } = settings
  return {
    ...others,
    ...(macAddress === undefined || minor < minorWithMac ? {} : { macAddress }),
    ...(gwPriority === undefined || minor < minorWithPriority ? {} : { gwPriority }),
  }
}

type Given<Shape> = { [Key in keyof Shape]?: NonNullable<Shape[Key]> }

/** Go's clients send null and "" for what was not given. */
export function givenOf<Shape extends Record<string, unknown>>(values: Shape): Given<Shape> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== ''),
  ) as Given<Shape>
}
