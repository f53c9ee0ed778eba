'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useSnapshot } from '@/components/trpc/snapshot'
import type { ControlProps } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Select } from '@/components/ui/select'

export interface HostLinkFieldProps {
  control: ControlProps
  /** What the control is for, for those who do not see where it stands. */
  label: string
  value: string
  onChange: (value: string) => void
}

const unset = 'unset:'
const other = 'other:'

/** A link of the host: one of those that lead out, or another by its name (a VLAN of one, a bridge). */
export function HostLinkField({ control, label, value, onChange }: HostLinkFieldProps) {
  const t = useTranslations('panel.createNetwork')
  const uplinks = useSnapshot((snapshot) => snapshot.host.uplinks)
  const isListed = uplinks.some(({ name }) => name === value)
  const [isTyped, setTyped] = useState(value !== '' && !isListed)
  return (
    <div className="flex flex-col gap-1.5">
      <Select
        {...control}
        value={isTyped ? other : value === '' ? unset : value}
        onValueChange={(chosen) => {
          setTyped(chosen === other)
          onChange(chosen === other || chosen === unset ? '' : chosen)
        }}
        options={[
          { value: unset, label: t('noLink') },
          ...uplinks.map(({ name, addresses }) => ({
            value: name,
            label: (
              <span className="font-mono">
                {name} <span className="text-faint">{addresses[0]}</span>
              </span>
            ),
          })),
          { value: other, label: t('otherLink') },
        ]}
      />
      {isTyped && (
        <Input
          mono
          aria-label={t('linkName', { option: label })}
          {...(uplinks[0] === undefined ? {} : { placeholder: `${uplinks[0].name}.10` })}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </div>
  )
}
