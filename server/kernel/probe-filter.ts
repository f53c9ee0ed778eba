import { endianness } from 'node:os'
import type { ProbeMark } from './witness'

type Place = 'next' | 'ipv4' | 'ipv6' | 'take' | 'leave'
interface Instruction {
  /** Where others jump to. */
  readonly at?: Place
  readonly code: number
  readonly value: number
  readonly yes?: Place
  readonly no?: Place
}

const load = { byte: 0x30, half: 0x28, halfBehindHeader: 0x48, headerLength: 0xb1 } as const
const isEqual = 0x15
const hasBits = 0x45
const end = 0x06
/** SKF_AD_OFF + SKF_AD_PROTOCOL */
const frameType = 0xfffff000
const mostBytes = 192

/**
 * Classic BPF that takes ARP, ICMP, and packets with the probe's port at either end, from the network header on; as the
 * kernel has it in memory, in hexadecimal.
 */
export function probeFilter({ protocol, mark }: ProbeMark): string {
  const number = { tcp: 6, udp: 17, icmp: 255 }[protocol]
  return assemble([
    { code: load.half, value: frameType },
    { code: isEqual, value: 0x0806, yes: 'take' },
    { code: isEqual, value: 0x0800, yes: 'ipv4' },
    { code: isEqual, value: 0x86dd, yes: 'ipv6', no: 'leave' },
    { at: 'ipv4', code: load.byte, value: 9 },
    { code: isEqual, value: 1, yes: 'take' },
    { code: isEqual, value: number, no: 'leave' },
    { code: load.half, value: 6 },
    { code: hasBits, value: 0x1fff, yes: 'leave' }, // later fragments have no ports
    { code: load.headerLength, value: 0 },
    { code: load.halfBehindHeader, value: 0 },
    { code: isEqual, value: mark, yes: 'take' },
    { code: load.halfBehindHeader, value: 2 },
    { code: isEqual, value: mark, yes: 'take', no: 'leave' },
    { at: 'ipv6', code: load.byte, value: 6 },
    { code: isEqual, value: 58, yes: 'take' },
    { code: isEqual, value: number, no: 'leave' },
    { code: load.half, value: 40 },
    { code: isEqual, value: mark, yes: 'take' },
    { code: load.half, value: 42 },
    { code: isEqual, value: mark, yes: 'take', no: 'leave' },
    { at: 'take', code: end, value: mostBytes },
    { at: 'leave', code: end, value: 0 },
  ])
}

function assemble(instructions: readonly Instruction[]): string {
  const distance = (from: number, to: Place = 'next') =>
    to === 'next' ? 0 : instructions.findIndex(({ at }) => at === to) - from - 1
  const isLittle = endianness() === 'LE'
  return instructions
    .map(({ code, value, yes, no }, index) => {
      const bytes = Buffer.alloc(8)
      if (isLittle) bytes.writeUInt16LE(code)
      else bytes.writeUInt16BE(code)
      bytes.writeUInt8(distance(index, yes), 2)
      bytes.writeUInt8(distance(index, no), 3)
      if (isLittle) bytes.writeUInt32LE(value, 4)
      else bytes.writeUInt32BE(value, 4)
      return bytes.toString('hex')
    })
    .join('')
}
