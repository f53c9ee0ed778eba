'use client'

import { Pencil, Plus, Trash2 } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useSnapshot } from '@/components/trpc/snapshot'
import { Button } from '@/components/ui/button'
import type { NetworkView } from '@/server/observe/snapshot'
import { CopyAs } from '../topology/copy-as'
import { Fact, Facts, Section } from '../topology/facts'
import { History } from '../topology/history'
import { InspectorHead } from '../topology/inspector-head'
import { ObjectLink } from '../topology/object-link'
import { usePanelStore } from '../topology/panel-state'
import { takersOf } from './configuration'
import { ConfigurationFacts } from './given-configuration'
import { networkAsDocker } from './network-commands'

/** A network that only keeps a configuration: what it says, and which networks were made from it. */
export function ConfigurationInspector({ network }: { network: NetworkView }) {
  const t = useTranslations('panel.configuration')
  const words = useTranslations('panel.network')
  const store = usePanelStore()
  const takers = useSnapshot(({ networks }) => takersOf(network, networks))
  const { id, name } = network
  return (
    <>
      <InspectorHead
        title={<bdi title={name}>{name}</bdi>}
        colour={network.colour}
        text={t('kind', { count: takers.length })}
        actions={
          network.origin === 'patchbay' && (
            <>
              <Button
                size="small"
                onClick={() => store.set({ creating: { what: 'network', at: null, configuration: name } })}
              >
                <Plus className="size-3.5" aria-hidden="true" />
                {t('make')}
              </Button>
              <Button size="small" onClick={() => store.set({ editing: { kind: 'network', id } })}>
                <Pencil className="size-3.5" aria-hidden="true" />
                {words('edit')}
              </Button>
              <Button size="small" onClick={() => store.set({ removing: { kind: 'network', id } })}>
                <Trash2 className="size-3.5" aria-hidden="true" />
                {words('remove')}
              </Button>
            </>
          )
        }
      />
      <div className="flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto px-4 pt-1 pb-6">
        <p className="text-muted text-sm">{t('hint')}</p>
        <Section title={t('title')}>
          <ConfigurationFacts of={network} />
        </Section>
        <Section title={t('takers')}>
          {takers.length === 0 && <p className="text-faint text-sm">{t('unusedHint')}</p>}
          <ul className="flex flex-col gap-1.5 text-sm">
            {takers.map((taker) => (
              <li key={taker.id} className="flex items-center justify-between gap-2">
                <ObjectLink subject={{ kind: 'network', id: taker.id }} colour={taker.colour}>
                  {taker.name}
                </ObjectLink>
                <span className="shrink-0 font-mono text-faint text-xs">{taker.driver}</span>
              </li>
            ))}
          </ul>
        </Section>
        <Facts>
          <Fact name={words('id')} value={id} />
        </Facts>
        <History kind="network" names={[name]} />
        <CopyAs docker={networkAsDocker(network)} />
      </div>
    </>
  )
}
