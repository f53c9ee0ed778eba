import type { createTranslator } from 'next-intl'
import type { FlowRow } from '@/server/observe/tables/rows'
import type { Messages } from '../../i18n/messages'

export type FlowTranslator = ReturnType<typeof createTranslator<Messages, 'namespaces.flows'>>

/**
 * Who speaks with whom, and what is translated on the way: what the reply is expected from and to tells it, for without
 * translation it would be the other way round. Pure.
 */
export function explainFlow(flow: FlowRow, t: FlowTranslator): string {
  const { original, reply } = flow
  let words = t('plain', { source: sourceOf(original), destination: destinationOf(original) })
  const to = sourceOf(reply)
  const as = destinationOf(reply)
  if (to !== destinationOf(original)) words = t('goesTo', { words, address: to })
  if (as !== sourceOf(original)) {
    // Where the port stays, the address alone says it.
    const isPortKept = reply.destinationPort === original.sourcePort
    words = t('leavesAs', { words, address: isPortKept ? reply.destination : as })
  }
  return flow.flags.includes('UNREPLIED') ? t('unanswered', { words }) : words
}

export function isTranslated({ original, reply }: FlowRow): boolean {
  return sourceOf(reply) !== destinationOf(original) || destinationOf(reply) !== sourceOf(original)
}

type Side = FlowRow['original']

export const sourceOf = ({ source, sourcePort }: Side) => withPort(source, sourcePort)
export const destinationOf = ({ destination, destinationPort }: Side) => withPort(destination, destinationPort)

/** "10.0.0.1:80", "[fd00::1]:80", and the address alone where the protocol has no ports. */
export function withPort(address: string, port: number | null): string {
  if (port === null) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
