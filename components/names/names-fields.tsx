'use client'

import { Plus, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { RecordType } from '@/server/cnm/network-names'
import type { PlanError } from '../topology/plan-query'
import { Button } from '../ui/button'
import { Field } from '../ui/field'
import { IconButton } from '../ui/icon-button'
import { Input } from '../ui/input'
import { Select } from '../ui/select'
import { type NamesDraft, type RecordRow, rowAt } from './names-draft'

const types: readonly RecordType[] = ['A', 'AAAA', 'CNAME', 'TXT', 'SRV', 'MX']
const examples: Readonly<Record<RecordType, string>> = {
  A: '10.0.0.9',
  AAAA: 'fd00::9',
  CNAME: 'db.example.com',
  TXT: 'v=1',
  SRV: '10 5 8080 web',
  MX: '10 mail.example.com',
}

export interface NamesFieldsProps {
  draft: NamesDraft
  onChange: (draft: NamesDraft) => void
  error: PlanError | null
  isInternal: boolean
}

/** Upstream servers of a network, and its records, one a row. Each error stands at its row. */
export function NamesFields({ draft, onChange, error, isInternal }: NamesFieldsProps) {
  const t = useTranslations('names.form')
  const { records } = draft
  const wrong = rowAt(error?.field ?? null, records)
  const isOfServers = error?.field?.startsWith('names.upstreams') ?? false
  const isOfNothing = error?.field?.startsWith('names') && wrong === null && !isOfServers
  const set = (key: number, change: Partial<RecordRow>) =>
    onChange({ ...draft, records: records.map((row) => (row.key === key ? { ...row, ...change } : row)) })
  return (
    <>
      <Field
        label={t('upstreams')}
        hint={isInternal ? t('upstreamsInternal') : t('upstreamsHint')}
        error={isOfServers ? error?.message : null}
      >
        {(control) => (
          <Input
            {...control}
            mono
            value={draft.upstreams}
            onChange={(event) => onChange({ ...draft, upstreams: event.target.value })}
          />
        )}
      </Field>
      <fieldset className="flex flex-col gap-2">
        <div className="flex items-center justify-between">
          <legend className="font-medium text-muted text-sm">{t('records')}</legend>
          <Button
            size="small"
            variant="ghost"
            onClick={() => {
              const key = Math.max(-1, ...records.map((row) => row.key)) + 1
              onChange({ ...draft, records: [...records, { key, name: '', type: 'A', value: '' }] })
            }}
          >
            <Plus className="size-3.5" aria-hidden="true" />
            {t('add')}
          </Button>
        </div>
        {records.length === 0 && <p className="text-faint text-xs">{t('noRecords')}</p>}
        {records.map((row) => (
          <RecordFields
            key={row.key}
            row={row}
            error={wrong?.key === row.key ? error : null}
            onChange={(change) => set(row.key, change)}
            onRemove={() => onChange({ ...draft, records: records.filter(({ key }) => key !== row.key) })}
          />
        ))}
        {isOfNothing && (
          <p role="alert" className="text-bad text-xs">
            {error?.message}
          </p>
        )}
      </fieldset>
    </>
  )
}

function RecordFields({
  row,
  error,
  onChange,
  onRemove,
}: {
  row: RecordRow
  error: PlanError | null
  onChange: (change: Partial<RecordRow>) => void
  onRemove: () => void
}) {
  const t = useTranslations('names.form')
  const invalid = (part: string) => (error?.field?.endsWith(`.${part}`) ? true : undefined)
  const noteId = `record-${row.key}-note`
  const described = error === null ? undefined : noteId
  return (
    <div className="flex flex-col gap-1">
      <div className="grid grid-cols-[minmax(0,1fr)_92px_minmax(0,1.2fr)_auto] items-center gap-2">
        <Input
          mono
          aria-label={t('name')}
          aria-invalid={invalid('name')}
          aria-describedby={described}
          placeholder={row.type === 'SRV' ? '_http._tcp.web' : 'db'}
          value={row.name}
          onChange={(event) => onChange({ name: event.target.value })}
        />
        <Select
          aria-label={t('type')}
          value={row.type}
          onValueChange={(type) => onChange({ type })}
          options={types.map((type) => ({ value: type, label: type }))}
        />
        <Input
          mono
          aria-label={t('value')}
          aria-invalid={invalid('value')}
          aria-describedby={described}
          placeholder={examples[row.type]}
          value={row.value}
          onChange={(event) => onChange({ value: event.target.value })}
        />
        <IconButton label={t('remove', { name: row.name })} onClick={onRemove}>
          <X />
        </IconButton>
      </div>
      {error !== null && (
        <p id={noteId} role="alert" className="break-words text-bad text-xs">
          {error.message}
        </p>
      )}
    </div>
  )
}
