import { z } from 'zod'
import { fixedText, sentence } from '../cnm/sentence'

/** Driver options that mean the same to every driver whose endpoints have interfaces. */
export const commonOptions = {
  'com.docker.network.container_iface_prefix': z
    .string()
    .regex(
      /^[A-Za-z][A-Za-z0-9_-]{0,10}$/,
      fixedText(sentence`must begin with a letter and be at most 11 letters, digits, dashes or underscores`),
    )
    .optional()
    .describe('What the names of interfaces in containers begin with (default eth)'),
}
