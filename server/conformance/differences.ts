/** A difference that is meant. Whatever is given has to fit. */
export interface Meant {
  readonly theme?: string
  /** The step, as the table shows it. */
  readonly step?: RegExp
  /** Where in the outcome: "status", "stdout[0].Config.Tty". */
  readonly path?: RegExp
  readonly docker?: RegExp
  readonly patchbay?: RegExp
  readonly reason: string
}

export const meant: readonly Meant[] = []
