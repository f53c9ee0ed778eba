'use client'

import clsx from 'clsx'
import { X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Dialog as Primitive } from 'radix-ui'
import type { CSSProperties, ReactNode } from 'react'
import { focusFirstField } from './first-field'
import { IconButton } from './icon-button'

export interface SheetProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: ReactNode
  description?: ReactNode
  footer?: ReactNode
  /**
   * `corner`: a small sheet over the bottom right, beside which the page stays usable.
   * `right`: the whole height at the right edge. `free`: wherever `style` puts it.
   */
  placement?: 'corner' | 'right' | 'free'
  style?: CSSProperties
  /** Called with Enter anywhere inside (not in a text area), as in a form. */
  onSubmit?: () => void
  children?: ReactNode
}

const placements = {
  corner: 'right-4 bottom-[calc(var(--strip)+12px)] w-[380px] max-h-[min(640px,80vh)] rounded-xl border animate-rise',
  right: 'top-(--topbar) right-0 bottom-(--strip) w-[440px] max-w-full border-l animate-slide-right',
  free: 'w-[380px] max-h-[min(640px,80vh)] rounded-xl border animate-rise',
}

/** Not modal: focus moves into it, Escape closes it and gives focus back, clicks elsewhere leave it open. */
export function Sheet({
  open,
  onOpenChange,
  title,
  description,
  footer,
  placement = 'corner',
  style,
  onSubmit,
  children,
}: SheetProps) {
  const t = useTranslations('common')
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange} modal={false}>
      <Primitive.Portal>
        <Primitive.Content
          onOpenAutoFocus={focusFirstField}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          onInteractOutside={(event) => event.preventDefault()}
          style={style}
          className={clsx(
            'fixed z-30 flex max-w-[calc(100vw-32px)] flex-col border-line-strong bg-surface shadow-float focus:outline-none',
            placements[placement],
          )}
        >
          <form
            className="flex min-h-0 flex-1 flex-col"
            onSubmit={(event) => {
              event.preventDefault()
              onSubmit?.()
            }}
          >
            <div className="flex items-start gap-3 px-4 pt-3.5 pb-2.5">
              <div className="min-w-0 flex-1">
                <Primitive.Title className="font-semibold text-base text-ink">{title}</Primitive.Title>
                {description !== undefined && (
                  <Primitive.Description className="text-muted text-sm">{description}</Primitive.Description>
                )}
              </div>
              <Primitive.Close asChild>
                <IconButton label={t('close')} shortcut="Esc" size="small">
                  <X />
                </IconButton>
              </Primitive.Close>
            </div>
            <div className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto px-4 pb-3">{children}</div>
            {footer !== undefined && (
              <div className="flex shrink-0 items-center justify-end gap-2 border-line border-t px-4 py-2.5">
                {footer}
              </div>
            )}
          </form>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}
