'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import type { NetworkView, ServiceView } from '@/server/observe/snapshot'
import { PlanBlock } from '../topology/plan-block'
import { planError, usePlan } from '../topology/plan-query'
import { useSubmission } from '../topology/submission'
import { useTRPCClient } from '../trpc/client'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { toast } from '../ui/toast'
import { emptyService, type ServiceDraft, serviceDraft, serviceInput } from './service-draft'
import { ServiceFields } from './service-fields'

const shownAtFields = [
  'name',
  'ipv4Address',
  'ipv6Address',
  'ports',
  'containers',
  'memberAlias',
  'weights',
  'affinity',
]

/** Makes a service on a network, or changes the one that is given. */
export function ServiceForm({
  network,
  service,
  onClose,
}: {
  network: NetworkView
  service?: ServiceView
  onClose: () => void
}) {
  const t = useTranslations('balance.service.form')
  const client = useTRPCClient()
  const [draft, setDraft] = useState<ServiceDraft>(() => (service ? serviceDraft(service) : emptyService))
  const request = serviceInput(draft)
  const ask = (input: ReturnType<typeof serviceInput>, dryRun = false) =>
    service
      ? client.service.update.mutate({ service: service.id, ...input, dryRun })
      : client.service.create.mutate({ network: network.id, ...input, dryRun })
  const isBegun = service !== undefined || draft.name.trim() !== ''
  const plan = usePlan(`service ${service?.id ?? network.id}`, isBegun ? request : null, (input) => ask(input, true))
  const { isBusy, error, submit } = useSubmission(request, plan.error)

  const send = async () => {
    const { result } = await ask(request)
    const before = service && serviceInput(serviceDraft(service))
    const undo = () =>
      before
        ? client.service.update.mutate({ service: result.id, ...before })
        : client.service.remove.mutate({ service: result.id })
    const failed = (reason: unknown) =>
      void toast.failed(t('failed', { name: result.name }), { description: planError(reason).message })
    toast.done(t(service ? 'saved' : 'created', { name: result.name }), {
      action: { label: t('undo'), onClick: () => void undo().catch(failed) },
    })
    onClose()
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={service ? t('update', { name: service.name }) : t('create', { network: network.name })}
      description={t('description')}
      size="large"
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" form="service" variant="primary" busy={isBusy} disabled={!isBegun || error !== null}>
            {t(service ? 'save' : 'make')}
          </Button>
        </>
      }
    >
      <form
        id="service"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          void submit(send)
        }}
      >
        <ServiceFields network={network} draft={draft} onChange={setDraft} error={error} />
        <PlanBlock plan={plan} error={error} fields={shownAtFields} />
      </form>
    </Dialog>
  )
}
