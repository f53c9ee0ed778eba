import type { FirewallView } from '@/server/observe/snapshot'

/** The five places where a packet meets the firewall, and which tables are asked there, in order. */
export const hooks = [
  { key: 'prerouting', chain: 'PREROUTING', tables: ['raw', 'mangle', 'nat'] },
  { key: 'input', chain: 'INPUT', tables: ['mangle', 'nat', 'filter'] },
  { key: 'forward', chain: 'FORWARD', tables: ['mangle', 'filter'] },
  { key: 'output', chain: 'OUTPUT', tables: ['raw', 'mangle', 'nat', 'filter'] },
  { key: 'postrouting', chain: 'POSTROUTING', tables: ['mangle', 'nat'] },
] as const

export type Hook = (typeof hooks)[number]

/** The tables of a hook that this host has. */
export function tablesAt(firewall: FirewallView, hook: Hook): string[] {
  return hook.tables.filter((name) =>
    firewall.tables.some((table) => table.name === name && table.chains.some((chain) => chain.name === hook.chain)),
  )
}
