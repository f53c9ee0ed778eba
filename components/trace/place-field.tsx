'use client'

import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useId, useState } from 'react'
import type { NamespaceView } from '@/server/observe/tables/rows'
import { isolated } from '../tables/namespaces/isolated'
import { useTRPC } from '../trpc/client'
import { useSnapshot } from '../trpc/snapshot'
import { Input } from '../ui/input'
import { Select } from '../ui/select'
import { parsePlace } from './place'

type TextKind = 'address' | 'name'

/** One end of a way: a container, the host, or what is typed. */
export function PlaceField({
  label,
  value,
  kinds,
  onChange,
}: {
  label: string
  /** As `formatPlace` writes it, or a part of that. */
  value: string
  /** What may be typed here. */
  kinds: readonly TextKind[]
  onChange: (value: string) => void
}) {
  const t = useTranslations('probe.place')
  const labelId = useId()
  const containers = useContainers()
  const namespaces = useNamespaces()
  const typed = kinds.find((kind) => value === kind || value.startsWith(`${kind}:`))
  const known = [
    ...containers.map(({ id, name }) => ({ value: `container:${id}`, label: isolated(name) })),
    { value: 'host', label: t('host') },
    ...namespaces.map(({ id, name }) => ({ value: `namespace:${id}`, label: t('named', { name: isolated(name) }) })),
  ]
  const isStrange = value !== '' && typed === undefined && !known.some((option) => option.value === value)
  const options = [
    ...known,
    ...(isStrange ? [{ value, label: strangeLabel(value, t) }] : []),
    ...kinds.map((kind) => ({ value: kind, label: t(kind) })),
  ]
  return (
    <div className="flex min-w-0 items-center gap-1.5">
      <span id={labelId} className="shrink-0 text-muted text-sm">
        {label}
      </span>
      <div className="w-40 min-w-0">
        <Select
          aria-label={label}
          className="h-7! text-sm"
          value={typed ?? value}
          placeholder={t('choose')}
          onValueChange={onChange}
          options={options}
        />
      </div>
      {typed && (
        <TypedPlace key={typed} label={`${label}: ${t(typed)}`} kind={typed} value={value} onChange={onChange} />
      )}
    </div>
  )
}

/** What is typed is kept as it is, also while it is no address yet. */
function TypedPlace({
  label,
  kind,
  value,
  onChange,
}: {
  label: string
  kind: TextKind
  value: string
  onChange: (value: string) => void
}) {
  const t = useTranslations('probe.place')
  const [text, setText] = useState(value.slice(kind.length + 1))
  const isWrong = text !== '' && parsePlace(`${kind}:${text}`) === undefined
  return (
    <Input
      mono
      aria-label={label}
      aria-invalid={isWrong || undefined}
      className="h-7! w-36! text-xs!"
      placeholder={t(`${kind}Example`)}
      maxLength={253}
      value={text}
      onChange={({ target }) => {
        setText(target.value)
        onChange(target.value.trim() === '' ? kind : `${kind}:${target.value.trim()}`)
      }}
    />
  )
}

/** Those with a network stack of their own. */
export function useContainers() {
  return useSnapshot(({ containers }) =>
    Object.values(containers)
      .filter(({ sandbox }) => sandbox !== null && sandbox.key !== 'host')
      .sort((a, b) => a.name.localeCompare(b.name)),
  )
}

/** Those that bear a name and are no container's; of processes there may be many, and their wiring leads here. */
function useNamespaces() {
  const { data = [] } = useQuery(useTRPC().namespace.list.queryOptions(undefined, { staleTime: listedMs }))
  return data
    .filter(({ kind, containerId }) => containerId === null && named.has(kind))
    .sort((a, b) => a.name.localeCompare(b.name))
}

const named: ReadonlySet<NamespaceView['kind']> = new Set(['named', 'mounted', 'docker', 'podman', 'cni'])

/** So old a list of them is good enough to choose from. */
const listedMs = 5_000

function strangeLabel(value: string, t: ReturnType<typeof useTranslations<'probe.place'>>): string {
  const place = parsePlace(value)
  if (place?.kind === 'namespace') return t('namespace', { id: place.id })
  return t('gone')
}
