'use client'

import { Plus } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Popover } from 'radix-ui'
import { useState } from 'react'
import { parseWords } from '../topology/shell'
import { useSnapshot } from '../trpc/snapshot'
import { Button } from '../ui/button'
import { Field } from '../ui/field'
import { Floating } from '../ui/floating'
import { IconButton } from '../ui/icon-button'
import { Input } from '../ui/input'
import { Select } from '../ui/select'
import { useTerminals } from './terminals'

const shell = 'sh'

/** Another one: where, and what runs in it. */
export function NewTerminal() {
  const t = useTranslations('terminal')
  const terminals = useTerminals()
  const [isOpen, setIsOpen] = useState(false)
  const [command, setCommand] = useState('')
  const containers = useSnapshot((snapshot) => Object.values(snapshot.containers).filter(canHaveTerminal))
  const current = terminals.tabs.find(({ id }) => id === terminals.active)?.container.id
  const [chosen, setChosen] = useState<string>()
  const container = containers.find(({ id }) => id === (chosen ?? current)) ?? containers[0]
  return (
    <Popover.Root open={isOpen} onOpenChange={setIsOpen}>
      <Popover.Trigger asChild>
        <IconButton label={t('new')} size="small">
          <Plus />
        </IconButton>
      </Popover.Trigger>
      <Floating side="top" label={t('new')} className="w-72 p-3">
        <form
          className="flex flex-col gap-3"
          onSubmit={(event) => {
            event.preventDefault()
            if (!container) return
            setIsOpen(false)
            terminals.open({ id: container.id, name: container.name }, parseWords(command))
          }}
        >
          <Field label={t('container')}>
            {(control) => (
              <Select
                {...control}
                value={container?.id ?? ''}
                onValueChange={setChosen}
                options={containers.map(({ id, name }) => ({ value: id, label: name }))}
              />
            )}
          </Field>
          <Field label={t('command')} hint={t('commandHint')}>
            {(control) => (
              <Input
                {...control}
                mono
                placeholder={shell}
                value={command}
                onChange={(event) => setCommand(event.target.value)}
              />
            )}
          </Field>
          <Button type="submit" variant="primary" size="small" disabled={!container}>
            {t('open')}
          </Button>
        </form>
      </Floating>
    </Popover.Root>
  )
}

/** An engine has it, ours or Docker's, and it runs: a terminal is a program in it. */
export function canHaveTerminal({ origin, status }: { origin: string; status: string }): boolean {
  return origin !== 'kernel' && status === 'running'
}
