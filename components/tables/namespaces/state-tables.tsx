'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useMemo } from 'react'
import type { AddressRow, FdbEntryRow, NeighbourRow, RouteRow, RuleRow } from '@/server/observe/tables/rows'
import { Badge, type Tone } from '../../ui/badge'
import { plainText } from '../../wiring/plain-text'
import { OwnerLink } from '../owner-link'
import { explainPolicyRule, explainRoute, plainAddress } from './explain-route'
import { Foreign, LinkName, tableHref } from './row-links'
import { RowTable } from './row-table'
import type { Place, TableSpec } from './table-spec'

/** Sentences stand in the letters of the page, not in those of the kernel. */
export function Words({ children }: { children: string }) {
  return <span className="font-sans text-ink text-sm">{children}</span>
}

export function Owner({ owner }: { owner: ReturnType<Place['book']['ofMac']> }) {
  if (owner === null) return null
  return (
    <span className="font-sans text-sm">
      <OwnerLink owner={owner} />
    </span>
  )
}

export function AddressTable({ place }: { place: Place }) {
  const t = useTranslations('namespaces')
  const spec = useMemo((): TableSpec<AddressRow> => {
    const ownerOf = ({ address, link }: AddressRow) =>
      place.book.ofAddress(address) ?? (place.ref === 'host' ? place.book.ofDevice(link) : null)
    const addressOf = ({ address, prefixLength }: AddressRow) => `${address}/${prefixLength}`
    return {
      columns: [
        {
          ...{ key: 'link', header: t('link'), width: '180px', value: ({ link }) => link },
          cell: ({ link, index }) => (
            <Link
              href={`/wiring?select=${place.id}:${index}`}
              prefetch={false}
              title={t('toWiring', { link: plainText(link) })}
              className="rounded hover:text-accent hover:underline"
            >
              <Foreign text={link} />
            </Link>
          ),
        },
        {
          ...{ key: 'address', header: t('addresses.address'), value: addressOf },
          cell: (row) => (
            <>
              <span className="text-ink">{addressOf(row)}</span>
              {row.peer !== null && (
                <span className="block text-faint">{t('addresses.peer', { address: row.peer })}</span>
              )}
            </>
          ),
        },
        { key: 'scope', header: t('addresses.scope'), width: '100px', value: ({ scope }) => scope },
        { key: 'flags', header: t('addresses.flags'), width: '150px', value: ({ flags }) => flags.join(' ') },
        {
          ...{ key: 'owner', header: t('owner'), width: '200px', value: (row) => ownerOf(row)?.name ?? '' },
          cell: (row) => <Owner owner={ownerOf(row)} />,
        },
      ],
      chips: familyChips(),
      sign: ({ flags, scope }) => `${scope} ${flags}`,
      minWidth: 800,
      rowHeight: 33,
    }
  }, [t, place])
  return <RowTable table="addresses" place={place} spec={spec} />
}

function familyChips() {
  return (['ipv4', 'ipv6'] as const).map((value) => ({
    value,
    label: value === 'ipv4' ? 'IPv4' : 'IPv6',
    group: 'family',
    keeps: ({ family }: { readonly family: string | null }) => family === value,
  }))
}

const mainTable = 254
const localTable = 255

