'use client'

import { ChevronRight } from 'lucide-react'
import { useFormatter, useTranslations } from 'next-intl'
import { Accordion } from 'radix-ui'
import type { OperationView } from '@/server/observe/snapshot'
import { clockTime } from '../i18n/clock-time'
import { useSay } from '../i18n/use-say'
import { CommandBlock } from '../ui/command-block'
import { Duration, OperationIcon } from './operation-mark'
import { describeOperation } from './operation-sentence'

/** Recent operations, newest first; each opens to its error and the commands that ran. */
export function OperationList({
  operations,
  initiallyOpen,
}: {
  operations: readonly OperationView[]
  initiallyOpen: string | undefined
}) {
  const t = useTranslations('frame.activity')
  return (
    <>
      <h2 className="px-4 pt-3.5 pb-2.5 font-semibold text-base">{t('title')}</h2>
      <Accordion.Root
        type="multiple"
        {...(initiallyOpen === undefined ? {} : { defaultValue: [initiallyOpen] })}
        className="min-h-0 flex-1 overflow-y-auto border-line border-t pb-1"
      >
        {operations.map((operation) => (
          <OperationItem key={operation.id} operation={operation} />
        ))}
      </Accordion.Root>
    </>
  )
}

function OperationItem({ operation }: { operation: OperationView }) {
  const t = useTranslations('frame.activity')
  const tOperation = useTranslations('frame.operation')
  const format = useFormatter()
  const say = useSay()
  return (
    <Accordion.Item value={operation.id} className="border-line border-b last:border-b-0">
      <Accordion.Header>
        <Accordion.Trigger className="group flex h-9 w-full items-center gap-2.5 px-4 text-left text-sm hover:bg-hover focus-visible:-outline-offset-2">
          <OperationIcon status={operation.status} />
          <span className="min-w-0 flex-1 truncate">{describeOperation(operation, tOperation)}</span>
          <Duration ms={operation.durationMs} />
          <time dateTime={operation.startedAt} className="shrink-0 font-mono text-faint text-xs">
            {format.dateTime(new Date(operation.startedAt), clockTime)}
          </time>
          <ChevronRight
            aria-hidden="true"
            className="size-3.5 text-faint transition-transform duration-150 group-data-[state=open]:rotate-90"
          />
        </Accordion.Trigger>
      </Accordion.Header>
      <Accordion.Content className="flex flex-col gap-2 px-4 pb-3">
        {operation.error !== null && <p className="text-bad text-sm">{say(operation.error)}</p>}
        <p className="text-faint text-xs">{t('by', { actor: operation.actor })}</p>
        <CommandBlock commands={operation.commands} empty={t('nothingRan')} />
      </Accordion.Content>
    </Accordion.Item>
  )
}
