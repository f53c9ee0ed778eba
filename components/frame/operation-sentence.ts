import type { useTranslations } from 'next-intl'
import type { BriefOperationView, OperationView } from '@/server/observe/snapshot'

/** `useTranslations('frame.operation')` */
export type OperationTranslator = ReturnType<typeof useTranslations<'frame.operation'>>

/** What an operation did, or failed to do, in a few words: "Connected container2 to frontend". */
export function describeOperation(operation: BriefOperationView, t: OperationTranslator): string {
  const [first = '', second = ''] = operation.subjects
  if (operation.status === 'done') return t(`${operation.verb}.done`, { first, second })
  return t(`status.${operation.status}`, { what: t(`${operation.verb}.what`, { first, second }) })
}

/** Newest first. */
export function sortOperations(operations: readonly OperationView[]): OperationView[] {
  return [...operations].sort((a, b) => b.startedAt.localeCompare(a.startedAt))
}