export function RouteTable({ place }: { place: Place }) {
  const t = useTranslations('namespaces')
  const words = useTranslations('namespaces.routes')
  const spec = useMemo((): TableSpec<RouteRow> => {
    const nameOf = (table: number) => words('names', { table: String(table) })
    const gatewayOf = ({ hops }: RouteRow) => hops.find(({ gateway }) => gateway !== null)?.gateway ?? null
    const ownerOf = (row: RouteRow) => place.book.ofAddress(gatewayOf(row) ?? plainAddress(row.destination))
    return {
      columns: [
        {
          key: 'table',
          header: words('table'),
          width: '84px',
          value: ({ table }) => nameOf(table),
          // The table that people mean comes first, what the kernel keeps for itself last.
          order: ({ table }) => (table === mainTable ? -1 : table === localTable ? 2 ** 32 : table),
          cell: ({ table }) => <Badge mono>{nameOf(table)}</Badge>,
        },
        {
          ...{
            key: 'destination',
            header: words('destination'),
            width: '200px',
            value: ({ destination }) => destination,
          },
          cell: ({ destination }) => <span className="text-ink">{plainAddress(destination)}</span>,
        },
        {
          ...{ key: 'words', header: t('words'), value: (row) => explainRoute(row, words) },
          cell: (row) => <Words>{explainRoute(row, words)}</Words>,
        },
        {
          ...{
            key: 'link',
            header: t('link'),
            width: '140px',
            value: ({ hops }) => hops.map(({ link }) => link ?? '').join(' '),
          },
          cell: ({ hops }) => (
            <span className="flex flex-wrap gap-x-2">
              {[...new Set(hops.map(({ link }) => link))].map((link) => (
                <LinkName key={link} place={place} name={link} />
              ))}
            </span>
          ),
        },
        { key: 'metric', header: words('metric'), width: '84px', align: 'right', value: ({ metric }) => metric },
        { key: 'protocol', header: words('protocol'), width: '92px', value: ({ protocol }) => protocol },
        {
          ...{ key: 'owner', header: t('owner'), width: '160px', value: (row) => ownerOf(row)?.name ?? '' },
          cell: (row) => <Owner owner={ownerOf(row)} />,
        },
      ],
      chips: [
        ...familyChips(),
        { value: 'main', label: words('chips.main'), group: 'table', keeps: ({ table }) => table === mainTable },
        { value: 'local', label: words('chips.local'), group: 'table', keeps: ({ table }) => table === localTable },
        {
          ...{ value: 'other', label: words('chips.other'), group: 'table' },
          keeps: ({ table }) => table !== mainTable && table !== localTable,
        },
      ],
      sign: ({ hops, source, mtu }) => JSON.stringify([hops, source, mtu]),
      words: ({ table, type, hops }) =>
        `table ${nameOf(table)} ${type} ${hops.map(({ gateway }) => gateway).join(' ')}`,
      minWidth: 1_040,
      rowHeight: 33,
    }
  }, [t, words, place])
  return <RowTable table="routes" place={place} spec={spec} />
}

export function RuleTable({ place }: { place: Place }) {
  const t = useTranslations('namespaces')
  const words = useTranslations('namespaces.rules')
  const routes = useTranslations('namespaces.routes')
  const spec = useMemo((): TableSpec<RuleRow> => {
    const nameOf = (table: number) => routes('names', { table: String(table) })
    return {
      columns: [
        {
          key: 'priority',
          header: words('priority'),
          width: '100px',
          align: 'right',
          value: ({ priority }) => priority,
        },
        {
          ...{ key: 'family', header: words('family'), width: '84px' },
          value: ({ family }) => (family === 'ipv4' ? 'IPv4' : 'IPv6'),
        },
        {
          ...{ key: 'words', header: t('words'), value: (row) => explainPolicyRule(row, words, nameOf) },
          cell: (row) => <Words>{explainPolicyRule(row, words, nameOf)}</Words>,
        },
        {
          ...{ key: 'table', header: routes('table'), width: '140px', value: ({ table }) => table ?? '' },
          cell: ({ table }) =>
            table === null ? null : (
              <Link
                prefetch={false}
                href={tableHref(place, 'routes', `table ${nameOf(table)}`)}
                title={words('openTable', { table: nameOf(table) })}
                className="rounded text-accent hover:underline"
              >
                {nameOf(table)}
              </Link>
            ),
        },
      ],
      chips: familyChips(),
      sign: () => '',
      minWidth: 640,
      rowHeight: 33,
    }
  }, [t, words, routes, place])
  return <RowTable table="rules" place={place} spec={spec} />
}

const neighbourStates = ['reachable', 'stale', 'delay', 'probe', 'failed', 'incomplete', 'permanent', 'noarp'] as const
const neighbourTones: Readonly<Record<string, Tone>> = { reachable: 'ok', failed: 'bad', incomplete: 'warn' }

