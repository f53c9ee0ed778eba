'use client'

import { useTranslations } from 'next-intl'
import type { NamespaceView, WiredLink } from '@/server/observe/wiring/view'
import { plainText } from './plain-text'

/** How namespaces are called for people, with who has it where it is not mounted on the host; names are shown as text, whatever is in them. */
export function useNamespaceName(): (namespace: Pick<NamespaceView, 'kind' | 'name' | 'elsewhere'>) => string {
  const t = useTranslations('wiring.namespace')
  return ({ kind, name: raw, elsewhere }) => {
    const name = plainText(raw)
    if (kind === 'spare') return t('spareName', { name })
    if (!elsewhere || kind === 'container') return name
    return t('elsewhere', { name, process: plainText(elsewhere.process), pid: String(elsewhere.pid) })
  }
}

/** "up", "down", "no carrier": in the words of `ip`. */
export function stateOf({ up, carrier }: WiredLink): 'up' | 'down' | 'noCarrier' {
  if (!up) return 'down'
  return carrier ? 'up' : 'noCarrier'
}

/** What it is: its driver's name, else what it looks like. */
export function kindOf({ kind, type, tun }: WiredLink): string {
  if (kind === 'tun') return tun?.mode ?? 'tun'
  return kind ?? (type === 'loopback' ? 'loopback' : 'device')
}

/** Who has a tun or tap open: "openvpn 812", each by its name and number; '' where nobody has, or it is none. */
export function holdersOf({ holders }: WiredLink): string {
  return holders?.map(({ name, pid }) => `${plainText(name)} ${pid}`).join(', ') ?? ''
}
