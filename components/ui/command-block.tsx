'use client'

import clsx from 'clsx'
import { useTranslations } from 'next-intl'
import { CopyButton } from './copy-button'

export interface CommandBlockProps {
  /** One command or `# comment` an entry. */
  commands: readonly string[]
  /** Accessible name; "Commands" where absent. */
  label?: string
  className?: string
  /** Shown instead where there are none. */
  empty?: string
}

/** Commands as one would type them, with a button that copies them all. */
export function CommandBlock({ commands, label, className, empty }: CommandBlockProps) {
  const t = useTranslations('common')
  return (
    <div className={clsx('group relative rounded-md border border-line bg-sunken', className)}>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
        tabIndex={0}
        aria-label={label ?? t('commands')}
        className="max-h-60 overflow-auto rounded-md"
      >
        <pre className="whitespace-pre-wrap break-words py-2 pr-9 pl-3 text-muted text-xs leading-[18px]">
          {commands.length === 0 ? <span className="text-faint">{empty ?? t('noCommands')}</span> : null}
          {commands.map((command, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same command may stand twice; the order is the identity
            <CommandLine key={index} command={command} />
          ))}
        </pre>
      </section>
      {commands.length > 0 && (
        <CopyButton
          text={`${commands.join('\n')}\n`}
          what={t('commands')}
          className="absolute top-1 right-1 bg-sunken"
        />
      )}
    </div>
  )
}

/** The program stands out, its arguments follow, wrapped lines hang. */
function CommandLine({ command }: { command: string }) {
  if (command.trimStart().startsWith('#')) return <code className="block pl-4 -indent-4 text-ok">{command}</code>
  const [program = '', ...rest] = command.split(' ')
  return (
    <code className="block pl-4 -indent-4">
      <span className="text-ink">{program}</span>
      {rest.length > 0 && ` ${rest.join(' ')}`}
    </code>
  )
}
