'use client'

import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Sheet } from '@/components/ui/sheet'
import { toast } from '@/components/ui/toast'
import type { Told } from '@/server/cnm/sentence'
import type { TraceChange } from '@/server/observe/trace/contract'
import { formatDuration } from '../topology/bit-rate'
import { Interruptions, PlanBlock } from '../topology/plan-block'
import { type PlanError, planError, usePlan } from '../topology/plan-query'
import { useSubmission } from '../topology/submission'
import { WhatIf } from '../trace/what-if'

/** What `update` answers, of whatever it changed. */
export interface UpdateAnswer {
  readonly result: unknown
  readonly commands: readonly string[]
  readonly interruptions: readonly Told[]
  readonly operation: { readonly durationMs: number | null } | null
}

export interface EditSheetProps<Input extends object> {
  title: ReactNode
  /** Name for people, of what is changed. */
  name: string
  /** Only what is to become another; empty: nothing yet. */
  request: Input
  /** The same fields as they are now, for Undo. */
  former: Input
  send: (input: Input, dryRun?: boolean) => Promise<UpdateAnswer>
  /** Inputs that show their errors themselves. */
  fields: readonly string[]
  /** Said where nothing runs for the change. */
  empty?: string
  /** The same change as what would become of a packet is asked of; absent: it moves none. */
  whatIf?: (request: Input) => TraceChange
  onClose: () => void
  children: (error: PlanError | null) => ReactNode
}

/** Fields, the plan of their change and what it interrupts; Save carries it out, and the toast takes it back. */
export function EditSheet<Input extends object>(props: EditSheetProps<Input>) {
  const { title, name, request, former, send, fields, empty, whatIf, onClose, children } = props
  const t = useTranslations('panel.edit')
  const change = useChange(send)
  const isChanged = Object.keys(request).length > 0
  const plan = usePlan(`edit ${name}`, isChanged ? request : null, (input) => send(input, true))
  const { isBusy, error, submit } = useSubmission(request, isChanged ? plan.error : null)

  const save = async () => {
    await change(name, request, former)
    onClose()
  }

  return (
    <Sheet
      open
      placement="right"
      onOpenChange={(open) => !open && onClose()}
      title={title}
      onSubmit={() => void (isChanged && submit(save))}
      footer={
        <div className="flex min-w-0 flex-1 flex-col gap-2.5">
          <Interruptions sentences={isChanged ? plan.interruptions : []} />
          <div className="flex justify-end gap-2">
            <Button variant="ghost" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" variant="primary" busy={isBusy} disabled={!isChanged || error !== null}>
              {t('save')}
            </Button>
          </div>
        </div>
      }
    >
      {children(error)}
      <PlanBlock
        plan={isChanged ? plan : { commands: [], isPending: false }}
        error={error}
        fields={fields}
        empty={isChanged ? empty : t('unchanged')}
      />
      {whatIf && isChanged && <WhatIf change={whatIf(request)} />}
    </Sheet>
  )
}

/** Carries a change out, with a word about it that can take it back. Throws where it fails. */
export function useChange<Input extends object>(send: (input: Input) => Promise<UpdateAnswer>) {
  const t = useTranslations('panel.edit')
  return async function change(name: string, request: Input, former: Input): Promise<void> {
    const { operation } = await send(request)
    const took = operation?.durationMs == null ? undefined : formatDuration(operation.durationMs)
    toast.done(t('done', { name }), {
      ...(took === undefined ? {} : { description: took }),
      action: { label: t('undo'), onClick: () => void undo() },
    })

    async function undo(): Promise<void> {
      try {
        await send(former)
        toast.done(t('undone', { name }))
      } catch (error) {
        toast.failed(t('undoFailed', { name }), { description: planError(error).message })
      }
    }
  }
}
