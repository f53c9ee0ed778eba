'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useTRPC } from '../trpc/client'
import { Checkbox } from '../ui/checkbox'
import { toast } from '../ui/toast'

const choices = [10, 30, 60, 300] as const

/** Whether what bears Patchbay's mark is repaired by itself, and after how long. */
export function AutomaticRepair() {
  const t = useTranslations('time.drift.automatic')
  const trpc = useTRPC()
  const cache = useQueryClient()
  const settings = useQuery(trpc.drift.automatic.queryOptions())
  const configure = useMutation(
    trpc.drift.configure.mutationOptions({
      onSuccess: (data) => cache.setQueryData(trpc.drift.automatic.queryKey(), data),
      onError: (error) => toast.failed(error.message),
    }),
  )
  if (!settings.data) return null
  const { on, afterSeconds } = settings.data
  return (
    <div className="flex items-start gap-3">
      <div className="min-w-0 flex-1">
        <Checkbox
          checked={on}
          onCheckedChange={(checked) => configure.mutate({ on: checked, afterSeconds })}
          label={t('title')}
          hint={on ? t('hint', { seconds: afterSeconds }) : t('off')}
        />
      </div>
      <select
        aria-label={t('after')}
        value={afterSeconds}
        disabled={!on}
        onChange={({ target }) => configure.mutate({ on, afterSeconds: Number(target.value) })}
        className="h-7 rounded-md border border-line-strong bg-raised px-1.5 text-sm disabled:opacity-50"
      >
        {[...new Set([...choices, afterSeconds])].map((seconds) => (
          <option key={seconds} value={seconds}>
            {t('seconds', { seconds })}
          </option>
        ))}
      </select>
    </div>
  )
}
