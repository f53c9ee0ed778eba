import { z } from 'zod'
import type { Driver } from '../contract'

/** A network stack with loopback only: there is nothing to make. */
export const nullDriver: Driver = {
  name: 'null',
  description: 'A network stack with loopback only.',
  options: z.strictObject({}),
  usesIpam: false,
  creatable: false,
  hasInterfaces: false,
  describeNetwork: () => [],
  describeEndpoint: () => [],
}