export function NeighbourTable({ place }: { place: Place }) {
  const t = useTranslations('namespaces')
  const words = useTranslations('namespaces.neighbours')
  const spec = useMemo((): TableSpec<NeighbourRow> => {
    const ownerOf = ({ mac, address }: NeighbourRow) => place.book.ofMac(mac) ?? place.book.ofAddress(address)
    const explain = ({ state, isProxy }: NeighbourRow) => {
      if (isProxy) return words('states.proxy')
      const known = neighbourStates.find((one) => one === state)
      return known === undefined ? state : words(`states.${known}`)
    }
    return {
      columns: [
        {
          ...{ key: 'address', header: words('address'), width: '260px', value: ({ address }) => address },
          cell: ({ address, isRouter }) => (
            <span className="flex items-center gap-2 text-ink">
              {address}
              {isRouter && <Badge>{words('router')}</Badge>}
            </span>
          ),
        },
        { key: 'mac', header: words('mac'), width: '160px', value: ({ mac }) => mac ?? '' },
        {
          ...{ key: 'owner', header: t('owner'), width: '180px', value: (row) => ownerOf(row)?.name ?? '' },
          cell: (row) => <Owner owner={ownerOf(row)} />,
        },
        {
          ...{ key: 'link', header: t('link'), width: '160px', value: ({ link }) => link },
          cell: ({ link }) => <LinkName place={place} name={link} />,
        },
        {
          ...{
            key: 'state',
            header: words('state'),
            width: '120px',
            value: ({ state, isProxy }) => (isProxy ? 'proxy' : state),
          },
          cell: ({ state, isProxy }) => (
            <Badge tone={neighbourTones[state] ?? 'neutral'}>{isProxy ? 'proxy' : state}</Badge>
          ),
        },
        {
          ...{ key: 'words', header: t('words'), value: explain },
          cell: (row) => <Words>{explain(row)}</Words>,
        },
      ],
      chips: familyChips(),
      sign: ({ mac, state }) => `${mac} ${state}`,
      minWidth: 960,
      rowHeight: 33,
    }
  }, [t, words, place])
  return <RowTable table="neighbours" place={place} spec={spec} />
}

export function FdbTable({ place }: { place: Place }) {
  const t = useTranslations('namespaces')
  const words = useTranslations('namespaces.fdb')
  const types = useTranslations('tables.fdb.types')
  const spec = useMemo((): TableSpec<FdbEntryRow> => {
    const ownerOf = ({ mac }: FdbEntryRow) => place.book.ofMac(mac)
    const remoteOf = ({ remote, vni }: FdbEntryRow) => {
      if (remote === null) return ''
      return vni === null ? words('to', { remote }) : words('toVni', { remote, vni: String(vni) })
    }
    return {
      columns: [
        {
          ...{ key: 'bridge', header: words('bridge'), width: '160px', value: ({ bridge }) => bridge ?? '' },
          order: ({ bridge }) => (bridge === null ? `1` : `0 ${bridge}`),
          cell: ({ bridge }) =>
            bridge === null ? (
              <span className="text-faint">{words('own')}</span>
            ) : (
              <LinkName place={place} name={bridge} />
            ),
        },
        {
          ...{ key: 'port', header: words('port'), width: '160px', value: ({ port }) => port },
          cell: ({ port }) => <LinkName place={place} name={port} />,
        },
        {
          ...{ key: 'mac', header: words('mac'), width: '220px', value: ({ mac }) => mac },
          cell: ({ mac, vlan }) => (
            <span className="flex items-center gap-2 text-ink">
              {mac}
              {vlan !== null && <Badge mono>{words('vlan', { id: vlan })}</Badge>}
            </span>
          ),
        },
        {
          ...{ key: 'owner', header: t('owner'), value: (row) => `${ownerOf(row)?.name ?? ''} ${remoteOf(row)}` },
          cell: (row) => (row.remote === null ? <Owner owner={ownerOf(row)} /> : <Words>{remoteOf(row)}</Words>),
        },
        {
          ...{ key: 'type', header: words('type'), width: '110px', value: ({ type }) => types(type) },
          cell: ({ type }) => <Badge tone={type === 'learned' ? 'accent' : 'neutral'}>{types(type)}</Badge>,
        },
        {
          ...{
            key: 'age',
            header: words('age'),
            width: '110px',
            align: 'right',
            value: ({ updatedAt }) => -(updatedAt ?? 0),
          },
          cell: ({ type, updatedAt }) => {
            if (type !== 'learned' || updatedAt === null) return <span className="text-faint">{words('stays')}</span>
            return words('ago', { seconds: Math.max(0, Math.round(Date.now() / 1_000) - updatedAt) })
          },
        },
      ],
      chips: (['learned', 'static', 'local'] as const).map((value) => ({
        ...{ value, label: types(value), group: 'type' },
        keeps: ({ type }) => type === value,
      })),
      sign: ({ type, remote }) => `${type} ${remote}`,
      ticks: true,
      minWidth: 900,
      rowHeight: 33,
    }
  }, [t, words, types, place])
  return <RowTable table="fdb" place={place} spec={spec} />
}
