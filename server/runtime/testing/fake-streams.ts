import type { ContainerId } from '../../cnm/ids'
import type { Attachment, OutputChunk } from '../contract'
import { type Audience, createAudience } from '../streams/audience'

/** Streams of programs in memory: what they write and when they end is for the test to say. */
export interface FakeStreams {
  attach(id: ContainerId): Attachment
  give(id: ContainerId, chunk: OutputChunk): void
  end(id: ContainerId): void
  /** What clients have written to it. */
  typed(id: ContainerId): string
}

export function createFakeStreams(): FakeStreams {
  const audiences = new Map<ContainerId, Audience>()
  const inputs = new Map<ContainerId, string>()
  const of = (id: ContainerId): Audience => {
    const audience = audiences.get(id) ?? createAudience()
    audiences.set(id, audience)
    return audience
  }
  return {
    attach(id) {
      const { output, leave } = of(id).join()
      const write = async (bytes: Buffer) => void inputs.set(id, (inputs.get(id) ?? '') + bytes.toString())
      return { output, write, endInput: leave, close: leave }
    },
    give: (id, chunk) => void of(id).give(chunk),
    end(id) {
      of(id).end()
      audiences.delete(id)
    },
    typed: (id) => inputs.get(id) ?? '',
  }
}
