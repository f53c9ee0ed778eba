import { z } from 'zod'
import type { Driver } from '../contract'

/** The container uses the host's own network stack: there is nothing to make. */
export const hostDriver: Driver = {
  name: 'host',
  description: 'The host’s own network stack, without a namespace of its own.',
  options: z.strictObject({}),
  usesIpam: false,
  creatable: false,
  hasInterfaces: false,
  describeNetwork: () => [],
  describeEndpoint: () => [],
}
