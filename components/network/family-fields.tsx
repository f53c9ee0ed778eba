'use client'

import { useTranslations } from 'next-intl'
import { Checkbox } from '@/components/ui/checkbox'

export interface Families {
  readonly ipv6: boolean
  readonly isIpv6Only: boolean
}

export interface FamilyFieldsProps {
  value: Families
  onChange: (value: Families) => void
  /** A subnet of IPv6 is typed: it cannot be without. */
  isIpv6Named: boolean
  /** The subnet of IPv6 that it will have, where it is known. */
  subnet?: string | undefined
}

/** Whether endpoints have IPv6 addresses, and no others. */
export function FamilyFields({ value, onChange, isIpv6Named, subnet }: FamilyFieldsProps) {
  const t = useTranslations('panel.createNetwork')
  const hasIpv6 = value.ipv6 || isIpv6Named
  return (
    <>
      <Checkbox
        checked={hasIpv6}
        disabled={isIpv6Named}
        onCheckedChange={(ipv6) => onChange({ ...value, ipv6 })}
        label={t('ipv6')}
        hint={subnet ?? t('ipv6Hint')}
      />
      {hasIpv6 && (
        <Checkbox
          checked={value.isIpv6Only}
          onCheckedChange={(isIpv6Only) => onChange({ ...value, isIpv6Only })}
          label={t('ipv6Only')}
          hint={t('ipv6OnlyHint')}
        />
      )}
    </>
  )
}
