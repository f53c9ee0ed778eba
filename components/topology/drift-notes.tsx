'use client'

import { DriftRows } from '@/components/drift/drift-rows'
import { foldAlike } from '@/components/drift/fold'
import { useSnapshot } from '@/components/trpc/snapshot'
import { placesOf } from './arrangement'

/** What is wrong with an object, and its repair; nothing where the kernel is as it should be. */
export function DriftNotes({ subjectId }: { subjectId: string }) {
  const drift = useSnapshot((snapshot) =>
    Object.values(snapshot.drift).filter((item) => placesOf(item).includes(subjectId)),
  )
  if (drift.length === 0) return null
  return (
    <ul className="flex flex-col gap-3 rounded-md border border-line bg-warn-soft px-3 py-2.5">
      {foldAlike(drift).map((fold) => (
        <DriftRows key={fold[0].key} drifts={fold} isNamed={false} />
      ))}
    </ul>
  )
}
