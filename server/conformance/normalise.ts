import { ask } from './ask'
import type { Outcome } from './perform'

/** Takes out of what an engine says all that is chance: ids become what they name, moments and spans say only that. */
export class Normaliser {
  private readonly socketPath: string
  private readonly names = new Map<string, string>()

  constructor(socketPath: string) {
    this.socketPath = socketPath
  }

  /** Looks up whose ids are whose, now; what is gone later keeps its name. */
  async learn(): Promise<void> {
    const containers = await this.list<{ Id: string; Names: string[] | null; ImageID: string }>(
      '/containers/json?all=1',
    )
    for (const { Id, Names, ImageID } of containers) {
      this.names.set(Id, `container ${Names?.[0]?.slice(1) ?? '?'}`)
      this.names.set(ImageID.replace('sha256:', ''), 'image')
    }
    for (const { Id, Name } of await this.list<{ Id: string; Name: string }>('/networks')) {
      this.names.set(Id, `network ${Name}`)
    }
  }

  outcome(raw: Outcome): Outcome {
    return Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, this.value(name, value)]))
  }

  private value(name: string, value: unknown): unknown {
    if (typeof value !== 'string' || name === 'type') return value
    const documents = parseDocuments(value)
    return documents === undefined ? this.text(value).split('\n') : this.json(documents)
  }

  private json(value: unknown, key = ''): unknown {
    if (Array.isArray(value)) {
      const items = value.map((item) => this.json(item, key))
      // Docker's command line sends what -e was given in an order of chance.
      return key === 'Env' ? items.toSorted() : items
    }
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [this.text(name), this.json(item, name)]))
    }
    if (typeof value === 'string') return this.text(value)
    if (typeof value === 'number' && /^(Created|time|timeNano|Pid|Size|VirtualSize)$/.test(key) && value > 0)
      return '<number>'
    return value
  }

  private text(text: string): string {
    const named = text.replaceAll(/\b[0-9a-f]{64}\b|\b[0-9a-f]{12}\b/g, (digits) => `<${this.nameOf(digits)}>`)
    return chance.reduce((sum, [pattern, shown]) => sum.replaceAll(pattern, shown), named).trimEnd()
  }

  private nameOf(digits: string): string {
    const known = this.names.get(digits)
    if (known !== undefined) return known
    for (const [id, name] of this.names) if (id.startsWith(digits)) return name
    return 'id'
  }

  private async list<Item>(path: string): Promise<Item[]> {
    return JSON.parse((await ask(this.socketPath, 'GET', `/v1.41${path}`)).body) as Item[]
  }
}

/** What is chance in any text: moments, spans, numbers of links, where an engine keeps its files. */
const chance: readonly (readonly [RegExp, string])[] = [
  [/(?!0001)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, '<time>'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4} \w+/g, '<time>'],
  [/\b(About a|an?|\d+|Less than a) (second|minute|hour)s?( ago)?\b/g, '<span>$3'],
  [/time=[\d.]+ ms/g, 'time=<ms>'],
  [/round-trip .*/g, 'round-trip <ms>'],
  [/@if\d+/g, '@if<n>'],
  [/^\d+: (eth\d|lo)/gm, '<n>: $1'],
  [/(\/[\w.-]+)+\/netns\/[^\s"]+/g, '<netns>'],
  [/(\/[\w.-]+)+\/containers\/<([^>]+)>/g, '<files of $2>'],
  [/(\/[\w.-]+)+\/volumes\/([\w.-]+)\/_data/g, '<files of volume $2>'],
  [/\bveth[0-9a-f]{7}\b/g, '<veth>'],
  [/(on endpoint )[a-z]+_[a-z]+\d?|(on endpoint )container\d+/g, 'on endpoint <name>'],
  [/(name"?[:=]"?)[a-z]+_[a-z]+\d?\b/g, '$1<name>'],
  [/qlen 1000/g, ''],
  // The command line says so, or not, as it meets the end of a container that it runs.
  [/\n?^See 'docker (run|create) --help'\.$/gm, ''],
  [/^time=.*error waiting for container.*\n?/gm, ''],
  [/ {2,}/g, '  '],
]

/** JSON, or JSON line by line, of objects and lists; undefined for anything else. */
function parseDocuments(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined
  const whole = parse(text)
  if (whole !== undefined) return whole
  const lines = text.trim().split('\n').map(parse)
  return lines.includes(undefined) ? undefined : lines
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
