import type { createTranslator } from 'next-intl'
import type { RouteRow, RuleRow } from '@/server/observe/tables/rows'
import type { Messages } from '../../i18n/messages'
import { isolated } from './isolated'

export type RouteTranslator = ReturnType<typeof createTranslator<Messages, 'namespaces.routes'>>
export type RuleTranslator = ReturnType<typeof createTranslator<Messages, 'namespaces.rules'>>

/** Where packets go by a route, in one sentence without its full stop. Pure. */
export function explainRoute(route: RouteRow, t: RouteTranslator): string {
  let words = placeOf(route, t)
  if (route.hops.some(({ flags }) => flags.includes('linkdown') || flags.includes('dead'))) words = t('dead', { words })
  if (route.from !== null) words = t('from', { words, from: route.from })
  if (route.source !== null && route.type === 'unicast') words = t('source', { words, source: route.source })
  return route.mtu === null ? words : t('mtu', { words, mtu: String(route.mtu) })
}

const toLinks = ['local', 'broadcast', 'multicast', 'anycast'] as const
const refusals = ['blackhole', 'unreachable', 'prohibit', 'throw'] as const

function placeOf(route: RouteRow, t: RouteTranslator): string {
  const { type, destination, hops } = route
  const isDefault = /^(0\.0\.0\.0|::)\/0$/.test(destination)
  const place = plainAddress(destination)
  const what = isDefault ? t('default') : t('to', { destination: place })
  const [hop] = hops
  const link = isolated(hop?.link ?? '?')
  const toLink = toLinks.find((known) => known === type)
  if (toLink) return t(toLink, { destination: place, link })
  const refusal = refusals.find((known) => known === type)
  if (refusal) return t(refusal, { what })
  if (type !== 'unicast') return t('other', { what, type })
  if (hops.length > 1)
    return t('shared', { what, count: hops.length, ways: hops.map((way) => wayOf(way, t)).join(', ') })
  if (hop?.gateway) {
    return hop.link === null
      ? t('viaGateway', { what, gateway: hop.gateway })
      : t('via', { what, gateway: hop.gateway, link })
  }
  return isDefault ? t('defaultOnLink', { link }) : t('onLink', { destination: place, link })
}

function wayOf({ gateway, link }: RouteRow['hops'][number], t: RouteTranslator): string {
  if (gateway === null || link === null) return gateway ?? isolated(link ?? '?')
  return t('way', { gateway, link: isolated(link) })
}

/** One address is written without the length of its prefix. */
export function plainAddress(cidr: string): string {
  return cidr.replace(/^([\d.]+)\/32$|^(.*:.*)\/128$/, '$1$2')
}

const actions = ['lookup', 'goto', 'nop', 'blackhole', 'unreachable', 'prohibit'] as const

/** Which packets a rule of policy routing is about, and what becomes of them. Pure. */
export function explainPolicyRule(rule: RuleRow, t: RuleTranslator, tableName: (table: number) => string): string {
  const who = selectorOf(rule, t)
  const action = actions.find((known) => known === rule.action)
  if (action === undefined) return t('other', { who, action: rule.action })
  const { table, suppressPrefixLength: length } = rule
  const words = t(action, { who, table: table === null ? '?' : tableName(table), next: String(rule.goto ?? '?') })
  return length === undefined ? words : t('suppress', { words, length: String(length) })
}

function selectorOf(
  { from, to, iif, oif, mark, mask, inverted, otherConditions = [] }: RuleRow,
  t: RuleTranslator,
): string {
  const parts = [
    ...(from === null ? [] : [t('from', { value: plainAddress(from) })]),
    ...(to === null ? [] : [t('to', { value: plainAddress(to) })]),
    ...(iif === null ? [] : [t('iif', { value: isolated(iif) })]),
    ...(oif === null ? [] : [t('oif', { value: isolated(oif) })]),
    ...(mark === null ? [] : [t('mark', { value: markText(mark, mask) })]),
    ...(otherConditions.length === 0 ? [] : [t('where', { value: otherConditions.join(', ') })]),
  ]
  if (parts.length === 0) return t('all')
  const conditions = parts.reduce((left, right) => t('and', { left, right }))
  return t(inverted ? 'not' : 'packets', { conditions })
}

export function markText(mark: number, mask: number | null): string {
  const hex = (value: number) => `0x${value.toString(16)}`
  return mask === null || mask === 0xffffffff ? hex(mark) : `${hex(mark)}/${hex(mask)}`
}
