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

export const meant: readonly Meant[] = [
  {
    theme: 'images',
    path: /\.GraphDriver\.Data|\.DockerVersion/,
    reason: 'an image is one directory here, and is not made by a Docker Engine',
  },
  {
    theme: 'images',
    path: /stderr/,
    docker: /is not a valid change command/,
    patchbay: /is not a valid change command; CMD, /,
    reason: 'the refusal names what there is',
  },
  {
    docker: /Error processing tar file|^(200|500)$|^\(nothing\)$|errorDetail/,
    step: /no archive|\/bin\/busybox|archive\?path=\/etc\/passwd/,
    reason: 'bad input is answered with 400, as by newer engines, and the sentence says what is wrong with it',
  },
  {
    docker: /extraction point is not a directory/,
    patchbay: /extraction point is not a directory: /,
    reason: 'the sentence names the place',
  },
  {
    theme: 'volumes',
    path: /Options$/,
    reason: 'a local volume has no options here',
  },
]
