'use client'

import { useTranslations } from 'next-intl'
import { useMemo } from 'react'
import type { FlowRow, SocketRow } from '@/server/observe/tables/rows'
import { TraceLink } from '../../trace/trace-link'
import { Badge, type Tone } from '../../ui/badge'
import { plainText } from '../../wiring/plain-text'
import { useAmounts } from '../amount'
import { destinationOf, explainFlow, isTranslated, sourceOf, withPort } from './explain-flow'
import { markText } from './explain-route'
import { explainSocket, remoteOf } from './explain-socket'
import { Foreign, LinkName } from './row-links'
import { RowTable } from './row-table'
import { Owner, Words } from './state-tables'
import type { Place, TableSpec } from './table-spec'

const socketTones: Readonly<Record<string, Tone>> = { listen: 'accent', established: 'ok', 'close-wait': 'warn' }
const shownProcesses = 2

export function SocketTable({ place }: { place: Place }) {
  const t = useTranslations('namespaces')
  const words = useTranslations('namespaces.sockets')
  const spec = useMemo((): TableSpec<SocketRow> => {
    const localOf = ({ localAddress, localPort }: SocketRow) => withPort(localAddress, localPort)
    const processesOf = ({ processes }: SocketRow) =>
      processes.map(({ name, pid }) => `${plainText(name)} ${pid}`).join(' ')
    const ownersOf = ({ processes }: SocketRow) =>
      [...new Set(processes.map(({ container }) => container))]
        .map(place.book.ofContainer)
        .filter((owner) => owner !== null)
    const peerOf = ({ remoteAddress }: SocketRow) => place.book.ofAddress(remoteAddress)
    return {
      columns: [
        { key: 'protocol', header: words('protocol'), width: '84px', value: ({ protocol }) => protocol },
        {
          ...{ key: 'local', header: words('local'), width: '156px', value: localOf },
          cell: (row) => (
            <>
              <span className="text-ink">{localOf(row)}</span>
              {row.link !== null && (
                <span className="block text-faint">
                  <LinkName place={place} name={row.link} />
                </span>
              )}
            </>
          ),
        },
        {
          ...{ key: 'remote', header: words('remote'), width: '156px', value: (row) => remoteOf(row) ?? '' },
          cell: (row) => (
            <>
              {remoteOf(row)}
              <Owner owner={peerOf(row)} />
            </>
          ),
        },
        {
          ...{ key: 'state', header: words('state'), width: '124px', value: ({ state }) => state },
          cell: (row) => (
            <span className="flex items-center gap-1">
              <Badge tone={socketTones[row.state] ?? 'neutral'}>{row.state}</Badge>
              <ToPort row={row} place={place} />
            </span>
          ),
        },
        {
          ...{ key: 'words', header: t('words'), value: (row) => explainSocket(row, words) },
          cell: (row) => <Words>{explainSocket(row, words)}</Words>,
        },
        {
          ...{ key: 'process', header: words('process'), width: '160px', value: processesOf },
          cell: ({ processes }) => (
            <>
              {processes.length === 0 && <span className="text-faint">{words('nobody')}</span>}
              {processes.slice(0, shownProcesses).map(({ pid, name }) => (
                <span key={pid} className="block">
                  <Foreign text={name} /> <span className="text-faint">{pid}</span>
                </span>
              ))}
              {processes.length > shownProcesses && (
                <span className="text-faint">{words('more', { count: processes.length - shownProcesses })}</span>
              )}
            </>
          ),
        },
        {
          ...{
            key: 'owner',
            header: t('owner'),
            width: '130px',
            value: (row) =>
              ownersOf(row)
                .map(({ name }) => name)
                .join(' '),
          },
          cell: (row) => ownersOf(row).map((owner) => <Owner key={owner.name} owner={owner} />),
        },
      ],
      chips: [
        {
          ...{ value: 'listen', label: words('chips.listen'), group: 'state' },
          keeps: ({ state, remoteAddress }) =>
            state === 'listen' || (state === 'unconnected' && remoteAddress === null),
        },
        {
          ...{ value: 'connected', label: words('chips.connected'), group: 'state' },
          keeps: ({ remoteAddress }) => remoteAddress !== null,
        },
        ...protocolChips(words('chips.tcp'), words('chips.udp')),
      ],
      sign: ({ state, remoteAddress, remotePort }) => `${state} ${remoteAddress} ${remotePort}`,
      minWidth: 1_000,
      rowHeight: 33,
    }
  }, [t, words, place])
  return <RowTable table="sockets" place={place} spec={spec} />
}

/** Who listens is what a way leads to. */
function ToPort({ row: { protocol, state, localPort, remoteAddress }, place }: { row: SocketRow; place: Place }) {
  const isOpen = state === 'listen' || (state === 'unconnected' && remoteAddress === null)
  if (!isOpen || localPort === null || (protocol !== 'tcp' && protocol !== 'udp')) return null
  const to = place.ref === 'host' || place.ref.startsWith('container:') ? place.ref : `namespace:${place.ref}`
  return (
    <TraceLink
      draft={{ to, protocol, port: String(localPort) }}
      what="port"
      look="icon"
      className="-my-1 opacity-0 focus-visible:opacity-100 group-hover:opacity-100"
    />
  )
}

