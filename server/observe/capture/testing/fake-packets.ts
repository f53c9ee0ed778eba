import { PassThrough } from 'node:stream'
import type { CapturePoint, PacketSource } from '../../../kernel/capture'

/** Points in memory: what passes them, and when they end by themselves, is for the test to say. */
export interface FakePackets {
  readonly startPackets: (point: CapturePoint, filter: string) => Promise<PacketSource>
  /** In the order in which they were started. */
  readonly started: readonly FakePoint[]
}

export interface FakePoint {
  readonly point: CapturePoint
  readonly filter: string
  readonly isStopped: boolean
  pass(bytes: Buffer, at?: Date): void
  /** The kernel finds no room for so many. */
  drop(count: number): void
  /** tcpdump ends by itself. */
  fail(complaint: string): void
}

export function createFakePackets(options: { complaint?: string } = {}): FakePackets {
  const started: FakePoint[] = []
  return {
    started,
    async startPackets(point, filter) {
      const output = new PassThrough()
      let end: (result: Awaited<PacketSource['ended']>) => void = () => undefined
      const ended = new Promise<Awaited<PacketSource['ended']>>((resolve) => {
        end = resolve
      })
      let [isStopped, received, dropped] = [false, 0, 0]
      const finish = (complaint: string | null) => {
        output.end()
        end({ count: complaint === null ? { received, dropped } : null, complaint })
      }
      started.push({
        ...{ point, filter },
        get isStopped() {
          return isStopped
        },
        pass(bytes, at = new Date()) {
          received += 1
          output.write(Buffer.concat([record(bytes, at), bytes]))
        },
        drop(count) {
          dropped += count
        },
        fail: finish,
      })
      const stop = () => {
        if (!isStopped) finish(null)
        isStopped = true
      }
      if (options.complaint === undefined) output.write(pcapHead())
      else finish(options.complaint)
      return { output, count: () => ({ received, dropped }), stop, ended }
    },
  }
}

export function pcapHead(linkType = 1): Buffer {
  const head = Buffer.alloc(24)
  head.writeUInt32LE(0xa1b23c4d, 0)
  head.writeUInt16LE(2, 4)
  head.writeUInt16LE(4, 6)
  head.writeUInt32LE(262_144, 16)
  head.writeUInt32LE(linkType, 20)
  return head
}

function record(bytes: Buffer, at: Date): Buffer {
  const head = Buffer.alloc(16)
  head.writeUInt32LE(Math.floor(at.getTime() / 1_000), 0)
  head.writeUInt32LE((at.getTime() % 1_000) * 1_000_000, 4)
  head.writeUInt32LE(bytes.length, 8)
  head.writeUInt32LE(bytes.length, 12)
  return head
}
