'use client'

import { useTranslations } from 'next-intl'
import { useMemo } from 'react'
import type { NftRow, SysctlRow } from '@/server/observe/tables/rows'
import { Badge } from '../../ui/badge'
import { plainText } from '../../wiring/plain-text'
import { useAmounts } from '../amount'
import { explainSetting, partsOf } from './explain-setting'
import { Foreign, LinkName } from './row-links'
import { RowTable } from './row-table'
import { Words } from './state-tables'
import type { Place, TableSpec } from './table-spec'

export function NftTable({ place }: { place: Place }) {
  const words = useTranslations('namespaces.nftables')
  const amounts = useAmounts()
  const spec = useMemo((): TableSpec<NftRow> => {
    const placeOf = ({ family, table, name }: NftRow) => `${family} ${table} ${name}`
    const hookOf = ({ kind, text }: NftRow) => {
      const [, hook, priority] = kind === 'chain' ? (/ hook (\S+) .*?priority ([^;]+);/.exec(` ${text}`) ?? []) : []
      return hook === undefined ? null : words('base', { hook, priority: priority ?? '' })
    }
    return {
      columns: [
        {
          ...{ key: 'place', header: words('place'), width: '280px', value: placeOf },
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
          ...{ key: 'rule', header: words('rule'), value: ({ text, handle }) => `${plainText(text)} handle ${handle}` },
          cell: (row) => (
            <>
              {hookOf(row) !== null && <Words>{hookOf(row) ?? ''}</Words>}
              <code className={row.kind === 'rule' ? 'block text-ink' : 'block text-muted'}>
                {row.text === '' && row.kind === 'chain' ? words('chain') : plainText(row.text)}
              </code>
            </>
          ),
        },
        {
          ...{
            key: 'packets',
            header: words('packets'),
            width: '100px',
            align: 'right',
            value: ({ packets }) => packets ?? -1,
          },
          cell: ({ packets }) => (packets === null ? null : amounts.count(packets)),
        },
        {
          ...{ key: 'bytes', header: words('bytes'), width: '100px', align: 'right', value: (row) => row.bytes ?? -1 },
          cell: (row) => (row.bytes === null ? null : amounts.bytes(row.bytes)),
        },
      ],
      chips: [
        { value: 'native', label: words('chips.native'), group: 'maker', keeps: ({ ofIptables }) => !ofIptables },
        { value: 'iptables', label: words('chips.iptables'), group: 'maker', keeps: ({ ofIptables }) => ofIptables },
        { value: 'counted', label: words('chips.counted'), group: 'count', keeps: ({ packets }) => (packets ?? 0) > 0 },
      ],
      sign: ({ text, packets }) => `${packets} ${text}`,
      minWidth: 900,
      rowHeight: 33,
    }
  }, [words, amounts])
  return <RowTable table="nftables" place={place} spec={spec} />
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