function protocolChips(tcp: string, udp: string) {
  return [
    { value: 'tcp', label: tcp, group: 'protocol', keeps: ({ protocol }: { protocol: string }) => protocol === 'tcp' },
    { value: 'udp', label: udp, group: 'protocol', keeps: ({ protocol }: { protocol: string }) => protocol === 'udp' },
  ]
}

const flowTones: Readonly<Record<string, Tone>> = { ESTABLISHED: 'ok', SYN_SENT: 'warn' }

export function FlowTable({ place }: { place: Place }) {
  const t = useTranslations('namespaces')
  const words = useTranslations('namespaces.flows')
  const amounts = useAmounts()
  const spec = useMemo((): TableSpec<FlowRow> => {
    const bytesOf = ({ original, reply }: FlowRow) => (original.bytes ?? 0) + (reply.bytes ?? 0)
    const extrasOf = ({ mark, zone }: FlowRow) => [
      ...(mark === 0 ? [] : [words('mark', { mark: markText(mark, null) })]),
      ...(zone === null ? [] : [words('zone', { zone: String(zone) })]),
    ]
    return {
      columns: [
        { key: 'protocol', header: words('protocol'), width: '84px', value: ({ protocol }) => protocol },
        {
          ...{ key: 'words', header: t('words'), value: (row) => explainFlow(row, words) },
          cell: (row) => (
            <span className="flex flex-wrap items-center gap-x-2">
              <Words>{explainFlow(row, words)}</Words>
              {extrasOf(row).map((extra) => (
                <Badge key={extra} mono>
                  {extra}
                </Badge>
              ))}
            </span>
          ),
        },
        {
          ...{ key: 'from', header: words('from'), width: '120px', value: (row) => sourceOf(row.original) },
          cell: ({ original }) => <Party place={place} addresses={[original.source]} />,
        },
        {
          ...{ key: 'to', header: words('to'), width: '120px', value: (row) => destinationOf(row.original) },
          cell: ({ original, reply }) => <Party place={place} addresses={[reply.source, original.destination]} />,
        },
        {
          ...{
            key: 'state',
            header: words('state'),
            width: '176px',
            value: ({ state, flags }) => `${state ?? ''} ${flags.join(' ')}`,
          },
          cell: ({ state, flags }) => (
            <span className="flex flex-wrap items-center gap-x-1.5">
              {state !== null && <Badge tone={flowTones[state] ?? 'neutral'}>{state}</Badge>}
              <span className="text-faint">{flags.join(' ').toLowerCase()}</span>
            </span>
          ),
        },
        {
          ...{ key: 'traffic', header: words('traffic'), width: '84px', align: 'right', value: bytesOf },
          cell: (row) =>
            row.original.bytes === null ? <span className="text-faint">–</span> : amounts.bytes(bytesOf(row)),
        },
        {
          ...{
            key: 'left',
            header: words('left'),
            width: '84px',
            align: 'right',
            value: ({ expiresAt }) => expiresAt ?? 0,
          },
          cell: ({ expiresAt }) => <span className="text-muted">{leftOf(expiresAt, words)}</span>,
        },
      ],
      chips: [
        { value: 'translated', label: words('chips.translated'), group: 'nat', keeps: isTranslated },
        {
          ...{ value: 'unanswered', label: words('chips.unanswered'), group: 'answer' },
          keeps: ({ flags }) => flags.includes('UNREPLIED'),
        },
        ...protocolChips(words('chips.tcp'), words('chips.udp')),
      ],
      sign: ({ state, flags }) => `${state} ${flags}`,
      words: ({ original, reply }) => [sourceOf(reply), destinationOf(reply)].concat(sourceOf(original)).join(' '),
      ticks: true,
      minWidth: 900,
      rowHeight: 33,
    }
  }, [t, words, amounts, place])
  return <RowTable table="flows" place={place} spec={spec} />
}

/** The sentence has the addresses; here stands whose they are. Behind a translation it is the real one that counts. */
function Party({ place, addresses }: { place: Place; addresses: readonly string[] }) {
  return <Owner owner={addresses.map(place.book.ofAddress).find((owner) => owner !== null) ?? null} />
}

function leftOf(expiresAt: number | null, t: ReturnType<typeof useTranslations<'namespaces.flows'>>): string {
  if (expiresAt === null) return ''
  const seconds = Math.max(0, expiresAt - Math.round(Date.now() / 1_000))
  if (seconds < 120) return t('seconds', { seconds })
  if (seconds < 7_200) return t('minutes', { minutes: Math.round(seconds / 60) })
  if (seconds < 172_800) return t('hours', { hours: Math.round(seconds / 3_600) })
  return t('days', { days: Math.round(seconds / 86_400) })
}
