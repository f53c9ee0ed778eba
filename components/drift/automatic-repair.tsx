'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useTRPC } from '../trpc/client'
import { Checkbox } from '../ui/checkbox'
import { Select } from '../ui/select'
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
      <div className="w-28 shrink-0">
        <Select
          aria-label={t('after')}
          className="h-7! text-sm"
          value={String(afterSeconds)}
          disabled={!on}
          onValueChange={(seconds) => configure.mutate({ on, afterSeconds: Number(seconds) })}
          options={[...new Set([...choices, afterSeconds])].map((seconds) => ({
            value: String(seconds),
            label: t('seconds', { seconds }),
          }))}
        />
      </div>
    </div>
  )
}
