'use client'

import clsx from 'clsx'
import { Search } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import type { NamespaceView } from '@/server/observe/tables/rows'
import { Input } from '../../ui/input'
import { useNamespaceName } from '../../wiring/link-words'
import { plainText } from '../../wiring/plain-text'
import { refOf } from './namespace-ref'

/** All namespaces by name; the host's first, those kept ready last. */
export function NamespaceList(props: {
  namespaces: readonly NamespaceView[]
  current: string
  onChoose: (ref: string) => void
}) {
  const { namespaces, current, onChoose } = props
  const t = useTranslations('namespaces')
  const [text, setText] = useState('')
  const search = text.trim().toLowerCase()
  const shown = sorted(namespaces).filter((one) => search === '' || wordsOf(one).toLowerCase().includes(search))
  return (
    <nav aria-label={t('choose')} className="flex w-48 shrink-0 xl:w-60 flex-col border-line border-r bg-surface">
      <div className="relative m-2.5 mb-1.5">
        <Search aria-hidden="true" className="pointer-events-none absolute top-[7px] left-2 size-3.5 text-faint" />
        <Input
          type="search"
          aria-label={t('searchNamespaces')}
          placeholder={t('searchNamespaces')}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="h-7! pl-7 text-sm"
        />
      </div>
      <ul className="flex min-h-0 flex-1 flex-col gap-px overflow-y-auto px-1.5 pb-2">
        {shown.length === 0 && <li className="px-2 py-3 text-faint text-sm">{t('noNamespace')}</li>}
        {shown.map((one) => (
          <li key={one.id}>
            <NamespaceButton
              namespace={one}
              isCurrent={refOf(one) === current || one.id === current}
              onChoose={() => onChoose(refOf(one))}
            />
          </li>
        ))}
      </ul>
    </nav>
  )
}

function NamespaceButton(props: { namespace: NamespaceView; isCurrent: boolean; onChoose: () => void }) {
  const { namespace, isCurrent, onChoose } = props
  const t = useTranslations('namespaces')
  const nameOf = useNamespaceName()
  const { kind, processCount } = namespace
  return (
    <button
      type="button"
      aria-current={isCurrent ? 'true' : undefined}
      title={nameOf(namespace)}
      onClick={onChoose}
      className={clsx(
        'w-full rounded-md px-2 py-1.5 text-left transition-colors duration-150',
        isCurrent ? 'bg-accent-soft' : 'hover:bg-hover',
      )}
    >
      <span className={clsx('flex text-sm', isCurrent ? 'font-medium text-accent' : 'text-ink')}>
        <ListedName namespace={namespace} />
      </span>
      <span className={clsx('flex gap-1.5 text-2xs', isCurrent ? 'text-accent' : 'text-faint')}>
        <span>{t(`kind.${kind}`)}</span>
        <span aria-hidden="true">·</span>
        <span>{t('processCount', { count: processCount })}</span>
      </span>
    </button>
  )
}

/** Paths are told apart by their end, which stays when there is too little room for all of it. */
function ListedName({ namespace }: { namespace: NamespaceView }) {
  const [, folder, rest] = /^(\/.*)(\/.*)$/s.exec(namespace.name) ?? []
  if (folder === undefined || rest === undefined) {
    return (
      <span className="truncate">
        <NamespaceName namespace={namespace} />
      </span>
    )
  }
  return (
    <>
      <bdi className="min-w-6 truncate">{plainText(folder)}</bdi>
      <span className="max-w-[80%] shrink-0 truncate">
        <NamespaceName namespace={{ ...namespace, name: rest }} />
      </span>
    </>
  )
}

export function NamespaceName({ namespace }: { namespace: NamespaceView }) {
  const t = useTranslations('namespaces')
  const nameOf = useNamespaceName()
  return namespace.kind === 'spare' ? t('spare') : <bdi>{nameOf(namespace)}</bdi>
}

const order: Readonly<Partial<Record<NamespaceView['kind'], number>>> = { host: 0, container: 1, spare: 3 }

function sorted(namespaces: readonly NamespaceView[]): NamespaceView[] {
  const placeOf = ({ kind }: NamespaceView) => order[kind] ?? 2
  return [...namespaces].sort((a, b) => placeOf(a) - placeOf(b) || a.name.localeCompare(b.name))
}

function wordsOf({ id, kind, name, mounts, elsewhere, processes }: NamespaceView): string {
  return [
    id,
    kind,
    plainText(name),
    ...mounts,
    elsewhere?.mount ?? '',
    elsewhere?.process ?? '',
    ...processes.flatMap((one) => [one.name, String(one.pid)]),
  ].join(' ')
}
