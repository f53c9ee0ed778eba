import type { VethLink } from '../plan/object'
import { newPort, type PortSettings } from '../plan/port'
import type { RawLink } from './ip-query'

const states: Readonly<Record<string, string>> = { disabled: '0', listening: '1', learning: '2', blocking: '4' }

/**
 * The settings of a link as a port of its bridge. `isLed`: the bridge alone says which of its ports forward, as it takes
 * part in the spanning tree, or is down. One that has no carrier forwards nothing, and is as it should be.
 */
export function portOf(
  { flags, linkinfo }: Pick<RawLink, 'flags' | 'linkinfo'>,
  isLed: boolean,
): Pick<VethLink, 'hairpin' | 'isolated' | 'otherwise'> {
  const { hairpin = false, isolated = false, state = '', ...switches } = linkinfo?.info_slave_data ?? {}
  const isCut = !isLed && flags.includes('UP') && flags.includes('LOWER_UP') && state in states
  const found: PortSettings = {
    ...(isCut ? { state: states[state] } : {}),
    ...Object.fromEntries(
      Object.entries(switches).flatMap(([name, isOn]) => {
        const value = isOn ? 'on' : 'off'
        return value === newPort[name as keyof typeof newPort] ? [] : [[name, value]]
      }),
    ),
  }
  return { hairpin, isolated, ...(Object.keys(found).length > 0 ? { otherwise: found } : {}) }
}
