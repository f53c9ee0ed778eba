'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import type { TableName } from '@/server/observe/tables/rows'
import { plainText } from '../../wiring/plain-text'
import type { Place } from './table-spec'

export type TabName = TableName | 'iptables'

/** The address of a table of the same namespace. */
export function tableHref({ ref }: Pick<Place, 'ref'>, table: TabName, search = ''): string {
  const asked = new URLSearchParams({ ns: ref, table, ...(search === '' ? {} : { q: search }) })
  return `/namespaces?${asked}`
}

/** A text that somebody else chose: as text, in its own direction, nothing of it hidden. */
export function Foreign({ text }: { text: string }) {
  return <bdi>{plainText(text)}</bdi>
}

/** A link's name leads to its addresses. */
export function LinkName({ place, name }: { place: Place; name: string | null }) {
  const t = useTranslations('namespaces')
  if (name === null) return null
  return (
    <Link
      href={tableHref(place, 'addresses', name)}
      prefetch={false}
      title={t('toLink', { link: plainText(name) })}
      className="rounded hover:text-accent hover:underline"
    >
      <Foreign text={name} />
    </Link>
  )
}
