import type { ContainerOptions, RestartPolicy } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { shown } from '../cnm/names'
import { type Said, sentence } from '../cnm/sentence'
import { parseSignal } from '../runtime/signals'

/** Every value checked, before anything is written. Throws invalid-parameter. */
export function checkOptions(options: ContainerOptions, autoRemove: boolean): ContainerOptions {
  if (options.stopSignal !== null) parseSignal(options.stopSignal)
  checkRestartPolicy(options.restartPolicy, autoRemove)
  checkUlimits(options.ulimits)
  checkSecurity(options.securityOpt)
  checkSysctls(options.sysctls)
  checkNumber(options.oomScoreAdj, -1000, 1000, 'oomScoreAdj', sentence`an OOM score adjustment`)
  if (options.shmSizeBytes !== null) {
    checkNumber(
      options.shmSizeBytes,
      1,
      Number.MAX_SAFE_INTEGER,
      'shmSizeBytes',
      sentence`the size of /dev/shm in bytes`,
    )
  }
  return options
}

export function checkRestartPolicy({ name, maximumRetryCount: most }: RestartPolicy, autoRemove: boolean): void {
  if (autoRemove && name !== 'no') {
    throw invalid(
      sentence`a container that is removed when it ends cannot have the restart policy ${name}`,
      'restartPolicy',
    )
  }
  if (!Number.isInteger(most) || most < 0) {
    throw invalid(
      sentence`a maximum retry count must be a whole number that is not negative, not ${most}`,
      'restartPolicy',
    )
  }
  if (most > 0 && name !== 'on-failure') {
    throw invalid(
      sentence`a maximum retry count can only be used with the restart policy 'on-failure'`,
      'restartPolicy',
    )
  }
}

const ulimitNames = [
  ...['core', 'cpu', 'data', 'fsize', 'locks', 'memlock', 'msgqueue', 'nice', 'nofile', 'nproc', 'rss'],
  ...['rtprio', 'rttime', 'sigpending', 'stack'],
]

function checkUlimits(ulimits: ContainerOptions['ulimits']): void {
  for (const { name, soft, hard } of ulimits) {
    if (!ulimitNames.includes(name)) throw invalid(sentence`invalid ulimit type: ${shown(name)}`, 'ulimits')
    checkNumber(soft, -1, Number.MAX_SAFE_INTEGER, 'ulimits', sentence`the soft limit of ${name}`)
    checkNumber(hard, -1, Number.MAX_SAFE_INTEGER, 'ulimits', sentence`the hard limit of ${name}`)
    if (hard !== -1 && (soft === -1 || soft > hard)) {
      throw invalid(sentence`ulimit soft limit must be less than or equal to hard limit: ${soft} > ${hard}`, 'ulimits')
    }
  }
}

/** What Patchbay does anyway may be asked for: it runs containers without seccomp, AppArmor and SELinux profiles. */
const usualSecurity = /^(no-new-privileges([:=](true|false))?|(seccomp|apparmor)[:=]unconfined|label[:=]disable)$/

function checkSecurity(securityOpt: readonly string[]): void {
  const unknown = securityOpt.find((option) => !usualSecurity.test(option))
  if (unknown === undefined) return
  throw new PatchbayError('not-implemented', sentence`--security-opt ${shown(unknown)} is not supported by Patchbay`, {
    field: 'securityOpt',
  })
}

const ipcSysctl = /^(kernel\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)|fs\.mqueue\.[a-z_]+)$/

/** Those of the container's own namespaces; all others are the host's. */
function checkSysctls(sysctls: ContainerOptions['sysctls']): void {
  for (const [name, value] of Object.entries(sysctls)) {
    const isOwn = ipcSysctl.test(name) || /^net\.[A-Za-z0-9_.-]+$/.test(name)
    if (!isOwn) throw invalid(sentence`sysctl ${shown(name)} is not in a namespace of the container's own`, 'sysctls')
    if (/[\0\n]/.test(value)) throw invalid(sentence`the value of sysctl ${name} holds a control character`, 'sysctls')
  }
}

function checkNumber(value: number, least: number, most: number, field: string, what: Said): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw invalid(sentence`${what} must be a whole number from ${least} to ${most}, not ${value}`, field)
}

function invalid(message: Said, field: string): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field })
}
