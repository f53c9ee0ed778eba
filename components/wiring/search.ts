import type { NamespaceView, WiredLink, WiringPicture } from '@/server/observe/wiring/view'

/** Namespaces, and behind them links, whose name, kind, address, MAC or whatever else one would look for holds the text; null: no text. */
export function findWired(wiring: WiringPicture, text: string): ReadonlySet<string> | null {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return null
  const found = new Set<string>()
  for (const namespace of Object.values(wiring.namespaces)) if (wordsOf(namespace).some(holds)) found.add(namespace.id)
  for (const link of Object.values(wiring.links)) if (wordsOfLink(link).some(holds)) found.add(link.id)
  return found

  function holds(word: string): boolean {
    return word.toLowerCase().includes(wanted)
  }
}

function wordsOfLink({ name, kind, mac, alias, addresses, vxlan, vteps, holders }: WiredLink): string[] {
  const tunnel = vxlan ? [`vni ${vxlan.vni}`, vxlan.local ?? '', vxlan.remote ?? ''] : []
  return [
    name,
    kind ?? '',
    mac ?? '',
    alias ?? '',
    ...addresses,
    ...tunnel,
    ...(vteps?.map(({ remote }) => remote) ?? []),
    ...(holders?.map((holder) => `${holder.name} ${holder.pid}`) ?? []),
  ]
}

function wordsOf({ id, name, mounts, elsewhere, processes }: NamespaceView): string[] {
  return [
    id,
    name,
    ...mounts,
    elsewhere?.mount ?? '',
    elsewhere?.process ?? '',
    ...processes.map((process) => process.name),
  ]
}
