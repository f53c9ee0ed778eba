import type { Command } from '../plan/plan'
import type { BatchError } from './batch-error'

/** `ip` was given a link that is not there. */
export const saysNoDevice = /no such device|cannot find device|device (?:not found|does not exist)/i
const exists = /file exists|already exists|already assigned/i
const isMissing = new RegExp(
  [
    saysNoDevice.source,
    'no such (?:process|file)',
    'address not found',
    'cannot assign requested address',
    'no chain/target/match by that name',
    'does a matching rule exist',
    'does not exist',
    'invalid "netns" value',
    'no such sysctl',
  ].join('|'),
  'i',
)
/** iptables-legacy-restore gives no reason. */
const isSilent = /^(?:ip6?tables-restore: )?line \d+ failed$/i

/** True: the command failed because what it asks for is so already. This file alone reads what programs say. */
export function isAlreadySo(command: Command, error: BatchError): boolean {
  switch (command.program) {
    case 'ip':
      return removes(command.args) ? isMissing.test(error.output) : exists.test(error.output)
    case 'iptables':
    case 'ip6tables':
      if (isSilent.test(error.output.trim())) return true
      return /^-[DFX]$/.test(command.args[0] ?? '') ? isMissing.test(error.output) : exists.test(error.output)
    case 'sysctl':
      // Its link may be gone already, and its value with it.
      return isMissing.test(error.output)
    default:
      return false
  }
}

/** True: the command needs a link that is not there. */
export function missesLink(command: Command, { output }: BatchError): boolean {
  if (command.program !== 'ip' || removes(command.args)) return false
  return saysNoDevice.test(output)
}

function removes(args: readonly string[]): boolean {
  return args[1] === 'delete' || (args[1] === 'set' && args.at(-1) === 'down')
}
