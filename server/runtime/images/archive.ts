import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readTar } from '../tar/read'
import { partsOf } from '../tree/tree'
import { longestConfig, malformed } from './config'
import { type Bytes, drain, inflated, kept, measured } from './stream'

const mostMembers = 100_000

/**
 * The members of an image archive, put aside: an archive comes as a stream, and what it holds is
 * told at its end. They are kept in files with numbers for names, so that no name in the archive
 * ever becomes a path.
 */
export class Archive {
  private readonly dir: string
  private readonly files = new Map<string, { readonly path: string; readonly digest: string }>()
  private readonly links = new Map<string, string>()

  private constructor(dir: string) {
    this.dir = dir
  }

  /** Throws invalid-parameter for what is no archive, and unavailable where it would fill the disk. */
  static async receive(source: Bytes, dir: string): Promise<Archive> {
    const archive = new Archive(dir)
    let number = 0
    for await (const { name, type, linkName, body } of readTar(inflated(source))) {
      number++
      if (number > mostMembers) throw malformed(`the archive has more than ${mostMembers} members`)
      const key = clean(name)
      if (type === 'symlink') archive.links.set(key, clean(`${name}/../${linkName}`))
      else if (type === 'link') archive.links.set(key, clean(linkName))
      else if (type === 'file') await archive.keep(key, String(number), body)
    }
    return archive
  }

  has(name: string): boolean {
    return this.files.has(this.follow(name))
  }

  /** Throws invalid-parameter where there is none. */
  pathOf(name: string): string {
    return this.get(name).path
  }

  digestOf(name: string): string {
    return this.get(name).digest
  }

  /** A small file, such as a manifest. */
  async read(name: string): Promise<Buffer> {
    const { path } = this.get(name)
    const { size } = await stat(path)
    if (size > longestConfig)
      throw malformed(`${JSON.stringify(name)} in the archive is longer than ${longestConfig} bytes`)
    return readFile(path)
  }

  private async keep(key: string, file: string, body: Bytes): Promise<void> {
    const path = join(this.dir, file)
    const { bytes, digest } = measured(body)
    await drain(kept(bytes, path))
    this.files.set(key, { path, digest: digest() })
  }

  private get(name: string) {
    const found = this.files.get(this.follow(name))
    if (found) return found
    throw malformed(`the archive names ${JSON.stringify(name)} and does not hold it`)
  }

  /** Archives of older Docker hold a layer once and link to it from elsewhere. */
  private follow(name: string): string {
    let key = clean(name)
    for (let steps = 0; steps < 8; steps++) key = this.links.get(key) ?? key
    return key
  }
}

function clean(name: string): string {
  const parts: string[] = []
  for (const part of partsOf(name)) {
    if (part === '..') parts.pop()
    else parts.push(part)
  }
  return parts.join('/')
}
