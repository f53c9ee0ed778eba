'use client'

import { Toaster as Sonner, toast as sonner } from 'sonner'

export interface ToastOptions {
  description?: string
  /** A button in the toast, such as Undo. */
  action?: { label: string; onClick: () => void }
  /** The same id replaces its toast. */
  id?: string
}

/**
 * Says what happened. With an action it stays long enough to be read and pressed, or until the next one that offers any:
 * an older change can no longer be taken back by itself.
 */
export const toast = {
  done: (title: string, options: ToastOptions = {}) => sonner.success(title, shape(options, 5000)),
  failed: (title: string, options: ToastOptions = {}) => sonner.error(title, shape(options, 10_000)),
  info: (title: string, options: ToastOptions = {}) => sonner(title, shape(options, 5000)),
  working: (title: string, options: ToastOptions = {}) =>
    sonner.loading(title, shape(options, Number.POSITIVE_INFINITY)),
  dismiss: (id: string) => sonner.dismiss(id),
}

function shape({ description, action, id = action && 'with-action' }: ToastOptions, duration: number) {
  return {
    duration: action === undefined ? duration : Math.max(duration, 10_000),
    ...(description === undefined ? {} : { description }),
    ...(action === undefined ? {} : { action }),
    ...(id === undefined ? {} : { id }),
  }
}

/** Once, in the root layout. */
export function Toaster({ label }: { label: string }) {
  return (
    <Sonner
      position="bottom-center"
      // Above the strip, and above what a picture has at its lower edge.
      offset={{ bottom: 'calc(var(--strip) + 60px)' }}
      gap={8}
      // Above dialogs, below menus: what it tells never lies over what is being chosen.
      style={{ zIndex: 45 }}
      containerAriaLabel={label}
      toastOptions={{
        style: {
          background: 'var(--raised)',
          border: '1px solid var(--line-strong)',
          color: 'var(--ink)',
          fontFamily: 'var(--font-sans)',
          fontSize: 13,
          borderRadius: 10,
          padding: '10px 14px',
        },
        classNames: {
          description: 'text-muted! text-xs!',
          actionButton: 'bg-transparent! text-accent! font-medium! border! border-line-strong!',
          success: '[&_[data-icon]]:text-ok',
          error: '[&_[data-icon]]:text-bad',
        },
      }}
    />
  )
}
