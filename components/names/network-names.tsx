'use client'

import { Pencil } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import type { NetworkNames } from '@/server/cnm/network-names'
import type { NetworkView } from '@/server/observe/snapshot'
import { Fact, Facts, Section } from '../topology/facts'
import { PlanBlock } from '../topology/plan-block'
import { type PlanError, planError, usePlan } from '../topology/plan-query'
import { useTRPCClient } from '../trpc/client'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { toast } from '../ui/toast'
import { draftOf, namesInput } from './names-draft'
import { NamesFields } from './names-fields'

/** Records and servers that a network adds to the resolver, and the way to change them. */
export function NetworkNamesSection({ network }: { network: NetworkView }) {
  const t = useTranslations('names.network')
  const [isEditing, setEditing] = useState(false)
  const { upstreams, records } = network.names
  return (
    <Section
      title={t('title')}
      aside={
        <Button size="small" variant="ghost" onClick={() => setEditing(true)}>
          <Pencil className="size-3.5" aria-hidden="true" />
          {t('edit')}
        </Button>
      }
    >
      {upstreams.length + records.length === 0 && <p className="text-faint text-sm">{t('hint')}</p>}
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
      {isEditing && <EditNames network={network} onClose={() => setEditing(false)} />}
    </Section>
  )
}

function EditNames({ network, onClose }: { network: NetworkView; onClose: () => void }) {
  const t = useTranslations('names.form')
  const client = useTRPCClient()
  const [draft, setDraft] = useState(() => draftOf(network.names))
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<{ request: string; error: PlanError } | null>(null)
  const request = { network: network.id, names: namesInput(draft) }
  const plan = usePlan('network.update', request, (input) => client.network.update.mutate({ ...input, dryRun: true }))
  const error = failure?.request === JSON.stringify(request) ? failure.error : plan.error

  async function put(names: NetworkNames): Promise<void> {
    const { upstreams, records } = names
    const input = { upstreams: [...upstreams], records: records.map((record) => ({ ...record })) }
    await client.network.update.mutate({ network: network.id, names: input })
  }

  async function undo(before: NetworkNames): Promise<void> {
    const words = { network: network.name }
    await put(before).then(
      () => toast.done(t('undone', words)),
      (reason: unknown) => toast.failed(t('failed', words), { description: planError(reason).message }),
    )
  }

  async function submit(): Promise<void> {
    const before = network.names
    setBusy(true)
    try {
      await put(request.names)
      toast.done(t('done', { network: network.name }), {
        action: { label: t('undo'), onClick: () => void undo(before) },
      })
      onClose()
    } catch (reason) {
      setFailure({ request: JSON.stringify(request), error: planError(reason) })
    } finally {
      setBusy(false)
    }
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('title', { network: network.name })}
      description={t('description')}
      size="medium"
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" form="edit-names" variant="primary" busy={isBusy} disabled={error !== null}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form
        id="edit-names"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <NamesFields draft={draft} onChange={setDraft} error={error} isInternal={network.internal} />
        <PlanBlock plan={plan} error={error} fields={['names']} empty={t('noCommands')} />
      </form>
    </Dialog>
  )
}
