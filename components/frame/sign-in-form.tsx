'use client'

import { useMutation } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { type FormEvent, useState } from 'react'
import { useTRPC } from '../trpc/client'
import { Button } from '../ui/button'
import { CommandBlock } from '../ui/command-block'
import { Field } from '../ui/field'
import { Input } from '../ui/input'
import { Logo } from './logo'

/** Takes the token; what the daemon says against it stands below the field. */
export function SignInForm({ linkFailed }: { linkFailed: boolean }) {
  const t = useTranslations('frame.signIn')
  const [token, setToken] = useState('')
  const [isMissing, setIsMissing] = useState(false)
  const signIn = useMutation(
    // A whole load, so that nothing of the time before stays.
    useTRPC().user.signIn.mutationOptions({ onSuccess: () => window.location.assign('/') }),
  )

  function submit(event: FormEvent) {
    event.preventDefault()
    const given = token.trim()
    setIsMissing(given === '')
    if (given !== '') signIn.mutate({ token: given })
  }

  return (
    <form
      onSubmit={submit}
      className="flex w-full max-w-[420px] flex-col gap-5 rounded-2xl border border-line bg-surface p-8"
    >
      <div className="flex flex-col items-center gap-1 text-center">
        <Logo className="mb-2 size-12" />
        <h1 className="font-semibold text-xl">{t('title')}</h1>
        <p className="text-muted text-sm">{t('tagline')}</p>
      </div>
      {linkFailed && !signIn.isError && (
        <p role="alert" className="rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">
          {t('linkFailed')}
        </p>
      )}
      <Field label={t('token')} error={isMissing ? t('missing') : signIn.error?.message}>
        {(control) => (
          <Input
            {...control}
            mono
            autoFocus
            type="password"
            autoComplete="current-password"
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" variant="primary" busy={signIn.isPending || signIn.isSuccess}>
        {t('submit')}
      </Button>
      <div className="flex flex-col gap-2.5 border-line border-t pt-5">
        <p className="text-muted text-sm">
          {t.rich('hint', {
            code: (text) => <code className="rounded bg-sunken px-1 py-px text-ink text-xs">{text}</code>,
          })}
        </p>
        <CommandBlock commands={[t('where')]} label={t('whereLabel')} />
      </div>
    </form>
  )
}
