import { cpus } from 'node:os'
import type { Container, Limited, LimitOptions } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { shown } from '../cnm/names'
import { type Said, sentence } from '../cnm/sentence'

const leastMemory = 6 * 1024 * 1024
const leastPeriodUs = 1_000
const longestPeriodUs = 1_000_000

/** Checks limits against each other and the host. Throws invalid-parameter. */
export function checkLimits<Item extends Limited>(limited: Item): Item {
  checkMemory(limited)
  checkTime(limited.options)
  checkSet(limited.options.cpusetCpus, 'cpus', cpus().length)
  checkSet(limited.options.cpusetMems, 'mems', Number.POSITIVE_INFINITY)
  checkWhole(limited.pidsLimit, 1, 'pidsLimit', sentence`a pids limit`)
  return limited
}

function checkMemory({ memoryBytes: memory, options }: Limited): void {
  const { memorySwapBytes: swap, memoryReservationBytes: reservation } = options
  checkWhole(memory, leastMemory, 'memoryBytes', sentence`a memory limit in bytes`)
  checkWhole(reservation, leastMemory, 'memoryReservationBytes', sentence`a memory reservation in bytes`)
  if (memory !== null && reservation !== null && reservation > memory) {
    throw invalid(
      sentence`the memory limit of ${memory} bytes is below the reservation of ${reservation}`,
      'memoryBytes',
    )
  }
  if (swap === null || swap === -1) return
  checkWhole(swap, 0, 'memorySwapBytes', sentence`a limit of memory and swap together`)
  if (memory === null)
    throw invalid(sentence`a limit of memory and swap needs a memory limit beside it`, 'memorySwapBytes')
  if (swap < memory) {
    throw invalid(
      sentence`memory and swap together (${swap} bytes) must be more than the memory limit of ${memory}; set both at once`,
      'memorySwapBytes',
    )
  }
}

function checkTime({ nanoCpus, cpuQuotaUs, cpuPeriodUs, cpuShares }: LimitOptions): void {
  if (nanoCpus !== null) {
    const there = cpus().length
    if (cpuQuotaUs !== null || cpuPeriodUs !== null) {
      throw invalid(sentence`a number of CPUs cannot be set together with a CPU quota or period`, 'nanoCpus')
    }
    if (!Number.isInteger(nanoCpus) || nanoCpus < 1e7 || nanoCpus > there * 1e9) {
      throw invalid(
        sentence`range of CPUs is from 0.01 to ${there}.00, as there are only ${there} CPUs available`,
        'nanoCpus',
      )
    }
  }
  if (cpuPeriodUs !== null && !(cpuPeriodUs >= leastPeriodUs && cpuPeriodUs <= longestPeriodUs)) {
    throw invalid(
      sentence`CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)`,
      'cpuPeriodUs',
    )
  }
  if (cpuQuotaUs !== null && cpuQuotaUs !== -1 && cpuQuotaUs < leastPeriodUs) {
    throw invalid(sentence`CPU cfs quota can not be less than 1ms (i.e. 1000)`, 'cpuQuotaUs')
  }
  checkWhole(cpuShares, 0, 'cpuShares', sentence`CPU shares`)
}

/** "0-2,4"; every number below `count`. */
function checkSet(text: string, what: 'cpus' | 'mems', count: number): void {
  if (text === '') return
  const field = what === 'cpus' ? 'cpusetCpus' : 'cpusetMems'
  if (!/^\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*$/.test(text)) {
    throw invalid(sentence`invalid value ${shown(text)} for cpuset ${what}`, field)
  }
  const numbers = text.split(/[,-]/).map(Number)
  if (numbers.some((number) => number >= count)) {
    throw invalid(sentence`requested CPUs are not available - requested ${text}, available: 0-${count - 1}`, field)
  }
}

function checkWhole(value: number | null, least: number, field: string, what: Said): void {
  if (value === null || (Number.isInteger(value) && value >= least && value <= Number.MAX_SAFE_INTEGER)) return
  throw invalid(sentence`${what} must be a whole number of at least ${least}, not ${value}`, field)
}

/** Memory and swap together are twice the memory where nothing was said: that is what holds, so that is recorded. */
export function withSwap(container: Container): Container {
  const { memoryBytes, options } = container
  if (memoryBytes === null || options.memorySwapBytes !== null) return container
  return { ...container, options: { ...options, memorySwapBytes: 2 * memoryBytes } }
}

function invalid(message: Said, field: string): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field })
}
