import type { ProtocolName } from '@/server/observe/capture/contract'
import { networkColour } from '../ui/network-colour'

/** Seconds with microseconds: "1.000240". */
export function secondsOf(ns: number): string {
  return (ns / 1e9).toFixed(6)
}

/** What lies between two hops, in the unit that fits. */
export function delayOf(ns: number): string {
  const micros = Math.max(0, ns) / 1_000
  if (micros < 1_000) return `${micros.toFixed(micros < 10 ? 1 : 0)} µs`
  return micros < 1_000_000 ? `${(micros / 1_000).toFixed(1)} ms` : `${(micros / 1_000_000).toFixed(2)} s`
}

/** "10.0.0.2:80", "[fd00::2]:80"; the address alone where there are no ports. */
export function endOf(address: string, port: number | null): string {
  if (port === null) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** By kind, never for good or bad: those colours mean state. CSS value of a network's colour, or of faint text. */
export function protocolColour(protocol: ProtocolName): string {
  const index = coloured.findIndex((kinds) => kinds.includes(protocol))
  return index < 0 ? 'var(--faint)' : networkColour(index)
}

const coloured: readonly (readonly ProtocolName[])[] = [
  ['TCP'],
  ['UDP', 'VXLAN'],
  ['DNS', 'MDNS', 'DHCP'],
  ['ICMP', 'ICMPv6', 'IGMP'],
  ['HTTP'],
]
