import type { Container } from '../../cnm/container'
import type { ContainerId } from '../../cnm/ids'
import type { Attachment } from '../contract'
import { type Console, type ConsoleOptions, createConsole } from './console'

/** The consoles of containers that somebody is attached to, or was and may not leave. */
export interface Consoles {
  /** `isThere`: the container has a process to reach. To be called under its lock. */
  attach(container: Container, options: { input: boolean; isThere: boolean }): Promise<Attachment>
  /** Reaches for the process that `made` brings, for clients that came before it. */
  connect(id: ContainerId, made: Promise<unknown>): Promise<void>
  /** Lets the clients go that wait for a start that does not come. */
  close(id: ContainerId): void
  closeAll(): void
}

export function createConsoles(optionsOf: (container: Container) => ConsoleOptions): Consoles {
  const consoles = new Map<ContainerId, Console>()

  function open(container: Container): Console {
    const opened = createConsole(optionsOf(container))
    consoles.set(container.id, opened)
    void opened.over.then(() => {
      if (consoles.get(container.id) === opened) consoles.delete(container.id)
    })
    return opened
  }

  return {
    async attach(container, { input, isThere }) {
      const known = consoles.get(container.id)
      const console = known ?? open(container)
      const attachment = console.attach(input)
      if (isThere && !known) await console.connect(Promise.resolve())
      return attachment
    },
    async connect(id, made) {
      await consoles.get(id)?.connect(made)
    },
    close(id) {
      consoles.get(id)?.close()
    },
    closeAll() {
      for (const console of consoles.values()) console.close()
    },
  }
}

/** "once" only for pipes: a terminal has no end that one could close. */
export function inputOf({ options }: Pick<Container, 'options'>): ConsoleOptions['input'] {
  if (!options.openStdin) return 'none'
  return options.stdinOnce && !options.tty ? 'once' : 'open'
}
