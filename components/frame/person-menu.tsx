'use client'

import { useMutation, useQuery } from '@tanstack/react-query'
import { LogOut, UserRound } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useTRPC } from '../trpc/client'
import { Button } from '../ui/button'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../ui/menu'
import { toast } from '../ui/toast'

export function PersonMenu() {
  const t = useTranslations('frame.person')
  const me = useQuery(useTRPC().user.me.queryOptions(undefined, { staleTime: Number.POSITIVE_INFINITY }))
  const signOut = useSignOut()
  const name = me.data?.name ?? t('somebody')
  return (
    <Menu
      trigger={
        <Button variant="ghost" size="small" aria-label={t('menu', { name })} className="rounded-full border-line">
          <UserRound className="size-3.5" />
          <span className="max-w-24 truncate max-[1000px]:hidden">{name}</span>
        </Button>
      }
    >
      <MenuLabel>{t('signedInAs', { name })}</MenuLabel>
      <MenuSeparator />
      <MenuItem icon={<LogOut />} onSelect={signOut}>
        {t('signOut')}
      </MenuItem>
    </Menu>
  )
}

/** Ends the session and leaves for the sign-in page. */
export function useSignOut(): () => void {
  const trpc = useTRPC()
  const { mutate } = useMutation(
    trpc.user.signOut.mutationOptions({
      onSuccess: () => window.location.assign('/sign-in'),
      onError: (error) => toast.failed(error.message),
    }),
  )
  return () => mutate(undefined)
}
