'use client'

import { Cable } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useSnapshot } from '@/components/trpc/snapshot'
import { Button } from '@/components/ui/button'
import { Progress } from '@/components/ui/progress'
import { useExample } from './example'
import { usePanelStore } from './panel-state'

/** While there is nothing but what is always there: what to do next, and an example in one click. */
export function EmptyPanel() {
  const t = useTranslations('panel.empty')
  const store = usePanelStore()
  const example = useExample()
  const isEmpty = useIsEmpty()
  const { progress } = example
  if (!isEmpty && progress === null) return null
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-[9%] flex justify-center px-6">
      <section className="pointer-events-auto flex w-[480px] max-w-full flex-col items-center gap-3 rounded-xl border border-line bg-surface px-8 py-7 text-center">
        <span className="flex size-11 items-center justify-center rounded-xl border border-line bg-sunken text-accent">
          <Cable aria-hidden="true" className="size-5" />
        </span>
        <h2 className="font-semibold text-lg">{t('title')}</h2>
        <p className="text-muted text-sm">{t('text')}</p>
        {progress ? (
          <div className="mt-2 flex w-full flex-col gap-2">
            <Progress value={progress.done} max={progress.of} label={t('progress')} />
            <p className="text-muted text-xs">{t('making', { name: progress.making })}</p>
          </div>
        ) : (
          <div className="mt-2 flex flex-wrap justify-center gap-2">
            <Button variant="primary" onClick={() => void example.make()}>
              {t('example')}
            </Button>
            <Button onClick={() => store.set({ creating: { what: 'network', at: null } })}>{t('network')}</Button>
          </div>
        )}
        {!progress && <p className="text-faint text-xs">{t('exampleHint')}</p>}
      </section>
    </div>
  )
}

/** Nothing is there but the networks that always are. */
export function useIsEmpty(): boolean {
  return useSnapshot(
    ({ networks, containers }) =>
      Object.keys(containers).length === 0 && Object.values(networks).every(({ predefined }) => predefined),
  )
}
