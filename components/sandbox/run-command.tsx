'use client'

import { useMutation } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useTRPC } from '@/components/trpc/client'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import type { ContainerView } from '@/server/observe/snapshot'
import { parseWords } from '../topology/shell'

interface Run {
  readonly number: number
  readonly line: string
  readonly exitCode: number | null
  readonly output: string
  readonly error: string
}

const runsKept = 20
const example = 'ping -c 3 container1'
const suggestions = ['ip address', 'ip route', 'cat /etc/resolv.conf'] as const

/** Runs a command inside the container and shows what it says. */
export function RunCommand({ container }: { container: ContainerView }) {
  const t = useTranslations('panel.run')
  const [line, setLine] = useState('')
  const [runs, setRuns] = useState<readonly Run[]>([])
  const exec = useMutation(useTRPC().container.exec.mutationOptions())
  const isRunning = container.status === 'running'

  async function run(text: string) {
    const command = parseWords(text)
    if (command.length === 0) return
    const number = (runs[0]?.number ?? 0) + 1
    const finish = (outcome: Omit<Run, 'number' | 'line'>) =>
      setRuns((before) => [{ number, line: text, ...outcome }, ...before].slice(0, runsKept))
    try {
      const { exitCode, stdout, stderr } = await exec.mutateAsync({ container: container.id, command })
      finish({ exitCode, output: stdout, error: stderr })
      setLine('')
    } catch (reason) {
      finish({ exitCode: null, output: '', error: reason instanceof Error ? reason.message : String(reason) })
    }
  }

  return (
    <div className="flex flex-col gap-3">
      <form
        className="flex gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          void run(line)
        }}
      >
        <Input
          mono
          aria-label={t('command')}
          placeholder={example}
          value={line}
          disabled={!isRunning}
          onChange={(event) => setLine(event.target.value)}
        />
        <Button type="submit" variant="primary" busy={exec.isPending} disabled={!isRunning}>
          {t('run')}
        </Button>
      </form>
      {!isRunning && <p className="text-faint text-sm">{t('notRunning')}</p>}
      {isRunning && (
        <p className="flex flex-wrap gap-1.5">
          {suggestions.map((suggestion) => (
            <button
              key={suggestion}
              type="button"
              onClick={() => void run(suggestion)}
              className="rounded border border-line px-1.5 font-mono text-muted text-xs hover:bg-hover hover:text-ink"
            >
              {suggestion}
            </button>
          ))}
        </p>
      )}
      <div aria-live="polite" className="flex flex-col gap-3">
        {runs.map((done) => (
          <section key={done.number} className="rounded-md border border-line bg-sunken font-mono text-xs">
            <h4 className="flex justify-between gap-2 border-line border-b px-2.5 py-1.5">
              <bdi className="min-w-0 break-words">{done.line}</bdi>
              {done.exitCode !== null && (
                <span className={`shrink-0 ${done.exitCode === 0 ? 'text-ok' : 'text-bad'}`}>
                  {t('exit', { code: done.exitCode })}
                </span>
              )}
            </h4>
            <pre className="max-h-64 overflow-auto whitespace-pre-wrap break-words px-2.5 py-2">
              {done.output}
              {done.error !== '' && <span className="text-bad">{done.error}</span>}
              {done.output === '' && done.error === '' && <span className="text-faint">{t('silent')}</span>}
            </pre>
          </section>
        ))}
      </div>
    </div>
  )
}
