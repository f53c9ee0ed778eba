import { PatchbayError } from '../cnm/errors'
import { sentence } from '../cnm/sentence'

const defaults = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FSETID',
  'FOWNER',
  'MKNOD',
  'NET_RAW',
  'SETGID',
  'SETUID',
  'SETFCAP',
  'SETPCAP',
  'NET_BIND_SERVICE',
  'SYS_CHROOT',
  'KILL',
  'AUDIT_WRITE',
]

/** In the order of their numbers, as capabilities(7) lists them. */
const all = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
]

/**
 * Docker's default set, with what is added and dropped by name (any case, "CAP_" may be left
 * out, "ALL" for every one). What is dropped by name stays dropped; dropping ALL leaves what is
 * added by name. Throws invalid-parameter for a name that is no capability.
 */
export function capabilitiesOf(add: readonly string[], drop: readonly string[]): string[] {
  const added = add.map(parseCapability)
  const dropped = drop.map(parseCapability)
  const base = added.includes('ALL') ? all : dropped.includes('ALL') ? [] : defaults
  const wanted = new Set([...base, ...added])
  for (const name of dropped) wanted.delete(name)
  return all.filter((name) => wanted.has(name)).map((name) => `CAP_${name}`)
}

function parseCapability(raw: string): string {
  const name = raw.toUpperCase().replace(/^CAP_/, '')
  if (name !== 'ALL' && !all.includes(name)) {
    throw new PatchbayError(
      'invalid-parameter',
      sentence`capability ${JSON.stringify(raw)} is not one that Linux knows`,
      {
        ...{ field: 'capAdd', reason: 'capability-unknown', data: { capability: raw } },
      },
    )
  }
  return name
}
