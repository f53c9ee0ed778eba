import type { Reach, ReachRequest } from '../../observe/reach/contract'
import type { TraceQuestion } from '../../observe/trace/contract'
import type { Prober, ProbeState } from '../../observe/trace/prober-contract'

const id = '5d1f2d1c-9b1e-4e4f-8d7b-0a6c1f2e3d4c'

/** Sends nothing, and remembers what it was to send. */
export class FakeProbes {
  readonly sent: { readonly what: TraceQuestion | ReachRequest; readonly actor: string }[] = []
  readonly cancelled: string[] = []

  readonly prober: Prober = {
    send: (question, actor) => {
      this.sent.push({ what: question, actor })
      return id
    },
    async *follow(): AsyncGenerator<ProbeState> {
      yield { stage: 'failed', message: 'nothing is sent here', explanation: null, outcome: null, comparison: null }
    },
  }

  readonly reach: Reach = {
    async *compute(request) {
      const rows = request.containers.map(({ id: container, name }) => ({
        ...{ place: { kind: 'container', id: container } as const, name },
      }))
      yield { type: 'plan', rows, columns: [], cut: 0 }
    },
    verify: (request, actor) => {
      this.sent.push({ what: request, actor })
      return id
    },
    async *follow() {
      yield { type: 'state', state: { stage: 'done', message: null, sent: 0, total: 0 }, cells: [] }
    },
    cancel: (run) => void this.cancelled.push(run),
  }
}
