'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import type { AddressState } from '../tables/address-state'
import { isAddress } from '../trace/address'
import { Choice } from '../ui/choice'
import { Input } from '../ui/input'
import { Select } from '../ui/select'
import type { AskedReach } from './use-reach'

const kinds = ['echo', 'listening', 'tcp', 'udp'] as const
type Kind = (typeof kinds)[number]

const mostOutside = 20

/** What a page's address asks for. */
export function readAsked(parameters: URLSearchParams): AskedReach {
  const port = Number(parameters.get('port') ?? '80')
  const kind = kinds.find((known) => known === parameters.get('what')) ?? 'listening'
  const isPort = Number.isInteger(port) && port >= 1 && port <= 65_535
  const outside = (parameters.get('outside') ?? '').split(/[\s,]+/).filter((text) => isAddress(text))
  return {
    outside: outside.slice(0, mostOutside),
    by: parameters.get('by') === 'name' ? 'name' : 'address',
    what:
      kind === 'echo' || kind === 'listening' ? { kind } : { kind: 'port', protocol: kind, port: isPort ? port : 80 },
  }
}

export function ReachForm({
  asked: { by, what },
  outside,
  onChange,
}: {
  asked: AskedReach
  outside: string
  onChange: AddressState['change']
}) {
  const t = useTranslations('probe.reach')
  const kind: Kind = what.kind === 'port' ? what.protocol : what.kind
  return (
    <>
      <Choice
        label={t('by')}
        showLabel={false}
        value={by}
        onValueChange={(value) => onChange({ by: value })}
        options={[
          { value: 'address', label: t('byAddress') },
          { value: 'name', label: t('byName') },
        ]}
      />
      <div className="w-56">
        <Select
          aria-label={t('what')}
          className="h-7! text-sm"
          value={kind}
          onValueChange={(value) => onChange({ what: value })}
          options={kinds.map((value) => ({ value, label: t(`kind.${value}`) }))}
        />
      </div>
      {what.kind === 'port' && (
        <Typed
          label={t('port')}
          initial={String(what.port)}
          className="w-16"
          isRight={(text) => Number(text) >= 1 && Number(text) <= 65_535}
          onText={(port) => onChange({ port })}
        />
      )}
      <Typed
        label={t('outside')}
        initial={outside}
        placeholder="192.0.2.1"
        className="w-32"
        isRight={(text) => text.split(/[\s,]+/).every((part) => part === '' || isAddress(part))}
        onText={(value) => onChange({ outside: value })}
      />
    </>
  )
}

/** Text that counts once it can be meant. */
function Typed({
  label,
  initial,
  placeholder,
  className,
  isRight,
  onText,
}: {
  label: string
  initial: string
  placeholder?: string
  className: string
  isRight: (text: string) => boolean
  onText: (text: string) => void
}) {
  const [text, setText] = useState(initial)
  return (
    <div className={className}>
      <Input
        mono
        aria-label={label}
        title={label}
        aria-invalid={isRight(text.trim()) ? undefined : true}
        className="h-7! text-xs!"
        placeholder={placeholder}
        maxLength={400}
        value={text}
        onChange={({ target }) => {
          setText(target.value)
          if (isRight(target.value.trim())) onText(target.value.trim())
        }}
      />
    </div>
  )
}
