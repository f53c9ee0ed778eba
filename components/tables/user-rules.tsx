'use client'

import { useQuery } from '@tanstack/react-query'
import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import type { Family } from '@/server/cnm/address'
import { PlanBlock } from '../topology/plan-block'
import { planError, usePlan } from '../topology/plan-query'
import { useTRPC, useTRPCClient } from '../trpc/client'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { IconButton } from '../ui/icon-button'
import { Input } from '../ui/input'
import { Spinner } from '../ui/spinner'
import { toast } from '../ui/toast'

interface Row {
  readonly key: number
  readonly text: string
}

/** A button, and behind it the administrator's own chain: its rules as one types them for iptables. */
export function UserRules({ family }: { family: Family }) {
  const t = useTranslations('tables.userRules')
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t('open')}
      </Button>
      {open && <UserRulesDialog family={family} onClose={() => setOpen(false)} />}
    </>
  )
}

function UserRulesDialog({ family, onClose }: { family: Family; onClose: () => void }) {
  const t = useTranslations('tables.userRules')
  const trpc = useTRPC()
  const query = useQuery(
    trpc.firewall.userRules.queryOptions(
      { family },
      { staleTime: 0, gcTime: 0, retry: false, refetchOnWindowFocus: false },
    ),
  )
  if (query.data) return <Editor family={family} former={query.data.rules} onClose={onClose} />
  return (
    <Dialog open onOpenChange={onClose} size="large" title={t('title', { family: familyNames[family] })}>
      {query.error ? <p className="text-muted text-sm">{planError(query.error).message}</p> : <Spinner />}
    </Dialog>
  )
}

const example = '-s 203.0.113.0/24 -p tcp --dport 22 -j DROP'
const familyNames = { ipv4: 'IPv4', ipv6: 'IPv6' } as const

interface EditorProps {
  family: Family
  former: readonly string[]
  onClose: () => void
}

function Editor({ family, former, onClose }: EditorProps) {
  const t = useTranslations('tables.userRules')
  const client = useTRPCClient()
  const [rows, setRows] = useState<readonly Row[]>(() => former.map((text, key) => ({ key, text })))
  const [busy, setBusy] = useState(false)
  const input = { family, rules: rows.map(({ text }) => text), former: [...former] }
  const plan = usePlan('user rules', input, (asked) => client.firewall.update.mutate({ ...asked, dryRun: true }))
  const move = (at: number, by: -1 | 1) => {
    const next = [...rows]
    const [row, other] = [next[at], next[at + by]]
    if (!row || !other) return
    next[at] = other
    next[at + by] = row
    setRows(next)
  }

  async function save() {
    setBusy(true)
    try {
      const { result } = await client.firewall.update.mutate(input)
      const undo = () => client.firewall.update.mutate({ family, rules: [...former], former: [...result.rules] })
      toast.done(t('done'), { action: { label: t('undo'), onClick: () => void undo().catch(failed) } })
      onClose()
    } catch (error) {
      failed(error)
    } finally {
      setBusy(false)
    }
  }

  function failed(error: unknown) {
    toast.failed(t('failed'), { description: planError(error).message })
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      size="large"
      title={t('title', { family: familyNames[family] })}
      description={t('description')}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button
            variant="primary"
            busy={busy}
            disabled={plan.isPending || plan.error !== null}
            onClick={() => void save()}
          >
            {t('save')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <ol className="flex flex-col gap-1.5">
          {rows.map((row, at) => (
            <li key={row.key} className="flex items-center gap-1">
              <span aria-hidden="true" className="w-5 shrink-0 text-right font-mono text-faint text-xs">
                {at + 1}
              </span>
              <Input
                mono
                aria-label={t('rule', { number: at + 1 })}
                placeholder={example}
                value={row.text}
                onChange={(event) =>
                  setRows(rows.map((one) => (one.key === row.key ? { ...one, text: event.target.value } : one)))
                }
              />
              <IconButton
                size="small"
                label={t('up', { number: at + 1 })}
                disabled={at === 0}
                onClick={() => move(at, -1)}
              >
                <ArrowUp />
              </IconButton>
              <IconButton
                size="small"
                label={t('down', { number: at + 1 })}
                disabled={at === rows.length - 1}
                onClick={() => move(at, 1)}
              >
                <ArrowDown />
              </IconButton>
              <IconButton
                size="small"
                label={t('remove', { number: at + 1 })}
                onClick={() => setRows(rows.filter(({ key }) => key !== row.key))}
              >
                <X />
              </IconButton>
            </li>
          ))}
        </ol>
        {rows.length === 0 && <p className="text-faint text-sm">{t('none')}</p>}
        <Button
          size="small"
          className="self-start"
          onClick={() => setRows([...rows, { key: Math.max(-1, ...rows.map(({ key }) => key)) + 1, text: '' }])}
        >
          <Plus className="size-3.5" aria-hidden="true" />
          {t('add')}
        </Button>
        <PlanBlock plan={plan} error={plan.error} fields={[]} empty={t('unchanged')} />
        <p className="text-faint text-xs">{t('hint')}</p>
      </div>
    </Dialog>
  )
}
