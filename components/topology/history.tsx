'use client'

import { useFormatter, useTranslations } from 'next-intl'
import { Duration } from '@/components/frame/operation-mark'
import { describeOperation, sortOperations } from '@/components/frame/operation-sentence'
import { useSnapshot } from '@/components/trpc/snapshot'
import { CommandBlock } from '@/components/ui/command-block'
import { clockTime } from '../i18n/clock-time'
import { useSay } from '../i18n/use-say'
import { Section } from './facts'

const shown = 5

/** The last changes of what bears these names, with what ran. */
export function History({ kind, names }: { kind: 'network' | 'container'; names: readonly string[] }) {
  const t = useTranslations('panel.history')
  const sentence = useTranslations('frame.operation')
  const format = useFormatter()
  const say = useSay()
  const operations = sortOperations(
    useSnapshot((snapshot) =>
      Object.values(snapshot.operations).filter(
        ({ subjects, verb }) =>
          names.every((name) => subjects.includes(name)) &&
          (names.length > 1 || verb.startsWith(`${kind}.`) || verb.endsWith('connect') || verb.startsWith('endpoint.')),
      ),
    ),
  ).slice(0, shown)
  return (
    <Section title={t('title')}>
      {operations.length === 0 && <p className="text-faint text-sm">{t('none')}</p>}
      {operations.map((operation) => (
        <details key={operation.id} className="group">
          <summary className="flex cursor-pointer list-none items-baseline gap-2 rounded text-sm hover:text-accent">
            <span
              className={`min-w-0 flex-1 truncate ${operation.status === 'failed' ? 'text-bad' : ''}`}
              title={operation.error === null ? undefined : say(operation.error)}
            >
              {describeOperation(operation, sentence)}
            </span>
            <Duration ms={operation.durationMs} />
            <time dateTime={operation.startedAt} className="shrink-0 font-mono text-faint text-xs">
              {format.dateTime(new Date(operation.startedAt), clockTime)}
            </time>
          </summary>
          <div className="mt-1.5 flex flex-col gap-1.5 pb-1">
            {operation.error !== null && <p className="text-bad text-xs">{say(operation.error)}</p>}
            <CommandBlock commands={operation.commands} />
          </div>
        </details>
      ))}
    </Section>
  )
}
