'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useMemo } from 'react'
import type { NftRow, SysctlRow } from '@/server/observe/tables/rows'
import { Badge } from '../../ui/badge'
import { plainText } from '../../wiring/plain-text'
import { useAmounts } from '../amount'
import { explainNft } from '../explain-nft'
import { explainRule } from '../explain-rule'
import { explainSetting, partsOf } from './explain-setting'
import { Foreign, LinkName, tableHref } from './row-links'
import { RowTable } from './row-table'
import { Owner, Words } from './state-tables'
import type { Place, TableSpec } from './table-spec'

export function NftTable({ place }: { place: Place }) {
  const t = useTranslations('namespaces')
  const words = useTranslations('namespaces.nftables')
  const amounts = useAmounts()
  const sentenceOf = useNftSentence(place)
  const spec = useMemo((): TableSpec<NftRow> => {
    const placeOf = ({ family, table, name }: NftRow) => `${family} ${table} ${name}`
    return {
      columns: [
        {
          ...{ key: 'place', header: words('place'), width: '240px', value: placeOf },
          cell: (row) => (
            <span className="flex flex-wrap items-center gap-x-2">
              <span className="text-faint">
                {row.family} <Foreign text={row.table} />
              </span>
              <span className={row.kind === 'rule' ? 'text-muted' : 'font-medium text-ink'}>
                <Foreign text={row.name} />
              </span>
              {row.kind !== 'rule' && row.ofIptables && <Badge>{words('ofIptables')}</Badge>}
            </span>
          ),
        },
        {
          ...{ key: 'rule', header: words('rule') },
          value: (row) => `${plainText(row.text)} handle ${row.handle} ${sentenceOf(row)}`,
          cell: (row) => (
            <>
              {row.kind === 'object' || <Words>{sentenceOf(row)}</Words>}
              <code className="block text-faint">{plainText(row.text)}</code>
              <Leads place={place} row={row} />
            </>
          ),
        },
        {
          ...{
            key: 'packets',
            header: words('packets'),
            width: '92px',
            align: 'right',
            value: ({ packets }) => packets ?? -1,
          },
          cell: ({ packets }) => (packets === null ? null : amounts.count(packets)),
        },
        {
          ...{ key: 'bytes', header: words('bytes'), width: '92px', align: 'right', value: (row) => row.bytes ?? -1 },
          cell: (row) => (row.bytes === null ? null : amounts.bytes(row.bytes)),
        },
        {
          ...{ key: 'owner', header: t('owner'), width: '160px', value: ({ owner }) => owner?.name ?? '' },
          cell: ({ owner }) => <Owner owner={owner} />,
        },
      ],
      chips: [
        { value: 'native', label: words('chips.native'), group: 'maker', keeps: ({ ofIptables }) => !ofIptables },
        { value: 'iptables', label: words('chips.iptables'), group: 'maker', keeps: ({ ofIptables }) => ofIptables },
        { value: 'counted', label: words('chips.counted'), group: 'count', keeps: ({ packets }) => (packets ?? 0) > 0 },
      ],
      sign: ({ text, packets }) => `${packets} ${text}`,
      minWidth: 960,
      rowHeight: 53,
    }
  }, [t, words, amounts, place, sentenceOf])
  return <RowTable table="nftables" place={place} spec={spec} />
}

/** What a rule or a chain does; bridges of the host are called by their networks. */
function useNftSentence(place: Place): (row: NftRow) => string {
  const words = useTranslations('namespaces.nftables')
  const explain = useTranslations('tables.explain')
  return useMemo(() => {
    const networkOf = (device: string) => {
      const owner = place.ref === 'host' ? place.book.ofDevice(device) : null
      return owner?.type === 'network' ? owner.name : undefined
    }
    return ({ kind, text, iptables }) => {
      if (kind === 'object') return ''
      if (iptables !== null) return plainText(explainRule(iptables, explain, networkOf))
      if (kind === 'rule') return plainText(explainNft(text, explain, networkOf))
      const [, hook, priority = ''] = / hook (\S+) .*?priority ([^;]+);/.exec(` ${text}`) ?? []
      if (hook === undefined) return words('chain')
      return words('base', { hook, priority, policy: text.includes('policy drop;') ? 'drop' : 'accept' })
    }
  }, [words, explain, place])
}

/** Chains that a rule leads to, and sets that it looks in. */
function Leads({ place, row: { kind, family, table, text, iptables } }: { place: Place; row: NftRow }) {
  const words = useTranslations('namespaces.nftables')
  if (kind !== 'rule') return null
  const names = iptables
    ? [...(iptables.isJump ? [iptables.target] : [])]
    : [...text.matchAll(/(?<=@|\bjump |\bgoto )[\w./-]+/g)].map(([name]) => name)
  return [...new Set(names)].map((name) => (
    <Link
      key={name}
      href={tableHref(place, 'nftables', `${family} ${table} ${name}`)}
      prefetch={false}
      title={words('open', { name: plainText(name) })}
      className="mr-3 rounded text-accent hover:underline"
    >
      → <Foreign text={name} />
    </Link>
  ))
}

export function SysctlTable({ place }: { place: Place }) {
  const t = useTranslations('namespaces')
  const words = useTranslations('namespaces.sysctls')
  const explain = useTranslations('namespaces.sysctls.explain')
  const spec = useMemo((): TableSpec<SysctlRow> => {
    const sentenceOf = ({ name, value }: SysctlRow) => explainSetting(name, value, explain)
    const chip = (value: 'ipv4' | 'ipv6' | 'conntrack', group: string, start: string) => ({
      ...{ value, group, label: words(`chips.${value}`) },
      keeps: ({ name }: SysctlRow) => name.startsWith(start),
    })
    return {
      columns: [
        {
          ...{ key: 'name', header: words('name'), width: '380px', value: ({ name }) => name },
          cell: ({ name }) => <Foreign text={name} />,
        },
        {
          ...{
            key: 'value',
            header: words('value'),
            width: '200px',
            value: ({ value }) => (/^-?\d+$/.test(value) ? Number(value) : value),
          },
          cell: ({ value }) => <span className="text-ink">{plainText(value.replaceAll('\t', ' '))}</span>,
        },
        {
          ...{ key: 'words', header: t('words'), value: sentenceOf },
          cell: (row) => <Words>{sentenceOf(row)}</Words>,
        },
        {
          ...{ key: 'link', header: t('link'), width: '150px', value: ({ name }) => partsOf(name).link ?? '' },
          cell: ({ name }) => {
            const { link } = partsOf(name)
            return link === 'all' || link === 'default' ? null : <LinkName place={place} name={link} />
          },
        },
      ],
      chips: [
        chip('ipv4', 'part', 'net.ipv4.'),
        chip('ipv6', 'part', 'net.ipv6.'),
        chip('conntrack', 'part', 'net.netfilter.'),
        {
          value: 'links',
          label: words('chips.links'),
          group: 'links',
          keeps: ({ name }) => partsOf(name).link !== null,
        },
      ],
      sign: ({ name, value }) => (name.endsWith('conntrack_count') ? '' : value),
      minWidth: 960,
      rowHeight: 33,
    }
  }, [t, words, explain, place])
  return <RowTable table="sysctls" place={place} spec={spec} />
}
