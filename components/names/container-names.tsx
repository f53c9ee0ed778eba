'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useFormatter, useTranslations } from 'next-intl'
import { useEffect, useState } from 'react'
import type { ResolvableName } from '@/server/dns/contract'
import type { ContainerView } from '@/server/observe/snapshot'
import { clockTime } from '../i18n/clock-time'
import { Section } from '../topology/facts'
import { useTRPC } from '../trpc/client'
import { useSnapshot } from '../trpc/snapshot'
import { Badge } from '../ui/badge'
import { Input } from '../ui/input'
import { networkColour } from '../ui/network-colour'
import { plainText } from '../wiring/plain-text'
import { AnswerText, LeftOut } from './cause'
import { filterQueries, queryKey } from './query-feed'
import { useQueries } from './use-queries'

const shownLately = 12
const mostNames = 100
/** Fewer are seen at a glance. */
const findableFrom = 20

/** What a container can look up now, and what it asked lately. */
export function ContainerNames({ container }: { container: ContainerView }) {
  return (
    <>
      <Resolvable container={container} />
      <Lately container={container} />
    </>
  )
}

function Resolvable({ container }: { container: ContainerView }) {
  const t = useTranslations('names')
  const { data, refetch } = useQuery(useTRPC().dns.list.queryOptions({ container: container.id }))
  const [search, setSearch] = useState('')
  const picture = useSnapshot(({ networks, endpoints, containers }) => [networks, endpoints, containers])
  // biome-ignore lint/correctness/useExhaustiveDependencies: names change with what is connected, and how it is
  useEffect(() => {
    void refetch()
  }, [picture, refetch])
  const wanted = search.trim().toLowerCase()
  const found = (data ?? []).filter(({ name }) => name.toLowerCase().includes(wanted))
  return (
    <Section title={t('canLookUp')}>
      {data === undefined ? (
        <p className="text-faint text-sm">{t('lookUpWaiting')}</p>
      ) : data.length === 0 ? (
        <p className="text-faint text-sm">{t('lookUpNone')}</p>
      ) : (
        <>
          <p className="text-faint text-xs">{t('lookUpHint')}</p>
          {data.length > findableFrom && (
            <Input
              type="search"
              aria-label={t('find')}
              placeholder={t('find')}
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
          )}
          <ul className="flex flex-col gap-2">
            {found.slice(0, mostNames).map((name) => (
              <NameRow key={`${name.network.id} ${name.kind} ${name.name}`} name={name} />
            ))}
          </ul>
          {found.length > mostNames && (
            <p className="text-faint text-xs">{t('moreNames', { count: found.length - mostNames })}</p>
          )}
        </>
      )}
    </Section>
  )
}

function NameRow({ name: { name, kind, network, members, records } }: { name: ResolvableName }) {
  const t = useTranslations('names')
  const colour = useSnapshot(({ networks }) => networks[network.id]?.colour)
  const addresses = members.filter(({ answered }) => answered).flatMap((member) => member.addresses)
  return (
    <li className="flex flex-col gap-0.5 text-xs">
      <span className="flex items-center gap-1.5">
        {colour !== undefined && (
          <span
            aria-hidden="true"
            className="size-2 shrink-0 rounded-full"
            style={{ background: networkColour(colour) }}
          />
        )}
        <bdi className="min-w-0 [overflow-wrap:anywhere] font-medium font-mono text-ink">{name}</bdi>
        <Badge>{t(`kind.${kind}`)}</Badge>
        <bdi className="ml-auto truncate text-faint">{network.name}</bdi>
      </span>
      <span className="break-words pl-3.5 font-mono text-muted">
        <bdi>{[...addresses, ...records].join(', ')}</bdi>
      </span>
      <span className="flex flex-wrap gap-x-2 pl-3.5">
        <LeftOut members={members} />
      </span>
    </li>
  )
}

function Lately({ container }: { container: ContainerView }) {
  const t = useTranslations('names')
  const format = useFormatter()
  const { feed } = useQueries()
  const filter = { container: container.id, types: [], codes: [], search: '' }
  const queries = filterQueries(feed?.queries ?? [], filter).slice(0, shownLately)
  return (
    <Section
      title={t('lately')}
      aside={
        <Link
          href={`/dns?container=${encodeURIComponent(container.name)}`}
          className="rounded text-accent text-xs hover:underline"
        >
          {t('all')}
        </Link>
      }
    >
      {queries.length === 0 ? (
        <p className="text-faint text-sm">{t('latelyNone')}</p>
      ) : (
        <ul className="flex flex-col gap-1.5 text-xs">
          {queries.map((query) => (
            <li key={queryKey(query)} className="flex flex-col">
              <span className="flex items-baseline gap-2">
                <span className="font-mono text-faint">{format.dateTime(new Date(query.at), clockTime)}</span>
                <bdi dir="ltr" className="min-w-0 [overflow-wrap:anywhere] font-mono text-ink">
                  {query.name === '' ? t('unread') : plainText(query.name)}
                </bdi>
                <span className="ml-auto font-mono text-faint">{query.type}</span>
              </span>
              <span className="break-words">
                <AnswerText query={query} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}
