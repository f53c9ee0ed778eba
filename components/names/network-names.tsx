'use client'

import { Pencil } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { NetworkView } from '@/server/observe/snapshot'
import { Fact, Facts, Section } from '../topology/facts'
import { usePanelStore } from '../topology/panel-state'
import { Button } from '../ui/button'

/** Records and servers that a network adds to the resolver, and the way to change them. */
export function NetworkNamesSection({ network }: { network: NetworkView }) {
  const t = useTranslations('names.network')
  const store = usePanelStore()
  const { upstreams, records } = network.names
  return (
    <Section
      title={t('title')}
      aside={
        <Button
          size="small"
          variant="ghost"
          onClick={() => store.set({ editing: { kind: 'network', id: network.id } })}
        >
          <Pencil className="size-3.5" aria-hidden="true" />
          {t('edit')}
        </Button>
      }
    >
      {upstreams.length + records.length === 0 && (
        <p className="text-faint text-sm">{t(network.internal ? 'hintInternal' : 'hint')}</p>
      )}
      {upstreams.length > 0 && (
        <Facts>
          <Fact name={t('upstreams')} value={upstreams.join(', ')} />
        </Facts>
      )}
      {records.length > 0 && (
        <ul aria-label={t('records')} className="flex flex-col gap-1 font-mono text-xs">
          {records.map(({ name, type, value }) => (
            <li key={`${name} ${type} ${value}`} className="break-words">
              <bdi className="text-ink">{name}</bdi> <span className="text-faint">{type}</span> <bdi>{value}</bdi>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}
