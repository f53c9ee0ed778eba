import { PatchbayError } from '../cnm/errors'
import { sentence } from '../cnm/sentence'

const generic = { setns: 268, sendmsg: 211, recvmsg: 212 }

/** By Node's name of the processor. */
const numbers: Readonly<Record<string, typeof generic>> = {
  x64: { setns: 308, sendmsg: 46, recvmsg: 47 },
  arm64: generic,
  riscv64: generic,
}

/** Linux's numbers of system calls, for programs in Perl, which knows none by name. Throws not-implemented. */
export function systemCalls(): typeof generic {
  const calls = numbers[process.arch]
  if (calls) return calls
  throw new PatchbayError('not-implemented', sentence`namespaces cannot be entered on the processor ${process.arch}`)
}
