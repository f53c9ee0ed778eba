/** One driver option as a form shows it. */
export interface OptionField {
  /** Docker's key, "com.docker.network.bridge.name". */
  readonly key: string
  /** Its last part, for the label. */
  readonly label: string
  readonly description: string
  /** The values it may have; empty: any text. */
  readonly choices: readonly string[]
  /** It names a link of the host. */
  readonly isHostLink: boolean
}

/** The fields of a driver's options from its JSON schema; what the schema does not say is text. */
export function optionFields(schema: Readonly<Record<string, unknown>>): OptionField[] {
  const { properties } = schema
  if (!isRecord(properties)) return []
  return Object.entries(properties).map(([key, raw]) => {
    const property = isRecord(raw) ? raw : {}
    return {
      key,
      label: key.split('.').at(-1) ?? key,
      description: typeof property.description === 'string' ? property.description : '',
      choices: choicesOf(property),
      isHostLink: property.format === 'host-link',
    }
  })
}

function choicesOf(property: Readonly<Record<string, unknown>>): string[] {
  if (property.type === 'boolean') return ['true', 'false']
  return Array.isArray(property.enum) ? property.enum.filter((value) => typeof value === 'string') : []
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
