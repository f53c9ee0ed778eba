import { randomBytes } from 'node:crypto'

type Branded<Name extends string> = string & { readonly __id: Name }

/** 64 lower-case hexadecimal digits, as Docker's ids. */
export type NetworkId = Branded<'network'>
export type EndpointId = Branded<'endpoint'>
export type ContainerId = Branded<'container'>
export type SandboxId = Branded<'sandbox'>
export type ServiceId = Branded<'service'>
export type OperationId = Branded<'operation'>

/** A fresh random id of the kind that the caller asks for. */
export function createId<Id extends string>(): Id {
  return randomBytes(32).toString('hex') as Id
}

/** The first twelve digits: what people type and devices are named after. */
export function shortId(id: string): string {
  return id.slice(0, 12)
}
